"""What may be said about an inquiry."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.base import Ref, Text
from domain.inquiry.findings import Finding
from domain.message import Message
from domain.words import Agency


class ClaimTask(Message):
    """Take an inquiry of one's agency into one's own hands."""

    name = "claim_task"
    task: Ref


class ReleaseTask(Message):
    """Give a claimed inquiry back to the agency's group."""

    name = "release_task"
    task: Ref
    reason: Text | None = None


class CompleteTask(Message):
    """Submit the finding that ends an inquiry. ``accept_draft`` submits the prefilled draft as it is."""

    name = "complete_task"
    task: Ref
    finding: Finding | None = None
    accept_draft: bool = False

    @model_validator(mode="after")
    def _one_finding(self) -> Self:
        if (self.finding is None) != self.accept_draft:
            raise ValueError("complete_task.finding_or_draft")
        return self


class ExtendTask(Message):
    """Give an inquiry more time, in calendar days."""

    name = "extend_task"
    task: Ref
    days: Annotated[int, Field(ge=1, le=90)]
    reason: Text


class CosignTask(Message):
    """The second officer whom the law wants signs a finding too."""

    name = "cosign_task"
    task: Ref


class ReturnTask(Message):
    """Send a finding back for correction, saying what is wrong; it is kept as an earlier version.

    Where the deadline is nearer than ``days`` (calendar days from today), it moves there.
    """

    name = "return_task"
    task: Ref
    reason: Text
    days: Annotated[int, Field(ge=1, le=30)] = 3


class DelegateTask(Message):
    """Give an inquiry to another officer of the agency; whoever gives it may take it back.

    With ``until`` it comes back by itself at the end of that day: substitution during an absence.
    """

    name = "delegate_task"
    task: Ref
    to: Ref
    reason: Text
    until: date | None = None


class RevokeDelegation(Message):
    """Take a delegated inquiry back: to the officer who says so, or else to the one who gave it away last."""

    name = "revoke_delegation"
    task: Ref
    reason: Text | None = None


class RelieveOfficer(Message):
    """An officer leaves or changes role: their inquiries in the case go to another, or back to where they came from."""

    name = "relieve_officer"
    agency: Agency
    officer: Ref
    to: Ref | None = None
    """None: to whoever delegated it to them, or else to the agency's group."""
    reason: Text


class TransferTask(Message):
    """Hand an inquiry on to another agency, whose own records are then read."""

    name = "transfer_task"
    task: Ref
    to: Agency
    reason: Text


class AskForTime(Message):
    """Ask for more time, in calendar days. ``extend_task`` grants it, ``refuse_time`` refuses it."""

    name = "ask_for_time"
    task: Ref
    days: Annotated[int, Field(ge=1, le=90)]
    reason: Text


class RefuseTime(Message):
    """Refuse the time that was asked for."""

    name = "refuse_time"
    task: Ref
    reason: Text


class SkipTask(Message):
    """Decide that the case goes on without an inquiry."""

    name = "skip_task"
    task: Ref
    reason: Text
