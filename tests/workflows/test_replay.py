"""Recorded histories of every release and shape of case replay under today's code."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from cli.example import example_names
from domain.identity import Sent, Verdict
from runtime.connect import plugin
from runtime.rings import KeyRing
from runtime.vault import Vault
from tests.record_histories import HISTORIES
from workflows.dispute import DisputeWorkflow
from workflows.proven import Proving

RECORDED = sorted(HISTORIES.glob("*/*.json"))


def test_every_example_has_a_recorded_history() -> None:
    assert set(example_names()) <= {file.stem for file in RECORDED}


def _nobody(token: str | None, sent: Sent) -> Verdict:
    """Replay asks nobody: what was proved is in history."""
    raise AssertionError((token, sent))


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: f"{file.parent.name}/{file.stem}")
async def test_a_recorded_history_replays(file: Path) -> None:
    history = WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))
    replayer = Replayer(
        workflows=[DisputeWorkflow], plugins=[plugin(Vault(KeyRing.fresh()))], interceptors=[Proving(_nobody)]
    )

    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)

    assert result.replay_failure is None
