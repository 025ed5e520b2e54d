"""The rule tables as the services use them, loaded once in a worker."""

from datetime import date, datetime, time
from functools import cache

from domain.base import CENTRE_ZONE
from domain.calendar import Calendar
from domain.deadlines import Deadline, plan, term
from domain.parameters import Parameters


@cache
def calendar() -> Calendar:
    """The official calendar."""
    return Calendar.load()


@cache
def parameters() -> Parameters:
    """The parameter tables: rates, bases, late fees."""
    return Parameters.load()


def deadline(event: str, since: datetime | date) -> Deadline:
    """The deadline that a row of deadlines.yaml gives, counted from a day."""
    start = since.astimezone(CENTRE_ZONE).date() if isinstance(since, datetime) else since
    return plan(event, start, calendar())


def length(event: str) -> int:
    """The length of a row, in its own unit."""
    return term(event).length


def start_of(day: date) -> datetime:
    """The instant at which a legal day begins."""
    return datetime.combine(day, time(), CENTRE_ZONE)
