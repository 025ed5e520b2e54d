"""The life of an inquiry as one state machine: what leads from which state to which, and in whose hands it is.

After WS-HumanTask and the workflow resource patterns (docs/patterns.md). It knows neither case nor Temporal.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from domain.base import Instant, Model, Ref, State, Text
from domain.deadlines.deadline import Deadline, prolonged
from domain.inquiry.findings import Finding
from domain.inquiry.records import RecordsTrouble
from domain.ledger import Actor
from domain.words import Agency


class TaskState(StrEnum):
    """The life of an inquiry."""

    OFFERED = "offered"
    CLAIMED = "claimed"
    SIGNED = "signed"
    """The finding stands, and waits for the second officer whom the law wants."""
    DONE = "done"
    LAPSED = "lapsed"
    SKIPPED = "skipped"
    TRANSFERRED = "transferred"


OPEN: Final = frozenset({TaskState.OFFERED, TaskState.CLAIMED, TaskState.SIGNED})
SUSPENDED: Final = "suspended"
"""How an open inquiry is shown while its case stands still."""
SHOWN_OPEN: Final = (*sorted(OPEN), SUSPENDED)
"""How an inquiry may be shown on which somebody still has to act."""
SHOWN_WAITING: Final = (TaskState.SIGNED, SUSPENDED)
"""How one is shown in which its officer can't go on."""
EVIDENCE_MAX: Final = 100
"""Pieces of evidence that one inquiry may carry."""


class Desk(Model):
    """An agency's officers, as far as a case needs to know them: fixed when its inquiries are opened."""

    agency: Agency
    candidates: int
    """Officers who may take an inquiry that day."""
    head: Ref | None = None
    """The head of the agency, or who stands in."""
    signatures: int = 1
    """Officers who must sign a finding."""

    @property
    def suffices(self) -> bool:
        """Whether there are officers enough to take an inquiry and to sign its finding."""
        return self.candidates >= self.signatures


class Delegation(State):
    """Who gave the inquiry to another officer, and until when."""

    by: Ref
    reason: Text
    until: Instant | None = None


class Version(State):
    """A finding that was sent back, by whom, and what was wrong with it."""

    finding: Finding
    signed: list[Ref]
    returned_by: Ref
    wrong: Text
    at: Instant


class TimeAsked(State):
    """More time that the officer asked for, in calendar days."""

    by: Ref
    days: int
    reason: Text
    at: Instant


class Task(State):
    """One agency's inquiry into one case."""

    ref: Ref
    agency: Agency
    state: TaskState = TaskState.OFFERED
    officer: Ref | None = None
    opened_at: Instant
    deadline: Deadline
    remind_at: Instant
    lapse_at: Instant
    reminded: bool = False
    escalated: bool = False
    extended_days: int = 0
    draft: Finding | None = None
    records: str = "awaited"
    """Whether the agency's records have been read: awaited, read, unavailable."""
    trouble: RecordsTrouble | None = None
    """Why they have not been read yet, and when they are asked for again."""
    finding: Finding | None = None
    found_on: date | None = None
    """The day on which the finding stood: it tells of what was before."""
    desk: Desk | None = None
    """None where the centre keeps no directory of officers."""
    priority: int | None = None
    escalate_at: Instant | None = None
    """When an escalation to the head of the agency goes on to the supervisor."""
    escalated_to: Ref | None = None
    delegations: list[Delegation] = []
    """From the first officer who gave it away to the last; whoever holds it now is not among them."""
    asked: TimeAsked | None = None
    unsigned: Finding | None = None
    """The finding that waits for another signature."""
    signed: list[Ref] = []
    earlier: list[Version] = []
    evidence: list[Ref] = []
    """SHA-256 of each piece of evidence attached to the inquiry."""
    notes: int = 0

    @property
    def is_open(self) -> bool:
        """Somebody still has to act on it."""
        return self.state in OPEN

    @property
    def has_no_taker(self) -> bool:
        """It is open, nobody holds it, and there are too few officers to take it."""
        return self.is_open and self.officer is None and self.desk is not None and not self.desk.suffices

    def names(self, officer: str) -> bool:
        """Whether an officer holds it, delegated it, or is told when it is late."""
        heads = self.desk is not None and self.desk.head == officer
        return heads or officer == self.officer or any(d.by == officer for d in self.delegations)

    def postpone(self, days: int) -> None:
        """Move the deadline on by calendar days, with its reminder, escalation and lapse."""
        later = timedelta(days=days)
        self.deadline = prolonged(self.deadline, days)
        self.remind_at, self.lapse_at = self.remind_at + later, self.lapse_at + later
        self.escalate_at = self.escalate_at and self.escalate_at + later

    def start_clocks_anew(self) -> None:
        """More time was given: reminder and escalation come again."""
        self.reminded = self.escalated = False
        self.escalated_to = None


