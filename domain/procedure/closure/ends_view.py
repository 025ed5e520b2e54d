"""What a case's end leaves to each party, as readers see it: the answer, the limitation, the ways of remedy."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import ClassVar

from domain.assessment.limitation import ClockState, LimitationClock, later
from domain.base import Model, Ref, Yuan
from domain.case.opening import Page
from domain.case.state import CaseState
from domain.closure.ends import OPEN, Remedy, without_terms
from domain.intake.claims import nature
from domain.papers.kinds import Paper
from domain.words import ClaimKind, Nature, ReferralTarget


class Limit(Model):
    """The limitation of a claim item, as its clock stands."""

    state: ClockState
    last: date | None
    """The last day in time; None when nothing runs, or nobody knows how long it will stand still."""
    remaining_days: int | None
    provisional: bool
    verified: bool


class ItemEnd(Model):
    """What became of a claim item for one claimant; ``claimant`` None: for all of them."""

    item: Ref
    claimant: Ref | None
    kind: ClaimKind
    nature: Nature
    answer: str
    """Code of texts/reply.yaml, or ``open`` while there is no answer."""
    amount: Yuan | None = None
    referred_to: ReferralTarget | None = None
    limit: Limit | None = None


class EndsView(Model):
    """How a case ended, or stands, and what each party can do until when."""

    public_payload: ClassVar[bool] = True

    case: Ref
    case_number: str | None
    end: Ref
    """A row of tables/ends.yaml."""
    on: date
    page: Page | None = None
    items: tuple[ItemEnd, ...]
    remedies: tuple[Remedy, ...]
    """By answer and nature, so that thousands of claimants share them."""
    papers: tuple[Paper, ...]


def end_of(case: CaseState) -> str:
    """How the case has ended, or stands: a row of the table of ends."""
    if case.outcome is not None:
        return case.outcome
    if case.suspension is not None:
        return "suspended"
    return "reopened" if case.reopening is not None else "running"


def limits(case: CaseState, now: datetime) -> dict[str, Limit]:
    """The limitation of each claim item as of today, by item."""
    kinds = {item.ref: item.kind for item in case.items}
    today = case.day(now)
    return {clock.item: _limit(later(clock, kinds[clock.item], today)) for clock in case.clocks}


def _limit(clock: LimitationClock) -> Limit:
    return Limit(
        state=clock.state,
        last=clock.lapses_on,
        remaining_days=clock.remaining_days,
        provisional=clock.provisional,
        verified=clock.verified,
    )


def ends_view(case: CaseState, now: datetime) -> EndsView:
    """How a case ended, or stands, at an instant."""
    items = tuple(_items(case, now))
    return EndsView(
        case=case.case,
        case_number=case.case_number,
        end=end_of(case),
        on=case.day(now),
        items=items,
        remedies=case.ends.remedies or without_terms((OPEN, item.nature) for item in items),
        papers=tuple(case.papers),
    )


def _items(case: CaseState, now: datetime) -> Iterator[ItemEnd]:
    limit, items = limits(case, now), {item.ref: item for item in case.items}
    if not case.ends.remedies:
        for item in items.values():
            told = ItemEnd(item=item.ref, claimant=item.claimant, kind=item.kind, nature=nature(item.kind), answer=OPEN)
            yield told.model_copy(update={"limit": limit.get(item.ref)})
        return
    for reply in case.reply:
        kind = items[reply.item].kind
        yield ItemEnd(
            item=reply.item,
            claimant=reply.claimant,
            kind=kind,
            nature=nature(kind),
            answer=reply.answer,
            amount=reply.amount,
            referred_to=reply.referred_to,
            limit=limit.get(reply.item),
        )
