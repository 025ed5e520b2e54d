"""The one pattern by which what a workflow commands may change while cases run (docs/operations.md)."""

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from runtime.connect import plugin
from tests.record_histories import HISTORIES
from tests.workflows.changed import Guarded, Unguarded
from tests.workflows.test_replay import nobody, recorded_id
from workflows.dispute import DisputeWorkflow
from workflows.proven import Proving


@pytest.mark.parametrize(("version", "replays"), [(Unguarded, False), (Guarded, True)])
async def test_a_change_of_order_replays_what_ran_before_it_only_behind_a_patch(
    version: type[DisputeWorkflow], replays: bool
) -> None:
    [file] = (HISTORIES / "v1.0").glob("general.json")
    text = file.read_text(encoding="utf-8")
    replayer = Replayer(
        workflows=[version],
        plugins=[plugin(None)],
        interceptors=[Proving(nobody)],
    )
    history = WorkflowHistory.from_json(recorded_id(text), text)
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    assert (result.replay_failure is None) == replays
