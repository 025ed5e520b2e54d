"""The table of terms: every deadline of the law and of the centre as a row, by event, place and period."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError

from domain.base import Model, Ref
from domain.rules.rule_table import TableError, invalid_row, rows_of
from domain.yaml_file import TABLES

_DIVISION: Final = re.compile(r"CN-\d{2}(\d{2})?")

Unit = Literal["working-day", "calendar-day", "month", "year"]
CountedFrom = Literal[
    "acceptance",
    "accepted-terms",
    "agreed-day",
    "agreement",
    "application",
    "award",
    "before-due",
    "call",
    "closure",
    "complaint",
    "decision",
    "due",
    "end-of-breach",
    "knowledge",
    "last-instalment",
    "opening",
    "proposal",
    "remedies-lapsed",
    "reminder",
    "request",
    "suspension",
]
WhenPassed = Literal[
    "arbitration-open",
    "assessed-anew",
    "award-final",
    "breach",
    "complain-of-delay",
    "court-open",
    "decided-by-default",
    "defaults",
    "enforcement-open",
    "escalates",
    "forwarded",
    "lapses",
    "limitation-defence",
    "not-accepted",
    "not-settled",
    "overdue",
    "proposal-expires",
    "reconsideration-open",
    "remedy-lost",
    "reminds",
    "resumes",
    "visit-missed",
    "warn-only",
]


class Extension(Model):
    """How much longer a term can be made at most, in its own unit, and by whom."""

    length: Annotated[int, Field(gt=0)]
    by: Literal["approval", "consent-of-both", "supervisor"]


class Term(Model):
    """A row of the table: how long something may take. Codes are those of texts/deadlines.yaml."""

    event: Ref
    jurisdiction: Ref = "CN"
    length: Annotated[int, Field(ge=0)]
    unit: Unit
    counted_from: CountedFrom
    when_passed: WhenPassed
    """What happens when the term is over."""
    origin: Literal["statute", "centre"]
    source: str
    verified: bool
    since: date | None = None
    until: date | None = None
    """The term holds when it begins to run from ``since`` to ``until``, both included; None: always."""
    moves: str | None = None
    """The article by which a last day on a holiday moves to the next working day; None: it stays."""
    extension: Extension | None = None

    def holds(self, on: date) -> bool:
        """Whether the row is in force for a term that begins to run on a day."""
        return (self.since or date.min) <= on <= (self.until or date.max)

    @property
    def backwards(self) -> bool:
        """Whether it is counted back from a due day, as a reminder is."""
        return self.counted_from == "before-due"


class UnknownTerm(LookupError):
    """No row for an event in a place on a day: a refusal that says so, never a guess."""

    def __init__(self, event: str, jurisdiction: str, on: date | None) -> None:
        super().__init__(f"no term {event} for {jurisdiction} on {on}")
        self.code = "deadlines.unknown-term"
        self.params = {"event": event, "jurisdiction": jurisdiction, "on": str(on or "—")}


class ExtensionRefused(ValueError):
    """More time than the row allows."""

    def __init__(self, row: Term, wanted: int) -> None:
        super().__init__(f"{row.event} can't be extended by {wanted}")
        self.code = "deadlines.extension-refused"
        most = row.extension.length if row.extension else 0
        self.params = {"event": row.event, "wanted": str(wanted), "most": str(most), "source": row.source}


class Terms:
    """The table, looked up by event, place and day. Iterates over the events."""

    def __init__(self, rows: Iterable[Term], falls_back: Mapping[str, str]) -> None:
        self._falls_back = falls_back
        self._rows: dict[tuple[str, str], list[Term]] = {}
        for row in rows:
            self._rows.setdefault((row.event, row.jurisdiction), []).append(row)
        for alike in self._rows.values():
            alike.sort(key=lambda row: row.since or date.min)
            for earlier, later in itertools.pairwise(alike):
                if (earlier.until or date.max) >= (later.since or date.min):
                    raise TableError("rule_table.terms_overlap", event=later.event, place=later.jurisdiction)

    @classmethod
    def load(cls, *folders: Path) -> Self:
        """The shipped rows and those of the folders' ``deadlines*.yaml``. Raises TableError."""
        rows: dict[tuple[str, str, date | None], Term] = {}
        falls_back: dict[str, str] = {}
        for file in (file for folder in (TABLES, *folders) for file in sorted(folder.glob("deadlines*.yaml"))):
            content = rows_of(file)
            falls_back |= content.get("falls_back", {})
            rows |= _rows(file.name, content["rows"])
        return cls(rows.values(), falls_back)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(event for event, _ in self._rows))

    def rows(self) -> list[Term]:
        """Every row, in the order of the table."""
        return [row for alike in self._rows.values() for row in alike]

    def find(self, event: str, jurisdiction: str = "CN", on: date | None = None) -> Term:
        """The row that holds for a term that begins on a day (left out: the latest row), of the nearest place.

        Raises UnknownTerm.
        """
        for place in self._upwards(jurisdiction):
            for row in reversed(self._rows.get((event, place), ())):
                if on is None or row.holds(on):
                    return row
        raise UnknownTerm(event, jurisdiction, on)

    def _upwards(self, place: str | None) -> Iterator[str]:
        seen: set[str] = set()
        while place is not None and place not in seen:
            yield place
            seen.add(place)
            above = place[:-2].rstrip("-") if _DIVISION.fullmatch(place) else None
            place = self._falls_back.get(place, above)


def _rows(file: str, content: Iterable[object]) -> dict[tuple[str, str, date | None], Term]:
    rows: dict[tuple[str, str, date | None], Term] = {}
    for number, raw in enumerate(content, 1):
        try:
            row = Term.model_validate(raw)
        except ValidationError as error:
            raise invalid_row(file, number, error) from None
        if (key := (row.event, row.jurisdiction, row.since)) in rows:
            raise TableError("rule_table.twice", file=file, where=f"rows.{number}", event=row.event)
        rows[key] = row
    return rows


@cache
def terms() -> Terms:
    """The shipped table."""
    return Terms.load()


def term(event: str, jurisdiction: str = "CN", on: date | None = None) -> Term:
    """The shipped row of an event. Raises UnknownTerm."""
    return terms().find(event, jurisdiction, on)
