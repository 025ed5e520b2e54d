"""Everything that a joint meeting is."""

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import JsonValue

from domain.base import Instant, Model, Ref, State, Text, Yuan
from domain.dialogue import ProcedureState
from domain.ledger import Actor
from domain.meeting.messages import Dissent, ItemKind, MeetingKind, Member
from domain.refusal import Problem
from domain.words import Agency

SERIES: Final = "联席"
SERIES_OF_DRILLS: Final = "联席演"
"""What numbers of meetings begin with."""


class MeetingStage(StrEnum):
    """The life of a meeting."""

    CALLED = "called"
    FIXED = "agenda-fixed"
    HELD = "sitting"
    ISSUED = "minutes-issued"


class ItemState(StrEnum):
    """The life of an item of the agenda."""

    PROPOSED = "proposed"
    ADMITTED = "admitted"
    DECIDED = "decided"
    PUT_OFF = "held-over"
    REFUSED = "refused-by-case"
    """A case refused what was decided: the item is on the agenda again."""


class Item(State):
    """Something before the meeting."""

    ref: Ref
    kind: ItemKind
    title: str
    case: Ref | None = None
    case_number: str | None = None
    about: Ref | None = None
    """The contradiction, inquiry or order that it is about."""
    sources: tuple[str, ...] = ()
    """What each of two sources says, as a sentence; the first stands until somebody decides."""
    money: Yuan | None = None
    """By how much part A changes where the second source holds, in yuan; None where it was not counted."""
    by: Actor
    at: Instant
    state: ItemState = ItemState.PROPOSED
    said: list[str] = []
    decision: Ref | None = None


class Act(State):
    """A message that a decision sends to a case, and the ledger number that came back."""

    item: Ref
    case: Ref
    name: Ref
    fields: dict[str, JsonValue]
    seq: int | None = None
    refused: tuple[Problem, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether the case has not answered yet."""
        return self.seq is None and not self.refused


class Decision(State):
    """What was decided on items."""

    ref: Ref
    items: tuple[Ref, ...]
    text: Text
    article: Text | None
    dissent: tuple[Dissent, ...]
    at: Instant
    by: Actor
    acts: list[Act] = []


class Colour(StrEnum):
    """How an order stands against its term: near it, over it, long over it."""

    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


class OrderTerm(Model):
    """Until when an order is to be done, and when its colour changes."""

    due: date
    blue_at: Instant
    yellow_at: Instant
    red_at: Instant


class OrderState(StrEnum):
    """The life of an order."""

    SET = "set"
    OPEN = "open"
    REPORTED = "report-in"
    CLOSED = "closed"


class Order(State):
    """An order that is followed until it is done."""

    ref: Ref
    what: Text
    agency: Agency
    helping: tuple[Agency, ...]
    days: int
    cases: tuple[Ref, ...]
    at: Instant
    state: OrderState = OrderState.SET
    term: OrderTerm | None = None
    colour: Colour = Colour.GREEN
    reports: list[str] = []
    sent_back: int = 0

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.state is not OrderState.CLOSED


class Meeting(ProcedureState):
    """Everything that a joint meeting is."""

    number: str | None = None
    kind: MeetingKind | None = None
    drill: bool = False
    stage: MeetingStage = MeetingStage.CALLED
    starts: Instant | None = None
    place: str | None = None
    chair: Ref | None = None
    recorder: Ref | None = None
    members: tuple[Member, ...] = ()
    guests: tuple[Ref, ...] = ()
    present: tuple[Ref, ...] = ()
    held_at: Instant | None = None
    issued_at: Instant | None = None
    to_gather: bool = False
    """The agenda is to be filled with what waits."""
    items: dict[Ref, Item] = {}
    decisions: dict[Ref, Decision] = {}
    orders: dict[Ref, Order] = {}

    @property
    def pending(self) -> list[Act]:
        """What decisions have still to tell cases."""
        return [act for decision in self.decisions.values() for act in decision.acts if act.pending]

    @property
    def over(self) -> bool:
        """Whether nothing is awaited any more."""
        return self.stage is MeetingStage.ISSUED and not any(order.open for order in self.orders.values())
