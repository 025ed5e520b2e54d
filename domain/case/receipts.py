"""What the centre answers: a receipt for a complaint, an acknowledgement for every other message."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from domain.base import Instant, Model, Ref
from domain.words import ReferralTarget


class Decision(StrEnum):
    """What became of a complaint at the window."""

    ACCEPTED = "accepted"
    NEEDS_MATERIAL = "needs-material"
    JOINED = "joined"
    REFUSED = "refused"


class Receipt(Model):
    """The answer to a filed complaint. Holds no personal data."""

    public_payload: ClassVar[bool] = True

    decision: Decision
    case: Ref
    """The workflow to talk to: this one, or the one that was joined."""
    case_number: str | None
    complaint_id: Ref
    missing: tuple[str, ...] = ()
    supply_until: date | None = None
    refer_to: ReferralTarget | None = None
    source: str | None = None
    """The article that a refusal rests on."""
    text: str
    """What this means and what to do next, in the language of the message."""


class Acknowledgement(Model):
    """The answer to a message that was accepted. Holds no personal data."""

    public_payload: ClassVar[bool] = True

    case: Ref
    message_id: Ref
    seq: int
    """Number of the ledger event up to which the message is recorded."""
    at: Instant
    duplicate: bool = False
    """The same message id had come before; nothing was done a second time."""
    waits: str
    """On whom the case waits now, until when, in the language of the message."""


class PersonalData(Model):
    """What was asked for of a person, and the reading as the ledger has it. Encrypted wherever it travels."""

    case: Ref
    message_id: Ref
    seq: int
    """Number of the ledger event that keeps the reading."""
    person: Ref
    data: dict[Ref, str | None]
    """By field; None where the complaint does not say."""
    purpose: Ref
    source: str
    """The article that the reading rests on."""
