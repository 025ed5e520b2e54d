"""Deadlines: counting the terms of the table from a day; each date can explain itself."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, Self

from pydantic import model_validator

from domain.base import CENTRE_ZONE, Instant, Model, Ref, months_later
from domain.deadlines.calendar import LAST_NOTICE, LAST_YEAR, Calendar, DayKind, OutsideCalendar
from domain.deadlines.term_table import ExtensionRefused, Term, Terms
from domain.deadlines.term_table import UnknownTerm as UnknownTerm
from domain.deadlines.term_table import term as term
from domain.deadlines.term_table import terms as terms

_ONE: Final = timedelta(days=1)

_UNEVEN: Final = {
    DayKind.WEEKEND: "skipped-weekends",
    DayKind.HOLIDAY: "skipped-holidays",
    DayKind.IN_LIEU: "counted-in-lieu",
}


class Suspension(Model):
    """Days in which the clock stood still, both included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("a suspension ends before it begins")
        return self


class Step(Model):
    """One step of how a date came about: a code of texts/deadlines.yaml with its parameters."""

    code: str
    params: dict[str, str]


class Deadline(Model):
    """A term counted from a day. It is over when the clock reaches ``due_at``, the end of the due day.

    It keeps what it was counted from, so that it can be counted again with another calendar.
    """

    rule: Ref
    starts: date
    due: date
    due_at: Instant
    provisional: bool
    source: str
    verified: bool
    steps: tuple[Step, ...] = ()
    jurisdiction: Ref = "CN"
    agreed: bool = False
    """``starts`` is itself the agreed day; nothing is counted."""
    extended_by: int = 0
    """In the unit of the rule."""
    suspensions: tuple[Suspension, ...] = ()
    prolonged_by: int = 0
    """Calendar days granted afterwards."""
    row: Term | None = None
    """The row by which it was counted; None for one of an earlier release."""


class Recounting(Model):
    """Why the open deadlines of a case are to be counted anew: ``notice`` or ``granted``, and by what."""

    why: Ref
    source: str = ""
    year: int | None = None
    digest: str | None = None
    """Of the notice by which it has to be counted; None: by whatever is in force."""


def may_be_extended(deadline: Deadline, already: int) -> int:
    """By how many days more a deadline may be extended, as its row says, where so many have been granted."""
    extension = deadline.row.extension if deadline.row else None
    return max(extension.length - already, 0) if extension else 0


GRANTED: Final = Recounting(why="granted")
"""Time was granted, or a clock stood still: a last day may now lie on a holiday."""


def plan(
    rule: str,
    start: date,
    calendar: Calendar,
    jurisdiction: str = "CN",
    extended_by: int = 0,
    suspensions: Sequence[Suspension] = (),
    *,
    table: Terms | None = None,
) -> Deadline:
    """Count a term from a day, which itself does not count (民法典 Art.201).

    ``extended_by`` is in the unit of the row. The days of a suspension are not counted. A reminder's row is
    counted back from the day. Raises UnknownTerm, ExtensionRefused, or OutsideCalendar: working days before
    2004, anything after 2200.
    """
    row = (table or terms()).find(rule, jurisdiction, start)
    if extended_by and not 0 < extended_by <= (row.extension.length if row.extension else 0):
        raise ExtensionRefused(row, extended_by)
    if start.year > LAST_YEAR:
        raise OutsideCalendar(start)
    still = _merged(suspensions)
    due = _count(row, start, row.length + extended_by, calendar, still)
    steps = [_step("starts", day=start), _step(f"counts-{row.unit}", length=row.length)]
    if row.backwards:
        steps = [_step("counts-back", day=start, length=row.length)]
    if row.extension and extended_by:
        steps.append(_step(f"extended-{row.extension.by}", length=extended_by))
    if row.unit == "working-day":
        steps += _uneven_days(start, due, calendar)
    steps += _stood_still(row, start, due, calendar, still)
    made_from = Deadline(
        rule=rule,
        starts=start,
        due=due,
        due_at=end_of(due),
        provisional=row.unit == "working-day" and calendar.is_provisional(start, due),
        source=row.source,
        verified=row.verified,
        steps=tuple(steps),
        jurisdiction=jurisdiction,
        extended_by=extended_by,
        suspensions=still,
        row=row,
    )
    return _settled(made_from, row, calendar)


def on_day(
    rule: str, day: date, calendar: Calendar, jurisdiction: str = "CN", *, table: Terms | None = None
) -> Deadline:
    """A deadline that was agreed for a day; on a holiday it moves as the row says. Raises as ``plan``."""
    row = (table or terms()).find(rule, jurisdiction, day)
    agreed = Deadline(
        rule=rule,
        starts=day,
        due=day,
        due_at=end_of(day),
        provisional=False,
        source=row.source,
        verified=row.verified,
        steps=(_step("agreed", day=day),),
        jurisdiction=jurisdiction,
        agreed=True,
        row=row,
    )
    return _settled(agreed, row, calendar)


def prolonged(deadline: Deadline, days: int) -> Deadline:
    """The deadline some calendar days later: more time granted, or a clock that stood still.

    Needs no calendar, so that a workflow may call it; ``recount`` then moves it off a holiday.
    """
    due = deadline.due + timedelta(days=days)
    return deadline.model_copy(
        update={
            "due": due,
            "due_at": end_of(due),
            "provisional": deadline.provisional or due.year > LAST_NOTICE,
            "prolonged_by": deadline.prolonged_by + days,
            "steps": (*deadline.steps, _step("prolonged", days=days, day=due)),
        }
    )


