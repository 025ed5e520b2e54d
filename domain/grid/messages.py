"""What may be said to a mediation at a grid post, and what of it travels on to the centre."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain.base import Instant, Model, Month, Ref, Text, Yuan
from domain.identifiers import CreditCode
from domain.intake.complaint import Attitude, Complaint, Name
from domain.message import Message
from domain.settlement.instalments import Instalment
from domain.words import PostKind

MAX_SAID = 60
"""What was said goes to the centre in one message, so it is bounded."""


class Post(Model):
    """A post of the grassroots grid. Its ``id`` is also that of its account: ``intake:park-7``."""

    id: Ref
    kind: PostKind


class EarlyWarning(Model):
    """An employer whose premiums have stopped while people still work there. Names nobody of them."""

    employer: Name
    credit_code: CreditCode | None = None
    since: Month
    """The first month without premiums."""
    months: Annotated[int, Field(ge=1)]
    workers: Annotated[int, Field(ge=1)]


class OpenGrid(Message):
    """Open a mediation on the spot, for a complaint or upon an early warning. Sent by update-with-start."""

    name = "open_grid"
    post: Post
    complaint: Complaint | None = None
    warning: EarlyWarning | None = None
    drill: bool = False
    """An exercise: at the centre, too, the case is a drill."""

    @model_validator(mode="after")
    def _one_occasion(self) -> Self:
        if (self.complaint is None) == (self.warning is None):
            raise ValueError("grid.complaint_or_warning")
        return self


class FileAtGrid(Message):
    """Workers of the employer complain under an early warning."""

    name = "file_at_grid"
    complaint: Complaint


class NoteSaid(Message):
    """Note what a party, or (``who`` left out) the post, said; and whether a respondent is willing to talk."""

    name = "note_said"
    who: Ref | None = None
    text: Text
    attitude: Attitude | None = None


class OfferTerms(Message):
    """Note terms that were offered: what is due of part A, who pays it, and when.

    ``counted`` says what a claimant is owed of part A, in yuan, where the complaint names no amount.
    """

    name = "offer_terms"
    terms: Ref
    payer: Ref
    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=12)]
    counted: dict[Ref, Yuan] = {}
    remark: Text | None = None


class SettleOnTheSpot(Message):
    """The payer and every claimant have accepted terms that were offered.

    Where nobody has complained under an early warning: the employer has paid, by the tax bureau's receipt.
    """

    name = "settle_on_the_spot"
    terms: Ref | None = None
    accepted_by: tuple[Ref, ...] = ()
    receipt: Ref | None = None

    @model_validator(mode="after")
    def _terms_or_receipt(self) -> Self:
        if (self.terms is None) == (self.receipt is None):
            raise ValueError("grid.terms_or_receipt")
        return self


class ForwardToCentre(Message):
    """It can't be settled here: the centre takes over, with everything said so far."""

    name = "forward_to_centre"
    reason: Text


class Said(Model):
    """What somebody said at the post; ``who`` is a party's ref, None the post itself."""

    who: Ref | None
    text: Text
    attitude: Attitude | None
    at: Instant


class Offer(Model):
    """Terms that were offered at the post."""

    terms: Ref
    payer: Ref
    instalments: tuple[Instalment, ...]
    counted: dict[Ref, Yuan] = {}
    remark: Text | None = None
    at: Instant


class GridRecord(Model):
    """Everything that happened at the post, for the centre to go on from."""

    grid: Ref
    """Workflow id of the mediation there: its ledger stays."""
    post: Post
    complaint_id: Ref
    opened_on: date
    """The day of the complaint at the post; limitation of what it claims is interrupted then."""
    why: Literal["asked", "deadline", "busy"]
    reason: Text | None = None
    said: tuple[Said, ...] = ()
    offers: tuple[Offer, ...] = ()


class TakeGridRecord(Message):
    """A grid post hands on what it tried: what was said and offered there, and the day of the complaint."""

    name = "take_grid_record"
    record: GridRecord
