"""What is told of a mediation at a grid post: to the casebook, to the centre's services, to whoever asks."""

from datetime import date
from typing import ClassVar

from domain.base import Instant, Model, Month, Ref
from domain.grid.messages import GridRecord, Offer, Post, Said
from domain.grid.state import GridState, day
from domain.identifiers import HIDDEN
from domain.intake.complaint import Complaint, Respondent
from domain.ledger import Actor, Event
from domain.refusal import PARTIES
from domain.words import GridOutcome, Role


class GridReceipt(Model):
    """The answer to whoever opens a mediation at a post. Holds no personal data."""

    public_payload: ClassVar[bool] = True

    case: Ref
    """The workflow to talk to."""
    post: Ref
    complaint_id: Ref | None
    due: date
    """The post may try until the end of this day; then the centre takes over."""
    paid_by: date
    """All that is agreed at the post must be due by this day."""
    source: str
    verified: bool
    text: str = ""
    """What this means and what to do next, in the language of the message."""


class GridOpening(Model):
    """Asks for the terms of a mediation that was opened on a day."""

    jurisdiction: Ref
    opened_on: date


class GridForwarding(Model):
    """A complaint that the centre is to take over, with what was tried at the post."""

    complaint: Complaint
    record: GridRecord
    drill: bool


class GridRow(Model):
    """The searchable line of a mediation at a post."""

    case: Ref
    post: Post
    drill: bool
    employer: Respondent
    complaint_id: Ref | None
    since: Month | None
    """The first month without premiums, where it was opened upon an early warning."""
    workers: int | None
    """How many people worked on there when it was warned of."""
    visited: bool
    """Whether the post has noted what anybody there says."""
    opened_at: Instant
    due_at: Instant
    outcome: GridOutcome | None
    ended_at: Instant | None
    forwarded_to: Ref | None
    seq: int


class GridEntry(Model):
    """What the casebook has not been told yet."""

    events: tuple[Event, ...]
    row: GridRow


class GridView(Model):
    """A mediation at a post, as far as its reader may see it."""

    case: Ref
    drill: bool
    post: Post
    complaint_id: Ref | None
    since: Month | None
    employer: str
    claimants: tuple[Ref, ...]
    opened_on: date
    due: date | None
    paid_by: date | None
    said: tuple[Said, ...]
    offers: tuple[Offer, ...]
    outcome: GridOutcome | None
    forwarded_to: Ref | None
    case_number: str | None
    ledger_length: int
    ledger_head: str
    line: str = ""


def receipt(grid: GridState) -> GridReceipt | None:
    """The receipt; None before the terms are known."""
    if grid.plan is None or grid.post is None:
        return None
    due = grid.plan.deadline
    return GridReceipt(
        case=grid.case,
        post=grid.post.id,
        complaint_id=grid.complaint.complaint_id if grid.complaint else None,
        due=due.due,
        paid_by=grid.plan.paid_by,
        source=due.source,
        verified=due.verified,
    )


def entry(grid: GridState) -> GridEntry:
    """The new events, with the row that people search."""
    assert grid.plan is not None and grid.opened_at is not None and grid.post is not None
    return GridEntry(
        events=tuple(grid.unrecorded()),
        row=GridRow(
            case=grid.case,
            post=grid.post,
            drill=grid.drill,
            employer=grid.employer,
            complaint_id=grid.complaint.complaint_id if grid.complaint else None,
            since=grid.warning.since if grid.warning else None,
            workers=grid.warning.workers if grid.warning else None,
            visited=bool(grid.said or grid.offers),
            opened_at=grid.opened_at,
            due_at=grid.plan.deadline.due_at,
            outcome=grid.outcome,
            ended_at=grid.ended_at,
            forwarded_to=grid.forwarded.case if grid.forwarded else None,
            seq=grid.next_seq - 1,
        ),
    )


def view(grid: GridState, reader: Actor) -> GridView:
    """The mediation as its reader may see it: what was said only to the post, the mediator and the supervisor.

    A party sees its own words.
    """
    assert grid.post is not None and grid.opened_at is not None
    at_the_post = reader.role is Role.INTAKE and reader.id == grid.post.id
    all_words = at_the_post or reader.role in {Role.MEDIATOR, Role.SUPERVISOR, Role.SYSTEM}
    all_offers = all_words or reader.role in PARTIES
    return GridView(
        case=grid.case,
        drill=grid.drill,
        post=grid.post,
        complaint_id=grid.complaint.complaint_id if grid.complaint else None,
        since=grid.warning.since if grid.warning else None,
        employer=grid.employer.name,
        claimants=grid.claimants,
        opened_on=day(grid.opened_at),
        due=grid.plan.deadline.due if grid.plan else None,
        paid_by=grid.plan.paid_by if grid.plan else None,
        said=tuple(
            said
            if all_words or (reader.role in PARTIES and said.who == reader.id)
            else said.model_copy(update={"text": HIDDEN})
            for said in grid.said
        ),
        offers=tuple(_seen(offer, reader) for offer in grid.offers.values()) if all_offers else (),
        outcome=grid.outcome,
        forwarded_to=grid.forwarded.case if grid.forwarded else None,
        case_number=grid.forwarded.case_number if grid.forwarded else None,
        ledger_length=grid.next_seq - 1,
        ledger_head=grid.head,
    )


def _seen(offer: Offer, reader: Actor) -> Offer:
    """A claimant sees what they themselves are offered."""
    if reader.role is not Role.CLAIMANT:
        return offer
    own = tuple(
        instalment.model_copy(
            update={
                "part_a": {ref: yuan for ref, yuan in instalment.part_a.items() if ref == reader.id},
                "part_b": {ref: yuan for ref, yuan in instalment.part_b.items() if ref == reader.id},
            }
        )
        for instalment in offer.instalments
    )
    counted = {ref: yuan for ref, yuan in offer.counted.items() if ref == reader.id}
    return offer.model_copy(update={"instalments": own, "counted": counted})
