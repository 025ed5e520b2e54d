"""How a message becomes a change: parsed, checked against who may say it and when, then carried out once.

An effect is a generator: what stands above its ``yield`` checks and may refuse, what stands below happens.
A validator runs the upper half only, so that a check and the change it guards can't drift apart.
"""

import hashlib
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from domain.base import Model, Ref
from domain.case import CaseState
from domain.chronicle import TOLD_SINGLY, Chronicle, Flood
from domain.ledger import SYSTEM, Actor
from domain.messages import Message
from domain.words import Phase, Role

M = TypeVar("M", bound=Message)
Checked = Generator[None, None, None]
"""What an effect is: checked up to its ``yield``, carried out after it."""
Effect = Callable[[CaseState, M, datetime], Checked]

PARTIES: Final = frozenset({Role.CLAIMANT, Role.RESPONDENT})
"""Roles whose every right ends at their own case."""
OPEN_PHASES: Final = frozenset(Phase) - {Phase.CLOSED}
_REF: Final[TypeAdapter[str]] = TypeAdapter(Ref)


class Problem(Model):
    """What is wrong with one field. Never repeats the value."""

    field: str
    code: str
    """Key of texts/refusals.yaml or texts/input.yaml."""
    params: dict[str, str] = {}


class Refused(Exception):
    """A message that can't be carried out, with every problem that a person can mend."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.field}: {p.code}" for p in problems))
        self.problems = problems


def must(condition: object, code: str, field: str, **params: object) -> None:
    """Refuse the message unless the condition holds.

    Raises Refused with the text ``refusals.<code>``.
    """
    if not condition:
        raise refusal(code, field, **params)


def refusal(code: str, field: str, **params: object) -> Refused:
    """A refusal with one problem."""
    return Refused(Problem(field=field, code=f"refusals.{code}", params={k: str(v) for k, v in params.items()}))


def no_problems(found: Iterable[Refused]) -> None:
    """Refuse the message with everything that was found wrong. Raises Refused."""
    if problems := tuple(problem for one in found for problem in one.problems):
        raise Refused(*problems)


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
"""The protocol, by message name. Filled by ``accepts``; ``domain.effects`` imports every row."""


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


def read(model: type[M], body: bytes) -> M:
    """The message of a model that a JSON body holds. Raises Refused naming each bad field."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise Refused(*problems(error)) from None


def problems(error: ValidationError) -> list[Problem]:
    """What a model found wrong, without the values that were given."""
    found = []
    details = error.errors(include_url=False, include_input=False)
    for detail in details:
        if detail["type"] == "too_short" and any(_inside(detail["loc"], other["loc"]) for other in details):
            continue  # it counts the good entries only, and the bad ones are named themselves
        field = ".".join(str(part) for part in detail["loc"]) or "(message)"
        context = detail.get("ctx", {})
        if isinstance(reason := context.get("error"), ValueError):
            found.append(Problem(field=field, code=f"refusals.{reason}"))
        else:
            params = {k: str(v) for k, v in context.items() if isinstance(v, str | int | float)}
            found.append(Problem(field=field, code=f"input.{detail['type']}", params=params))
    return found


def _inside(outer: tuple[int | str, ...], inner: tuple[int | str, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


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


def mark(message: Message) -> str:
    """By what a message is known again: its id, each sender's own, so that nobody can use up another's."""
    return hashlib.sha256(f"{message.actor.cast} {message.message_id}".encode()).hexdigest()[:32]


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


def goes_on(case: Chronicle, message: Message) -> None:
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
    if case.complaint is not None and actor.role in PARTIES:
        must(actor.id in _parties(case)[actor.role], "party.unknown", "actor.id")


def _parties(case: CaseState) -> dict[Role, frozenset[str]]:
    """Everybody whom the complaint names, those who have withdrawn included."""
    assert case.complaint is not None
    return {
        Role.CLAIMANT: frozenset(c.ref for c in case.complaint.claimants),
        Role.RESPONDENT: frozenset(r.ref for r in case.complaint.respondents),
    }


def reject(case: Chronicle, name: str, body: bytes, refused: Refused, now: datetime) -> None:
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


def turn_away(case: Chronicle, name: str, body: bytes, found: Sequence[Problem], now: datetime) -> None:
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