class Standing(StrEnum):
    """How an officer of the inquiry's agency stands to it."""

    GROUP = "group"
    HOLDER = "holder"
    TAKER = "taker"
    HEAD = "head"
    GIVER = "giver"
    SECOND = "second"


_STANDS: Final[Mapping[Standing, Callable[[Task, str], bool]]] = {
    Standing.GROUP: lambda task, officer: True,  # noqa: ARG005
    Standing.HOLDER: lambda task, officer: task.officer == officer,
    Standing.TAKER: lambda task, officer: task.officer is None,  # noqa: ARG005
    Standing.HEAD: lambda task, officer: task.desk is not None and task.desk.head == officer,
    Standing.GIVER: lambda task, officer: any(d.by == officer for d in task.delegations),
    Standing.SECOND: lambda task, officer: task.state is TaskState.SIGNED and officer not in task.signed,
}


class Move(NamedTuple):
    """A row of the state machine: from which states a message leads where, and which officers may send it."""

    of: frozenset[TaskState]
    to: TaskState | None
    """None: the state stays."""
    officers: frozenset[Standing] = frozenset()
    """Any of these is enough. Those who are no officers are let in by their role alone (``@accepts``)."""
    standing_still: bool = False
    """Also while the case is suspended."""


def _move(
    of: set[TaskState] | frozenset[TaskState], to: TaskState | None, *officers: Standing, standing_still: bool = False
) -> Move:
    return Move(frozenset(of), to, frozenset(officers), standing_still)


_S: Final = TaskState
_O: Final = Standing
MOVES: Final[Mapping[str, Move]] = {
    "claim_task": _move({_S.OFFERED}, _S.CLAIMED, _O.GROUP),
    "release_task": _move({_S.CLAIMED}, _S.OFFERED, _O.HOLDER, standing_still=True),
    "complete_task": _move({_S.OFFERED, _S.CLAIMED}, _S.DONE, _O.HOLDER, _O.TAKER),
    "cosign_task": _move({_S.SIGNED}, _S.DONE, _O.SECOND),
    "return_task": _move({_S.SIGNED, _S.DONE}, _S.CLAIMED, _O.SECOND),
    "delegate_task": _move({_S.OFFERED, _S.CLAIMED}, _S.CLAIMED, _O.HOLDER, _O.HEAD, standing_still=True),
    "revoke_delegation": _move({_S.CLAIMED}, _S.CLAIMED, _O.GIVER, _O.HEAD, standing_still=True),
    "reassign": _move(OPEN, _S.CLAIMED, standing_still=True),
    "transfer_task": _move({_S.OFFERED, _S.CLAIMED}, _S.TRANSFERRED, _O.HOLDER, _O.HEAD),
    "ask_for_time": _move({_S.CLAIMED}, None, _O.HOLDER),
    "extend_task": _move(OPEN, None, standing_still=True),
    "refuse_time": _move({_S.CLAIMED}, None, standing_still=True),
    "skip_task": _move(OPEN, _S.SKIPPED, standing_still=True),
}
"""The state machine. Time adds ``lapse``: from any open state to lapsed."""


