"""Working days in China: the State Council's yearly notice, days in lieu included.

Beyond the last notice (the library ends with 2026) days are provisional: Monday to Friday, except the
holidays of fixed date (全国年节及纪念日放假办法: 1 January, 1-2 May, 1-3 October), until a notice is loaded.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Self

import chinese_calendar
import yaml

from domain.base import Model

_FIXED: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_ONE: Final = timedelta(days=1)
FIRST_YEAR: Final = 2004
LAST_NOTICE: Final = max(day.year for day in chinese_calendar.holidays)


class Notice(Model):
    """A yearly notice that the library does not hold yet, as the centre loads it."""

    year: int
    source: str
    holidays: frozenset[date]
    working_days_in_lieu: frozenset[date]


class OutsideCalendar(Exception):
    """A day before the calendar begins."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} is before {FIRST_YEAR}")
        self.code, self.params = "deadlines.before-calendar", {"day": str(day), "first": str(FIRST_YEAR)}


class Calendar:
    """Tells working days from others, and whether that is settled."""

    def __init__(self, notices: Iterable[Notice] = ()) -> None:
        self._notices: Mapping[int, Notice] = {notice.year: notice for notice in notices}

    @classmethod
    def load(cls, *folders: Path) -> Self:
        """The library's calendar with the notices (``notice-*.yaml``) of the folders."""
        files = [file for folder in folders for file in sorted(folder.glob("notice-*.yaml"))]
        return cls(Notice.model_validate(yaml.safe_load(file.read_text())) for file in files)

    def is_provisional(self, day: date) -> bool:
        """Whether the day lies beyond the last notice (暂定)."""
        return day.year > LAST_NOTICE and day.year not in self._notices

    def is_working_day(self, day: date) -> bool:
        """Whether the offices are open. Raises OutsideCalendar for a day before 2004."""
        if day.year < FIRST_YEAR:
            raise OutsideCalendar(day)
        notice = self._notices.get(day.year)
        if notice is not None:
            return day in notice.working_days_in_lieu or (day.weekday() < 5 and day not in notice.holidays)
        if day.year <= LAST_NOTICE:
            return _official(day)
        return day.weekday() < 5 and (day.month, day.day) not in _FIXED

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
        """How many working days lie after the first day up to and including the last."""
        return sum(self.is_working_day(first + n * _ONE) for n in range(1, (last - first).days + 1))


@cache
def _official(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))
