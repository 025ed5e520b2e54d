"""Telling a case something, once, and what it answers; what goes on after a closed case too."""

from typing import Any, Final

from temporalio.client import WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from client.after_closure import told_after
from client.connection import Link, NoAnswer, in_time
from domain.base import Model
from domain.case.readers import may_read
from domain.case.receipts import Receipt
from domain.intake.messages import FileComplaint
from domain.message import Message
from domain.procedure.aftercare.effects import AFTER
from domain.refusal import Problem, Refused
from runtime import beginning


async def tell(at: Link, case: str, message: Message) -> dict[str, Any]:
    """What a case answers to a message. Raises Refused, NoAnswer, NoSuchCase, RPCError."""
    handle, body = await at.case(case), message.model_dump(mode="json")
    try:
        sent = handle.execute_update(message.name, body, id=message.message_id, result_type=dict[str, Any])
        answer: dict[str, Any] = await in_time(sent, message.message_id)
        return answer
    except WorkflowUpdateFailedError as failure:
        raise refused(failure.cause) or failure from None
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND or message.name not in AFTER.kinds:
            raise
    try:
        return (await told_after(at, case, message.name, body)).model_dump(mode="json")
    except WorkflowUpdateFailedError as failure:
        raise refused(failure.cause) or failure from None


async def filed(at: Link, message: FileComplaint) -> Receipt:
    """The receipt of a complaint. Raises Refused, NoAnswer, RPCError."""
    try:
        return await in_time(beginning.file(at.client, message), message.message_id)
    except WorkflowUpdateFailedError as failure:
        raise refused(failure.cause) or failure from None


_UNTOLD: Final = "Encoded failure"
"""What the SDK says of a worker that could not come to an answer: no refusal of ours, and worth asking again."""


async def asked(at: Link, case: str, query: str, reading: Model, answer: Any = None) -> Any:
    """What a case answers to a query. Raises NotTold, NoAnswer, Refused, NoSuchCase, RPCError."""
    may_read(at.reader, query)
    try:
        return await (await at.case(case)).query(query, reading, result_type=answer)
    except WorkflowQueryFailedError as failure:
        if failure.message == _UNTOLD:
            raise NoAnswer(query) from None
        raise NotTold(failure.message) from None


class NotTold(Exception):
    """The case does not answer the question as it was asked: why, in the reader's language."""


def refused(cause: BaseException | None) -> Refused | None:
    """The refusal that a failure carries; None where it is something else."""
    if not isinstance(cause, ApplicationError) or cause.type != "Refused":
        return None
    return Refused(*(Problem.model_validate(detail) for details in cause.details for detail in details))
