"""Working days in China: the State Council's yearly notice, days in lieu included.

Beyond the last notice (the library ends with 2026) days are provisional: Monday to Friday, except the days that
statute itself gives (全国年节及纪念日放假办法 Art.2, as of 2025), until a notice is loaded.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final, Self

import chinese_calendar
from lunar_python import Lunar, Solar
from pydantic import Field, StringConstraints, model_validator

from domain.base import Model
from domain.rules.rule_table import read_table

_FIXED: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_LONG: Final = 3
_ONE: Final = timedelta(days=1)
FIRST_YEAR: Final = 2004
LAST_YEAR: Final = 2200
"""Where counting ends: a day beyond is a slip of the pen."""
LAST_NOTICE: Final = max(day.year for day in chinese_calendar.holidays)
"""The last year whose notice the library holds."""


@cache
def _statutory(year: int) -> frozenset[date]:
    """The holidays of a year by statute alone, without the days around them that only a notice can give.

    New Year 1 day; Spring Festival from its eve 4; Qingming 1; Labour Day 2; Dragon Boat 1; Mid-Autumn 1; National 3.
    """
    spring, dragon_boat, mid_autumn = (_solar(Lunar.fromYmd(year, *of)) for of in ((1, 1), (5, 5), (8, 15)))
    qingming = date.fromisoformat(Solar.fromYmd(year, 4, 1).getLunar().getJieQiTable()["清明"].toYmd())
    lunar = {*(spring + timedelta(days=days) for days in (-1, 0, 1, 2)), qingming, dragon_boat, mid_autumn}
    return frozenset(lunar | {date(year, month, day) for month, day in _FIXED})


def _solar(day: Lunar) -> date:
    return date.fromisoformat(day.getSolar().toYmd())


class DayKind(StrEnum):
    """Why the offices are open or closed on a day."""

    WORKING = "working"
    IN_LIEU = "in-lieu"
    """A Saturday or Sunday that is worked in exchange for a holiday (调休上班)."""
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


OPEN: Final = frozenset({DayKind.WORKING, DayKind.IN_LIEU})


class Notice(Model):
    """A yearly notice that the library does not hold yet, or a later change of one, as the centre loads it.

    It replaces what was known of its year. The days around New Year may lie in the year before or after.
    """

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    holidays: Annotated[frozenset[date], Field(min_length=1)]
    working_days_in_lieu: frozenset[date]

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        for day in self.holidays | self.working_days_in_lieu:
            if not date(self.year - 1, 12, 1) <= day <= date(self.year + 1, 1, 31):
                raise ValueError(f"{day} does not belong to the notice of {self.year}")
        for day in self.working_days_in_lieu:
            if day in self.holidays:
                raise ValueError(f"{day} is both a holiday and worked in lieu")
            if day.weekday() < 5:
                raise ValueError(f"{day} is worked in lieu, but is no Saturday or Sunday")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of the year, the holidays and the working days in lieu; the source is left out."""
        said = [self.year, *map(str, sorted(self.holidays)), "in-lieu", *map(str, sorted(self.working_days_in_lieu))]
        return sha256(" ".join(map(str, said)).encode()).hexdigest()


class NoticeMissing(LookupError):
    """The tables here do not hold the notice by which dates have to be counted."""

    def __init__(self, year: int, source: str) -> None:
        super().__init__(f"the notice of {year} ({source}) is not loaded")
        self.code = "deadlines.notice-missing"
        self.params = {"year": str(year), "source": source}


class OutsideCalendar(Exception):
    """A day before the calendar begins, or too far ahead."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} is not within {FIRST_YEAR} to {LAST_YEAR}")
        self.code = "deadlines.before-calendar" if day.year < FIRST_YEAR else "deadlines.beyond-calendar"
        self.params = {"day": str(day), "first": str(FIRST_YEAR), "last": str(LAST_YEAR)}


class Calendar:
    """Tells working days from others, and whether that is settled."""

    def __init__(self, notices: Iterable[Notice] = ()) -> None:
        self._notices = {notice.year: notice for notice in notices}
        self._told: dict[date, DayKind] = {}
        for _, notice in sorted(self._notices.items()):
            self._told |= dict.fromkeys(notice.holidays, DayKind.HOLIDAY)
            self._told |= dict.fromkeys(notice.working_days_in_lieu, DayKind.IN_LIEU)

    @classmethod
    def load(cls, *folders: Path) -> Self:
        """The library's calendar with the notices (``notice-*.yaml``) of the folders, the last one winning.

        Raises TableError for a notice that can't be one.
        """
        files = [file for folder in folders for file in sorted(folder.glob("notice-*.yaml"))]
        return cls(read_table(file, Notice) for file in files)

    def notice(self, year: int) -> Notice | None:
        """The notice that was loaded for a year; None where there is none, or the library holds it."""
        return self._notices.get(year)

    def holds(self, year: int, digest: str) -> bool:
        """Whether a loaded notice of a year says exactly this."""
        return year in self._notices and self._notices[year].digest == digest

    def is_provisional(self, first: date, last: date | None = None) -> bool:
        """Whether a day, or any day of a span given in either order, lies beyond the last notice (暂定)."""
        years = sorted((first.year, (last or first).year))
        return any(year > LAST_NOTICE and year not in self._notices for year in range(years[0], years[1] + 1))

    def kind(self, day: date) -> DayKind:
        """Why the offices are open or closed. Raises OutsideCalendar before 2004 or after 2200."""
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise OutsideCalendar(day)
        told = self._told.get(day)
        if told is not None:
            return told
        if day.year in self._notices:
            return _ordinary(day)
        if day.year <= LAST_NOTICE:
            return _official(day)
        return DayKind.HOLIDAY if day in _statutory(day.year) else _ordinary(day)

    def is_working_day(self, day: date) -> bool:
        """Whether the offices are open. Raises OutsideCalendar before 2004 or after 2200."""
        return self.kind(day) in OPEN

    def long_holidays(self, first: date, last: date) -> int:
        """Days of holidays of three days or more in a row, between two days (税收征收管理法实施细则 Art.109)."""
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        runs = [len(list(run)) for off, run in groupby(days, lambda day: self.kind(day) is DayKind.HOLIDAY) if off]
        return sum(length for length in runs if length >= _LONG)

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, or else the next one."""
        while not self.is_working_day(day):
            day += _ONE
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The working day that lies ``count`` working days after (before, when negative) a day."""
        step = _ONE if count >= 0 else -_ONE
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after the first day up to and including the last; 0 when last is earlier."""
        return sum(self.is_working_day(first + n * _ONE) for n in range(1, (last - first).days + 1))


def _ordinary(day: date) -> DayKind:
    return DayKind.WORKING if day.weekday() < 5 else DayKind.WEEKEND


@cache
def _official(day: date) -> DayKind:
    if day in chinese_calendar.holidays:
        return DayKind.HOLIDAY
    return DayKind.IN_LIEU if day in chinese_calendar.workdays else _ordinary(day)
