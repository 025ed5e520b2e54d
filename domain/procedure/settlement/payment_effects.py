"""The money arriving: premiums as the tax bureau confirms, part B as whoever is paid does; and what is put right."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import JsonValue

from domain.case.protocol import accepts
from domain.case.state import CaseState, Payment, Settlement
from domain.dialogue import Checked
from domain.identifiers import typed
from domain.ledger import Actor
from domain.procedure.settlement.allocation import Allocation, owed
from domain.procedure.settlement.performing import close_rescheduling, count
from domain.refusal import must
from domain.settlement.messages import ConfirmPayment, ConfirmReceipt, CorrectPayment, ReturnSurplus, ReversePayment
from domain.settlement.performance import ReschedulingState, payment_rule
from domain.words import Agency, Phase, Role

PERFORMING = {Phase.PERFORMANCE}
WITNESSES = {Role.MEDIATOR, Role.SUPERVISOR}
"""Who records that part B came, by a document."""


def _settlement(case: CaseState) -> Settlement:
    must(case.settlement is not None, "payment.nothing_agreed", "name")
    assert case.settlement is not None
    return case.settlement


def _premiums(actor: Actor) -> None:
    """Premiums are the tax bureau's to confirm, and nobody else's."""
    must(actor.role is Role.OFFICER and actor.agency is Agency.TAX, "payment.tax_only", "actor.agency")


def _whose(actor: Actor, payment: Payment) -> None:
    """Who confirmed a kind of payment corrects it too."""
    if payment.part == "A":
        _premiums(actor)
    else:
        must(actor.role in WITNESSES, "payment.witness_only", "actor.role")


def _known(settlement: Settlement, receipt: str) -> Payment | None:
    """The payment of a receipt, however its number was typed."""
    return next((one for one in settlement.payments if typed(one.receipt) == typed(receipt)), None)


def _counted(settlement: Settlement, receipt: str) -> Payment:
    found = _known(settlement, receipt)
    must(found is not None, "payment.unknown", "receipt", receipt=receipt)
    assert found is not None
    must(found.reversed_on is None, "payment.reversed", "receipt", receipt=receipt, day=found.reversed_on)
    return found


def _new(case: CaseState, settlement: Settlement, said: ConfirmPayment | ConfirmReceipt, now: datetime) -> None:
    """Refuse a day that can't be, and a receipt that was counted: with what was said of it then, and what now."""
    must(said.paid_on <= case.day(now), "date.in_future", "paid_on")
    months = [item.first_month for item in case.items if item.first_month is not None]
    if months:
        first = date.fromisoformat(f"{min(months)}-01")
        must(said.paid_on >= first, "payment.before_claim", "paid_on", first=first)
    if (before := _known(settlement, said.receipt)) is None:
        return
    must(before.reversed_on is None, "payment.reversed", "receipt", receipt=before.receipt, day=before.reversed_on)
    fee = said.late_fee if isinstance(said, ConfirmPayment) else Decimal(0)
    alike = (before.amount, before.late_fee, before.paid_on, before.claimant)
    differs = alike != (said.amount, fee, said.paid_on, said.claimant)
    must(
        not differs,
        "payment.counted_otherwise",
        "receipt",
        receipt=before.receipt,
        amount=f"{before.amount:.2f}",
        day=before.paid_on,
        late_fee=f"{before.late_fee:.2f}",
        claimant=before.claimant or "*",
        said_amount=f"{said.amount:.2f}",
        said_day=said.paid_on,
        said_late_fee=f"{fee:.2f}",
        said_claimant=said.claimant or "*",
    )
    must(False, "payment.counted", "receipt", receipt=before.receipt)


