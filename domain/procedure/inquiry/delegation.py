"""In whose hands an inquiry is, and how long: delegation, substitution, leaving, reassignment, more time."""

from datetime import datetime

from domain.case.protocol import accepts
from domain.case.state import CaseState
from domain.deadlines.deadline import GRANTED, end_of, may_be_extended
from domain.dialogue import Checked
from domain.inquiry.messages import AskForTime, DelegateTask, ExtendTask, RefuseTime, RelieveOfficer, RevokeDelegation
from domain.inquiry.tasks import TimeAsked, delegate, end_delegation, relieve
from domain.procedure.inquiry.at_the_desk import AT_THE_DESKS, the_task
from domain.refusal import LEADING, must
from domain.words import Role


@accepts(DelegateTask, roles={Role.OFFICER, Role.SUPERVISOR}, phases=AT_THE_DESKS)
def delegate_task(case: CaseState, message: DelegateTask, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    must(message.to != task.officer, "reassign.same", "to")
    must(message.until is None or message.until >= case.day(now), "date.in_past", "until")
    yield
    before = task.officer
    delegate(task, message.to, message.reason, end_of(message.until) if message.until else None)
    case.note(
        "task_delegated",
        now,
        message.actor,
        message.message_id,
        task=task.ref,
        officer=before,
        to=message.to,
        until=message.until.isoformat() if message.until else None,
        reason=message.reason,
    )


@accepts(RevokeDelegation, roles={Role.OFFICER, Role.SUPERVISOR}, phases=AT_THE_DESKS)
def revoke_delegation(case: CaseState, message: RevokeDelegation, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    must(task.delegations, "task.not_delegated", "task", officer=task.officer)
    yield
    givers = [d.by for d in task.delegations]
    before, back_to = task.officer, message.actor.id if message.actor.id in givers else givers[-1]
    end_delegation(task, back_to)
    case.note(
        "task_delegation_revoked",
        now,
        message.actor,
        message.message_id,
        task=task.ref,
        officer=before,
        to=back_to,
        reason=message.reason,
    )


@accepts(RelieveOfficer, roles={Role.SUPERVISOR, Role.OFFICER}, phases=AT_THE_DESKS)
def relieve_officer(case: CaseState, message: RelieveOfficer, now: datetime) -> Checked:
    theirs = [t for t in case.open_tasks if t.agency is message.agency and t.names(message.officer)]
    must(message.to != message.officer, "reassign.same", "to")
    must(theirs, "officer.has_nothing", "officer", officer=message.officer)
    if message.actor.role is Role.OFFICER:
        must(message.actor.agency is message.agency, "task.other_agency", "agency", agency=message.agency)
        heads = {t.desk.head for t in theirs if t.desk}
        must(message.actor.id in {message.officer, *heads}, "officer.not_the_head", "actor.id")
    yield
    for task in theirs:
        relieve(task, message.officer, message.to)
        case.note(
            "officer_relieved",
            now,
            message.actor,
            message.message_id,
            task=task.ref,
            before=message.officer,
            to=task.officer,
            reason=message.reason,
        )


@accepts(AskForTime, roles={Role.OFFICER}, phases=AT_THE_DESKS)
def ask_for_time(case: CaseState, message: AskForTime, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    must(task.asked is None, "task.time_asked", "task")
    yield
    task.asked = TimeAsked(by=message.actor.id, days=message.days, reason=message.reason, at=now)
    case.note(
        "task_time_asked",
        now,
        message.actor,
        message.message_id,
        task=task.ref,
        days=message.days,
        reason=message.reason,
    )


@accepts(ExtendTask, roles=LEADING, phases=AT_THE_DESKS)
def extend_task(case: CaseState, message: ExtendTask, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    left = may_be_extended(task.deadline, task.extended_days)
    must(message.days <= left, "task.extension_used_up", "days", left=left, source=task.deadline.source)
    yield
    asked, task.asked = task.asked, None
    task.postpone(message.days)
    task.extended_days += message.days
    case.recounting = case.recounting or GRANTED
    task.start_clocks_anew()
    case.note(
        "task_extended",
        now,
        message.actor,
        message.message_id,
        task=task.ref,
        days=message.days,
        due=task.deadline.due.isoformat(),
        reason=message.reason,
        **({"officer": asked.by} if asked else {}),
    )


@accepts(RefuseTime, roles={Role.SUPERVISOR}, phases=AT_THE_DESKS)
def refuse_time(case: CaseState, message: RefuseTime, now: datetime) -> Checked:
    task = the_task(case, message.name, message.task, message.actor)
    must(task.asked, "task.no_time_asked", "task")
    assert task.asked is not None
    yield
    asked, task.asked = task.asked, None
    case.note(
        "task_time_refused",
        now,
        message.actor,
        message.message_id,
        task=task.ref,
        officer=asked.by,
        days=asked.days,
        reason=message.reason,
    )
