"""The money arriving: confirmed by the tax bureau, corrected, or taken back by the bank."""

from datetime import datetime
from decimal import Decimal

from pydantic import JsonValue

from domain.case.protocol import accepts
from domain.case.state import CaseState, Payment, Settlement
from domain.dialogue import Checked
from domain.ledger import Actor
from domain.procedure.settlement.allocation import Allocation
from domain.procedure.settlement.performing import close_rescheduling, count
from domain.refusal import must
from domain.settlement.messages import ConfirmPayment, CorrectPayment, ReversePayment
from domain.settlement.performance import ReschedulingState
from domain.words import Agency, Phase, Role

PERFORMING = {Phase.PERFORMANCE}


def _settlement(case: CaseState, actor: Actor) -> Settlement:
    must(case.settlement is not None, "payment.nothing_agreed", "name")
    must(actor.agency is Agency.TAX, "payment.tax_only", "actor.agency")
    assert case.settlement is not None
    return case.settlement


def _counted(settlement: Settlement, receipt: str) -> Payment:
    found = next((payment for payment in settlement.payments if payment.receipt == receipt), None)
    must(found is not None, "payment.unknown", "receipt", receipt=receipt)
    assert found is not None
    must(found.reversed_on is None, "payment.reversed", "receipt", receipt=receipt, day=found.reversed_on)
    return found


def _settled(settlement: Settlement, claimant: str | None) -> None:
    must(claimant in (None, *settlement.claimants), "payment.not_settled", "claimant", claimant=claimant)


def _recount(case: CaseState, settlement: Settlement, now: datetime) -> list[Allocation]:
    for asked in settlement.reschedulings:
        if asked.state is ReschedulingState.OPEN:  # It was made for another sum.
            close_rescheduling(case, asked.ref, ReschedulingState.OVERTAKEN, now)
    return count(case, settlement, now)


def _sums(case: CaseState, settlement: Settlement) -> dict[str, str]:
    open_sum = sum((due.outstanding for due in case.unpaid), Decimal(0))
    surplus = sum((payment.surplus for payment in settlement.payments), Decimal(0))
    return {"outstanding": f"{open_sum:.2f}", "credit": f"{surplus:.2f}"}


@accepts(ConfirmPayment, roles={Role.OFFICER}, phases=PERFORMING)
def confirm_payment(case: CaseState, message: ConfirmPayment, now: datetime) -> Checked:
    settlement = _settlement(case, message.actor)
    must(message.paid_on <= case.day(now), "date.in_future", "paid_on")
    known = {payment.receipt: payment for payment in settlement.payments}
    if (first := known.get(message.receipt)) is not None:
        said = {"receipt": first.receipt, "amount": f"{first.amount:.2f}", "day": first.paid_on}
        alike = (first.amount, first.paid_on) == (message.amount, message.paid_on)
        must(first.reversed_on is None, "payment.reversed", "receipt", **said | {"day": first.reversed_on})
        must(alike, "payment.counted_otherwise", "receipt", **said)
        must(False, "payment.counted", "receipt", receipt=first.receipt)
    _settled(settlement, message.claimant)
    yield
    payment = Payment(
        receipt=message.receipt,
        paid_on=message.paid_on,
        amount=message.amount,
        late_fee=message.late_fee,
        claimant=message.claimant,
    )
    settlement.payments.append(payment)
    filled: dict[str, Decimal] = {}
    for one in _recount(case, settlement, now):
        if one.payment is payment:
            ref = one.due.instalment.ref
            filled[ref] = filled.get(ref, Decimal(0)) + one.amount
    paid: list[JsonValue] = [{"instalment": ref, "amount": f"{amount:.2f}"} for ref, amount in filled.items()]
    case.note(
        "payment_confirmed",
        now,
        message.actor,
        message.message_id,
        receipt=message.receipt,
        paid_on=message.paid_on.isoformat(),
        amount=f"{message.amount:.2f}",
        late_fee=f"{message.late_fee:.2f}",
        instalments=paid,
        surplus=f"{payment.surplus:.2f}",
        outstanding=_sums(case, settlement)["outstanding"],
        **({"claimant": message.claimant} if message.claimant else {}),
    )


@accepts(CorrectPayment, roles={Role.OFFICER}, phases=PERFORMING)
def correct_payment(case: CaseState, message: CorrectPayment, now: datetime) -> Checked:
    settlement = _settlement(case, message.actor)
    payment = _counted(settlement, message.receipt)
    _settled(settlement, message.claimant)
    must(message.claimant != payment.claimant, "payment.theirs_already", "claimant", claimant=payment.claimant or "-")
    yield
    before, payment.claimant = payment.claimant, message.claimant
    _recount(case, settlement, now)
    case.note(
        "payment_corrected",
        now,
        message.actor,
        message.message_id,
        receipt=message.receipt,
        amount=f"{payment.amount:.2f}",
        before=before or "*",
        claimant=message.claimant or "*",
        reason=message.reason,
        **_sums(case, settlement),
    )


@accepts(ReversePayment, roles={Role.OFFICER}, phases=PERFORMING)
def reverse_payment(case: CaseState, message: ReversePayment, now: datetime) -> Checked:
    settlement = _settlement(case, message.actor)
    payment = _counted(settlement, message.receipt)
    must(message.reversed_on <= case.day(now), "date.in_future", "reversed_on")
    must(message.reversed_on >= payment.paid_on, "payment.reversed_before", "reversed_on", day=payment.paid_on)
    yield
    payment.reversed_on = message.reversed_on
    _recount(case, settlement, now)
    case.note(
        "payment_reversed",
        now,
        message.actor,
        message.message_id,
        receipt=message.receipt,
        paid_on=payment.paid_on.isoformat(),
        reversed_on=message.reversed_on.isoformat(),
        amount=f"{payment.amount:.2f}",
        reason=message.reason,
        **_sums(case, settlement),
    )
