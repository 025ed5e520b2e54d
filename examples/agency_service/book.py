"""An agency's books: the rows of an exchange file, and the register of what was given out."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from casebook.records import KEYS, ROWS, Row, parsed
from connectors.wire import (
    EmployedAnswer,
    EmployedQuestion,
    LastPaid,
    Page,
    PaidUntilPage,
    PaidUntilQuestion,
    Question,
    WorksOn,
)
from domain.base import CENTRE_ZONE, Month
from domain.inquiry.findings import FINDING
from domain.inquiry.records import RecordsQuery
from domain.words import Agency


class StaleCursor(Exception):
    """A cursor of no page of this answer."""


class Malformed(ValueError):
    """An exchange file with rows that can't be read."""


class Book:
    """The rows of one agency."""

    def __init__(self, agency: Agency, file: Path) -> None:
        _, self._rows, errors = parsed(agency, file)
        if errors:
            raise Malformed(f"{file}: line {errors[0].line}: {errors[0].problem.code}")
        self._agency = agency

    def page(self, question: Question) -> Page:
        """The rows from where the cursor says, as many as were asked for. Raises StaleCursor."""
        found = list(self._found(question))
        first = _place(question.cursor, len(found))
        here = found[first : first + question.limit]
        parts: dict[str, list[Mapping[str, Any]]] = {}
        for part, row in here:
            parts.setdefault(part, []).append(row)
        end = first + len(here)
        return Page(
            inquiry=question.inquiry,
            total=len(found),
            finding=FINDING.validate_python({"agency": self._agency, **parts}),
            next=str(end) if end < len(found) else None,
        )

    def paid_until(self, question: PaidUntilQuestion) -> PaidUntilPage:
        """The employers that paid for a month of those asked for and for none after it. Raises StaleCursor."""
        latest: dict[tuple[str | None, str | None], tuple[Month, set[str]]] = {}
        for employer, person, month in self._spans("contribution"):
            last, people = latest.get(employer, ("", set()))
            if month > last:
                latest[employer] = month, {person}
            elif month == last:
                people.add(person)
        found = [
            LastPaid(name=name, credit_code=code, last_month=month, people=len(people))
            for (name, code), (month, people) in sorted(latest.items(), key=str)
            if question.first_month <= month <= question.last_month
        ]
        first = _place(question.cursor, len(found))
        end = first + question.limit
        return PaidUntilPage(
            total=len(found), employers=tuple(found[first:end]), next=str(end) if end < len(found) else None
        )

    def employed(self, question: EmployedQuestion) -> EmployedAnswer:
        """How many people work for each employer in or after a month of its own."""
        return EmployedAnswer(workers=tuple(self._working(employer) for employer in question.employers))

    def _working(self, asked: WorksOn) -> int:
        at = asked.credit_code or asked.name
        spans = self._spans("employment")
        return len({person for (name, code), person, month in spans if at == (code or name) and month >= asked.since})

    def _spans(self, kind: str) -> Iterator[tuple[tuple[str | None, str | None], str, Month]]:
        """Employer (name and code), person and last month of each row of a kind."""
        for of, row in self._rows:
            if of == kind and row.identity_number is not None:
                yield (row.employer_name, row.employer_code), row.identity_number, row.model_dump()["last_month"]

    def _found(self, question: Question) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each row of the people who were asked for, at the employers who were asked for, by part of the finding."""
        people = {person.identity_number: person.ref for person in question.claimants}
        employers = {e.credit_code or e.name: e.ref for e in question.respondents}
        months = RecordsQuery(
            claimants=(), respondents=(), first_month=question.first_month, last_month=question.last_month
        )
        told = [
            (ROWS[self._agency][kind][1], entry)
            for kind, row in self._rows
            if (entry := _entry(row, people, employers)) is not None
            and ("first_month" not in entry or months.covers(entry["first_month"], entry["last_month"]))
        ]
        yield from sorted(told, key=lambda t: (t[0], t[1].get("claimant", ""), t[1].get("first_month") or ""))


def _entry(row: Row, people: Mapping[str, str], employers: Mapping[str, str]) -> dict[str, Any] | None:
    """The row as it stands in a finding; None when it is about somebody else."""
    entry: dict[str, Any] = row.model_dump(exclude=KEYS)
    employer = row.employer_code or row.employer_name
    if row.identity_number is not None:
        if row.identity_number not in people:
            return None
        entry["claimant"] = people[row.identity_number]
    if employer is not None:
        if employer not in employers:
            return None
        entry["employer"] = employers[employer]
    return entry


class Register:
    """What was given out, and for which inquiry: one line of JSON each, however often it is asked."""

    def __init__(self, file: Path) -> None:
        self._file = file
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self._known = {json.loads(line)["key"] for line in lines}

    def enter(self, key: str, persons: int, rows: int) -> None:
        """Book an answer under its idempotency key. It names nobody."""
        if key in self._known:
            return
        self._known.add(key)
        line = {
            "at": datetime.now(CENTRE_ZONE).isoformat(timespec="seconds"),
            "key": key,
            "inquiry": key.rpartition("/")[0],
            "persons": persons,
            "rows": rows,
        }
        with self._file.open("a", encoding="utf-8") as register:
            register.write(json.dumps(line) + "\n")


def _place(cursor: str | None, rows: int) -> int:
    """The row that a page begins with. Raises StaleCursor."""
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or not 0 < int(cursor) < rows:
        raise StaleCursor
    return int(cursor)
