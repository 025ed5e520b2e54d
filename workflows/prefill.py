"""Asking an agency's own records for a draft, for as long as its inquiry is open."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.case.requests import RecordsRequest
    from domain.case.state import CaseState
    from domain.inquiry.findings import FINDING_OF
    from domain.inquiry.tasks import Task
    from domain.procedure.inquiry import reading_records
    from workflows import answers
    from workflows.alarm import Alarm
    from workflows.centre import agency


async def prefill(case: CaseState, task: Task, request: RecordsRequest) -> None:
    """A draft from the agency's own records. One that is away for days delays its draft and nothing else."""
    alarm = Alarm()

    def now() -> datetime:
        return case.clock(workflow.now())

    while True:
        asked_at = now()
        left = max(task.lapse_at - now(), timedelta(minutes=1))
        try:
            draft = await agency(
                task.agency,
                "read_records",
                request,
                FINDING_OF[task.agency],
                patience=min(left, reading_records.patience(task)),
                summary=answers.records(task.agency),
            )
        except (ActivityError, ApplicationError) as error:
            if task not in case.open_tasks:
                break
            next_try = reading_records.delay_records(case, task, *answers.records_failure(error), asked_at, now())
        else:
            reading_records.take_records(case, task, draft, now())
            return

        def again(at: datetime = next_try) -> bool:
            return task not in case.open_tasks or now() >= at

        while not again():
            await alarm.wait(workflow.now() + (next_try - now()), again)
        if task not in case.open_tasks:
            break
    reading_records.give_up_records(case, task, now())