def _believed(case: CaseState, settlement: Settlement, said: ConfirmPayment) -> None:
    """Refuse premiums of before the tax bureau's finding, which counts them, and a late fee beyond all reckoning."""
    task = case.tasks.get(Agency.TAX)
    if task is not None and task.found_on is not None:
        must(said.paid_on >= task.found_on, "payment.in_finding", "paid_on", found=task.found_on)
    most = payment_rule().most(owed(settlement, said.paid_on).late_fee)
    must(said.late_fee <= most, "payment.late_fee_too_high", "late_fee", most=f"{most:.2f}")


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
    settlement = _settlement(case)
    _premiums(message.actor)
    _new(case, settlement, message, now)
    _believed(case, settlement, message)
    _settled(settlement, message.claimant)
    yield
    payment = Payment(
        receipt=message.receipt,
        paid_on=message.paid_on,
        amount=message.amount,
        late_fee=message.late_fee,
        claimant=message.claimant,
    )
    counted = _take(case, settlement, payment, now)
    late_fee = f"{payment.late_fee:.2f}"
    case.note("payment_confirmed", now, message.actor, message.message_id, late_fee=late_fee, **counted)


@accepts(ConfirmReceipt, roles={Role.CLAIMANT, *WITNESSES}, phases=PERFORMING, own={"claimant"})
def confirm_receipt(case: CaseState, message: ConfirmReceipt, now: datetime) -> Checked:
    settlement = _settlement(case)
    must(message.actor.role is Role.CLAIMANT or message.document, "payment.needs_document", "document")
    _new(case, settlement, message, now)
    agreed = any(message.claimant in due.instalment.part_b for due in settlement.dues)
    must(agreed, "payment.no_part_b", "claimant", claimant=message.claimant)
    yield
    payment = Payment(
        receipt=message.receipt,
        part="B",
        paid_on=message.paid_on,
        amount=message.amount,
        late_fee=Decimal("0.00"),
        claimant=message.claimant,
        document=message.document,
    )
    counted = _take(case, settlement, payment, now)
    case.note("receipt_confirmed", now, message.actor, message.message_id, document=payment.document, **counted)


def _take(case: CaseState, settlement: Settlement, payment: Payment, now: datetime) -> dict[str, JsonValue]:
    """Count a payment with all others. What the ledger says of it: which instalments it paid, and what is left."""
    settlement.payments.append(payment)
    filled: dict[str, Decimal] = {}
    for one in _recount(case, settlement, now):
        if one.payment is payment:
            ref = one.due.instalment.ref
            filled[ref] = filled.get(ref, Decimal(0)) + one.amount
    return {
        "receipt": payment.receipt,
        "paid_on": payment.paid_on.isoformat(),
        "amount": f"{payment.amount:.2f}",
        "instalments": [{"instalment": ref, "amount": f"{amount:.2f}"} for ref, amount in filled.items()],
        "surplus": f"{payment.surplus:.2f}",
        "outstanding": _sums(case, settlement)["outstanding"],
        **({"claimant": payment.claimant} if payment.claimant else {}),
    }


@accepts(CorrectPayment, roles={Role.OFFICER}, phases=PERFORMING)
def correct_payment(case: CaseState, message: CorrectPayment, now: datetime) -> Checked:
    settlement = _settlement(case)
    _premiums(message.actor)
    payment = _counted(settlement, message.receipt)
    must(payment.part == "A", "payment.not_premiums", "receipt", receipt=payment.receipt)
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


@accepts(ReversePayment, roles={Role.OFFICER, *WITNESSES}, phases=PERFORMING)
def reverse_payment(case: CaseState, message: ReversePayment, now: datetime) -> Checked:
    settlement = _settlement(case)
    payment = _counted(settlement, message.receipt)
    _whose(message.actor, payment)
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


@accepts(ReturnSurplus, roles={Role.OFFICER, *WITNESSES}, phases=PERFORMING)
def return_surplus(case: CaseState, message: ReturnSurplus, now: datetime) -> Checked:
    settlement = _settlement(case)
    payment = _counted(settlement, message.receipt)
    _whose(message.actor, payment)
    must(message.on <= case.day(now), "date.in_future", "on")
    must(message.amount <= payment.surplus, "payment.no_surplus", "amount", surplus=f"{payment.surplus:.2f}")
    yield
    payment.given_back += message.amount
    _recount(case, settlement, now)
    case.note(
        "surplus_returned",
        now,
        message.actor,
        message.message_id,
        receipt=payment.receipt,
        amount=f"{message.amount:.2f}",
        how=message.how,
        on=message.on.isoformat(),
        document=message.document,
    )
