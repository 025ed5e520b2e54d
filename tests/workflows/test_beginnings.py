"""Whatever a workflow is started with, and by whomever: it begins with a proven first message, or leaves nothing."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.common import RawValue

from domain.case import messages as m
from domain.case.receipts import Decision
from domain.grid.early_warning import WarnAsked
from domain.rounds import Round
from domain.words import CENTRE_QUEUE
from runtime import beginning
from tests import builders
from tests.workflows.conftest import Office
from tests.workflows.test_hostile_input import plain, sealed

HOURS = timedelta(hours=2)


async def ended(client: Client, name: str) -> str:
    """The type of the error that a run ends with."""
    with pytest.raises(WorkflowFailureError) as failed:
        await client.get_workflow_handle(name).result()
    return str(getattr(failed.value.cause, "type", failed.value.cause))


async def test_a_filing_that_nobody_waited_for_leaves_no_case_and_the_complaint_can_be_filed_again(
    office: Office,
) -> None:
    one = builders.complaint()
    case = beginning.case_of(one.complaint_id)
    await office.client.start_workflow("DisputeWorkflow", id=case, task_queue=CENTRE_QUEUE)
    await office.client.get_workflow_handle(case).signal("comment", {"message_id": "x", "text": "unproved"})
    await office.sleep(HOURS)
    assert await ended(office.client, case) == "NothingFiled"
    assert await office.pool.fetchval('select count(*) from ledger where "case" = $1', case) == 0
    filing = m.FileComplaint(message_id="again", actor=builders.INTAKE, complaint=one, drill=True)
    receipt = await beginning.file(office.client, filing)
    assert (receipt.decision, receipt.case) == (Decision.ACCEPTED, case)
    assert (await office.view(office.client.get_workflow_handle(case))).blocked is None


@pytest.mark.parametrize(
    "given",
    [
        [plain(b"{}"), plain(b'"more"'), plain(b"1")],
        [plain(b"\xff")],
        [plain(b'{"state": {"case": "x"}}')],
    ],
    ids=["too much", "no JSON", "a state of one's own"],
)
async def test_a_case_takes_its_first_message_whatever_it_was_started_with(office: Office, given: list[Any]) -> None:
    one = builders.complaint()
    case, arguments = beginning.case_of(one.complaint_id), [RawValue(payload) for payload in given]
    await office.client.start_workflow("DisputeWorkflow", args=arguments, id=case, task_queue=CENTRE_QUEUE)
    filing = m.FileComplaint(message_id="file", actor=builders.INTAKE, complaint=one, drill=True)
    assert (await beginning.file(office.client, filing)).case == case


@pytest.mark.parametrize("workflow", ["EarlyWarningWorkflow", "NoticesWorkflow"])
async def test_a_round_that_the_centre_did_not_ask_for_ends_at_once(office: Office, workflow: str) -> None:
    asked = Round(asked_by=builders.SUPERVISOR).model_dump_json().encode()
    agencys = sealed(next(iter(office.vault.agencies.values())), plain(asked).SerializeToString())
    for arguments in ([], [plain(asked)], [agencys], [plain(b"["), plain(b"1")]):
        name = f"round-{uuid.uuid4().hex}"
        given = [RawValue(payload) for payload in arguments]
        await office.client.start_workflow(workflow, args=given, id=name, task_queue=CENTRE_QUEUE)
        assert await ended(office.client, name) in ("Unproved", "BadInput")


async def test_a_round_that_a_schedule_starts_is_believed_under_whatever_name(office: Office) -> None:
    handle = await office.client.start_workflow(
        "EarlyWarningWorkflow",
        WarnAsked(asked_by=builders.SUPERVISOR, dry_run=True),
        id=f"early-warnings-{uuid.uuid4().hex}",
        task_queue=CENTRE_QUEUE,
    )
    await handle.result()
    assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED
