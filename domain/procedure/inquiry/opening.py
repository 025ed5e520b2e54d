"""Inquiries open with what their agency is told, and close when the case goes on."""

from datetime import datetime

from domain.case.requests import InquiryPlan, Known
from domain.case.state import CaseState
from domain.inquiry.sharing import IDENTIFYING, cut
from domain.inquiry.tasks import Task, TaskState
from domain.procedure.known import known


def open_task(case: CaseState, plan: InquiryPlan, now: datetime) -> None:
    """Offer an inquiry to its agency."""
    case.tasks[plan.agency] = Task(
        ref=plan.agency,
        agency=plan.agency,
        opened_at=now,
        deadline=plan.deadline,
        remind_at=plan.remind_at,
        escalate_at=plan.escalate_at,
        lapse_at=plan.lapse_at,
        desk=case.desks.get(plan.agency),
        priority=case.triage.priority if case.triage else None,
    )
    case.note("task_opened", now, task=plan.agency, due=plan.deadline.due.isoformat())


def tell(case: CaseState, task: Task, now: datetime) -> Known:
    """What an agency is told when its inquiry opens, noted as a transfer: of whom, what, for what, by which article.

    A case that began before there was a table of what is shared tells everything.
    """
    everything, row = known(case, now), case.sharing.get(task.agency)
    if row is None:
        return everything
    complaint = everything.complaint.model_copy(update={"items": case.items})
    told = cut(complaint, case.withdrawn, row)
    case.note(
        "data_transferred",
        now,
        task=task.ref,
        recipient=task.agency,
        purpose=row.purpose,
        source=row.source,
        persons=len(told.claimants),
        data=[*IDENTIFYING, *row.claimant],
    )
    return Known(
        case=everything.case,
        complaint=told,
        supplied=(),
        withdrawn=(),
        filed_on=everything.filed_on,
        today=everything.today,
    )


def close_inquiries(case: CaseState, now: datetime) -> None:
    """The procedure has gone on: nobody need act on an inquiry that was still open."""
    for task in case.open_tasks:
        task.state = TaskState.SKIPPED
        if task.earlier:
            task.finding = task.earlier[-1].finding
        case.note("task_closed", now, task=task.ref, officer=task.officer)
