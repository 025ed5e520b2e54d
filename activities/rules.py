"""The rule tables as the services use them: loaded once in a worker, the shipped ones and the centre's own."""

from datetime import date, datetime, time, timedelta
from functools import cache

from domain.base import CENTRE_ZONE
from domain.calendar import Calendar
from domain.deadlines import Deadline, plan, row
from domain.parameters import Parameters


@cache
def calendar() -> Calendar:
    """The official calendar."""
    return Calendar.load()


@cache
def parameters() -> Parameters:
    """The parameter tables: rates, bases, late fees."""
    return Parameters.load()


def deadline(rule: str, since: datetime | date, jurisdiction: str) -> Deadline:
    """The deadline that a rule of deadlines.yaml gives, counted from a day."""
    start = since.astimezone(CENTRE_ZONE).date() if isinstance(since, datetime) else since
    return plan(rule, start, calendar(), jurisdiction)


def length(rule: str, jurisdiction: str = "CN") -> int:
    """The length of a rule, in its own unit."""
    return row(rule, jurisdiction).length


def start_of(day: date) -> datetime:
    """The instant at which a legal day begins."""
    return datetime.combine(day, time(), CENTRE_ZONE)


def working_days_before(day: date, count: int) -> date:
    """The working day that lies a number of working days before a day."""
    while count:
        day -= timedelta(days=1)
        count -= calendar().is_working_day(day)
    return day
