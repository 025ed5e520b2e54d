"""Telling every running case something: page by page through Temporal's visibility, until nobody new is listed."""

import asyncio
from dataclasses import dataclass
from typing import Final

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.message import Message

_RUNNING: Final = "WorkflowType = 'DisputeWorkflow' AND ExecutionStatus = 'Running'"
_PAGE: Final = 200
_AT_ONCE: Final = 32


@dataclass(frozen=True)
class Told:
    """How many cases were told, and how many had closed before they could be."""

    told: int
    closed: int


async def tell_running_cases(client: Client, message: Message) -> Told:
    """Signal a message to every running case, drills included; once to each.

    Its id makes telling them again harmless, so that an interrupted round is simply begun anew. Raises
    RPCError when Temporal is away.
    """
    answered: dict[str, bool] = {}
    while True:
        listed = client.list_workflows(_RUNNING, page_size=_PAGE)
        fresh = [execution.id async for execution in listed if execution.id not in answered]
        if not fresh:
            return Told(told=sum(answered.values()), closed=len(answered) - sum(answered.values()))
        for first in range(0, len(fresh), _AT_ONCE):
            some = fresh[first : first + _AT_ONCE]
            answered |= zip(some, await asyncio.gather(*(_tell(client, case, message) for case in some)), strict=True)


async def _tell(client: Client, case: str, message: Message) -> bool:
    try:
        await client.get_workflow_handle(case).signal(message.name, message)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True
