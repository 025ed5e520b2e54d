"""What the rounds of the centre begin with: work that a schedule or a person of the centre starts, and nobody else."""

from typing import ClassVar

from domain.base import Model, Ref
from domain.ledger import Actor


class Round(Model):
    """A round, and who asked for it. What the centre did not seal is read as empty: nobody asked."""

    sealed_payload: ClassVar[str] = "anywhere"

    asked_by: Actor | None = None


class PostRound(Round):
    """A round of the post room by one channel."""

    channel: Ref = "none"
