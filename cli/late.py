"""Speaking to what goes on after a case that has closed."""

import json
from typing import Any

from temporalio.client import WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from cli.link import Link, in_time
from domain.aftercare import AFTER, workflow_of
from domain.receipts import Acknowledgement
from domain.words import CENTRE_QUEUE
from workflows.aftercare import AftercareWorkflow


async def told_after(at: Link, case: str, name: str, body: dict[str, Any]) -> Acknowledgement:
    """Tell whatever follows a closed case; started again where it had ended. Raises NoAnswer, NoSuchCase."""
    message = AFTER.kinds[name].model.model_validate_json(json.dumps(body))
    start = WithStartWorkflowOperation(
        AftercareWorkflow.run,
        id=workflow_of((await at.case(case)).id),
        task_queue=CENTRE_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )
    sent = at.client.execute_update_with_start_workflow(
        name, message, start_workflow_operation=start, id=message.message_id, result_type=Acknowledgement
    )
    return await in_time(sent, message.message_id)
