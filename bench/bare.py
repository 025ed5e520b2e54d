"""The engine's floor: a workflow with no features that takes the same number of messages and activities."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RawValue


@activity.defn(name="bare.read")
async def read(request: dict[str, Any]) -> dict[str, Any]:
    """What an agency's reading costs when it does nothing."""
    return {"case": request["case"]}


@workflow.defn(name="BareWorkflow")
class BareWorkflow:
    """Starts, reads from three agencies, takes messages until told to end."""

    def __init__(self) -> None:
        self._messages = 0
        self._ended = False

    @workflow.run
    async def run(self, opening: dict[str, Any]) -> int:
        reads = [
            workflow.execute_activity(
                "bare.read",
                {"case": workflow.info().workflow_id},
                task_queue=queue,
                start_to_close_timeout=timedelta(seconds=30),
            )
            for queue in opening["queues"]
        ]
        await asyncio.gather(*reads)
        await workflow.wait_condition(lambda: self._messages >= opening["messages"])
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._messages

    @workflow.signal(dynamic=True)
    def take_signal(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Count a signal."""
        self._messages += 1

    @workflow.update(dynamic=True)
    async def take_update(self, name: str, payloads: Sequence[RawValue]) -> int:
        """Count an update."""
        self._messages += 1
        return self._messages
