"""Many messages at once, each to its own case."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

import texts
from client.connection import Link, NoAnswer, NoSuchCase, in_time
from domain.message import Message

M = TypeVar("M", bound=Message)
_AT_ONCE: Final = 8


@dataclass(frozen=True)
class Row(Generic[M]):
    """A message to a case, and what became of it."""

    case: str
    message: M
    line: int | None = None
    """Line of the file that it came from."""
    done: bool = False
    why: str | None = None
    """Why it was not done."""


async def tell_all(at: Link, rows: Sequence[Row[M]], language: str) -> list[Row[M]]:
    """Send every message as an update, some at a time. One that is refused does not keep the others back."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def tell(row: Row[M]) -> Row[M]:
        async with gate:
            try:
                handle = await at.case(row.case)
                message = row.message
                sent = handle.execute_update(
                    message.name,
                    message.model_dump(mode="json"),
                    id=message.message_id,
                    result_type=dict[str, Any],
                )
                await in_time(sent, message.message_id)
            except WorkflowUpdateFailedError as refused:
                return replace(row, why=str(refused.cause))
            except NoSuchCase:
                return replace(row, why=texts.say("cli.no_such_case", language, case=row.case))
            except NoAnswer:
                return replace(row, why=texts.say("cli.no_answer", language, message_id=row.message.message_id))
            except RPCError:
                return replace(row, why=texts.say("cli.case_over", language))
            return replace(row, done=True)

    return list(await asyncio.gather(*(tell(row) for row in rows)))
