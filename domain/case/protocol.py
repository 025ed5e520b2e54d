"""How a message becomes a change: parsed, checked against who may say it and when, then carried out once.

An effect is a generator: what stands above its ``yield`` checks and may refuse, what stands below happens.
A validator runs the upper half only, so that a check and the change it guards can't drift apart.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from domain.case.state import CaseState
from domain.dialogue import Checked, by_role, goes_on, mark
from domain.ledger import Actor
from domain.message import Message
from domain.refusal import PARTIES, M, must, read, refusal
from domain.words import Phase, Role

Effect = Callable[[CaseState, M, datetime], Checked]
OPEN_PHASES: Final = frozenset(Phase) - {Phase.CLOSED}


@dataclass(frozen=True)
class MessageKind:
    """One row of the protocol: what the message is, who may send it, and when."""

    model: type[Message]
    roles: frozenset[Role]
    phases: frozenset[Phase]
    effect: Effect[Any]
    own: frozenset[str] = frozenset()
    """Fields in which a party may name itself only."""
    only: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    """Fields that not every role which sends the message may set."""

    def reach(self, role: Role, name: str) -> "Reach":
        """What a role may put into a field."""
        if role not in self.only.get(name, self.roles) & self.roles:
            return Reach.NOTHING
        if role in PARTIES and name in self.own:
            return Reach.ITSELF
        return Reach.OWN_AGENCY if role is Role.OFFICER and name == "task" else Reach.ANYTHING


class Reach(StrEnum):
    """What somebody may put into a field of a message."""

    ANYTHING = "anything"
    ITSELF = "itself"
    """Its own ref."""
    OWN_AGENCY = "own-agency"
    """An inquiry of its own agency."""
    NOTHING = "nothing"


MESSAGES: Final[dict[str, MessageKind]] = {}
"""The protocol, by message name. Filled by ``accepts``; ``domain.procedure`` imports every row."""


def accepts(
    model: type[M],
    *,
    roles: Collection[Role],
    phases: Collection[Phase] = OPEN_PHASES,
    own: Collection[str] = (),
    only: Mapping[str, Collection[Role]] = MappingProxyType({}),
) -> Callable[[Effect[M]], Effect[M]]:
    """Declare an effect as what a message of this model does, who may send it, and who may set which field."""
    restricted = {name: frozenset(allowed) for name, allowed in only.items()}

    def declare(effect: Effect[M]) -> Effect[M]:
        MESSAGES[model.name] = MessageKind(
            model, frozenset(roles), frozenset(phases), effect, frozenset(own), restricted
        )
        return effect

    return declare


def parse(name: str, body: bytes) -> Message:
    """The message that a JSON body holds. Raises Refused naming each bad field."""
    if name not in MESSAGES:
        raise refusal("message.unknown", "name", known=", ".join(sorted(MESSAGES)))
    return read(MESSAGES[name].model, body)


def check(case: CaseState, message: Message, now: datetime) -> None:
    """Raise Refused if the message can't be carried out now; change nothing."""
    if mark(message) not in case.seen:
        effect = _admit(case, message, now)
        next(effect)
        effect.close()


def carry_out(case: CaseState, message: Message, now: datetime) -> bool:
    """Carry a message out, once. Returns False if its id had acted before.

    Raises Refused like ``check``, and then nothing has changed.
    """
    if mark(message) in case.seen:
        return False
    effect = _admit(case, message, now)
    next(effect)
    for _ in effect:
        raise AssertionError("an effect yields once")
    case.seen[mark(message)] = case.next_seq - 1
    return True


def _admit(case: CaseState, message: Message, now: datetime) -> Checked:
    kind = MESSAGES[message.name]
    goes_on(case, message)
    by_role(message, kind.roles)
    if message.actor.role is Role.OFFICER:
        must(message.actor.agency, "actor.agency_missing", "actor.agency")
    must_be_party(case, message.actor)
    if case.complaint is not None and message.actor.role is Role.INTAKE and message.name != "file_complaint":
        must(message.actor.id in case.windows, "intake.not_yours", "actor.id")
    for name in type(message).model_fields:
        _within_reach(case, message, kind, name)
    must(case.phase in kind.phases, "message.phase", "name", name=message.name, phase=case.phase)
    effect: Checked = kind.effect(case, message, now)
    return effect


def _within_reach(case: CaseState, message: Message, kind: MessageKind, name: str) -> None:
    """Refuse a field that says more than the sender may say in it."""
    value, actor = getattr(message, name), message.actor
    match kind.reach(actor.role, name):
        case Reach.NOTHING:
            allowed = ", ".join(sorted(kind.only[name]))
            unset = value == type(message).model_fields[name].default
            must(unset, "field.role", name, role=actor.role, allowed=allowed)
        case Reach.ITSELF:
            others = [ref for ref in (value if isinstance(value, tuple) else (value,)) if ref != actor.id]
            must(not others, "party.not_you", name, party=", ".join(filter(None, others)) or "-")
        case Reach.OWN_AGENCY if value in case.tasks:
            task = case.tasks[value]
            must(task.agency is actor.agency, "task.other_agency", name, agency=task.agency)


def must_be_party(case: CaseState, actor: Actor) -> None:
    """Raise Refused for a claimant or respondent whom the complaint does not name as one."""
    if case.complaint is None or actor.role not in PARTIES:
        return
    claims = actor.role is Role.CLAIMANT
    named = (actor.id in case.claimants or actor.id in case.withdrawn) if claims else actor.id in case.respondents
    must(named, "party.unknown", "actor.id")
