"""What the casebook is told: new ledger events, and the rows that people search."""

from pydantic import Field

from domain.base import Instant, Model, Ref
from domain.intake.complaint import Claimant, Respondent
from domain.ledger import Event
from domain.words import Agency, CaseClass, ClaimKind, Lane, Outcome, Phase


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
    records_away_since: Instant | None = None
    """Since when the agency's records can't be read for it."""


class CasebookEntry(Model):
    """One step of a case, written in one transaction. Writing it again changes nothing."""

    events: tuple[Event, ...]
    case: CaseRow
    tasks: tuple[TaskRow, ...] = Field(default=())
    joined: tuple[Claimant, ...] = ()
    """Who joined the case, or whose data was corrected, by these events."""
    corrected: tuple[Respondent, ...] = ()
    """Respondents of whom the same is true."""
