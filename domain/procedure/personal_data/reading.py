"""Reading a person's data unmasked: for a named purpose, and never without a line on the ledger."""

from datetime import datetime

from pydantic import JsonValue

from domain.case.protocol import accepts
from domain.case.receipts import PersonalData
from domain.case.state import CaseState
from domain.case.visibility import Purpose, visibility
from domain.dialogue import Checked
from domain.intake.complaint import Claimant, Respondent
from domain.personal_data.messages import ReadPersonalData
from domain.refusal import must, refusal
from domain.words import Role

READERS = {Role.OFFICER, Role.MEDIATOR, Role.SUPERVISOR, Role.CLAIMANT}


@accepts(ReadPersonalData, roles=READERS)
def read_personal_data(case: CaseState, message: ReadPersonalData, now: datetime) -> Checked:
    purpose, actor = _purpose(message), message.actor
    must(message.person in case.refs, "party.unknown", "person")
    if actor.role is Role.OFFICER:
        must(actor.agency in {task.agency for task in case.tasks.values()}, "reading.not_asked", "actor.agency")
    if actor.role is Role.MEDIATOR:
        must(actor.id == case.mediator, "reading.not_mediator", "actor.id")
    if actor.role is Role.CLAIMANT:
        must(actor.id == message.person, "reading.own_only", "person")
    yield
    case.note(
        "personal_data_read",
        now,
        actor,
        message.message_id,
        person=message.person,
        data=_named(message),
        purpose=purpose.purpose,
        source=purpose.source,
        reason=message.reason,
    )


def revealed(case: CaseState, message: ReadPersonalData) -> PersonalData:
    """The answer to a reading that stands on the ledger; the same message again is the same reading.

    Raises Refused when the ledger's latest events hold no such reading by this actor under the message's id.
    """
    noted = next((e for e in case.events if e.message_id == message.message_id), None)
    told = {"person": message.person, "data": _named(message), "purpose": message.purpose}
    if noted is None or noted.actor != message.actor or not told.items() <= noted.facts.items():
        raise refusal("reading.spent", "message_id")
    assert case.complaint is not None
    people: dict[str, Claimant | Respondent] = {r.ref: r for r in case.complaint.respondents}
    people |= {c.ref: c for c in case.complaint.claimants}
    return PersonalData(
        case=case.case,
        message_id=message.message_id,
        seq=noted.seq,
        person=message.person,
        data={name: getattr(people[message.person], name, None) for name in message.data},
        purpose=message.purpose,
        source=str(noted.facts["source"]),
    )


def _named(message: ReadPersonalData) -> list[JsonValue]:
    return [*sorted(set(message.data))]


def _purpose(message: ReadPersonalData) -> Purpose:
    allowed = {row.purpose: row for row in visibility().purposes if message.actor.role in row.roles}
    if message.purpose not in allowed:
        raise refusal("reading.purpose", "purpose", known=", ".join(sorted(allowed)) or "-")
    return allowed[message.purpose]
