"""What may be said of money that was counted, and of the schedule by which the rest is to come."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.base import Ref, Text
from domain.messages import Instalment, Message, in_order


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
