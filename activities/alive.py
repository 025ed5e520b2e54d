"""A service of the centre says that it lives while it works, so that the work of a killed worker is soon done again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

_EVERY: Final = 1.0
"""Seconds between two signs of life; a short service gives none."""


class Alive(Interceptor):
    """Heartbeats for as long as an activity lasts."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """See base class."""
        return _Inbound(super().intercept_activity(next))


class _Inbound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        async with _signs_of_life():
            return await super().execute_activity(input)


@contextlib.asynccontextmanager
async def _signs_of_life() -> AsyncIterator[None]:
    async def beat() -> None:
        while True:
            await asyncio.sleep(_EVERY)
            activity.heartbeat()

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
