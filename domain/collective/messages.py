"""What may be said about a case of many workers: who joins it, and who speaks for whom (``domain/case/messages``)."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.base import Ref, Text
from domain.intake.complaint import MAX_CLAIMANTS, Claimant, ClaimItem, Successor
from domain.message import Message

Refs = Annotated[tuple[Ref, ...], Field(min_length=1, max_length=MAX_CLAIMANTS)]


class JoinClaimants(Message):
    """More workers join a running case, with what each of them claims. The assessment is judged anew."""

    name = "join_claimants"
    claimants: Annotated[tuple[Claimant, ...], Field(min_length=1, max_length=MAX_CLAIMANTS)]
    items: Annotated[tuple[ClaimItem, ...], Field(max_length=20000)] = ()
    """Each names one of ``claimants``. What the case claims for everybody is claimed for them too."""


class ElectRepresentatives(Message):
    """Ten workers or more elect three to five of themselves (调解仲裁法 Art.7, 办案规则 Art.63)."""

    name = "elect_representatives"
    mandate: Ref
    """The letter of mandate, as the centre files it."""
    representatives: Annotated[tuple[Ref, ...], Field(min_length=3, max_length=5)]
    represented: Refs
    """The workers who voted for them or consented, the representatives included: nobody else is represented."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for refs in (self.representatives, self.represented):
            if len(set(refs)) != len(refs):
                raise ValueError("representatives.named_twice")
        return self


class LeaveRepresentation(Message):
    """A worker speaks for themselves from now on."""

    name = "leave_representation"
    claimant: Ref
    reason: Text | None = None


class StepIn(Message):
    """A near relative goes on for a claimant who has died (调解仲裁法 Art.25), under the claimant's own ref."""

    name = "step_in"
    claimant: Ref
    successor: Successor


class AnswerFor(Message):
    """A representative answers a proposal for workers who elected them.

    To accept what touches a worker's part B, which is theirs to dispose of, takes that worker's own consent
    (民事诉讼法 Art.56).
    """

    name = "answer_for"
    proposal: Ref
    parties: Refs
    accept: bool
    consents: dict[Ref, Ref] = {}
    """Worker to the paper or record in which that worker consents."""
    remark: Text | None = None
