"""What may be said after a case has closed: of its referrals, and of the visit."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from domain.base import Ref, Text
from domain.message import Message
from domain.words import ReferralTarget

Document = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
"""The number of an official document."""


class ReferralResult(StrEnum):
    """What the office that an item was referred to has made of it."""

    TAKEN = "taken"
    """It has begun with it; the result is still to come."""
    DECIDED = "decided"
    SETTLED = "settled-there"
    REFUSED = "refused-there"
    MISDIRECTED = "misdirected"
    """It belongs elsewhere: the receiver transfers it (社会保险法 Art.82)."""


class RecordReferralReceipt(Message):
    """The office that items were referred to has the letter: the receipt slip's number, who took it in, and when."""

    name = "record_referral_receipt"
    target: ReferralTarget
    item: Ref | None = None
    """One claim item; left out: everything of the letter."""
    number: Document
    received_by: Document
    received_on: date


class RecordReferralReturn(Message):
    """What the office has made of a claim item: taken, refused, settled or decided there, or misdirected."""

    name = "record_referral_return"
    target: ReferralTarget
    item: Ref
    claimant: Ref | None = None
    """For one claimant; left out: for all for whom it was referred."""
    result: ReferralResult
    document: Document | None = None
    """The number of what it decided, or of its notice."""
    reason: Text | None = None
    returned_on: date
    forwarded_to: ReferralTarget | None = None
    """Where a misdirected item was transferred; left out: where the table of ends says."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.result in (ReferralResult.DECIDED, ReferralResult.SETTLED) and self.document is None:
            raise ValueError("referral.document")
        if self.result in (ReferralResult.REFUSED, ReferralResult.MISDIRECTED) and self.reason is None:
            raise ValueError("referral.reason")
        if self.forwarded_to is not None and self.result is not ReferralResult.MISDIRECTED:
            raise ValueError("referral.forwarded")
        return self


Points = Annotated[int, Field(ge=1, le=5)]
"""From 1 (not at all) to 5 (fully)."""

QUESTIONS: Final = ("easy", "prepared", "timely", "fair")
"""What whoever is visited is asked beside how satisfied they are on the whole."""


class RecordSatisfaction(Message):
    """What the visit found of one claimant: how satisfied on the whole, in four questions more, and what was said.

    Whoever does not want to answer one of the four leaves it out.
    """

    name = "record_satisfaction"
    claimant: Ref
    satisfaction: Points
    easy: Points | None = None
    """It was not difficult to go through."""
    prepared: Points | None = None
    """I was told beforehand what would come and what I needed."""
    timely: Points | None = None
    fair: Points | None = None
    performed: bool
    """Whether the claimant really has what was agreed."""
    remark: Text | None = None
