"""What the centre does for the grid's posts: the terms, the casebook, and taking over what is not settled there."""

from datetime import datetime

import asyncpg
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from casebook import grid
from casebook.digests import employer_digest
from domain.base import CENTRE_ZONE
from domain.case.receipts import Acknowledgement, Decision, Receipt
from domain.grid.early_warning import Placed, WarnAsked, Warned, WarningsDue, WatchTerms
from domain.grid.messages import EarlyWarning, OpenGrid, TakeGridRecord
from domain.grid.state import Forwarded, GridPlan
from domain.grid.view import GridEntry, GridForwarding, GridOpening, GridReceipt
from domain.intake.bars import intake_table
from domain.intake.complaint import Respondent
from domain.intake.messages import FileComplaint
from domain.ledger import SYSTEM
from runtime import beginning
from runtime.rules import Rules
from runtime.vault import Vault


class GridService:
    """The centre's hand towards the posts."""

    def __init__(self, client: Client, pool: asyncpg.Pool, vault: Vault, rules: Rules) -> None:
        self._client, self._pool, self._vault, self._rules = client, pool, vault, rules

    @activity.defn(name="grid.plan")
    async def plan(self, request: GridOpening) -> GridPlan:
        """Until when the post may try, and until when all that is agreed there must be paid."""
        place = request.jurisdiction if request.jurisdiction in intake_table().jurisdictions else "CN"
        deadline = self._rules.deadline("grid-mediation", request.opened_on, place)
        return GridPlan(deadline=deadline, paid_by=self._rules.deadline("grid-payment", deadline.due, place).due)

    @activity.defn(name="grid.record")
    async def record(self, entry: GridEntry) -> int:
        """Append events and renew the searchable row. Returns the number of the last event written.

        Raises LedgerConflict where they don't follow what the casebook holds.
        """
        return await grid.record(self._pool, self._vault, entry)

    @activity.defn(name="grid.watch_terms")
    async def watch_terms(self, asked: WarnAsked) -> WatchTerms:
        """What stops are looked for today."""
        table = self._rules.tables.grid
        return WatchTerms(
            today=datetime.now(CENTRE_ZONE).date(),
            stopped_months=asked.months or table.stopped_months,
            longest_months=max(table.longest_months, asked.months or 1),
        )

    @activity.defn(name="grid.warn")
    async def warn(self, due: WarningsDue) -> Warned:
        """Open a mediation upon each warning at the post that serves the place. Again opens nothing twice."""
        return Warned(placed=tuple([await self._place(warning, due.dry_run) for warning in due.warnings]))

    async def _place(self, warning: EarlyWarning, dry_run: bool) -> Placed:
        post = self._rules.tables.grid.post_for(warning.credit_code)
        if dry_run:
            return Placed(warning=warning, post=post.id, case=None, new=False)
        employer = Respondent(ref="e", name=warning.employer, credit_code=warning.credit_code)
        case = f"grid-warning-{employer_digest(self._vault, employer)[:20]}-{warning.since}"
        a_round = activity.info().workflow_run_id
        message = OpenGrid(message_id=f"open-{a_round}-{warning.since}", actor=SYSTEM, post=post, warning=warning)
        new, fail = True, WorkflowIDConflictPolicy.FAIL
        try:
            await beginning.begin(self._client, "GridWorkflow", case, message, GridReceipt, running=fail)
        except WorkflowAlreadyStartedError:
            new = False
        except WorkflowUpdateFailedError:  # One employer's warning that can't be opened does not hold up the others'.
            activity.logger.warning("an early warning was refused", extra={"since": warning.since})
            return Placed(warning=warning, post=post.id, case=None, new=False)
        activity.heartbeat(case)
        return Placed(warning=warning, post=post.id, case=case, new=new)

    @activity.defn(name="grid.forward")
    async def forward(self, request: GridForwarding) -> Forwarded:
        """File the complaint at the centre, and hand what was tried to the case that holds it. Again does nothing."""
        receipt = await self._file(request)
        return Forwarded(
            case=receipt.case,
            case_number=receipt.case_number,
            accepted=receipt.decision is not Decision.REFUSED,
            record_taken=await self._hand_on(receipt.case, request),
        )

    async def _file(self, request: GridForwarding) -> Receipt:
        message = FileComplaint(
            message_id=f"file-{request.record.grid}", actor=SYSTEM, complaint=request.complaint, drill=request.drill
        )
        return await beginning.file(self._client, message)

    async def _hand_on(self, case: str, request: GridForwarding) -> bool:
        """Whether the case took the record: one that is over does not; the post's own ledger keeps it."""
        message = TakeGridRecord(message_id=f"record-{request.record.grid}", actor=SYSTEM, record=request.record)
        try:
            await self._client.get_workflow_handle(case).execute_update(
                TakeGridRecord.name, message, id=message.message_id, result_type=Acknowledgement
            )
        except WorkflowUpdateFailedError:
            return False
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True
