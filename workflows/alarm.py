"""An alarm whose timers are never cancelled.

A timer that fires in the moment in which it is cancelled makes some servers refuse the whole workflow task. A timer
that nobody waits for any more is only one event, and serves the next alarm that is later than it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from temporalio import workflow


class Alarm:
    """Wakes the workflow at an instant of its own clock."""

    def __init__(self) -> None:
        self._pending: set[datetime] = set()
        self._rung = 0

    async def wait(self, until: datetime | None, or_when: Callable[[], bool]) -> None:
        """Wait until an instant (for ever, if there is none), until any earlier timer fires, or until a condition."""
        rung = self._rung
        if until is not None and all(timer > until for timer in self._pending):
            self._pending.add(until)
            asyncio.create_task(self._ring_at(until)).add_done_callback(lambda _: self._pending.discard(until))
        await workflow.wait_condition(lambda: self._rung > rung or or_when())

    async def _ring_at(self, instant: datetime) -> None:
        await asyncio.sleep(max((instant - workflow.now()).total_seconds(), 0))
        self._rung += 1
