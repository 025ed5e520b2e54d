"""Parameter tables: bases, rates and fees by place and period, each with its source."""

import itertools
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final, Self

from pydantic import ValidationError

from domain.base import Model, Ref
from domain.rule_table import TableError, invalid_row, rows_of

SHIPPED: Final = Path(__file__).parent / "tables" / "parameters"
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


class MissingParameter(Exception):
    """No row says what holds: a refusal that names what to load, never a guess."""

    def __init__(self, name: str, key: str, jurisdiction: str, on: date) -> None:
        super().__init__(f"no {name} {key} for {jurisdiction} on {on}")
        self.code = "parameters.missing"
        self.params = {"name": name, "key": key, "jurisdiction": jurisdiction, "on": on.isoformat()}


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
            self._rows.setdefault((row.name, row.key, row.jurisdiction), []).append(row)
        for alike in self._rows.values():
            alike.sort(key=lambda row: row.since)
            for earlier, later in itertools.pairwise(alike):
                if earlier.until is None or earlier.until >= later.since:
                    raise TableError("rule_table.same_time", first=earlier.id, second=later.id)
        self.find = cache(self._find)

    @classmethod
    def load(cls, *folders: Path) -> Self:
        """The shipped rows and those of the folders; a row of the same id replaces an earlier one.

        Raises TableError.
        """
        rows: dict[str, Row] = {}
        for file in (file for folder in (SHIPPED, *folders) for file in sorted(folder.glob("*.yaml"))):
            content = rows_of(file)
            place = {"jurisdiction": content["jurisdiction"]} if "jurisdiction" in content else {}
            for number, raw in enumerate(content["rows"], 1):
                try:
                    row = Row.model_validate(place | raw if isinstance(raw, dict) else raw)
                except ValidationError as error:
                    raise invalid_row(file.name, number, error) from None
                rows[row.id] = row
        return cls(rows.values())

    def rows(self, jurisdiction: str | None = None) -> list[Row]:
        """Every row, of one place or of all."""
        return [row for alike in self._rows.values() for row in alike if jurisdiction in (None, row.jurisdiction)]

    def gaps(self) -> Iterator[tuple[Row, Row]]:
        """Neighbouring rows of one name, key and place between which no row holds."""
        for alike in self._rows.values():
            for earlier, later in itertools.pairwise(alike):
                if earlier.until is not None and later.since - earlier.until > timedelta(days=1):
                    yield earlier, later

    def spells(self, name: str, key: str, jurisdiction: str, first: date, last: date) -> Iterator[tuple[date, Row]]:
        """The rows that hold over a span of days, each with the first day on which it does.

        Raises MissingParameter for a day without one.
        """
        place: str | None = jurisdiction
        changes = {first}
        while place is not None:
            for row in self._rows.get((name, key, place), ()):
                ends = () if row.until is None or row.until >= last else (row.until + timedelta(days=1),)
                changes.update(day for day in (row.since, *ends) if first <= day <= last)
            place = above(place)
        for day in sorted(changes) if first <= last else ():
            yield day, self.find(name, key, jurisdiction, day)

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
        raise MissingParameter(name, key, jurisdiction, on)