def recount(deadline: Deadline, calendar: Calendar, table: Terms | None = None) -> Deadline:
    """The same deadline by another calendar: same start, extension, suspensions and days granted."""
    if deadline.agreed:
        anew = on_day(deadline.rule, deadline.starts, calendar, deadline.jurisdiction, table=table)
    else:
        anew = plan(
            deadline.rule,
            deadline.starts,
            calendar,
            deadline.jurisdiction,
            deadline.extended_by,
            deadline.suspensions,
            table=table,
        )
    if not deadline.prolonged_by:
        return anew
    row = (table or terms()).find(deadline.rule, deadline.jurisdiction, deadline.starts)
    later = prolonged(anew, deadline.prolonged_by).model_copy(update={"provisional": anew.provisional})
    return _settled(later, row, calendar)


def not_before(deadline: Deadline, day: date) -> Deadline:
    """The deadline held open until the end of a day, where counting anew would end it before."""
    if deadline.due >= day:
        return deadline
    steps = (*deadline.steps, _step("not-in-past", day=day))
    return deadline.model_copy(update={"due": day, "due_at": end_of(day), "steps": steps})


def replan(deadlines: Iterable[Deadline], calendar: Calendar, table: Terms | None = None) -> list[Deadline]:
    """Open deadlines counted anew after a notice was loaded; only those whose day or standing changed.

    Settled ones are looked at too: a notice may exchange the last days of the December before it.
    """
    return [
        anew
        for deadline in deadlines
        if (anew := recount(deadline, calendar, table)).due != deadline.due or anew.provisional != deadline.provisional
    ]


def remind_on(deadline: Deadline, calendar: Calendar, rule: str, table: Terms | None = None) -> date:
    """The working day of a reminder: as many working days before the due day as the reminder's row says."""
    return plan(rule, deadline.due, calendar, deadline.jurisdiction, table=table).due


def end_of(day: date) -> datetime:
    """The instant at which a legal day ends at the centre."""
    return datetime.combine(day + _ONE, time(), CENTRE_ZONE)


def spans(days: Sequence[date]) -> str:
    """Days in order as ISO dates, runs of them as ``first/last``."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == _ONE:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}/{run[-1]}" for run in runs)


def _settled(deadline: Deadline, row: Term, calendar: Calendar) -> Deadline:
    """The deadline moved off a holiday, where the row says so or counts working days, with its last steps."""
    due, steps = deadline.due, list(deadline.steps)
    moves = row.moves or (row.source if row.unit == "working-day" and deadline.prolonged_by else None)
    if moves:
        while not calendar.is_working_day(due) or _within(due, deadline.suspensions):
            due += _ONE
        if due != deadline.due:
            weekend = calendar.kind(deadline.due) is DayKind.WEEKEND
            code = "moved-from-weekend" if weekend else "moved-from-holiday"
            steps.append(_step(code, day=deadline.due, to=due, source=moves))
    provisional = deadline.provisional or (moves is not None and calendar.is_provisional(deadline.due, due))
    if provisional:
        steps.append(_step("provisional", year=due.year))
    return deadline.model_copy(
        update={
            "due": due,
            "due_at": end_of(due),
            "provisional": provisional,
            "steps": (*steps, _step("due", day=due)),
        }
    )


def _count(row: Term, start: date, length: int, calendar: Calendar, still: Sequence[Suspension]) -> date:
    """The last day of a term, before it moves off a holiday."""
    match row.unit:
        case "working-day" if not still:
            return calendar.add_working_days(start, -length if row.backwards else length)
        case "month":
            length = (months_later(start, length) - start).days
        case "year":
            length = (months_later(start, 12 * length) - start).days
    if not still:
        return start + timedelta(days=length)
    day, step = start, -_ONE if row.backwards else _ONE
    while length:
        day += step
        length -= _counts(row, day, calendar) and not _within(day, still)
    return day


def _counts(row: Term, day: date, calendar: Calendar) -> bool:
    return row.unit != "working-day" or calendar.is_working_day(day)


def _within(day: date, still: Sequence[Suspension]) -> bool:
    return any(pause.first <= day <= pause.last for pause in still)


def _merged(suspensions: Iterable[Suspension]) -> tuple[Suspension, ...]:
    """The same days as suspensions that are in order and do not touch."""
    merged: list[Suspension] = []
    for pause in sorted(suspensions, key=lambda pause: pause.first):
        if merged and pause.first <= merged[-1].last + _ONE:
            merged[-1] = Suspension(first=merged[-1].first, last=max(merged[-1].last, pause.last))
        else:
            merged.append(pause)
    return tuple(merged)


def _days(start: date, due: date) -> Iterator[date]:
    """The days that were gone through from a start, which does not count, to a due day on either side of it."""
    first, last = (start + _ONE, due) if start <= due else (due, start - _ONE)
    return (first + n * _ONE for n in range((last - first).days + 1))


def _uneven_days(start: date, due: date, calendar: Calendar) -> Iterator[Step]:
    """What a count of working days went by: weekends, holidays, and days in lieu that count."""
    by_kind: dict[DayKind, list[date]] = {}
    for day in _days(start, due):
        by_kind.setdefault(calendar.kind(day), []).append(day)
    for kind, code in _UNEVEN.items():
        if days := by_kind.get(kind):
            yield _step(code, days=len(days), list=spans(days))


def _stood_still(row: Term, start: date, due: date, calendar: Calendar, still: Sequence[Suspension]) -> Iterator[Step]:
    for pause in still:
        lost = [d for d in _days(start, due) if pause.first <= d <= pause.last and _counts(row, d, calendar)]
        if lost:
            yield _step("stood-still", days=len(lost), first=pause.first, last=pause.last)


def _step(code: str, **params: object) -> Step:
    return Step(code=code, params={name: str(value) for name, value in params.items()})
