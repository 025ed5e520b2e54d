"""Parameter tables: bases, rates and fees by place and period, each with its source."""

import contextlib
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, Self

from pydantic import ValidationError

from domain.base import Model, Ref
from domain.rules.rule_table import TableError, invalid_row, rows_of
from domain.words import InsuranceKind, Language
from domain.yaml_file import TABLES, read_yaml

SHIPPED: Final = TABLES / "parameters"
_NAMES: Final = TABLES / "parameter_names.yaml"
_DIVISION: Final = re.compile(r"CN-(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])(\d\d){0,2}")


class Row(Model):
    """A value that holds in a place for a period."""

    id: Ref
    name: Ref
    key: str = ""
    """What the value is for, such as ``pension/employer``."""
    value: Decimal
    unit: str
    jurisdiction: Ref
    since: date
    until: date | None = None
    """The last day on which it holds; open when left out."""
    source: str
    verified: bool

    @property
    def holds_for(self) -> tuple[str, str, str]:
        """What it is a value of, and where."""
        return self.name, self.key, self.jurisdiction


class Known(Model):
    """What a parameter may be."""

    keys: tuple[str, ...] = ("", *InsuranceKind)
    """The keys of its rows: for everything, or for one insurance."""
    key_may_go_on: bool = False
    """After a key the trade may follow, as in ``injury/employer/construction``."""
    unit: str
    least: Decimal
    most: Decimal
    least_but_zero: Decimal | None = None
    whole: bool = False
    says: dict[Language, str]
    example: Decimal

    def fault(self, row: Row) -> tuple[str, dict[str, str]] | None:
        """Why a row can't be one of its rows, as code and parameters; None where it can."""
        goes_on = self.key_may_go_on and any(row.key.startswith(f"{key}/") for key in self.keys if key)
        if row.key not in self.keys and not goes_on:
            return "unknown_key", {"key": row.key, "known": ", ".join(filter(None, self.keys))}
        if row.unit != self.unit:
            return "wrong_unit", {"unit": row.unit, "known": self.unit}
        small = self.least_but_zero is not None and 0 < row.value < self.least_but_zero
        if not self.least <= row.value <= self.most or small or (self.whole and row.value % 1):
            least = self.least if self.least_but_zero is None else self.least_but_zero
            return "out_of_range", {"value": str(row.value), "least": str(least), "most": str(self.most)}
        return None


@cache
def known_parameters() -> dict[str, Known]:
    """Every parameter that is looked up, by name."""
    return {name: Known.model_validate(raw) for name, raw in read_yaml(_NAMES.read_text("utf-8"))["names"].items()}


def _believed(row: Row, file: str, number: int) -> None:
    """Raise TableError for a row that nobody would look up, or that can't be right."""
    where, known = f"rows.{number}", known_parameters()
    if row.name not in known:
        raise TableError("rule_table.unknown_name", file=file, where=where, name=row.name, known=", ".join(known))
    if (fault := known[row.name].fault(row)) is not None:
        raise TableError(f"rule_table.{fault[0]}", file=file, where=where, name=row.name, **fault[1])


class Missing(NamedTuple):
    """A row that there is not: what it would be of, where, and the days on which it is looked for."""

    name: str
    key: str
    jurisdiction: str
    first: date
    last: date

    def __str__(self) -> str:
        what = f"{self.name} {self.key}".rstrip()
        days = str(self.first) if self.first == self.last else f"{self.first} – {self.last}"
        return f"{what} ({self.jurisdiction}, {days})"


class MissingParameter(Exception):
    """No row says what holds: a refusal that names everything there is to load, never a guess."""

    def __init__(self, *missing: Missing) -> None:
        days: dict[tuple[str, str, str], list[date]] = defaultdict(list)
        for one in missing:
            days[one[:3]] += one[3:]
        self.missing = tuple(Missing(*what, min(of), max(of)) for what, of in sorted(days.items()))
        self.code = "parameters.missing"
        self.params = {"rows": "; ".join(map(str, self.missing))}
        super().__init__(self.params["rows"])

    @classmethod
    def on(cls, name: str, key: str, jurisdiction: str, day: date) -> Self:
        """One row that is missing on a day."""
        return cls(Missing(name, key, jurisdiction, day, day))


def above(place: str) -> str | None:
    """Where a place looks when it has no row of its own: a county to its city, then its province, then the nation.

    Places are written by their codes of GB/T 2260. Any other, such as the synthetic ``demo``, has every row itself.
    """
    if not _DIVISION.fullmatch(place):
        return None
    return place[:-2] if len(place) > len("CN-37") else "CN"


