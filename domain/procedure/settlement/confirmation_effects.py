"""Asking for the confirmation of a settlement, and what the court or the arbitration commission decides."""

from datetime import datetime

from domain.case.protocol import accepts
from domain.case.state import CaseState, Settlement
from domain.dialogue import Checked
from domain.ledger import Actor
from domain.procedure.settlement.confirming import concerned, joint
from domain.refusal import PARTIES, must
from domain.settlement.confirmation import (
    Confirmation,
    ConfirmationKind,
    ConfirmationState,
    RecordConfirmationResult,
    RequestConfirmation,
)
from domain.words import Phase, Role

PERFORMING = {Phase.PERFORMANCE}


def _confirmation(case: CaseState, actor: Actor, kind: ConfirmationKind) -> tuple[Settlement, Confirmation]:
    one, known = case.confirmations.get(kind), ", ".join(case.confirmations) or "-"
    must(one is not None, "confirmation.unknown", "kind", known=known)
    if actor.role is Role.MEDIATOR:
        must(actor.id == case.mediator, "mediation.not_your_case", "actor.id", mediator=case.mediator)
    assert one is not None and case.settlement is not None
    return case.settlement, one


@accepts(RequestConfirmation, roles=PARTIES | {Role.MEDIATOR}, phases=PERFORMING, own={"parties"})
def request_confirmation(case: CaseState, message: RequestConfirmation, now: datetime) -> Checked:
    settlement, one = _confirmation(case, message.actor, message.kind)
    must(one.runs and not one.over, "confirmation.closed", "kind", state=one.state, due=one.deadline.due)
    may = {settlement.payer, *concerned(settlement)}
    for party in message.parties:
        must(party in may, "confirmation.nothing_to_confirm", "parties", party=party)
        must(party not in one.asked, "confirmation.asked", "parties", party=party)
    yield
    one.asked.update(dict.fromkeys(message.parties, now))
    case.note(
        "confirmation_asked",
        now,
        message.actor,
        message.message_id,
        confirmation=one.kind,
        parties=list(message.parties),
        due=one.deadline.due.isoformat(),
    )
    if one.state is ConfirmationState.OPEN and joint(case, one):
        one.state = ConfirmationState.REQUESTED
        case.note("confirmation_applied_for", now, confirmation=one.kind, payer=settlement.payer)


@accepts(RecordConfirmationResult, roles={Role.MEDIATOR, Role.SUPERVISOR}, phases=PERFORMING)
def record_confirmation_result(case: CaseState, message: RecordConfirmationResult, now: datetime) -> Checked:
    _, one = _confirmation(case, message.actor, message.kind)
    must(one.state is ConfirmationState.REQUESTED, "confirmation.not_applied_for", "kind", state=one.state)
    must(message.decided_on <= case.day(now), "date.in_future", "decided_on")
    asked_on = case.day(min(one.asked.values()))
    must(message.decided_on >= asked_on, "confirmation.before_request", "decided_on", day=asked_on)
    yield
    one.result = message.told()
    one.state = ConfirmationState(message.result)
    case.note("confirmation_decided", now, message.actor, message.message_id, **message.facts())
    if one.state is ConfirmationState.WITHDRAWN and not one.over:  # It can be asked for anew while the term runs.
        one.state, one.asked = ConfirmationState.OPEN, {}
    if one.state is ConfirmationState.CONFIRMED:
        for other in case.confirmations.values():
            if other.runs:
                other.state = ConfirmationState.NOT_NEEDED
