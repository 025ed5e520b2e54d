"""What is seen of a joint meeting, and what the casebook is told of it."""

from datetime import date

from domain.base import Instant, Model, Ref
from domain.ledger import Event
from domain.meeting.effects import alarms
from domain.meeting.messages import MeetingKind, Member
from domain.meeting.state import Decision, Item, ItemState, Meeting, MeetingStage, Order
from domain.words import Agency


class MeetingReceipt(Model):
    """A meeting that was called."""

    meeting: Ref
    number: str
    items: int
    """On its agenda so far."""


class MeetingView(Model):
    """A meeting as those who take part see it."""

    meeting: Ref
    number: str | None
    kind: MeetingKind | None
    drill: bool
    stage: MeetingStage
    starts: Instant | None
    place: str | None
    chair: Ref | None
    recorder: Ref | None
    members: tuple[Member, ...]
    guests: tuple[Ref, ...]
    present: tuple[Ref, ...]
    held_at: Instant | None
    issued_at: Instant | None
    items: tuple[Item, ...]
    decisions: tuple[Decision, ...]
    orders: tuple[Order, ...]
    blocked: str | None
    ledger_head: str
    ledger_length: int


class MeetingRow(Model):
    """A meeting in the casebook."""

    meeting: Ref
    number: str | None
    kind: MeetingKind
    drill: bool
    stage: MeetingStage
    starts: Instant
    items: int
    open_items: int
    decisions: int
    seq: int


class OrderRow(Model):
    """An order in the casebook."""

    ref: Ref
    agency: Agency
    what: str
    due: date | None
    colour: str
    state: str
    helping: tuple[Agency, ...] = ()
    cases: tuple[Ref, ...] = ()
    """Numbers or ids of cases, as the order names them."""


class MeetingEntry(Model):
    """What the casebook has not been told yet."""

    events: tuple[Event, ...]
    row: MeetingRow
    orders: tuple[OrderRow, ...]
    people: tuple[Ref, ...] = ()
    """Who sits in it, its recorder and its guests."""


def view(meeting: Meeting) -> MeetingView:
    """The meeting as it stands."""
    fields = {name: getattr(meeting, name) for name in MeetingView.model_fields if name in Meeting.model_fields}
    return MeetingView.model_validate(
        {
            **fields,
            "meeting": meeting.case,
            "items": tuple(meeting.items.values()),
            "decisions": tuple(meeting.decisions.values()),
            "orders": tuple(meeting.orders.values()),
            "blocked": meeting.blocked.code if meeting.blocked else None,
            "ledger_head": meeting.head,
            "ledger_length": meeting.next_seq - 1,
        },
        from_attributes=True,
    )


def entry(meeting: Meeting) -> MeetingEntry:
    """What the casebook has not been told yet, with the rows that people search."""
    assert meeting.kind is not None and meeting.starts is not None
    people = (*(one.member for one in meeting.members), meeting.recorder, *meeting.guests)
    done = {ItemState.DECIDED, ItemState.PUT_OFF}
    return MeetingEntry(
        events=tuple(meeting.unrecorded()),
        people=tuple(dict.fromkeys(who for who in people if who is not None)),
        row=MeetingRow(
            meeting=meeting.case,
            number=meeting.number,
            kind=meeting.kind,
            drill=meeting.drill,
            stage=meeting.stage,
            starts=meeting.starts,
            items=len(meeting.items),
            open_items=sum(item.state not in done for item in meeting.items.values()),
            decisions=len(meeting.decisions),
            seq=meeting.next_seq - 1,
        ),
        orders=tuple(
            OrderRow(
                ref=order.ref,
                agency=order.agency,
                what=order.what,
                due=order.term.due if order.term else None,
                colour=order.colour,
                state=order.state,
                helping=order.helping,
                cases=order.cases,
            )
            for order in meeting.orders.values()
        ),
    )


def next_alarm(meeting: Meeting) -> Instant | None:
    """When something is due next."""
    return min((alarm.at for alarm in alarms(meeting)), default=None)
