"""A round of early warnings: tax finds who stopped paying, labour who works on there, the grid's posts are told."""

from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.grid import GridService
    from domain.grid.early_warning import Employed, Stoppages, WarnAsked, WarningsDue, WarnReport, early_warnings
    from domain.words import CENTRE_QUEUE, Agency
    from workflows.centre import NEEDS_A_PERSON, agency, asked_by_the_centre, service

PATIENCE: Final = timedelta(hours=12)
"""How long a round waits for an agency; the next day's round looks again."""


@workflow.defn
class EarlyWarningWorkflow:
    """Started every day by a schedule, or by hand. Names of employers only, of no worker."""

    @workflow.run
    async def run(self, asked: WarnAsked) -> WarnReport:
        """Look, and open what is new. With other months than the table's nothing is opened, whoever asks."""
        asked_by_the_centre(asked)
        terms = await service(GridService.watch_terms, asked)
        silent = Agency.TAX
        try:
            stopped = await agency(
                Agency.TAX, "stopped_payers", terms, Stoppages, patience=PATIENCE, summary="stopped payers"
            )
            silent = Agency.LABOR
            working = await agency(
                Agency.LABOR, "still_employed", stopped, Employed, patience=PATIENCE, summary="who works on"
            )
        except (ActivityError, ApplicationError):
            return WarnReport(terms=terms, silent=silent)
        due = WarningsDue(
            warnings=early_warnings(stopped.found, working.workers), dry_run=asked.dry_run or asked.months is not None
        )
        warned = await workflow.execute_activity_method(
            GridService.warn,
            due,
            task_queue=CENTRE_QUEUE,
            start_to_close_timeout=timedelta(minutes=30),
            heartbeat_timeout=timedelta(seconds=60),
            retry_policy=RetryPolicy(non_retryable_error_types=list(NEEDS_A_PERSON)),
        )
        return WarnReport(terms=terms, placed=warned.placed)
