"""How a case, a mediation at a post, and what goes on after a case begin: with a first message that opens them."""

from typing import Any, TypeVar

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from domain.case.opening import Reading
from domain.case.receipts import Receipt
from domain.intake.messages import FileComplaint
from domain.message import Message
from domain.words import CENTRE_QUEUE
from runtime.turns import again_when_turned_away

A = TypeVar("A")
ONCE: WorkflowIDReusePolicy = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
"""One run for a name; one that failed because nobody opened it does not stand in the way."""


def case_of(complaint_id: str) -> str:
    """The workflow that a complaint is filed to."""
    return f"dispute-{complaint_id}"


async def begin(
    client: Client,
    workflow: str,
    name: str,
    message: Message,
    answer: type[A],
    *,
    summary: str | None = None,
    update: str | None = None,
    running: WorkflowIDConflictPolicy = WorkflowIDConflictPolicy.USE_EXISTING,
    again: WorkflowIDReusePolicy = ONCE,
) -> A:
    """The answer to the message that begins a workflow, or comes to the one that runs under its name already.

    ``update`` is the update's id, the message's where none is given. Raises WorkflowAlreadyStartedError where it runs
    or has ended, as the policies say.
    """

    async def send() -> A:
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            workflow,
            id=name,
            task_queue=CENTRE_QUEUE,
            id_conflict_policy=running,
            id_reuse_policy=again,
            static_summary=summary,
        )
        said: A = await client.execute_update_with_start_workflow(
            message.name,
            message,
            start_workflow_operation=start,
            id=update or message.message_id,
            result_type=answer,
        )
        return said

    return await again_when_turned_away(send)


async def leave(client: Client, message: FileComplaint) -> None:
    """Leave a complaint with the server: the case takes it up as soon as a worker is there, once."""
    complaint_id = message.complaint.complaint_id
    await client.start_workflow(
        "DisputeWorkflow",
        id=case_of(complaint_id),
        task_queue=CENTRE_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=ONCE,
        static_summary=complaint_id,
        start_signal=message.name,
        start_signal_args=[message],
    )


async def file(client: Client, message: FileComplaint) -> Receipt:
    """The receipt of a complaint, filed now or before; of a case that has closed too."""
    complaint_id = message.complaint.complaint_id
    case = case_of(complaint_id)
    try:
        return await begin(client, "DisputeWorkflow", case, message, Receipt, summary=complaint_id)
    except WorkflowAlreadyStartedError:
        closed, reading = client.get_workflow_handle(case), Reading(language=message.language)
        receipt: Receipt = await closed.query("receipt", reading, result_type=Receipt)
        return receipt
