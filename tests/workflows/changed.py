"""Two later versions of a dispute, for tests/workflows/test_compatible_change.py: one may be released, one may not."""

from datetime import timedelta

from temporalio import workflow

from domain.case.opening import Closed, Opening
from workflows.dispute import EMPTY, DisputeWorkflow


@workflow.defn(name="DisputeWorkflow")
class Unguarded(DisputeWorkflow):
    """A new version that waits for a moment before the triage, in every case."""

    @workflow.init
    def __init__(self, opening: Opening = EMPTY) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening = EMPTY) -> Closed:
        return await super().run(opening)

    async def triage(self) -> None:
        await workflow.sleep(timedelta(seconds=1))
        await super().triage()


@workflow.defn(name="DisputeWorkflow")
class Guarded(DisputeWorkflow):
    """The same version as it may be released: cases that began before it go on as they began."""

    @workflow.init
    def __init__(self, opening: Opening = EMPTY) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: Opening = EMPTY) -> Closed:
        return await super().run(opening)

    async def triage(self) -> None:
        if workflow.patched("triage-after-a-moment"):
            await workflow.sleep(timedelta(seconds=1))
        await super().triage()
