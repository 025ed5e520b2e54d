"""Talks of a case (约谈) as they are kept: when and where, who was called, who came."""

from enum import StrEnum

from domain.base import Instant, Model, Ref, State, Text
from domain.ledger import Actor
from domain.mediation.rooms import FreeTime, Why
from domain.mediation.session_messages import InvitationReply, RecusalGround
from domain.words import Room


class SessionState(StrEnum):
    """The life of talks."""

    ASKED = "asked"
    """A place is being looked for."""
    SCHEDULED = "scheduled"
    HELD = "held"
    PUT_OFF = "put-off"
    CANCELLED = "cancelled"
    NOT_BOOKED = "not-booked"


class Standing(StrEnum):
    """How a side stands to talking."""

    TALKS = "talks"
    DECLINED = "declined"
    STAYS_AWAY = "stays-away"
    SILENT = "silent"


class Reply(State):
    """What a party answered to an invitation."""

    reply: InvitationReply
    at: Instant
    remark: Text | None = None


class Talks(State):
    """Talks that were called."""

    ref: Ref
    kind: Room
    called_at: Instant
    starts: Instant
    ends: Instant
    wished: Ref | None = None
    trade: Ref | None = None
    room: Ref | None = None
    link: str | None = None
    invited: tuple[Ref, ...]
    state: SessionState = SessionState.ASKED
    instead_of: Ref | None = None
    reply_until: Instant | None = None
    replies: dict[Ref, Reply] = {}
    replies_counted: bool = False
    reminded: bool = False
    free: tuple[FreeTime, ...] = ()
    """The times that were offered instead, where no place could be booked."""
    why: Why | None = None

    @property
    def silent(self) -> tuple[Ref, ...]:
        """Those invited who still can answer and have not."""
        waited_for = self.state is SessionState.SCHEDULED and not self.replies_counted
        return tuple(party for party in self.invited if party not in self.replies) if waited_for else ()

    @property
    def booked(self) -> bool:
        """Whether a place is kept for it."""
        return self.state in (SessionState.ASKED, SessionState.SCHEDULED)


class Recusal(State):
    """A mediator was challenged."""

    ref: Ref
    by: Actor
    mediator: Ref
    ground: RecusalGround
    at: Instant
    granted: bool | None = None
    decide_by: Instant | None = None
    overdue: bool = False


class Caucus(State):
    """What one side said to the mediator alone."""

    at: Instant
    party: Ref
    confidence: Text


class Sittings(State):
    """All talks of a case, and what was said around them."""

    talks: list[Talks] = []
    changes: int = 0
    kept: int = 0
    """How many changes the calendar has to be told, and how many it has been told."""
    missed: dict[Ref, int] = {}
    """How often each party stayed away without a word."""
    unanswered: dict[Ref, int] = {}
    """How many invitations in a row each party left unanswered."""
    standing: dict[Ref, Standing] = {}
    most: int = 2
    """How often is too often, by the table when talks were last called."""
    recusals: list[Recusal] = []
    caucus: list[Caucus] = []

    @property
    def unsettled(self) -> bool:
        """Whether the calendar has to be told something."""
        return self.kept < self.changes

    def change(self) -> None:
        """Something changes that the calendar keeps."""
        self.changes += 1

    def find(self, ref: Ref) -> Talks | None:
        """Talks by their ref."""
        return next((one for one in self.talks if one.ref == ref), None)

    @property
    def challenge(self) -> Recusal | None:
        """The recusal that is not decided."""
        return next((one for one in self.recusals if one.granted is None), None)

    @property
    def recused(self) -> frozenset[Ref]:
        """The mediators who may not handle the case any more."""
        return frozenset(one.mediator for one in self.recusals if one.granted)


class Booking(Model):
    """A time that mediator and room are to be kept for."""

    ref: Ref
    mediator: Ref
    kind: Room
    room: Ref | None
    wished: Ref | None
    starts: Instant
    ends: Instant
    trade: Ref | None = None
    """Whose room comes first."""


class BookingRequest(Model):
    """Everything that the calendar is to keep for a case; what is not named is free again."""

    case: Ref
    drill: bool
    """A drill has a calendar of its own, and takes nobody's time."""
    now: Instant
    jurisdiction: Ref
    district: str | None
    challenged: bool = False
    """Whether a recusal was asked for, of which it is not told yet until when it is to be decided."""
    bookings: tuple[Booking, ...]


class Placed(Model):
    """A time is kept."""

    ref: Ref
    room: Ref | None
    reply_until: Instant


class Clash(Model):
    """A time can't be kept; others that can."""

    ref: Ref
    why: Why
    free: tuple[FreeTime, ...]


class Calendar(Model):
    """What the calendar answered."""

    placed: tuple[Placed, ...]
    clashes: tuple[Clash, ...]
    absences: int
    decide_by: Instant | None = None
    """Until when a recusal is to be decided, where that was asked."""
    summons: int = 0
    """Up to how many people each is summoned on paper."""
