"""The signatures under a settlement: who, when and how, by which mandate, and with whose consent."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from domain.base import Instant, Model, Ref, State, Text
from domain.deadlines.deadline import Deadline
from domain.intake.complaint import MAX_CLAIMANTS, Name
from domain.ledger import Actor
from domain.message import Message

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class SigningWay(StrEnum):
    """How somebody signs."""

    IN_PERSON = "in-person"
    """Before the mediator, who records it."""
    ELECTRONIC = "electronic"
    """With an electronic signature (电子签名法 Art.13, 14); ``evidence`` names its certificate or record."""
    ON_PAPER = "on-paper"
    """On a paper of which the centre keeps a scan: ``evidence`` with its digest."""


class SigningMandate(Model):
    """By what somebody signs in another's stead."""

    representative: Ref
    """Who signs, under the ref of the centre's file."""
    name: Name
    """What whoever signs is called, as the paper says it."""
    scope: Literal["legal-representative", "special-mandate", "general-mandate"]
    """To settle takes a special mandate; a legal representative (法定代表人) needs none (民事诉讼法 Art.51, 62)."""
    evidence: Ref
    """The letter of mandate, as the centre files it."""
    both_sides: Ref | None = None
    """The paper in which both sides consent that one person speaks for both (民法典 Art.168(2))."""
    expires_on: date | None = None


class _Signed(Message):
    parties: Annotated[tuple[Ref, ...], Field(min_length=1, max_length=MAX_CLAIMANTS)]
    how: SigningWay
    signed_on: date | None = None
    """The day on which it was signed; left out: today."""
    evidence: Ref | None = None
    sha256: Sha256 | None = None

    @model_validator(mode="after")
    def _proved(self) -> Self:
        if self.how is not SigningWay.IN_PERSON and self.evidence is None:
            raise ValueError("signing.evidence_missing")
        if self.how is SigningWay.ON_PAPER and self.sha256 is None:
            raise ValueError("signing.digest_missing")
        return self


class Sign(_Signed):
    """Parties sign the settlement, or somebody for one of them by a mandate. A mediator records what was signed."""

    name = "sign"
    mandate: SigningMandate | None = None


class SignFor(_Signed):
    """An elected representative signs for workers: where part B is disposed of, with the consent of each of them."""

    name = "sign_for"
    consents: dict[Ref, Ref] = {}
    """Worker to the paper or record in which that worker consents (民事诉讼法 Art.56)."""


class SealAgreement(Message):
    """The mediator has signed and the centre's seal is on the agreement (调解仲裁法 Art.14)."""

    name = "seal_agreement"
    seal: Ref
    """Under which the use of the seal is registered."""
    signed_on: date | None = None


class RefuseToSign(Message):
    """Parties who accepted go back on it before they have signed, and say why. A mediator records what was said."""

    name = "refuse_to_sign"
    parties: Annotated[tuple[Ref, ...], Field(min_length=1, max_length=MAX_CLAIMANTS)]
    reason: Text


class Signature(State):
    """Who has signed, together, in one act."""

    parties: tuple[Ref, ...]
    how: SigningWay
    signed_on: date
    at: Instant
    by: Actor
    evidence: Ref | None = None
    sha256: Sha256 | None = None
    mandate: SigningMandate | None = None
    consents: dict[Ref, Ref] = {}


class Seal(State):
    """The mediator's signature and the centre's seal."""

    seal: Ref
    signed_on: date
    by: Actor


class SigningState(StrEnum):
    """The life of the signing of a settlement."""

    OPEN = "being-signed"
    IN_EFFECT = "signed-in-effect"
    PERFORMED = "formed-by-performance"
    """It was paid in full before everybody had signed (民法典 Art.490)."""
    FAILED = "unsigned"


class SigningPlan(Model):
    """Until when a settlement is to be signed, and when those who have not are reminded."""

    deadline: Deadline
    remind_at: Instant


class Signing(State):
    """The signing of a settlement."""

    deadline: Deadline
    remind_at: Instant
    state: SigningState = SigningState.OPEN
    reminded: bool = False
    signatures: list[Signature] = []
    signed: dict[Ref, int] = {}
    """Who has signed, and by which of the signatures."""
    seal: Seal | None = None
    effective_on: date | None = None
    dropped: tuple[Ref, ...] = ()
    """Claimants who accepted and did not sign."""
    remedies_opened: bool = False
    """Whether it has been asked what the sides may have confirmed since it took effect."""

    def of(self, party: Ref) -> Signature | None:
        """The signature of a party."""
        return self.signatures[self.signed[party]] if party in self.signed else None


class SigningView(Model):
    """How far the signing of a settlement has come."""

    state: SigningState
    due: date
    provisional: bool
    signed: tuple[Ref, ...]
    unsigned: tuple[Ref, ...]
    sealed: bool
    effective_on: date | None
    dropped: tuple[Ref, ...]


def signing_view(one: Signing, concerned: Iterable[Ref]) -> SigningView:
    """The view of a signing; ``concerned`` are those whose signatures it takes."""
    still = one.state is SigningState.OPEN
    return SigningView(
        state=one.state,
        due=one.deadline.due,
        provisional=one.deadline.provisional,
        signed=tuple(one.signed),
        unsigned=tuple(ref for ref in concerned if still and ref not in one.signed),
        sealed=one.seal is not None,
        effective_on=one.effective_on,
        dropped=one.dropped,
    )
