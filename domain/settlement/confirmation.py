"""What the parties of a settlement may jointly ask for, so that part B can be enforced: confirmation, or review."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from domain.base import Instant, Model, Ref, State, Text
from domain.deadlines.deadline import Deadline
from domain.intake.complaint import MAX_CLAIMANTS
from domain.message import Message


class ConfirmationKind(StrEnum):
    """Who is asked; the value is also the event of the deadline table."""

    JUDICIAL = "judicial-confirmation"
    """A court confirms it (民事诉讼法 Art.205, 人民调解法 Art.33)."""
    REVIEW = "arbitration-review"
    """The arbitration commission examines it and issues its own paper (企业劳动争议协商调解规定 Art.27)."""


class ConfirmationState(StrEnum):
    """The life of a confirmation."""

    OPEN = "awaits-request"
    REQUESTED = "applied-for"
    """The payer and at least one claimant have asked for it."""
    CONFIRMED = "confirmed"
    REFUSED = "not-confirmed"
    WITHDRAWN = "application-withdrawn"
    LAPSED = "term-lapsed"
    NOT_NEEDED = "no-longer-needed"
    """The other one was granted."""


Decided = Literal["confirmed", "not-confirmed", "application-withdrawn"]
Document = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class ConfirmationResult(Model):
    """What became of an application: of the court or the commission, under its document number."""

    kind: ConfirmationKind
    result: Decided
    decided_on: date
    document: Document | None = None
    """Its number; needed unless the application was withdrawn."""
    reason: Text | None = None
    """Needed where it was refused."""

    @model_validator(mode="after")
    def _told_in_full(self) -> Self:
        if self.result != "application-withdrawn" and self.document is None:
            raise ValueError("confirmation.document_missing")
        if self.result == "not-confirmed" and self.reason is None:
            raise ValueError("confirmation.reason_missing")
        return self


class ConfirmationPlan(Model):
    """A confirmation that a settlement opens: until when it can be asked for, and when the sides are reminded."""

    kind: ConfirmationKind
    deadline: Deadline
    remind_at: Instant


class Confirmation(State):
    """A confirmation on its way."""

    kind: ConfirmationKind
    deadline: Deadline
    remind_at: Instant
    state: ConfirmationState = ConfirmationState.OPEN
    reminded: bool = False
    over: bool = False
    """The term is over: nobody can join the application any more."""
    asked: dict[Ref, Instant] = {}
    """Who has asked for it, and when."""
    result: ConfirmationResult | None = None

    @property
    def runs(self) -> bool:
        """Whether something is still to come of it."""
        return self.state in (ConfirmationState.OPEN, ConfirmationState.REQUESTED)


class RequestConfirmation(Message):
    """Ask for confirmation or review of part B of the settlement. It takes both sides: payer and claimant."""

    name = "request_confirmation"
    kind: ConfirmationKind
    parties: Annotated[tuple[Ref, ...], Field(min_length=1, max_length=MAX_CLAIMANTS)]


class RecordConfirmationResult(Message, ConfirmationResult):
    """What the court or the arbitration commission decided, or that the application was withdrawn."""

    name = "record_confirmation_result"

    def told(self) -> ConfirmationResult:
        """The result without its sender."""
        return ConfirmationResult(**self.model_dump(include=set(ConfirmationResult.model_fields)))

    def facts(self) -> dict[str, str | None]:
        """The result as the ledger notes it."""
        return {
            "confirmation": self.kind,
            "result": self.result,
            "decided_on": self.decided_on.isoformat(),
            "document": self.document,
            "reason": self.reason,
        }


class ConfirmationView(Model):
    """Where a confirmation stands, and the last day on which both sides can ask for it."""

    kind: ConfirmationKind
    state: ConfirmationState
    due: date
    provisional: bool
    asked: tuple[Ref, ...]
    result: ConfirmationResult | None


def confirmation_view(one: Confirmation) -> ConfirmationView:
    """The view of a confirmation."""
    return ConfirmationView(
        kind=one.kind,
        state=one.state,
        due=one.deadline.due,
        provisional=one.deadline.provisional,
        asked=tuple(one.asked),
        result=one.result,
    )
