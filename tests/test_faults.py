"""What must not be lost: the machine is broken in the middle of a case, then the promise is checked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

import worker
from casebook import ledger, migrations
from domain.case import messages as m
from domain.views.case_view import CaseView
from domain.words import Agency, Phase, Role
from runtime import connect, servers
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing import HoldsKeys
from runtime.signing_keys import KeySetFile
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders
from tests.workflows.conftest import Office
from texts.sentences import day
from workflows.dispute import DisputeWorkflow

AWAY = (RPCError, TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError)
FINDINGS = {
    Agency.LABOR: builders.labor_finding(),
    Agency.MEDICAL_INSURANCE: builders.medical_finding(),
    Agency.TAX: builders.tax_finding(),
}


@dataclass
class Persistent:
    """A client that goes on trying, as every client must that talks over a network."""

    case: WorkflowHandle[Any, Any]

    async def say(self, message: m.Message) -> None:
        """Send a message until it is acknowledged; its id makes it act once."""
        for _ in range(60):
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(10):
                    await self.case.execute_update(message.name, message, id=message.message_id)
                return
            await asyncio.sleep(0.5)
        raise AssertionError(f"{message.name} was never acknowledged")

    async def until(self, phase: Phase) -> CaseView:
        """The view once the case has come to a phase, and to its mediator if it is mediation."""
        for _ in range(120):
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(10):
                    view = await self.case.query(DisputeWorkflow.case_view)
                beyond = list(Phase).index(view.phase) - list(Phase).index(phase)
                if beyond > 0 or (beyond == 0 and (phase is not Phase.MEDIATION or view.mediator)):
                    return view
            await asyncio.sleep(0.25)
        raise AssertionError(f"the case never came to {phase}")


def settings_in(folder: Path) -> Settings:
    """Servers of our own on free ports that stay the same when a server is started again."""
    ports = [servers.free_port() for _ in range(3)]
    return Settings(data=folder, temporal_port=ports[0], ui_port=ports[1], postgres_port=ports[2])


async def settle(case: Persistent, view: CaseView) -> Decimal:
    """The employer offers everything at once and the worker accepts."""
    owed = view.claimants[0].part_a
    due = day(view.now) + timedelta(days=30)
    employer, claimant = builders.party("e1", Role.RESPONDENT), builders.party("c1", Role.CLAIMANT)
    terms = m.Propose(
        message_id="p", actor=employer, proposal="p1", payer="e1", instalments=(builders.instalment("n", due, c1=owed),)
    )
    await case.say(terms)
    await case.say(m.Answer(message_id="a", actor=claimant, proposal="p1", party="c1", accept=True))
    return owed


@contextlib.asynccontextmanager
async def centre_with(settings: Settings, postgres: servers.Postgres) -> AsyncIterator[tuple[Office, Any]]:
    """A centre in this process, whose PostgreSQL can be stopped and started by the test."""
    temporal = servers.TemporalServer(settings)
    async with temporal.running(), contextlib.AsyncExitStack() as database:
        await database.enter_async_context(postgres.running())
        await migrations.upgrade(postgres.dsn(servers.DATABASE))
        vault, issuer = Vault.of(settings), HoldsKeys.of(settings, builders.SUPERVISOR)
        client = await Client.connect(
            f"127.0.0.1:{temporal.port}",
            plugins=[connect.plugin(vault, issuer)],
        )
        async with (
            asyncpg.create_pool(postgres.dsn(servers.DATABASE), min_size=0, max_size=5) as pool,
            contextlib.AsyncExitStack() as workers,
        ):
            world = worker.World(client, pool, vault, Rules(settings.own_tables), Verifier(KeySetFile.of(settings)))
            for role in worker.ROLES:
                await workers.enter_async_context(worker.worker(role, world))
            yield Office(client, pool, vault, settings.own_tables), database


async def test_a_database_outage_delays_the_casebook_and_loses_nothing(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    postgres = servers.Postgres(settings)
    async with centre_with(settings, postgres) as (office, database):
        handle = await office.start(builders.complaint(complaint_id="outage"))
        case = Persistent(handle)
        await database.aclose()

        for agency, finding in FINDINGS.items():
            actor = builders.officer(agency)
            await case.say(m.CompleteTask(message_id=f"d-{agency}", actor=actor, task=agency, finding=finding))
        during = await office.view(handle)
        assert all(task.state == "done" for task in during.tasks), "messages are answered during the outage"

        async with postgres.running():
            view = await case.until(Phase.MEDIATION)
            await settle(case, view)
            for _ in range(200):
                view = await office.view(handle)
                written = await ledger.events(office.pool, office.vault, handle.id)
                if written and written[-1].digest == view.ledger_head:
                    break
                await asyncio.sleep(0.25)
            assert await ledger.prove(office.pool, office.vault, handle.id, view.ledger_head) == view.ledger_length
            await handle.terminate()
