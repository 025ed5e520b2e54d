"""What may be said of money that arrives, was counted, or is to come by another schedule."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain.base import Ref, Text, Yuan
from domain.message import Message
from domain.settlement.instalments import Instalment, in_order


class ConfirmPayment(Message):
    """The tax bureau confirms that premiums (part A) have arrived. The same receipt number counts once."""

    name = "confirm_payment"
    receipt: Ref
    paid_on: date
    amount: Annotated[Yuan, Field(ge=0)]
    late_fee: Annotated[Yuan, Field(ge=0)] = Decimal("0.00")
    """Late fee that the tax bureau charged on a late instalment, apart from ``amount``."""
    claimant: Ref | None = None
    """For whom it arrived; left out: for all of them, in the order of the instalments."""

    @model_validator(mode="after")
    def _something_came(self) -> Self:
        if not self.amount + self.late_fee:
            raise ValueError("payment.nothing_came")
        return self


class ConfirmReceipt(Message):
    """Money of part B has come to a claimant: as the claimant says, or as a document shows. A receipt counts once."""

    name = "confirm_receipt"
    receipt: Ref
    claimant: Ref
    paid_on: date
    amount: Annotated[Yuan, Field(gt=0)]
    document: Text | None = None
    """What shows it, such as a bank's slip: needed of everybody but the claimant."""


class ReturnSurplus(Message):
    """What came beyond all that was agreed is refunded, or set off against something else."""

    name = "return_surplus"
    receipt: Ref
    amount: Annotated[Yuan, Field(gt=0)]
    how: Literal["refund", "set-off"]
    on: date
    document: Text
    """The refund's or the set-off's own paper."""


class CorrectPayment(Message):
    """The tax bureau corrects for whom a payment arrived; ``claimant`` left out: for all of them."""

    name = "correct_payment"
    receipt: Ref
    claimant: Ref | None = None
    reason: Text


class ReversePayment(Message):
    """The bank took a payment back: it counts no longer, and what it had paid falls due again."""

    name = "reverse_payment"
    receipt: Ref
    reversed_on: date
    reason: Text


class Reschedule(Message):
    """Ask for a new schedule of all that is still to come; once, with the consent of both sides."""

    name = "reschedule"
    rescheduling: Ref
    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=120)]
    reason: Text

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        in_order(self.instalments)
        return self


class AnswerRescheduling(Message):
    """Parties consent to a new schedule or refuse it. A mediator or supervisor may record what they said."""

    name = "answer_rescheduling"
    rescheduling: Ref
    parties: Annotated[tuple[Ref, ...], Field(min_length=1)]
    accept: bool
