"""Working an inquiry: claim, release, complete, sign, send back, skip, hand on; the joint meeting's decisions."""

from datetime import datetime

from pydantic import JsonValue

from domain.assessment.messages import CorrectDecision, DecideDiscrepancy
from domain.assessment.reconcile import Decision, Discrepancy
from domain.base import Ref
from domain.case.protocol import accepts
from domain.case.state import CaseState
from domain.deadlines.deadline import GRANTED
from domain.dialogue import Checked
from domain.inquiry.findings import Finding, LaborFinding, MedicalInsuranceFinding, TaxFinding, UnionFinding
from domain.inquiry.messages import ClaimTask, CompleteTask, CosignTask, ReleaseTask, ReturnTask, SkipTask, TransferTask
from domain.inquiry.tasks import Task, TaskState, hand_back, hand_to, send_back, sign
from domain.procedure.inquiry.at_the_desk import AT_THE_DESKS, the_task
from domain.refusal import LEADING, must
from domain.words import Phase, Role


@accepts(ClaimTask, roles={Role.OFFICER}, phases=AT_THE_DESKS)
def claim_task(case: CaseState, message: ClaimTask, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    yield
    hand_to(task, message.actor.id)
    case.note("task_claimed", now, message.actor, message.message_id, task=task.ref)


@accepts(ReleaseTask, roles={Role.OFFICER, Role.SUPERVISOR}, phases=AT_THE_DESKS)
def release_task(case: CaseState, message: ReleaseTask, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    yield
    hand_back(task)
    case.note("task_released", now, message.actor, message.message_id, task=task.ref, reason=message.reason)


@accepts(CompleteTask, roles={Role.OFFICER}, phases=AT_THE_DESKS)
def complete_task(case: CaseState, message: CompleteTask, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    finding = task.draft if message.accept_draft else message.finding
    if finding is None:
        must(task.records != "awaited", "task.draft_awaited", "accept_draft")
        must(False, "task.no_draft", "accept_draft")
        return
    must(finding.agency is task.agency, "task.other_agency", "finding.agency", agency=task.agency)
    unknown = refs_named(finding) - case.refs
    must(not unknown, "task.unknown_refs", "finding", refs=", ".join(sorted(unknown)))
    yield
    sign(task, message.actor.id, finding)
    task.found_on = case.day(now)
    said: dict[str, JsonValue] = {
        "task": task.ref,
        "from_draft": message.accept_draft,
        "finding": finding.model_dump(mode="json", exclude_defaults=True),
    }
    if task.state is TaskState.DONE:
        case.note("task_completed", now, message.actor, message.message_id, **said)
    else:
        case.note("task_signed", now, message.actor, message.message_id, **said)


@accepts(CosignTask, roles={Role.OFFICER}, phases=AT_THE_DESKS)
def cosign_task(case: CaseState, message: CosignTask, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    finding = task.unsigned
    assert finding is not None
    yield
    sign(task, message.actor.id, finding)
    task.found_on = case.day(now)
    case.note(
        "task_cosigned",
        now,
        message.actor,
        message.message_id,
        task=task.ref,
        signed=list(task.signed),
        finding=finding.model_dump(mode="json", exclude_defaults=True),
    )


@accepts(ReturnTask, roles={Role.MEDIATOR, Role.SUPERVISOR, Role.OFFICER}, phases=AT_THE_DESKS)
def return_task(case: CaseState, message: ReturnTask, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    if message.actor.role is Role.MEDIATOR:
        must(message.actor.id == case.mediator, "mediation.not_your_case", "actor.id", mediator=case.mediator)
    yield
    made_by: list[JsonValue] = [*task.signed]
    send_back(task, message.actor.id, message.reason, now)
    task.postpone(max(0, message.days - (task.deadline.due - case.day(now)).days))
    case.recounting = case.recounting or GRANTED
    task.start_clocks_anew()
    case.note(
        "task_returned",
        now,
        message.actor,
        message.message_id,
        task=task.ref,
        officer=task.officer,
        signed=made_by,
        version=len(task.earlier),
        due=task.deadline.due.isoformat(),
        reason=message.reason,
    )


@accepts(SkipTask, roles=LEADING, phases=AT_THE_DESKS)
def skip_task(case: CaseState, message: SkipTask, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    yield
    task.state = TaskState.SKIPPED
    case.note(
        "task_skipped",
        now,
        message.actor,
        message.message_id,
        task=task.ref,
        officer=task.officer,
        reason=message.reason,
    )


@accepts(TransferTask, roles={Role.OFFICER, Role.SUPERVISOR}, phases={Phase.FACT_FINDING})
def transfer_task(case: CaseState, message: TransferTask, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    must(message.to not in case.tasks, "task.agency_asked", "to", agency=message.to)
    yield
    task.state = TaskState.TRANSFERRED
    case.tasks[message.to] = Task(
        ref=message.to,
        agency=message.to,
        opened_at=now,
        deadline=task.deadline,
        remind_at=task.remind_at,
        escalate_at=task.escalate_at,
        lapse_at=task.lapse_at,
        desk=case.desks.get(message.to),
        priority=task.priority,
    )
    case.note(
        "task_transferred",
        now,
        message.actor,
        message.message_id,
        task=task.ref,
        officer=task.officer,
        to=message.to,
        due=task.deadline.due.isoformat(),
        reason=message.reason,
    )


@accepts(DecideDiscrepancy, roles=LEADING, phases={Phase.PROGNOSIS, Phase.MEDIATION})
def decide_discrepancy(case: CaseState, message: DecideDiscrepancy, now: datetime) -> Checked:
    usable = case.phase is Phase.PROGNOSIS or case.undecided
    must(usable, "message.phase", "name", name=message.name, phase=case.phase)
    must(
        message.discrepancy in case.undecided,
        "discrepancy.not_open",
        "discrepancy",
        open=", ".join(case.undecided) or "-",
    )
    yield
    told = _decided(case, message)
    case.note("discrepancy_decided", now, message.actor, message.message_id, **told)


@accepts(CorrectDecision, roles=LEADING, phases={Phase.PROGNOSIS, Phase.MEDIATION})
def correct_decision(case: CaseState, message: CorrectDecision, now: datetime) -> Checked:
    before = case.decisions.get(message.discrepancy)
    known = ", ".join(case.decisions) or "-"
    must(
        before is not None and _found(case, message.discrepancy),
        "discrepancy.not_decided",
        "discrepancy",
        decided=known,
    )
    assert before is not None
    must(before.holds != message.holds, "discrepancy.decided_so", "holds")
    must(case.settlement is None, "discrepancy.settled", "discrepancy")
    yield
    case.decisions_corrected += 1
    was = _source(case, message.discrepancy, before.holds)
    told = _decided(case, message)
    case.note("decision_corrected", now, message.actor, message.message_id, before=was, **told)


def _decided(case: CaseState, message: DecideDiscrepancy | CorrectDecision) -> dict[str, JsonValue]:
    """The decision stands; what the ledger tells of it."""
    ref, holds, reason = message.discrepancy, message.holds, message.reason
    case.decisions[ref] = Decision(discrepancy=ref, holds=holds, decided_by=message.actor.id, reason=reason)
    return {"discrepancy": ref, "holds": _source(case, ref, holds), "reason": reason}


def _found(case: CaseState, ref: Ref) -> Discrepancy | None:
    found = case.assessment.discrepancies if case.assessment else ()
    return next((one for one in found if one.id == ref), None)


def _source(case: CaseState, ref: Ref, holds: str) -> str:
    """The source that is believed; which of the two, where both are one."""
    found = _found(case, ref)
    assert found is not None
    return holds if found.first == found.second else str(getattr(found, holds))


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
