"""Ledgers as event logs for process mining: what of an event goes out, and which objects it is about. Nobody's name."""

import hmac
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from domain.base import Instant, Model, Ref
from domain.ledger import Event

EVENT_ATTRIBUTES: Final = {"seq": "integer", "role": "string", "agency": "string", "digest": "string"}
OBJECT_TYPES: Final[dict[str, dict[str, str]]] = {
    "case": {"class": "string", "outcome": "string", "channel": "string"},
    "inquiry": {"agency": "string"},
    "claimant": {},
    "employer": {},
    "agency": {},
    "mediator": {},
    "session": {},
    "proposal": {},
    "instalment": {},
    "paper": {"kind": "string"},
    "referral": {"target": "string"},
}
"""The types of objects and their attributes."""
_PEOPLE: Final = (
    "claimant",
    "claimants",
    "party",
    "parties",
    "person",
    "invited",
    "present",
    "on_behalf",
    "represented",
)
"""Facts that name parties by their refs."""
_ABOUT: Final = {"task": "inquiry", "proposal": "proposal", "session": "session", "instalment": "instalment"}
"""Facts that name something of the case by its ref."""


class Thing(Model):
    """An object: its id, type and attributes."""

    id: str
    type: Ref
    attributes: dict[str, str] = {}


class Related(Model):
    """An object that an event is about, and as what."""

    object: str
    qualifier: Ref


class LoggedEvent(Model):
    """An event of a ledger as it goes out. ``digest`` is the ledger's own: each can be checked against it."""

    id: str
    type: Ref
    at: Instant
    attributes: dict[str, str]
    about: tuple[Related, ...]


class LoggedCase(Model):
    """A case as a trace: its objects, and its events in their order."""

    id: str
    things: tuple[Thing, ...]
    events: tuple[LoggedEvent, ...]


class KnownCase(Model):
    """What the casebook holds of a case beside its ledger."""

    case: Ref
    case_number: str
    case_class: str | None = None
    outcome: str | None = None
    channel: str
    employer: str
    """A digest."""
    mediator: Ref | None = None
    people: dict[Ref, str] = {}
    """Claimants by ref: digests by which one person is one in all cases."""


def pseudonym(key: bytes, what: str) -> str:
    """What somebody is called in one export: under another key nobody finds them again."""
    return hmac.new(key, what.encode(), sha256).hexdigest()[:16]


def logged(known: KnownCase, events: Iterator[Event] | list[Event], key: bytes) -> LoggedCase:
    """A case as it goes out. ``key`` is new for each export."""
    case = known.case_number
    names = {ref: f"claimant:{pseudonym(key, digest)}" for ref, digest in known.people.items()}
    employer = Thing(id=f"employer:{pseudonym(key, known.employer)}", type="employer")
    attributes = {"class": known.case_class, "outcome": known.outcome, "channel": known.channel}
    told = {name: value for name, value in attributes.items() if value is not None}
    things = {f"case:{case}": Thing(id=f"case:{case}", type="case", attributes=told), employer.id: employer}
    out = []
    for event in events:
        about = [Related(object=f"case:{case}", qualifier="of"), Related(object=employer.id, qualifier="against")]
        for thing, qualifier in _things(event, case, names, lambda who: pseudonym(key, who)):
            things.setdefault(thing.id, thing)
            about.append(Related(object=thing.id, qualifier=qualifier))
        out.append(
            LoggedEvent(
                id=f"{case}#{event.seq}",
                type=event.kind,
                at=event.at,
                attributes={
                    "seq": str(event.seq),
                    "role": event.actor.role,
                    "agency": event.actor.agency or "",
                    "digest": event.digest,
                },
                about=tuple(dict.fromkeys(about)),
            )
        )
    return LoggedCase(id=case, things=tuple(things.values()), events=tuple(out))


def _things(
    event: Event, case: str, names: Mapping[str, str], hidden: Callable[[str], str]
) -> Iterator[tuple[Thing, str]]:
    facts: Mapping[str, Any] = event.facts
    if event.actor.agency is not None:
        yield Thing(id=f"agency:{event.actor.agency}", type="agency"), "by"
    if isinstance(mediator := facts.get("mediator"), str):
        yield Thing(id=f"mediator:{hidden(mediator)}", type="mediator"), "mediator"
    for fact in _PEOPLE:
        value = facts.get(fact)
        for ref in value if isinstance(value, list) else [value]:
            if isinstance(ref, str) and ref in names:
                yield Thing(id=names[ref], type="claimant"), fact
    for fact, kind in _ABOUT.items():
        if isinstance(ref := facts.get(fact), str):
            attributes = {"agency": ref} if kind == "inquiry" else {}
            yield Thing(id=f"{kind}:{case}:{ref}", type=kind, attributes=attributes), "about"
    number, paper = facts.get("number"), facts.get("paper")
    if isinstance(number, str) and isinstance(paper, str):
        yield Thing(id=f"paper:{number}", type="paper", attributes={"kind": paper}), "issued"
    if event.kind == "item_referred" and isinstance(target := facts.get("target"), str):
        yield Thing(id=f"referral:{case}:{target}", type="referral", attributes={"target": target}), "to"
