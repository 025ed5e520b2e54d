"""Recorded histories of every release and shape of case replay under today's code."""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from cli.plays.example import example_names
from domain.case.identity import Sent, Verdict
from runtime.connect import plugin
from tests.record_histories import HISTORIES
from workflows.aftercare import AftercareWorkflow
from workflows.dispute import DisputeWorkflow
from workflows.grid import GridWorkflow
from workflows.meeting import MeetingWorkflow
from workflows.proven import Proving

RECORDED = sorted(HISTORIES.glob("*/*.json"))


def test_every_example_of_the_newest_recorded_version_has_a_history_in_it() -> None:
    newest = {file.stem for file in RECORDED if file.parent == RECORDED[-1].parent}
    assert set(example_names()) <= newest


def nobody(token: str | None, sent: Sent) -> Verdict:
    """Replay asks nobody: what was proved is in history."""
    raise AssertionError((token, sent))


heads: list[str | None] = []
"""The ledger's last digest of each case that was replayed to its end."""


class _Heads(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        closed = await super().execute_workflow(input)
        heads.append(getattr(closed, "ledger_head", None))
        return closed


class Watching(Interceptor):
    """Keeps what each replayed case came to: a replay itself says only whether the commands were the same."""

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        return _Heads


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: f"{file.parent.name}/{file.stem}")
async def test_a_recorded_history_replays_to_the_same_ledger(file: Path) -> None:
    """Every event the same, to its last fact: the casebook holds the earlier ones of a case that still runs."""
    text = file.read_text(encoding="utf-8")
    history = WorkflowHistory.from_json(recorded_id(text), text)
    assert await replayed(history) == recorded_heads(history)


async def replayed(history: WorkflowHistory) -> list[str | None]:
    """The ledger's last digest that a history comes to under today's code; none where it goes on.

    The two seconds that a workflow task is given are not to be had at every moment on a busy machine: then once more.
    """
    replayer = Replayer(
        workflows=[DisputeWorkflow, AftercareWorkflow, GridWorkflow, MeetingWorkflow],
        plugins=[plugin(None)],  # They are recorded in clear.
        interceptors=[Proving(nobody), Watching()],
    )
    for _ in range(5):
        heads.clear()
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        if "TMPRL1101" not in str(result.replay_failure):
            break
    assert result.replay_failure is None
    return list(heads)


def recorded_id(text: str) -> str:
    """The id of the recorded run: a reopened case is known by its own."""
    started = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    return str(started["workflowId"])


def recorded_heads(history: WorkflowHistory) -> list[str | None]:
    """The ledger's last digest, as the release that recorded the history left it; none of a run that goes on."""
    last = history.events[-1]
    if not last.HasField("workflow_execution_completed_event_attributes"):
        return []
    [closed] = last.workflow_execution_completed_event_attributes.result.payloads
    told = json.loads(closed.data)
    return [told["ledger_head"] if isinstance(told, dict) else None]


def with_empty_task(text: str, after: int) -> str:
    """A history in which a workflow task that brought nothing follows the one that ended with an event."""

    def later(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: later(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [later(part) for part in value]
        refers = key.endswith(("EventId", "SequencingId")) or key == "eventId"
        return str(int(value) + 3) if refers and int(value) > after else value

    events = json.loads(text)["events"]
    head, tail = events[:after], [later(event) for event in events[after:]]
    time = tail[0]["eventTime"]
    moment = {"taskQueue": {"name": "centre"}}
    empty = [
        {"workflowTaskScheduledEventAttributes": moment, "eventType": "EVENT_TYPE_WORKFLOW_TASK_SCHEDULED"},
        {
            "workflowTaskStartedEventAttributes": {"scheduledEventId": str(after + 1)},
            "eventType": "EVENT_TYPE_WORKFLOW_TASK_STARTED",
        },
        {
            "workflowTaskCompletedEventAttributes": {
                "scheduledEventId": str(after + 1),
                "startedEventId": str(after + 2),
            },
            "eventType": "EVENT_TYPE_WORKFLOW_TASK_COMPLETED",
        },
    ]
    inserted = [event | {"eventId": str(after + number), "eventTime": time} for number, event in enumerate(empty, 1)]
    return json.dumps({"events": head + inserted + tail})


def task_ends(text: str) -> list[int]:
    """The last event of each workflow task but the last one: its completion, or the last of its commands."""
    events, ends = json.loads(text)["events"], []
    for number, event in enumerate(events, 1):
        if event["eventType"] != "EVENT_TYPE_WORKFLOW_TASK_COMPLETED":
            continue
        last = number
        while last < len(events) and _is_command_of(events[last], number):
            last += 1
        ends.append(last)
    return ends[:-1]


def _is_command_of(event: dict[str, Any], task: int) -> bool:
    [attributes] = (value for name, value in event.items() if name.endswith("EventAttributes"))
    answered = event["eventType"].startswith("EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE")
    return answered or bool(attributes.get("workflowTaskCompletedEventId") == str(task))


@pytest.mark.parametrize(
    "shape", ["general", "silent", "grid-demo-grid-recorded", "after-dispute-demo-general-recorded"]
)
async def test_a_workflow_task_that_brought_nothing_does_not_change_the_times_of_the_ledger(shape: str) -> None:
    """Replay joins a task without commands with the next one, and takes the next one's time for both."""
    text = (RECORDED[-1].parent / f"{shape}.json").read_text(encoding="utf-8")
    for end in task_ends(text):
        history = WorkflowHistory.from_json(recorded_id(text), with_empty_task(text, end))
        assert (end, await replayed(history)) == (end, recorded_heads(history))
