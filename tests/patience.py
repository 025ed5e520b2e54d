"""Waiting for what comes about by itself: as long as a busy machine takes, and no longer than a test may."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, TypeVar

PATIENCE: Final = 100.0
"""Seconds after which something hangs; the limit of a whole test is a little longer."""
_LOOK_EVERY: Final = 0.05
"""Seconds between two looks, or twice what the last one took: nobody waits for a page by drawing it all the time."""

Seen = TypeVar("Seen")


async def seen(look: Callable[[], Awaitable[Seen]], holds: Callable[[Seen], object] = bool) -> Seen:
    """What is to be seen, once it holds. Raises AssertionError with the last that was seen."""
    last: object = None
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                began = monotonic()
                last = now = await look()
                if holds(now):
                    return now
                await asyncio.sleep(max(_LOOK_EVERY, 2 * (monotonic() - began)))
    except TimeoutError:
        raise AssertionError(f"it never came about: {last}") from None
