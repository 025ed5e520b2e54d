"""Working an inquiry: claim, release, complete, extend; and the joint meeting's decisions."""

from datetime import datetime, timedelta

from domain.case import CaseState, Task, TaskState
from domain.deadlines import prolonged
from domain.findings import Finding, LaborFinding, MedicalInsuranceFinding, TaxFinding, UnionFinding
from domain.ledger import Actor
from domain.messages import ClaimTask, CompleteTask, DecideDiscrepancy, ExtendTask, ReleaseTask
from domain.protocol import Checked, accepts, must
from domain.reconcile import Decision
from domain.words import Phase, Role

INQUIRING = {Phase.FACT_FINDING}


def _task(case: CaseState, ref: str) -> Task:
    must(ref in case.tasks, "task.unknown", "task", known=", ".join(case.tasks) or "-")
    task = case.tasks[ref]
    must(task.is_open, "task.closed", "task", state=task.state)
    return task


def _own_task(case: CaseState, ref: str, actor: Actor) -> Task:
    task = _task(case, ref)
    must(task.agency is actor.agency, "task.other_agency", "task", agency=task.agency)
    return task


@accepts(ClaimTask, roles={Role.OFFICER}, phases=INQUIRING)
def claim_task(case: CaseState, message: ClaimTask, now: datetime) -> Checked:
    task = _own_task(case, message.task, message.actor)
    must(task.state is TaskState.OFFERED, "task.claimed", "task", officer=task.officer)
    yield
    task.state, task.officer = TaskState.CLAIMED, message.actor.id
    case.note("task_claimed", now, message.actor, message.message_id, task=task.ref)


@accepts(ReleaseTask, roles={Role.OFFICER}, phases=INQUIRING)
def release_task(case: CaseState, message: ReleaseTask, now: datetime) -> Checked:
    task = _own_task(case, message.task, message.actor)
    must(task.officer == message.actor.id, "task.not_yours", "task", officer=task.officer or "-")
    yield
    task.state, task.officer = TaskState.OFFERED, None
    case.note("task_released", now, message.actor, message.message_id, task=task.ref, reason=message.reason)


@accepts(CompleteTask, roles={Role.OFFICER}, phases=INQUIRING)
def complete_task(case: CaseState, message: CompleteTask, now: datetime) -> Checked:
    task = _own_task(case, message.task, message.actor)
    must(task.officer in (None, message.actor.id), "task.not_yours", "task", officer=task.officer)
    finding = task.draft if message.accept_draft else message.finding
    if finding is None:
        must(task.records != "awaited", "task.draft_awaited", "accept_draft")
        must(False, "task.no_draft", "accept_draft")
        return
    must(finding.agency is task.agency, "task.other_agency", "finding.agency", agency=task.agency)
    unknown = refs_named(finding) - case.refs
    must(not unknown, "task.unknown_refs", "finding", refs=", ".join(sorted(unknown)))
    yield
    task.state, task.officer, task.finding = TaskState.DONE, message.actor.id, finding
    case.note(
        "task_completed",
        now,
        message.actor,
        message.message_id,
        task=task.ref,
        from_draft=message.accept_draft,
        finding=finding.model_dump(mode="json", exclude_defaults=True),
    )


@accepts(ExtendTask, roles={Role.SUPERVISOR}, phases=INQUIRING)
def extend_task(case: CaseState, message: ExtendTask, now: datetime) -> Checked:
    task = _task(case, message.task)
    yield
    task.deadline = prolonged(task.deadline, message.days)
    task.remind_at += timedelta(days=message.days)
    task.lapse_at += timedelta(days=message.days)
    task.reminded = task.escalated = False
    case.note(
        "task_extended",
        now,
        message.actor,
        message.message_id,
        task=task.ref,
        days=message.days,
        due=task.deadline.due.isoformat(),
        reason=message.reason,
    )


@accepts(DecideDiscrepancy, roles={Role.SUPERVISOR}, phases={Phase.PROGNOSIS})
def decide_discrepancy(case: CaseState, message: DecideDiscrepancy, now: datetime) -> Checked:
    must(
        message.discrepancy in case.undecided,
        "discrepancy.not_open",
        "discrepancy",
        open=", ".join(case.undecided) or "-",
    )
    yield
    case.decisions[message.discrepancy] = Decision(
        discrepancy=message.discrepancy,
        holds=message.holds,
        decided_by=message.actor.id,
        reason=message.reason,
    )
    case.note(
        "discrepancy_decided",
        now,
        message.actor,
        message.message_id,
        discrepancy=message.discrepancy,
        holds=message.holds,
        reason=message.reason,
    )


def refs_named(finding: Finding) -> set[str]:
    """Everybody whom a finding names."""
    match finding:
        case LaborFinding():
            rows = [*finding.employments, *finding.retirements]
        case MedicalInsuranceFinding():
            rows = [*finding.insured, *finding.losses]
        case TaxFinding():
            rows = [*finding.contributions, *finding.employers]
        case UnionFinding():
            rows = [*finding.legal_aid]
    return {ref for row in rows for name in ("claimant", "employer") if (ref := getattr(row, name, None))}
