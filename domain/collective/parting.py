"""People who leave a case for another, and the cases that a case is akin to: split off, or merged."""

from typing import Literal

from domain.base import Instant, Model, Ref, State, Text
from domain.collective.messages import Refs
from domain.ledger import Actor
from domain.message import Message

How = Literal["split", "merged"]


class Split(Message):
    """Give some of the workers a case of their own, with what is known of them: those whom no settlement binds."""

    name = "split"
    claimants: Refs
    reason: Text


class Merge(Message):
    """Carry on with everybody of this case in another running case against the same employer; this one ends."""

    name = "merge"
    into: Ref
    """The other case, by its number or its workflow."""
    reason: Text


class Leaving(State):
    """Workers who are on their way to another case."""

    how: How
    to: Ref
    claimants: tuple[Ref, ...]
    reason: Text
    by: Actor
    message_id: Ref
    head: str
    """The digest of the event by which they left."""
    length: int


class Kin(Model):
    """Another case that workers came from or went to."""

    how: How
    direction: Literal["from", "to"]
    case: Ref
    case_number: str | None
    ledger_head: str | None = None
    """Of the case that they came from, as they left it."""
    claimants: int
    at: Instant
