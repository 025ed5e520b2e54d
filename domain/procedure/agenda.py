"""What a case does by itself as time passes: one list of alarms, so that every wait has an end.

``next_alarm`` tells when to wake; ``ring`` does what is due and notes it on the ledger.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from domain.assessment.reconcile import Decision
from domain.case.state import CaseState, Proposal, ProposalState
from domain.deadlines.alarm import Alarm
from domain.inquiry.tasks import Task, TaskState, end_delegation
from domain.intake.claims import nature
from domain.procedure.assessment.judgement import runs_on
from domain.procedure.closure import replying
from domain.procedure.direction.effects import let_clocks_run
from domain.procedure.inquiry.at_the_desk import AT_THE_DESKS
from domain.procedure.mediation import sessions
from domain.procedure.mediation.effects import conclude
from domain.procedure.mediation.opening import agreed
from domain.procedure.settlement import confirming, performing, signing
from domain.running_ledger import FLOOD_LASTS
from domain.words import Nature, Outcome, Phase

FILING_GRACE: Final = timedelta(hours=1)
"""How long a workflow that was started without a complaint waits for one."""

SUPERVISOR: Final = "supervisor"
"""To whom an inquiry is escalated where its agency has no head, or the head did not help."""


def next_alarm(case: CaseState) -> datetime | None:
    """The earliest instant at which something happens by itself; None when nothing ever will."""
    return min((alarm.at for alarm in alarms(case)), default=None)


def ring(case: CaseState, now: datetime) -> None:
    """Do everything that is due by now, in order of time."""
    while due := [alarm for alarm in alarms(case) if alarm.at <= now]:
        min(due, key=lambda alarm: alarm.at).happens(now)


def alarms(case: CaseState) -> Iterator[Alarm]:
    """Everything that time will bring if nobody acts. While a case is suspended: its resumption, and the law's."""
    for step, blocked in case.blocks.items():
        if blocked.waits:
            yield Alarm(blocked.retry_at, partial(_retry, case, step))
    if case.flood is not None:
        yield Alarm(case.flood.since + FLOOD_LASTS, case.end_flood)
    if case.phase is Phase.CLOSURE:
        yield from replying.alarms(case)
    if case.ending is not None or case.phase is Phase.CLOSED:
        return
    if case.phase is Phase.PERFORMANCE:
        yield from confirming.alarms(case)
    if case.phase in AT_THE_DESKS:
        yield from _of_application(case)
    if case.suspension is not None:
        yield Alarm(case.suspension.until, lambda now: _resume(case, now))
        return
    if case.phase in AT_THE_DESKS:
        for task in case.open_tasks:
            yield from _of_task(case, task)
    match case.phase:
        case Phase.INTAKE:
            if case.complaint is None:
                yield Alarm(case.phase_since + FILING_GRACE, lambda now: _not_filed(case, now))
            elif case.missing and case.material_deadline is not None:
                yield Alarm(case.material_deadline.due_at, lambda now: _material_lapsed(case, now))
        case Phase.PROGNOSIS:
            if case.joint_meeting is not None and case.undecided:
                yield Alarm(case.joint_meeting.due_at, lambda now: _joint_meeting_lapsed(case, now))
        case Phase.MEDIATION:
            yield from _of_mediation(case)
            yield from sessions.alarms(case)
        case Phase.PERFORMANCE:
            if (being_signed := signing.open_signing(case)) is not None:
                yield from signing.alarms(case, being_signed)
            else:
                yield from performing.alarms(case)


