"""What a message comes to, whatever takes it: proved to be in reach, carried out once, turned away on the record.

An effect is a generator: what stands above its ``yield`` checks and may refuse, what stands below happens. A
``Dialogue`` is what a procedure beside the case understands.
"""

import hashlib
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from domain.base import Ref
from domain.ledger import SYSTEM, Actor
from domain.message import Message
from domain.refusal import Problem, Refused, must, read, refusal
from domain.running_ledger import TOLD_SINGLY, Flood, RunningLedger
from domain.words import Role

Checked = Generator[None, None, None]
"""What an effect is: checked up to its ``yield``, carried out after it."""
_REF: Final[TypeAdapter[str]] = TypeAdapter(Ref)


def mark(message: Message) -> str:
    """By what a message is known again: its id, each sender's own, so that nobody can use up another's."""
    return hashlib.sha256(f"{message.actor.cast} {message.message_id}".encode()).hexdigest()[:32]


def goes_on(case: RunningLedger, message: Message) -> None:
    """Refuse what could not be kept: the casebook knows another story of the case. Only ``retry`` may mend that."""
    must(case.halted is None or message.name == "retry", "ledger.halted", "name")


def by_role(message: Message, roles: Collection[Role]) -> None:
    """Refuse a message whose sender's role may not send it."""
    must(
        message.actor.role in roles,
        "actor.role",
        "actor.role",
        role=message.actor.role,
        allowed=", ".join(sorted(roles)),
    )


def reject(case: RunningLedger, name: str, body: bytes, refused: Refused, now: datetime) -> None:
    """Put a signal that was refused on the timeline: who, what and why, without what it carried."""
    sender = envelope(body)
    case.note(
        "message_rejected",
        now,
        sender.actor or SYSTEM,
        sender.message_id,
        name=name if _is_ref(name) else "?",
        sender="known" if sender.actor else "unknown",
        problems=[p.model_dump(mode="json") for p in refused.problems[:10]],
    )


def turn_away(case: RunningLedger, name: str, body: bytes, found: Sequence[Problem], now: datetime) -> None:
    """Put a signal whose sender could not be proved on the timeline: who it claims to be from, what and why.

    It stands there under the system's name, since nobody knows whose it was. Of very many it is told how many there
    were: whoever can reach the server can't fill a ledger.
    """
    if case.flood is None:
        case.flood = Flood(since=now)
    case.flood.count += 1
    if case.flood.count > TOLD_SINGLY:
        if case.flood.count >= 2 * case.flood.told:
            case.tell_flood(now)
        return
    case.flood.told = case.flood.count
    sender = envelope(body)
    case.note(
        "message_unproved",
        now,
        SYSTEM,
        name=name if _is_ref(name) else "?",
        claimed=sender.actor.cast if sender.actor else None,
        problems=[p.model_dump(mode="json") for p in found[:10]],
    )


@dataclass(frozen=True)
class Envelope:
    """What can be made out of a message before it is parsed."""

    actor: Actor | None = None
    message_id: str | None = None


def envelope(body: bytes) -> Envelope:
    """Who a message says it is from, and its id, however bad the rest may be."""
    try:
        fields = _JSON_OBJECT.validate_json(body)
    except ValidationError:
        return Envelope()
    try:
        actor = Actor.model_validate(fields.get("actor"))
    except ValidationError:
        actor = None
    message_id = fields.get("message_id")
    return Envelope(actor, message_id if _is_ref(message_id) else None)


_JSON_OBJECT: Final[TypeAdapter[dict[str, Any]]] = TypeAdapter(dict[str, Any])


def _is_ref(value: object) -> bool:
    try:
        _REF.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


class ProcedureState(RunningLedger):
    """A ledger that knows which messages have acted."""

    case: Ref
    """The workflow id of whatever keeps it."""
    seen: dict[str, int] = {}
    """Messages that have acted, by their marks, and the ledger event each led to."""


S = TypeVar("S", bound=ProcedureState)
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

    def check(self, state: S, message: Message, now: datetime) -> None:
        """Raise Refused if a message can't be carried out now; change nothing."""
        if mark(message) not in state.seen:
            self._admitted(state, message, now).close()

    def _admitted(self, state: S, message: Message, now: datetime) -> Checked:
        kind = self.kinds[message.name]
        goes_on(state, message)
        by_role(message, kind.roles)
        if message.actor.role is Role.OFFICER:
            must(message.actor.agency, "actor.agency_missing", "actor.agency")
        effect: Checked = kind.effect(state, message, now)
        next(effect)
        return effect

    def carry_out(self, state: S, message: Message, now: datetime) -> bool:
        """Carry a message out, once. Returns False if its id had acted before. Raises Refused, and changes nothing."""
        own = mark(message)
        if own in state.seen:
            return False
        effect = self._admitted(state, message, now)
        for _ in effect:
            raise AssertionError("an effect yields once")
        state.seen[own] = state.next_seq - 1
        return True
