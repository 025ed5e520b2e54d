"""Deadlines: every term of the law and of the centre is a row; each date can explain itself."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Literal

import yaml

from domain.base import CENTRE_ZONE, Instant, Model, Ref
from domain.calendar import Calendar

_TABLE: Final = Path(__file__).parent / "tables" / "deadlines.yaml"

Unit = Literal["working-day", "calendar-day", "month", "year"]


class Extension(Model):
    """How a term can be made longer, and by whom."""

    length: int
    by: str


class Term(Model):
    """A row of the table: how long something may take."""

    event: Ref
    length: int
    unit: Unit
    counted_from: str
    source: str
    verified: bool
    when_passed: str
    """What happens when the term is over; a code of texts/deadlines.yaml."""
    moves_off_holidays: bool
    """A last day on a holiday moves to the next working day (民法典 Art.203)."""
    extension: Extension | None = None


class UnknownTerm(KeyError):
    """There is no row for an event."""


class Suspension(Model):
    """Days in which the clock stood still, both included."""

    first: date
    last: date


class Step(Model):
    """One step of how a date came about: a code of texts/deadlines.yaml with its parameters."""

    code: str
    params: dict[str, str]


class Deadline(Model):
    """A term counted from a day. It is over when the clock reaches ``due_at``, the end of the due day."""

    rule: Ref
    starts: date
    due: date
    due_at: Instant
    provisional: bool
    source: str
    verified: bool
    steps: tuple[Step, ...] = ()


@cache
def terms() -> dict[str, Term]:
    """The shipped table, by event."""
    rows = yaml.safe_load(_TABLE.read_text())
    return {row.event: row for row in (Term.model_validate(row) for row in rows)}


def term(event: str) -> Term:
    """The row of an event. Raises UnknownTerm."""
    if event not in terms():
        raise UnknownTerm(event)
    return terms()[event]


def plan(
    event: str,
    start: date,
    calendar: Calendar,
    *,
    extended_by: int = 0,
    suspensions: Sequence[Suspension] = (),
) -> Deadline:
    """Count a term from a day, which itself does not count (民法典 Art.201).

    ``extended_by`` is in the unit of the row. Raises UnknownTerm, or OutsideCalendar before 2004.
    """
    row = term(event)
    length = row.length + extended_by
    steps = [_step("starts", day=start), _step(f"counts-{row.unit}", length=length)]
    due = _count(start, length, row.unit, calendar)
    for suspension in suspensions:
        if start <= suspension.last and suspension.first <= due:
            stood = (suspension.last - max(suspension.first, start)).days + 1
            due = _count(due, stood, "calendar-day", calendar)
            steps.append(_step("stood-still", days=stood, first=suspension.first, last=suspension.last))
    return _fixed(row, start, due, calendar, steps)


def on_day(event: str, day: date, calendar: Calendar) -> Deadline:
    """A deadline that was agreed for a day; on a holiday it moves as the row says."""
    return _fixed(term(event), day, day, calendar, [_step("agreed", day=day)])


def prolonged(deadline: Deadline, days: int) -> Deadline:
    """The deadline some calendar days later: more time granted, or a clock that stood still."""
    due = deadline.due + timedelta(days=days)
    return deadline.model_copy(
        update={
            "due": due,
            "due_at": end_of(due),
            "steps": (*deadline.steps, _step("prolonged", days=days, day=due)),
        }
    )


def replan(deadlines: Iterable[Deadline], calendar: Calendar) -> list[Deadline]:
    """Provisional deadlines counted anew after a notice was loaded; only those that changed."""
    changed = []
    for deadline in deadlines:
        if deadline.provisional:
            anew = plan(deadline.rule, deadline.starts, calendar)
            if anew != deadline:
                changed.append(anew)
    return changed


def end_of(day: date) -> datetime:
    """The instant at which a legal day ends at the centre."""
    return datetime.combine(day + timedelta(days=1), time(), CENTRE_ZONE)


def _fixed(row: Term, start: date, due: date, calendar: Calendar, steps: list[Step]) -> Deadline:
    if row.moves_off_holidays and (moved := calendar.next_working_day(due)) != due:
        steps.append(_step("moved-off-holiday", day=due, to=moved))
        due = moved
    provisional = calendar.is_provisional(due) and (row.unit == "working-day" or row.moves_off_holidays)
    if provisional:
        steps.append(_step("provisional", year=due.year))
    return Deadline(
        rule=row.event,
        starts=start,
        due=due,
        due_at=end_of(due),
        provisional=provisional,
        source=row.source,
        verified=row.verified,
        steps=(*steps, _step("due", day=due)),
    )


def _count(start: date, length: int, unit: Unit, calendar: Calendar) -> date:
    match unit:
        case "working-day":
            return calendar.add_working_days(start, length)
        case "calendar-day":
            return start + timedelta(days=length)
        case "month":
            return _months_later(start, length)
        case "year":
            return _months_later(start, 12 * length)


def _months_later(day: date, count: int) -> date:
    """The same day of a later month, or that month's last day (民法典 Art.202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _step(code: str, **params: object) -> Step:
    return Step(code=code, params={name: str(value) for name, value in params.items()})
