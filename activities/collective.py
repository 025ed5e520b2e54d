"""Bringing workers from one case to another: out of the one's register, with the evidence, into the other."""

import asyncpg
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from casebook import evidence, lists, registry
from domain.case.portion import Arrived, Passage, TakeOver
from domain.case.receipts import Receipt
from domain.ledger import SYSTEM
from domain.procedure.collective.parting import NOT_THERE
from domain.refusal import Problem
from runtime import beginning
from runtime.vault import Vault


class CollectiveService:
    """The centre's hand where cases part and join."""

    def __init__(self, client: Client, pool: asyncpg.Pool, vault: Vault) -> None:
        self._client, self._pool, self._vault = client, pool, vault

    @activity.defn(name="collective.hand_on")
    async def hand_on(self, passage: Passage) -> Arrived:
        """See the workers over. Again, it finds them there."""
        portion = passage.portion
        message = TakeOver(message_id=passage.message_id, actor=SYSTEM, portion=portion)
        if portion.how == "split":
            await registry.let_go(self._pool, portion.of, [c.ref for c in portion.complaint.claimants])
            summary = f"{portion.case_number} · {passage.to}"
            receipt = await beginning.begin(
                self._client, "DisputeWorkflow", passage.to, message, Receipt, summary=summary
            )
            await evidence.copy(self._pool, self._vault, portion.of, passage.to)
            return Arrived(case=receipt.case, case_number=receipt.case_number)
        return await self._joined(passage, message)

    async def _joined(self, passage: Passage, message: TakeOver) -> Arrived:
        to = await lists.find(self._pool, passage.to) or passage.to
        gone = Arrived(case=to, refused=NOT_THERE)
        try:
            receipt: Receipt = await self._client.get_workflow_handle(to).execute_update(
                TakeOver.name, message, id=message.message_id, result_type=Receipt
            )
        except WorkflowUpdateFailedError as failed:
            cause = failed.cause
            if isinstance(cause, ApplicationError) and cause.type == "Refused" and cause.details:
                return Arrived(case=to, refused=Problem.model_validate(cause.details[0][0]))
            if isinstance(cause, ApplicationError) and cause.type == "AcceptedUpdateCompletedWorkflow":
                return gone
            raise
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return gone
        await evidence.copy(self._pool, self._vault, passage.portion.of, receipt.case)
        await registry.merged(self._pool, passage.portion.of, receipt.case)
        return Arrived(case=receipt.case, case_number=receipt.case_number)
