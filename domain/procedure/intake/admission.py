"""The centre's answer to a complaint: registered, joined, refused, or waiting for material."""

from datetime import datetime

from domain.case.receipts import Decision, Receipt
from domain.case.requests import Admission
from domain.case.state import CaseState, Referral
from domain.procedure.closure.reply import note_referral
from domain.words import Outcome


def admit(case: CaseState, admission: Admission, now: datetime) -> Receipt:
    """Register, join or refuse the complaint, and write the receipt."""
    case.receipt = _admit(case, admission, now)
    return case.receipt


def _admit(case: CaseState, admission: Admission, now: datetime) -> Receipt:
    assert case.complaint is not None
    registration, refused = admission.registration, admission.refused
    case.rules, case.missing = admission.rules, admission.missing
    case.material_deadline = admission.material_deadline
    case.case_number = None if registration.joined else registration.case_number
    receipt = Receipt(
        decision=Decision.ACCEPTED,
        case=registration.case,
        case_number=registration.case_number,
        complaint_id=case.complaint.complaint_id,
        text="",
    )
    if registration.joined:
        case.ending = Outcome.MERGED
        case.note("complaint_joined", now, case=registration.case, case_number=registration.case_number)
        return receipt.model_copy(update={"decision": Decision.JOINED})
    case.note("case_registered", now, case_number=registration.case_number, overlaps=list(registration.overlaps))
    if registration.merge_with:
        case.note("to_be_merged", now, cases=list(registration.merge_with), claimants=list(registration.overlaps))
    if refused is not None:
        case.ending = refused.outcome
        case.note("complaint_refused", now, why=refused.id, refer_to=refused.refer_to, source=refused.source)
        if refused.refer_to is not None:
            for item in case.items:
                sent = Referral(item=item.ref, target=refused.refer_to, reason=refused.id, source=refused.source)
                case.referrals.append(sent)
                note_referral(case, sent, now)
        return receipt.model_copy(
            update={"decision": Decision.REFUSED, "refer_to": refused.refer_to, "source": refused.source}
        )
    if case.missing and case.material_deadline is not None:
        due = case.material_deadline.due
        case.note("material_requested", now, missing=list(case.missing), until=due.isoformat())
        return receipt.model_copy(
            update={"decision": Decision.NEEDS_MATERIAL, "missing": case.missing, "supply_until": due}
        )
    return receipt
