"""The money arriving: confirmations from the tax bureau, allocated to the oldest instalment first."""

from datetime import datetime
from decimal import Decimal

from pydantic import JsonValue

from domain.case import CaseState, InstalmentState, Payment
from domain.messages import ConfirmPayment
from domain.protocol import Checked, accepts, must
from domain.words import Agency, Phase, Role


@accepts(ConfirmPayment, roles={Role.OFFICER}, phases={Phase.PERFORMANCE})
def confirm_payment(case: CaseState, message: ConfirmPayment, now: datetime) -> Checked:
    settlement = case.settlement
    must(settlement is not None, "payment.nothing_agreed", "name")
    assert settlement is not None
    must(message.actor.agency is Agency.TAX, "payment.tax_only", "actor.agency")
    must(message.paid_on <= case.day(now), "date.in_future", "paid_on")
    known = {payment.receipt for payment in settlement.payments}
    must(message.receipt not in known, "payment.counted", "receipt", receipt=message.receipt)
    yield
    payment = Payment(
        receipt=message.receipt,
        paid_on=message.paid_on,
        amount=message.amount,
        late_fee=message.late_fee,
    )
    settlement.payments.append(payment)
    rest = message.amount
    filled: list[JsonValue] = []
    for due in case.unpaid:
        part = min(rest, due.outstanding)
        if part > 0:
            due.paid += part
            rest -= part
            filled.append({"instalment": due.instalment.ref, "amount": f"{part:.2f}"})
            if due.outstanding == 0:
                due.state = InstalmentState.PAID
    payment.surplus = rest
    case.note(
        "payment_confirmed",
        now,
        message.actor,
        message.message_id,
        receipt=message.receipt,
        paid_on=message.paid_on.isoformat(),
        amount=f"{message.amount:.2f}",
        late_fee=f"{message.late_fee:.2f}",
        instalments=filled,
        surplus=f"{rest:.2f}",
        outstanding=f"{sum((d.outstanding for d in case.unpaid), Decimal(0)):.2f}",
    )
