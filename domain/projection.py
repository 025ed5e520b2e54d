"""What the casebook is told: registrations, new ledger events, and the rows that people search."""

from pydantic import Field

from domain.base import Instant, Model, Ref
from domain.complaint import Claimant, Complaint, Respondent
from domain.ledger import Event
from domain.steps import Known
from domain.words import Agency, CaseClass, ClaimKind, Lane, Outcome, Phase


class RegistrationRequest(Model):
    """A complaint that asks for a case number."""

    case: Ref
    complaint: Complaint
    drill: bool
    filed_at: Instant
    apart: bool = False
    """The case that it was to join doesn't take it: give it a number of its own."""


class AdmissionRequest(Model):
    """A complaint that asks to be taken in."""

    registration: RegistrationRequest
    known: Known
    """What its triage goes by."""


class Registration(Model):
    """The casebook's answer: a number, or the open case that has claimants of the complaint already."""

    case: Ref
    """The case that holds the complaint: the one that asked, or the one it is joined to."""
    case_number: str
    joined: bool
    overlaps: tuple[Ref, ...] = ()
    """Claimants (refs of this complaint) who are in another open case against the same employer."""
    merge_with: tuple[str, ...] = ()
    """The numbers of those cases: somebody has to merge them."""


class CaseRow(Model):
    """The searchable line of a case."""

    case: Ref
    case_number: str | None
    drill: bool
    phase: Phase
    case_class: CaseClass | None
    lane: Lane | None
    group: Ref | None
    mediator: Ref | None
    outcome: Outcome | None
    claimants: int
    waits_on: tuple[str, ...]
    waits_for: str
    waits_since: Instant
    waits_until: Instant | None
    blocked: str | None = None
    """The code of why a step can't be done; None where nothing is blocked."""
    blocked_since: Instant | None = None
    seq: int
    """The ledger event that the row reflects: an older row never overwrites a newer one."""


class TaskRow(Model):
    """The searchable line of an inquiry."""

    task: Ref
    agency: Agency
    state: str
    officer: Ref | None
    opened_at: Instant
    due_at: Instant
    escalated: bool
    escalated_to: Ref | None = None
    remind_at: Instant | None = None
    reminded: bool = False
    priority: int | None = None
    delegated_by: tuple[Ref, ...] = ()
    kinds: tuple[ClaimKind, ...] = ()
    """What the case's claim items ask for."""


class CasebookEntry(Model):
    """One step of a case, written in one transaction. Writing it again changes nothing."""

    events: tuple[Event, ...]
    case: CaseRow
    tasks: tuple[TaskRow, ...] = Field(default=())
    joined: tuple[Claimant, ...] = ()
    """Who joined the case, or whose data was corrected, by these events."""
    corrected: tuple[Respondent, ...] = ()
    """Respondents of whom the same is true."""
