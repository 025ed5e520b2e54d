"""Correcting what the case holds of a person: at once, traceable, and without a value on the ledger."""

from datetime import datetime
from typing import Final, TypeVar

from pydantic import JsonValue

from domain.case.protocol import accepts
from domain.case.state import CaseState
from domain.dialogue import Checked
from domain.intake.complaint import Claimant, Respondent
from domain.personal_data.messages import CorrectPersonalData
from domain.refusal import PARTIES, must
from domain.words import EMPLOYING, RespondentKind, Role

_DESKS: Final = {Role.INTAKE, Role.OFFICER, Role.SUPERVISOR}
_COMPANIES: Final = EMPLOYING | {RespondentKind.USER_UNIT}
P = TypeVar("P", Claimant, Respondent)
_WHO_IT_IS: Final = ("full_name", "identity_number")


@accepts(
    CorrectPersonalData,
    roles=_DESKS | PARTIES,
    own={"person"},
    only={"full_name": _DESKS, "identity_number": _DESKS, "proof": _DESKS},
)
def correct_personal_data(case: CaseState, message: CorrectPersonalData, now: datetime) -> Checked:
    complaint = case.complaint
    must(complaint, "filing.nothing_filed", "name")
    assert complaint is not None
    must(message.person in case.refs, "party.unknown", "person")
    if message.actor.role is Role.OFFICER:
        asked = {task.agency for task in case.tasks.values()}
        must(message.actor.agency in asked, "reading.not_asked", "actor.agency")
    claimant = next((c for c in complaint.claimants if c.ref == message.person), None)
    respondent = next((r for r in complaint.respondents if r.ref == message.person), None)
    for field in _WHO_IT_IS:
        given = getattr(message, field) is not None
        must(not given or message.proof, "correction.needs_proof", "proof")
        named = claimant is not None or (field == "full_name" and respondent and respondent.kind not in _COMPANIES)
        must(not given or named, "correction.company", field)
    number = message.identity_number
    same = next((c for c in complaint.claimants if c.identity_number == number), None)
    must(same is None or same.ref == message.person, "join.person_known", "identity_number", ref=same and same.ref)
    yield
    changes = {("name" if f == "full_name" else f): getattr(message, f) for f in message.fields()}
    case.complaint = complaint.model_copy(
        update={
            "claimants": tuple(_changed(c, claimant, changes) for c in complaint.claimants),
            "respondents": tuple(_changed(r, respondent, changes) for r in complaint.respondents),
        }
    )
    corrected: list[JsonValue] = [*message.fields()]
    event = case.note(
        "personal_data_corrected",
        now,
        message.actor,
        message.message_id,
        person=message.person,
        data=corrected,
        proof=message.proof,
        reason=message.reason,
        source="个人信息保护法 Art.46",
    )
    case.joined[message.person] = event.seq


def _changed(one: P, whom: P | None, changes: dict[str, object]) -> P:
    return one.model_copy(update=changes) if one is whom else one
