"""Who may send and read what: the whole of docs/access.md, walked through a running case."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from temporalio.client import WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from cli.docs.examples_of import example
from domain.case.protocol import MESSAGES
from domain.case.readers import QUERIES
from domain.ledger import Actor
from domain.words import Agency, Role
from runtime.connect import plugin
from runtime.signing import HoldsKeys
from runtime.signing_keys import Keys
from tests import builders
from tests.conftest import SkippedTime
from tests.workflows.conftest import Handle, Office
from workflows.aftercare import AftercareWorkflow
from workflows.dispute import DisputeWorkflow
from workflows.grid import GridWorkflow
from workflows.meeting import MeetingWorkflow

WHO = {
    Role.INTAKE: builders.INTAKE,
    Role.OFFICER: builders.officer(Agency.TAX),
    Role.MEDIATOR: builders.mediator("m-1"),
    Role.CLAIMANT: builders.party("c1", Role.CLAIMANT),
    Role.RESPONDENT: builders.party("e1", Role.RESPONDENT),
    Role.SUPERVISOR: builders.SUPERVISOR,
    Role.SYSTEM: Actor(id="onestop", role=Role.SYSTEM),
}


@dataclass(frozen=True)
class Said:
    """What came of a message: why it was refused, by field and code."""

    codes: frozenset[str]

    @property
    def by_role(self) -> bool:
        """Whether the role was the reason."""
        return "refusals.actor.role" in self.codes


async def said(handle: Handle, name: str, actor: Actor) -> Said:
    """The example of a message, sent by somebody."""
    body = {**example(name), "message_id": uuid.uuid4().hex, "actor": actor.model_dump(mode="json")}
    try:
        await handle.execute_update(name, body, result_type=dict[str, Any])
    except WorkflowUpdateFailedError as failure:
        details = failure.cause.details if isinstance(failure.cause, ApplicationError) else ()
        return Said(frozenset(problem["code"] for detail in details for problem in detail))
    return Said(frozenset())


@pytest.mark.parametrize("role", Role)
async def test_every_message_is_taken_from_its_roles_and_from_no_other(office: Office, role: Role) -> None:
    handle = await office.start(builders.complaint())
    refused = set()
    for name in MESSAGES:
        try:
            outcome = await said(handle, name, WHO[role])
        except RPCError:  # a message before has ended the case
            handle = await office.start(builders.complaint())
            outcome = await said(handle, name, WHO[role])
        if outcome.by_role:
            refused.add(name)

    assert refused == {name for name, kind in MESSAGES.items() if role not in kind.roles}


def test_every_query_of_the_workflows_has_its_readers() -> None:
    asked = {
        name
        for workflow in (AftercareWorkflow, DisputeWorkflow, GridWorkflow, MeetingWorkflow)
        for name, member in vars(workflow).items()
        if hasattr(member, "__temporal_query_definition")
    }

    assert asked == set(QUERIES)


@pytest.mark.parametrize("role", Role)
async def test_every_query_is_answered_to_its_roles_and_to_no_other(
    office: Office, keys: Keys, skipped_time: SkippedTime, role: Role
) -> None:
    handle = await office.start(builders.complaint())
    issuer = HoldsKeys(keys, WHO[role], skipped_time.read)
    client = await type(office.client).connect(
        office.client.service_client.config.target_host, plugins=[plugin(office.vault, issuer)]
    )
    refused = set()
    elsewhere = {"grid_view", "afterwards", "meeting_view"}
    for name in QUERIES.keys() - elsewhere:
        try:
            await client.get_workflow_handle(handle.id).query(name, result_type=dict[str, Any])
        except WorkflowQueryFailedError:
            refused.add(name)

    assert refused == {name for name, roles in QUERIES.items() if role not in roles} - elsewhere