class Parameters:
    """All rows, looked up by name, key, place and day."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[tuple[str, str, str], list[Row]] = {}
        for row in rows:
            self._rows.setdefault(row.holds_for, []).append(row)
        for alike in self._rows.values():
            alike.sort(key=lambda row: row.since)
            for earlier, later in itertools.pairwise(alike):
                if earlier.until is None or earlier.until >= later.since:
                    raise TableError("rule_table.same_time", first=earlier.id, second=later.id)
        self.find = cache(self._find)

    @classmethod
    def load(cls, *folders: Path) -> Self:
        """The shipped rows and those of the folders; a row of the same id, and for the same, replaces an earlier one.

        Raises TableError.
        """
        rows: dict[str, Row] = {}
        for file in (file for folder in (SHIPPED, *folders) for file in sorted(folder.glob("*.yaml"))):
            content, here = rows_of(file), set[str]()
            place = {"jurisdiction": content["jurisdiction"]} if "jurisdiction" in content else {}
            for number, raw in enumerate(content["rows"], 1):
                try:
                    row = Row.model_validate(place | raw if isinstance(raw, dict) else raw)
                except ValidationError as error:
                    raise invalid_row(file.name, number, error) from None
                _believed(row, file.name, number)
                before = rows.get(row.id)
                if row.id in here or (before is not None and before.holds_for != row.holds_for):
                    raise TableError("rule_table.id_twice", file=file.name, where=f"rows.{number}", row=row.id)
                here.add(row.id)
                rows[row.id] = row
        return cls(rows.values())

    def rows(self, jurisdiction: str | None = None) -> list[Row]:
        """Every row, of one place or of all."""
        return [row for alike in self._rows.values() for row in alike if jurisdiction in (None, row.jurisdiction)]

    def places(self) -> list[str]:
        """Every place that has rows of its own, the nearest last."""
        return sorted({place for _, _, place in self._rows})

    def gaps(self) -> Iterator[tuple[Row, Row]]:
        """Neighbouring rows of one name, key and place between which no row holds."""
        for alike in self._rows.values():
            for earlier, later in itertools.pairwise(alike):
                if earlier.until is not None and later.since - earlier.until > timedelta(days=1):
                    yield earlier, later

    def spells(
        self, name: str, keys: Sequence[str], jurisdiction: str, first: date, last: date
    ) -> Iterator[tuple[date, Row]]:
        """The rows that hold over a span of days, each with the first day on which it does.

        Of several keys the first that has a row on a day counts. Raises MissingParameter for a day without one.
        """
        changes = {first}
        for key in keys:
            place: str | None = jurisdiction
            while place is not None:
                for row in self._rows.get((name, key, place), ()):
                    ends = () if row.until is None or row.until >= last else (row.until + timedelta(days=1),)
                    changes.update(day for day in (row.since, *ends) if first <= day <= last)
                place = above(place)
        for day in sorted(changes) if first <= last else ():
            yield day, self.first(name, keys, jurisdiction, day)

    def first(self, name: str, keys: Sequence[str], jurisdiction: str, on: date) -> Row:
        """The row of the first of some keys that has one on a day. Raises MissingParameter."""
        for key in keys[:-1]:
            with contextlib.suppress(MissingParameter):
                return self.find(name, key, jurisdiction, on)
        return self.find(name, keys[-1], jurisdiction, on)

    def all_of(self, names: Iterable[str], jurisdiction: str, on: date) -> tuple[Row, ...]:
        """The rows of several names. Raises MissingParameter with all that are missing."""
        found: list[Row] = []
        missing: list[Missing] = []
        for name in names:
            try:
                found.append(self.find(name, "", jurisdiction, on))
            except MissingParameter as lacking:
                missing += lacking.missing
        if missing:
            raise MissingParameter(*missing)
        return tuple(found)

    def _find(self, name: str, key: str, jurisdiction: str, on: date) -> Row:
        """The row that holds on a day, of the place or the nearest place above it.

        Raises MissingParameter.
        """
        place: str | None = jurisdiction
        while place is not None:
            for row in self._rows.get((name, key, place), ()):
                if row.since <= on and (row.until is None or on <= row.until):
                    return row
            place = above(place)
        raise MissingParameter.on(name, key, jurisdiction, on)
