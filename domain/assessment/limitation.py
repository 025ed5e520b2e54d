"""Limitation: one clock for each claim item, with what set it going, stopped it and started it anew.

A clock warns and never refuses: the limitation of arbitration is a defence that the employer has to raise, and
whether the look-back of labour inspection bars the collection of premiums is contested.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from domain.base import Model, Ref
from domain.deadlines.calendar import Calendar
from domain.deadlines.deadline import Deadline, Step, Suspension, plan
from domain.deadlines.term_table import Terms
from domain.words import ClaimKind
from domain.yaml_file import TABLES, read_yaml

_TABLE: Final = TABLES / "limitation.yaml"


class LimitationEventKind(StrEnum):
    """What acts on a limitation clock."""

    CLAIM_ON_EMPLOYER = "claim-on-employer"
    REQUEST_TO_AUTHORITY = "request-to-authority"
    CONSENT_OF_DEBTOR = "consent-of-debtor"
    FILING_WITH_CENTRE = "filing-with-centre"
    FILING_WITH_ARBITRATION = "filing-with-arbitration"
    FORCE_MAJEURE = "force-majeure"


class ClockState(StrEnum):
    """How a clock stands."""

    NOT_BEGUN = "not-begun"
    RUNNING = "running"
    STANDING_STILL = "standing-still"
    HELD = "held"
    """The claim was made in time; nothing runs any more."""
    LAPSED = "lapsed"


class LimitationEvent(Model):
    """Something that acts on the clock on a day; a hindrance lasts until a day, or still lasts (None)."""

    kind: LimitationEventKind
    on: date
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.on:
            raise ValueError("it ends before it begins")
        return self


class EventRow(Model):
    """What an event does to a clock."""

    event: LimitationEventKind
    effect: Literal["interrupts", "suspends", "holds"]
    revives: bool = False
    source: str
    verified: bool


class ClockRow(Model):
    """A kind of clock: which claims it is for, its term, what sets it going and what acts on it."""

    clock: Ref
    claims: tuple[ClaimKind, ...]
    rule: Ref
    began: Ref
    when_lapsed: Ref
    warn_days: Annotated[int, Field(ge=0)]
    source: str
    verified: bool
    events: tuple[EventRow, ...]


class ClockAsked(Model):
    """A claim item whose clock is asked for: what it began with and what has acted on it."""

    item: Ref
    kind: ClaimKind
    began: date | None
    events: tuple[LimitationEvent, ...] = ()


class LimitationClock(Model):
    """How long a claim item may still be raised, as of a day. Codes are those of texts/limitation.yaml."""

    item: Ref
    clock: Ref
    as_of: date
    state: ClockState
    runs_from: date | None
    """The day from which the term was last counted anew, which itself does not count."""
    lapses_on: date | None
    """The last day in time; None when nothing runs, or nobody knows how long it will stand still."""
    remaining_days: int | None
    """Calendar days that will run after ``as_of``; 0 on the last day and after it, None when nothing runs."""
    pauses: tuple[Suspension, ...] = ()
    """When it stood still, or will."""
    provisional: bool = False
    warnings: tuple[Step, ...] = ()
    history: tuple[Step, ...] = ()
    sources: tuple[str, ...]
    verified: bool


@cache
def clock_rows() -> dict[ClaimKind, ClockRow]:
    """The shipped table, by kind of claim; every kind has its clock."""
    rows = [ClockRow.model_validate(row) for row in read_yaml(_TABLE.read_text("utf-8"))["clocks"]]
    return {kind: row for row in rows for kind in row.claims}


def limitation_clock(
    item: str,
    kind: ClaimKind,
    began: date | None,
    events: Iterable[LimitationEvent],
    as_of: date,
    calendar: Calendar,
    jurisdiction: str = "CN",
    *,
    table: Terms | None = None,
) -> LimitationClock:
    """The clock of a claim item as of a day; events after that day are not looked at.

    ``began`` is what the kind's row names: the day of knowing, the end of employment (wages) or the end of the
    breach (premiums); None while that has not happened. Raises UnknownTerm, or OutsideCalendar before 2004.
    """
    row = clock_rows()[kind]
    clock = LimitationClock(
        item=item,
        clock=row.clock,
        as_of=as_of,
        state=ClockState.NOT_BEGUN,
        runs_from=began,
        lapses_on=None,
        remaining_days=None,
        history=(_step(f"awaits-{row.began}"),),
        sources=(row.source,),
        verified=row.verified,
    )
    if began is None:
        return clock
    run = _Run(
        began, lambda start, still: plan(row.rule, start, calendar, jurisdiction, suspensions=still, table=table)
    )
    run.history.append(_step(f"began-{row.began}", day=began))
    acts = {act.event: act for act in row.events}
    for event in sorted(events, key=lambda event: (event.on, event.kind, event.until or date.max)):
        if event.on <= as_of and event.kind in acts:
            run.take(event, acts[event.kind], as_of)
    lapse = run.lapse
    state, remaining = run.standing(lapse, as_of)
    return clock.model_copy(
        update={
            "state": state,
            "runs_from": run.start,
            "lapses_on": None if run.held or run.hindered else lapse.due,
            "remaining_days": remaining,
            "pauses": lapse.suspensions,
            "provisional": lapse.provisional and not run.held,
            "warnings": tuple(_warnings(row, state, remaining, lapse.due)),
            "history": tuple(run.history),
            "sources": tuple(dict.fromkeys((row.source, lapse.source, *(act.source for act in run.used)))),
            "verified": row.verified and lapse.verified and all(act.verified for act in run.used),
        }
    )


def clocks(
    asked: Iterable[ClockAsked], as_of: date, calendar: Calendar, jurisdiction: str, table: Terms
) -> tuple[LimitationClock, ...]:
    """The clock of each claim item as of a day. Raises as ``limitation_clock``."""
    return tuple(
        limitation_clock(one.item, one.kind, one.began, one.events, as_of, calendar, jurisdiction, table=table)
        for one in asked
    )


def later(clock: LimitationClock, kind: ClaimKind, day: date) -> LimitationClock:
    """How a clock stands on a later day if nothing else has acted on it."""
    lapses, began = clock.lapses_on, clock.runs_from
    if lapses is None or began is None or clock.state is ClockState.HELD:
        return clock.model_copy(update={"as_of": day})
    state, left = _standing(began, lapses, clock.pauses, day)
    warnings = tuple(_warnings(clock_rows()[kind], state, left, lapses))
    return clock.model_copy(update={"as_of": day, "state": state, "remaining_days": left, "warnings": warnings})


class _Run:
    """A term that runs, and what has acted on it so far."""

    def __init__(self, start: date, count: Callable[[date, Sequence[Suspension]], Deadline]) -> None:
        self.start, self._count = start, count
        self.still: list[Suspension] = []
        self.held = self.hindered = False
        self.history: list[Step] = []
        self.used: list[EventRow] = []

    @property
    def lapse(self) -> Deadline:
        return self._count(self.start, self.still)

    def take(self, event: LimitationEvent, act: EventRow, as_of: date) -> None:
        """Let an event act on the term, unless it comes too early or too late to act."""
        if self.held or (event.on < self.start and act.effect == "interrupts"):
            return
        if event.on > self.lapse.due and not act.revives:
            self.history.append(_step("too-late", day=event.on, event=event.kind))
            return
        self.used.append(act)
        self.history.append(_step(act.effect, day=event.on, event=event.kind, until=event.until or "—"))
        match act.effect:
            case "holds":
                self.held = True
            case "interrupts":
                self.start = event.on
            case "suspends":
                self.hindered = self.hindered or event.until is None
                self.still.append(Suspension(first=event.on, last=event.until or as_of))

    def standing(self, lapse: Deadline, as_of: date) -> tuple[ClockState, int | None]:
        """How the term stands on a day, and how many days it will still run."""
        if self.held:
            return ClockState.HELD, None
        return _standing(self.start, lapse.due, lapse.suspensions, as_of)


def _standing(start: date, last: date, pauses: Sequence[Suspension], as_of: date) -> tuple[ClockState, int]:
    left = (last - as_of).days - sum(_days_within(pause, as_of, last) for pause in pauses)
    if as_of > last:
        return ClockState.LAPSED, 0
    if any(pause.first <= as_of <= pause.last for pause in pauses):
        return ClockState.STANDING_STILL, left
    return ClockState.RUNNING if as_of >= start else ClockState.NOT_BEGUN, left


def _days_within(pause: Suspension, after: date, last: date) -> int:
    return max((min(pause.last, last) - max(pause.first - timedelta(days=1), after)).days, 0)


def _warnings(row: ClockRow, state: ClockState, remaining: int | None, last: date) -> Iterator[Step]:
    if state is ClockState.LAPSED:
        yield _step(row.when_lapsed, day=last, source=row.source)
    elif state is ClockState.RUNNING and remaining is not None and remaining <= row.warn_days:
        yield _step("about-to-lapse", day=last, days=remaining, source=row.source)


def _step(code: str, **params: object) -> Step:
    return Step(code=code, params={name: str(value) for name, value in params.items()})
