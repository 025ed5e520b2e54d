"""Asking an agency's own records for a draft, for as long as its inquiry is open."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

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
    """A draft from the agency's own records. One that is away for days delays its draft and nothing else.

    Cancelled when nobody waits for it any more.
    """

    def now() -> datetime:
        return case.clock(workflow.now())

    try:
        await _read(case, task, request, now)
    finally:
        if task.records == "awaited" and not task.is_open:
            reading_records.give_up_records(case, task, now())


async def _read(case: CaseState, task: Task, request: RecordsRequest, now: Callable[[], datetime]) -> None:
    alarm = Alarm()
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
            if is_cancelled_exception(error):
                return
            next_try = reading_records.delay_records(case, task, *answers.records_failure(error), asked_at, now())
        else:
            reading_records.take_records(case, task, draft, now())
            return

        def again(at: datetime = next_try) -> bool:
            return now() >= at

        while not again():
            await alarm.wait(workflow.now() + (next_try - now()), again)
