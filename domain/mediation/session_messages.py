"""What is said about talks (约谈): setting a time, answering an invitation, asking for another mediator."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AnyHttpUrl, Field, model_validator

from domain.base import Instant, Ref, Text
from domain.message import Message
from domain.words import Room


class HoldSession(Message):
    """Record a mediation session that was held."""

    name = "hold_session"
    held_on: date
    room: Room = Room.ORDINARY
    present: tuple[Ref, ...] = ()
    undisputed: Text | None = None
    """Facts that both sides leave undisputed."""
    minutes: Text | None = None
    session: Ref | None = None
    """The talks that had been called; whoever was invited to them and is not present stayed away."""
    represented: dict[Ref, Text] = {}
    """Who came for a party, and by what mandate."""
    both_sides: Ref | None = None
    """The paper in which both sides consent that one person speaks for both (民法典 Art.168(2))."""


class ScheduleSession(Message):
    """Set a time for talks. A place is booked with it, or the update is refused with the next free times."""

    name = "schedule_session"
    session: Ref
    starts: Instant
    length: Annotated[int, Field(ge=15, le=480)] = 90
    """Minutes."""
    kind: Room = Room.ORDINARY
    place: Ref | None = None
    """A certain room; without one, the nearest that is free."""
    trade: Ref | None = None
    """The employer's trade, by which a model worker's room is chosen."""
    link: AnyHttpUrl | None = None
    """Where talks online are held."""
    invited: tuple[Ref, ...] = ()
    """Those who are called; without any, everybody who has not withdrawn."""
    instead_of: Ref | None = None
    """Talks that are put off to this time."""

    @model_validator(mode="after")
    def _place(self) -> Self:
        if (self.kind is Room.ONLINE) != (self.link is not None):
            raise ValueError("session.link")
        if self.kind is Room.ONLINE and self.place is not None:
            raise ValueError("session.room_online")
        return self

    @property
    def ends(self) -> Instant:
        """When the room is free again."""
        return self.starts + timedelta(minutes=self.length)


class CancelSession(Message):
    """Call talks off; mediator and room are free again."""

    name = "cancel_session"
    session: Ref
    reason: Text


class InvitationReply(StrEnum):
    """What a party says to an invitation."""

    COMES = "comes"
    ANOTHER_TIME = "another-time"
    DECLINES = "declines"


class AnswerInvitation(Message):
    """Say whether one comes to talks. Nobody can be made to mediate: who declines says so for all talks."""

    name = "answer_invitation"
    session: Ref
    party: Ref
    reply: InvitationReply
    remark: Text | None = None
    """Who will come, or which times would suit."""


class RecusalGround(StrEnum):
    """Why a mediator may not handle a case (劳动争议调解仲裁法 Art.33 by analogy)."""

    RELATIVE = "relative"
    INTEREST = "interest"
    OTHER_RELATION = "other-relation"
    GIFTS = "gifts"


class AskRecusal(Message):
    """Ask for another mediator. Until it is decided no talks are held and nothing is proposed by the one challenged."""

    name = "ask_recusal"
    recusal: Ref
    ground: RecusalGround
    reason: Text


class DecideRecusal(Message):
    """Decide on a recusal: granted with the mediator who takes over, or refused. The thread goes on."""

    name = "decide_recusal"
    recusal: Ref
    granted: bool
    to: Ref | None = None
    """The mediator who takes over, when it is granted."""
    reason: Text

    @model_validator(mode="after")
    def _successor(self) -> Self:
        if self.granted != (self.to is not None):
            raise ValueError("recusal.successor")
        return self


class NoteCaucus(Message):
    """What one side said to the mediator alone. Only the mediator of the case reads it."""

    name = "note_caucus"
    party: Ref
    confidence: Text
