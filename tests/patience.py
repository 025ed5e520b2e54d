"""Waiting for what comes about by itself: as long as a busy machine takes, and no longer than a test may."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, TypeVar

from temporalio.service import RPCError, RPCStatusCode

PATIENCE: Final = 100.0
"""Seconds after which something hangs; the limit of a whole test is a little longer."""
_LOOK_EVERY: Final = 0.05, 1.0
"""Seconds between two looks, the least and the most: twice what the last one took, so that nobody waits for a page by
drawing it all the time."""
_UNANSWERED: Final = (RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED)
"""What a client says of itself when a server that has much to do has not answered for half a minute."""

Seen = TypeVar("Seen")


async def seen(look: Callable[[], Awaitable[Seen]], holds: Callable[[Seen], object] = bool) -> Seen:
    """What is to be seen, once it holds. Raises AssertionError with the last that was seen."""
    last: object = None
    least, most = _LOOK_EVERY
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                began = monotonic()
                try:
                    last = now = await look()
                except RPCError as unanswered:
                    if unanswered.status not in _UNANSWERED:
                        raise
                    last = unanswered
                else:
                    if holds(now):
                        return now
                await asyncio.sleep(min(most, max(least, 2 * (monotonic() - began))))
    except TimeoutError:
        raise AssertionError(f"it never came about: {last}") from None