def stands(task: Task, actor: Actor, move: Move) -> bool:
    """Whether an officer of the agency stands to the inquiry as the move asks."""
    return any(_STANDS[standing](task, actor.id) for standing in move.officers)


# --- changing hands: exactly one holder, or the group ---------------------------------------------------


def hand_to(task: Task, officer: str) -> None:
    """Into an officer's hands alone: earlier delegations are over, and a finding
    that waits for a signature is a draft again."""
    task.state, task.officer = TaskState.CLAIMED, officer
    task.delegations, task.asked = [], None
    _found_its_taker(task)
    task.draft, task.unsigned, task.signed = task.unsigned or task.draft, None, []


def hand_back(task: Task) -> None:
    """Out of an officer's hands: to whoever delegated it last, or else to the group."""
    task.asked = None
    if task.delegations:
        end_delegation(task, task.delegations[-1].by)
    else:
        task.state, task.officer = TaskState.OFFERED, None


def delegate(task: Task, to: str, reason: str, until: datetime | None) -> None:
    """To another officer, until it is revoked or the day has come. Given to one who gave it away, it is theirs again.

    Nobody held it: then it is simply theirs.
    """
    task.asked = None
    if any(d.by == to for d in task.delegations):
        end_delegation(task, to)
        return
    if task.officer is not None:
        task.delegations.append(Delegation(by=task.officer, reason=reason, until=until))
    task.state, task.officer = TaskState.CLAIMED, to
    _found_its_taker(task)


def _found_its_taker(task: Task) -> None:
    """What was told of because nobody could take it need no longer be looked at; what is late still must be."""
    if not task.escalated:
        task.escalated_to = None


def end_delegation(task: Task, giver: str) -> None:
    """Back to an officer who gave it away; what was delegated further is over too."""
    place = next(n for n, d in enumerate(task.delegations) if d.by == giver)
    task.officer, task.asked = giver, None
    del task.delegations[place:]


def relieve(task: Task, officer: str, to: str | None) -> None:
    """Take an officer out of the inquiry for good.

    Their place goes to ``to``; None: to the one who delegated it to them, or else to the group.
    """
    chain = [*(d.by for d in task.delegations), *([task.officer] if task.officer else [])]
    if task.desk is not None and task.desk.head == officer:
        task.desk = task.desk.model_copy(update={"head": to})
    if officer not in chain:
        return
    if to is None:
        chain = [one for one in chain if one != officer]
    else:
        chain = [to if one == officer else one for one in chain]
        chain = chain[: chain.index(to) + 1] if chain.count(to) > 1 else chain
    given = {to if d.by == officer and to else d.by: d for d in task.delegations}
    task.delegations = [given[one].model_copy(update={"by": one}) for one in chain[:-1]]
    task.officer, task.asked = chain[-1] if chain else None, None
    if task.officer is None and task.state is TaskState.CLAIMED:
        task.state = TaskState.OFFERED


def send_back(task: Task, by: str, wrong: str, now: datetime) -> None:
    """For correction, to the officer who made the finding; it is kept as an earlier version."""
    finding = task.finding or task.unsigned
    if finding is not None:
        task.earlier.append(Version(finding=finding, signed=task.signed, returned_by=by, wrong=wrong, at=now))
    task.finding, task.unsigned, task.signed = None, None, []
    task.state = TaskState.CLAIMED if task.officer else TaskState.OFFERED


def sign(task: Task, officer: str, finding: Finding) -> None:
    """An officer submits a finding: done, or to be signed by as many more officers as the agency's desk wants."""
    task.officer, task.asked = task.officer or officer, None
    task.signed = [*task.signed, officer]
    enough = len(task.signed) >= (task.desk.signatures if task.desk else 1)
    task.state = TaskState.DONE if enough else TaskState.SIGNED
    task.finding, task.unsigned = (finding, None) if enough else (None, finding)
