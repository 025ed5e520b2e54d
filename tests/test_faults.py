"""What must not be lost: the machine is broken in the middle of a case, then the promise is checked."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

import worker
from casebook import ledger, migrations
from cli.operator.up import whole
from domain.case import messages as m
from domain.views.case_view import CaseView
from domain.words import Agency, Outcome, Phase, Role
from runtime import connect, servers
from runtime.addresses import Addresses
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


def kill(pid: int) -> None:
    """Kill a process and its children at once, as a power cut does."""
    victim = psutil.Process(pid)
    for process in (*victim.children(recursive=True), victim):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)


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


async def test_killing_workers_and_servers_in_mid_case_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with whole(settings) as running:
        addresses = Addresses.written(settings)
        assert addresses is not None
        vault, issuer = Vault.of(settings), HoldsKeys.of(settings, builders.SUPERVISOR)
        client = await Client.connect(addresses.temporal, plugins=[connect.plugin(vault, issuer)])
        office = Office(client, None, vault, tmp_path)  # type: ignore[arg-type]
        handle = await office.start(builders.complaint(complaint_id="faults"))
        case = Persistent(handle)
        victims = [
            next(w.pid for w in running.workers if w.name == "worker-centre"),
            addresses.pids["temporal"],
            addresses.pids["postgres"],
        ]
        for (agency, finding), victim in zip(FINDINGS.items(), victims, strict=True):
            kill(victim)
            actor = builders.officer(agency)
            await case.say(m.CompleteTask(message_id=f"d-{agency}", actor=actor, task=agency, finding=finding))
        owed = await settle(case, await case.until(Phase.MEDIATION))
        await case.until(Phase.PERFORMANCE)
        kill(next(w.pid for w in running.workers if w.name == "worker-centre"))
        view = await case.until(Phase.PERFORMANCE)
        taxman = builders.officer(Agency.TAX)
        paid = m.ConfirmPayment(message_id="r", actor=taxman, receipt="r", paid_on=day(view.now), amount=owed)
        await case.say(paid)
        await case.until(Phase.CLOSED)
        await handle.result()
        view = await case.until(Phase.CLOSED)  # Its last papers are issued after it is closed.

        assert view.outcome is Outcome.PERFORMED
        async with asyncpg.create_pool(addresses.database, min_size=1, max_size=2) as pool:
            assert await ledger.prove(pool, vault, handle.id, view.ledger_head) == view.ledger_length
            events = await ledger.events(pool, vault, handle.id)
        acted = [event.message_id for event in events if event.message_id]
        assert sorted(acted) == sorted(set(acted))
        assert {"d-labor", "d-medical-insurance", "d-tax", "p", "a", "r"} <= set(acted)
        assert sum(process.restarts for process in running.workers) >= 2


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
