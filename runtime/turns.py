"""Waiting in turn: a Temporal server takes so many updates of one workflow in flight, and turns away what comes beyond.

Of its own accord it takes ten, and puts down those that wait too whenever one comes beyond them: the embedded server is
told to take more, as docs/operations.md says for any other.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Final, TypeVar
from weakref import WeakValueDictionary

from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowUpdateHandle,
)
from temporalio.service import RPCError, RPCStatusCode

A = TypeVar("A")
AT_ONCE: Final = 5
"""Updates of one client to one workflow: other clients need their turns too."""
PATIENCE: Final = 30.0
"""Seconds for which one that was turned away asks again; whoever calls may have less."""
PAUSE: Final = (0.05, 1.0)
"""Seconds between two tries, at first and at most; drawn by lot, so that those who wait do not come together."""


class InTurn(Interceptor):
    """Sends a workflow no more updates at once than it takes, and an update again that was turned away."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """See base class."""
        return _Outbound(next)


class _Outbound(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor) -> None:
        super().__init__(next)
        self._lines: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        send = super().start_workflow_update
        async with self._line(input.id):
            return await again_when_turned_away(lambda: send(input))

    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[Any]:
        """Once: what starts a workflow can be sent only once, so that whoever sends it makes it anew."""
        async with self._line(input.start_workflow_input.id):
            return await super().start_update_with_start_workflow(input)

    def _line(self, workflow: str) -> asyncio.Semaphore:
        return self._lines.setdefault(workflow, asyncio.Semaphore(AT_ONCE))


async def again_when_turned_away(send: Callable[[], Awaitable[A]]) -> A:
    """What a client is told in the end where others were quicker. Raises RPCError when its patience is over."""
    give_up, pause = monotonic() + PATIENCE, PAUSE[0]
    while True:
        try:
            return await send()
        except RPCError as error:
            if not _turned_away(error) or monotonic() > give_up:
                raise
        await asyncio.sleep(random.uniform(PAUSE[0], pause))  # noqa: S311 - a lot among those who wait
        pause = min(2 * pause, PAUSE[1])


def _turned_away(error: RPCError) -> bool:
    """Whether too much is in flight, or the server put an update down, or takes none while a task is done again."""
    if error.status is RPCStatusCode.UNAVAILABLE:
        return "update was aborted" in error.message
    if error.status is RPCStatusCode.FAILED_PRECONDITION:
        return "Workflow Task in failed state" in error.message
    return error.status is RPCStatusCode.RESOURCE_EXHAUSTED
