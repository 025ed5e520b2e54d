"""What a procedure beside the case understands: its messages, who may send each, and what each does, once.

Effects are generators as in ``domain/effects``: what stands above the ``yield`` may refuse, what stands below happens.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from domain.chronicle import Chronicle
from domain.messages import Message
from domain.protocol import Checked, by_role, goes_on, mark, must, read, refusal
from domain.words import Role


class Remembers(Chronicle):
    """A ledger that knows which messages have acted."""

    seen: dict[str, int] = {}
    """Messages that have acted, by their marks, and the ledger event each led to."""


S = TypeVar("S", bound=Remembers)
M = TypeVar("M", bound=Message)
Effect = Callable[[S, M, datetime], Checked]


@dataclass(frozen=True)
class Kind(Generic[S]):
    """One row of a dialogue."""

    model: type[Message]
    roles: frozenset[Role]
    effect: Effect[S, Any]


class Dialogue(Generic[S]):
    """The messages of one procedure, by name."""

    def __init__(self) -> None:
        self.kinds: dict[str, Kind[S]] = {}

    def accepts(self, model: type[M], roles: Collection[Role]) -> Callable[[Effect[S, M]], Effect[S, M]]:
        """Declare an effect as what a message of this model does, and who may send it."""

        def declare(effect: Effect[S, M]) -> Effect[S, M]:
            self.kinds[model.name] = Kind(model, frozenset(roles), effect)
            return effect

        return declare

    def parse(self, name: str, body: bytes) -> Message:
        """The message that a JSON body holds. Raises Refused naming each bad field."""
        if name not in self.kinds:
            raise refusal("message.unknown", "name", known=", ".join(sorted(self.kinds)))
        return read(self.kinds[name].model, body)

    def carry_out(self, state: S, message: Message, now: datetime) -> bool:
        """Carry a message out, once. Returns False if its id had acted before. Raises Refused, and changes nothing."""
        own = mark(message)
        if own in state.seen:
            return False
        kind = self.kinds[message.name]
        goes_on(state, message)
        by_role(message, kind.roles)
        if message.actor.role is Role.OFFICER:
            must(message.actor.agency, "actor.agency_missing", "actor.agency")
        effect = kind.effect(state, message, now)
        next(effect)
        for _ in effect:
            raise AssertionError("an effect yields once")
        state.seen[own] = state.next_seq - 1
        return True
