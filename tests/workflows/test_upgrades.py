"""A rolling upgrade while cases run: one agency's workers, then the centre's, on a real server."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.worker import Worker

import worker
from domain.direction.messages import Withdraw
from domain.inquiry.messages import CompleteTask
from domain.words import CENTRE_QUEUE, Agency, Outcome, Phase, Role
from runtime import deployment, servers
from runtime.connect import plugin
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing import HoldsKeys
from runtime.signing_keys import Keys, KeySetFile
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders
from tests.workflows.conftest import Handle, Office


@pytest.fixture
async def own_client(vault: Vault, keys: Keys, tmp_path: Path) -> AsyncIterator[Client]:
    """A development server that nobody else's workers poll."""
    server = servers.TemporalServer(Settings(data=tmp_path, temporal_port=0, ui_port=0))
    async with server.running():
        issuer = HoldsKeys(keys, builders.SUPERVISOR)
        yield await Client.connect(f"127.0.0.1:{server.port}", plugins=[plugin(vault, issuer)])


async def builds(handle: Handle, kind: EventType.ValueType) -> list[str]:
    """The versions that completed the case's workflow tasks."""
    return [
        event.workflow_task_completed_event_attributes.deployment_version.build_id
        async for event in handle.fetch_history_events()
        if event.event_type == kind
    ]


async def test_cases_begun_on_the_old_version_go_over_to_the_new_one_and_end_right(
    own_client: Client, pool: asyncpg.Pool, vault: Vault, settings: Settings
) -> None:
    client, verifier = own_client, Verifier(KeySetFile.of(settings))
    office = Office(client, pool, vault, settings.own_tables)

    def of(role: str, build: str) -> Worker:
        return worker.worker(role, worker.World(client, pool, vault, Rules(settings.own_tables), verifier, {}, build))

    async def states(role: str) -> dict[str, str]:
        return {version.build: version.state for version in await deployment.versions(client, role)}

    async with contextlib.AsyncExitStack() as kept:
        for role in set(worker.ROLES) - {CENTRE_QUEUE, Agency.TAX}:
            await kept.enter_async_context(of(role, "v1"))
            await deployment.make_current(client, role, "v1")
        async with of(CENTRE_QUEUE, "v1"):
            await deployment.make_current(client, CENTRE_QUEUE, "v1")
            async with of(Agency.TAX, "v1"):
                await deployment.make_current(client, Agency.TAX, "v1")
                old = await office.start(builders.complaint())
                await office.until(old, lambda v: bool(v.tasks) and all(t.records == "read" for t in v.tasks))
                await kept.enter_async_context(of(Agency.TAX, "v2"))
                await deployment.make_current(client, Agency.TAX, "v2")
            assert (await states(Agency.TAX))["v2"] == "current"
            between = await office.start(builders.complaint())
            await office.until(between, lambda v: bool(v.tasks) and all(t.records == "read" for t in v.tasks))

            await kept.enter_async_context(of(CENTRE_QUEUE, "v2"))
            await deployment.make_current(client, CENTRE_QUEUE, "v2")
        new = await office.start(builders.complaint())
        for handle in (old, between, new):
            await office.until(handle, lambda v: v.phase is Phase.FACT_FINDING and bool(v.tasks))
            done = CompleteTask(
                message_id="done",
                actor=builders.officer(Agency.TAX),
                task=Agency.TAX,
                finding=builders.tax_finding(),
            )
            await office.update(handle, done)
            await office.update(
                handle,
                Withdraw(
                    message_id="withdraw", actor=builders.party("c1", Role.CLAIMANT), claimant="c1", reason="不再主张"
                ),
            )
            closed = await handle.result()
            assert closed.outcome is Outcome.WITHDRAWN
            assert closed.ledger_head == await office.verify(handle.id)

        kind = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
        for handle, ran_on in [(old, {"v1", "v2"}), (between, {"v1", "v2"}), (new, {"v2"})]:
            assert set(await builds(handle, kind)) == ran_on
        assert await states(CENTRE_QUEUE) == {"v1": "drained", "v2": "current"} or (await states(CENTRE_QUEUE)) == {
            "v1": "draining",
            "v2": "current",
        }


async def test_a_version_that_nobody_runs_is_not_given_the_work(
    own_client: Client,
) -> None:
    with pytest.raises(deployment.UnknownVersion):
        await deployment.make_current(own_client, Agency.TAX, "never-built", looks=2)
    assert await deployment.versions(own_client, Agency.TAX) == []


def test_the_same_code_is_the_same_build() -> None:
    assert deployment.build() == deployment.build.__wrapped__()
