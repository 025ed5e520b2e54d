"""Speaking to what goes on after a case that has closed."""

import json
import uuid
from typing import Any

from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from casebook import aftercare as book
from client.connection import Link, NoSuchCase, in_time
from domain.case.opening import Reading
from domain.case.receipts import Acknowledgement
from domain.procedure.aftercare.effects import AFTER
from domain.procedure.aftercare.state import workflow_of
from domain.procedure.closure.handover import Handover
from domain.refusal import must
from domain.views.case_view import CaseView
from domain.words import Phase
from runtime import beginning


async def told_after(at: Link, case: str, name: str, body: dict[str, Any]) -> Acknowledgement:
    """Tell whatever follows a closed case; started again where it had ended. Raises NoAnswer, NoSuchCase, Refused.

    It acts once by its message id; the update has its own, so that what was refused can be asked again.
    """
    message = AFTER.kinds[name].model.model_validate_json(json.dumps(body))
    sent = beginning.begin(
        at.client,
        "AftercareWorkflow",
        workflow_of((await handed_over(at, case)).case),
        message,
        Acknowledgement,
        update=uuid.uuid4().hex,
        again=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )
    return await in_time(sent, message.message_id)


async def handed_over(at: Link, case: str) -> Handover:
    """A closed case, once it has been handed over. Raises NoAnswer, NoSuchCase, or Refused while it runs."""
    handle = await at.case(case)
    closed = await book.kept(at.pool, at.vault, handle.id)
    if closed is None:
        try:
            view: CaseView = await handle.query("case_view", Reading(page=1), result_type=CaseView)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            raise NoSuchCase(case) from None
        must(view.phase is Phase.CLOSED, "aftercare.no_case", "name")
        await in_time(handle.result(), handle.id)
        closed = await book.kept(at.pool, at.vault, handle.id)
        must(closed is not None, "aftercare.no_case", "name")
        assert closed is not None
    return closed
