"""What may be said about the assessment: what the joint meeting decides, and what acts on limitation."""

from datetime import date
from typing import Literal, Self

from pydantic import model_validator

from domain.assessment.limitation import LimitationEventKind
from domain.base import Ref, Text
from domain.message import Message


class DecideDiscrepancy(Message):
    """The joint meeting decides which source prevails."""

    name = "decide_discrepancy"
    discrepancy: Ref
    holds: Literal["first", "second"]
    reason: Text


class CorrectDecision(Message):
    """A discrepancy was decided wrongly: the other source prevails. What is owed is counted anew; open terms end."""

    name = "correct_decision"
    discrepancy: Ref
    holds: Literal["first", "second"]
    reason: Text


class RecordLimitation(Message):
    """Something outside the case acts on the limitation of a claim item, or (``item`` left out) of all of them.

    A claim on the employer, a request to another authority, the employer's consent, an application for arbitration,
    force majeure. A hindrance that still lasts has no ``until``; the same ``on`` again with one ends it.
    """

    name = "record_limitation"
    item: Ref | None = None
    kind: LimitationEventKind
    on: date
    until: date | None = None
    reason: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.on:
            raise ValueError("limitation.reversed")
        return self