def _of_task(case: CaseState, task: Task) -> Iterator[Alarm]:
    def remind(now: datetime) -> None:
        task.reminded = True
        case.note("task_reminded", now, task=task.ref, officer=task.officer, due=task.deadline.due.isoformat())

    def escalate(now: datetime) -> None:
        task.reminded = task.escalated = True
        if task.desk is None or task.desk.head is None:
            task.escalated_to = SUPERVISOR
            case.note("task_escalated", now, task=task.ref, officer=task.officer)
        else:
            tell(task.desk.head, now)

    def tell(whom: str, now: datetime) -> None:
        task.escalated_to = whom
        case.note("task_escalated_to", now, task=task.ref, officer=task.officer, to=whom)

    def lapse(now: datetime) -> None:
        task.state = TaskState.LAPSED
        if task.earlier:
            task.finding = task.earlier[-1].finding
        case.note("task_lapsed", now, task=task.ref, officer=task.officer)

    def come_back(now: datetime) -> None:
        before, to = task.officer, over[0].by
        end_delegation(task, to)
        case.note("task_delegation_ended", now, task=task.ref, officer=before, to=to)

    if task.has_no_taker and task.escalated_to != SUPERVISOR:
        yield Alarm(task.opened_at, lambda now: tell(SUPERVISOR, now))
    if not task.reminded:
        yield Alarm(task.remind_at, remind)
    if not task.escalated:
        yield Alarm(task.deadline.due_at, escalate)
    if task.escalate_at is not None and task.escalated and task.escalated_to != SUPERVISOR:
        yield Alarm(task.escalate_at, lambda now: tell(SUPERVISOR, now))
    if over := sorted((d for d in task.delegations if d.until), key=lambda d: d.until or task.lapse_at):
        yield Alarm(over[0].until or task.lapse_at, come_back)
    yield Alarm(task.lapse_at, lapse)


def _of_application(case: CaseState) -> Iterator[Alarm]:
    """The fifteenth day from the application. It is the law's: it comes while the case stands still too."""
    term = case.application_term
    if term is None or case.arbitration_told:
        return

    def tell(now: datetime) -> None:
        case.arbitration_told = True
        if any(nature(item.kind) is Nature.PRIVATE_LAW for item in case.items):
            case.note("arbitration_open", now, due=term.due.isoformat(), source=term.source)

    yield Alarm(term.due_at, tell)


def _of_mediation(case: CaseState) -> Iterator[Alarm]:
    mediation = case.mediation
    if mediation is None or mediation.ended is not None:
        return
    for proposal in case.open_proposals:
        yield Alarm(proposal.expires_at, partial(_expire, case, proposal))
    fresh_until, nothing = case.assessment_fresh_until, agreed(case) is None and not case.open_proposals
    if nothing and fresh_until is not None and not case.assessment_stale and runs_on(case.assessment):
        yield Alarm(fresh_until, partial(_stale, case))

    def lapse(now: datetime) -> None:
        for proposal in case.open_proposals:
            _expire(case, proposal, now)
        mediation.ended = "deadline"
        case.note("mediation_lapsed", now, due=mediation.deadline.due.isoformat())

    yield Alarm(mediation.deadline.due_at, lapse)


def _stale(case: CaseState, now: datetime) -> None:  # noqa: ARG001 - an alarm is told the time
    case.assessment_stale = True


def _expire(case: CaseState, proposal: Proposal, now: datetime) -> None:
    conclude(case, proposal, now, otherwise=ProposalState.EXPIRED)


def _resume(case: CaseState, now: datetime) -> None:
    assert case.suspension is not None
    let_clocks_run(case, case.suspension.until)  # however late it is noticed
    case.note("resumed_by_itself", now)


def _retry(case: CaseState, step: str, now: datetime) -> None:  # noqa: ARG001 - an alarm is told the time
    case.retry(step)


def _not_filed(case: CaseState, now: datetime) -> None:
    case.ending = Outcome.NOT_ACCEPTED
    case.note("nothing_filed", now)


def _material_lapsed(case: CaseState, now: datetime) -> None:
    case.ending = Outcome.NOT_ACCEPTED
    case.note("material_lapsed", now, missing=list(case.missing))


def _joint_meeting_lapsed(case: CaseState, now: datetime) -> None:
    for ref in case.undecided:
        case.decisions[ref] = Decision(discrepancy=ref, holds="first", decided_by="onestop", reason="lapsed")
    case.note("joint_meeting_lapsed", now, discrepancies=list(case.decisions))
