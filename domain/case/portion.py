"""What goes over from one case to another with the workers who leave it."""

from datetime import timedelta

from domain.assessment.limitation import ClockAsked
from domain.assessment.reconcile import Decision
from domain.base import Instant, Model, Ref, Text
from domain.closure.reopening import Paid
from domain.collective.parting import How
from domain.inquiry.findings import Finding
from domain.intake.complaint import Complaint
from domain.message import Message
from domain.refusal import Problem


class Portion(Model):
    """Workers of a case with their claims, and all that is known of them."""

    how: How
    of: Ref
    case_number: str
    ledger_head: str
    ledger_length: int
    reason: Text
    drill: bool
    clock_offset: timedelta
    """How far a drill's clock is ahead."""
    filed_at: Instant
    """What is counted from the application goes on from the same day."""
    complaint: Complaint
    windows: tuple[Ref, ...]
    clocks: tuple[ClockAsked, ...]
    """What has acted on the limitation of each of their claim items."""
    findings: tuple[Finding, ...]
    """Cut to these workers."""
    decisions: tuple[Decision, ...]
    """Of the joint meeting, about them or about everybody."""
    paid: tuple[Paid, ...] = ()
    """What they had got before, as far as no finding holds it."""


class TakeOver(Message):
    """Take in workers who leave another case: as a case of their own, or among those who are here."""

    name = "take_over"
    portion: Portion


class Passage(Model):
    """Workers on their way."""

    to: Ref
    """The case that takes them; a new one where they are split off."""
    message_id: Ref
    portion: Portion


class Arrived(Model):
    """Where they are now; ``refused``: why the other case does not take them."""

    case: Ref
    case_number: str | None = None
    refused: Problem | None = None
