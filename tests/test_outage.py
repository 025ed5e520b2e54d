"""A database that is away delays the casebook and loses nothing."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
from temporalio.client import Client

import worker
from casebook import ledger, migrations
from domain.case import messages as m
from domain.views.case_view import CaseView
from domain.words import Agency, Role
from runtime import connect, servers
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing import HoldsKeys
from runtime.signing_keys import KeySetFile
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders
from tests.patience import seen
from tests.workflows.conftest import Office
from texts.sentences import day

FINDINGS = {
    Agency.LABOR: builders.labor_finding(),
    Agency.MEDICAL_INSURANCE: builders.medical_finding(),
    Agency.TAX: builders.tax_finding(),
}


@contextlib.asynccontextmanager
async def centre_with(
    settings: Settings, postgres: servers.Postgres
) -> AsyncIterator[tuple[Office, contextlib.AsyncExitStack]]:
    """A centre in this process, and its PostgreSQL to be stopped."""
    temporal = servers.TemporalServer(settings)
    async with temporal.running(), contextlib.AsyncExitStack() as database:
        await database.enter_async_context(postgres.running())
        await migrations.upgrade(postgres.dsn(servers.DATABASE))
        vault, issuer = Vault.of(settings), HoldsKeys.of(settings, builders.SUPERVISOR)
        client = await Client.connect(temporal.address, plugins=[connect.plugin(vault, issuer)])
        async with (
            asyncpg.create_pool(postgres.dsn(servers.DATABASE), min_size=0, max_size=5) as pool,
            contextlib.AsyncExitStack() as workers,
        ):
            world = worker.World(client, pool, vault, Rules(settings.own_tables), Verifier(KeySetFile.of(settings)))
            for role in worker.ROLES:
                await workers.enter_async_context(worker.worker(role, world))
            yield Office(client, pool, vault, settings.own_tables), database


async def test_a_database_outage_delays_the_casebook_and_loses_nothing(tmp_path: Path) -> None:
    ports = [servers.free_port() for _ in range(3)]  # They stay the same when the server is started again.
    settings = Settings(data=tmp_path, temporal_port=ports[0], ui_port=ports[1], postgres_port=ports[2])
    postgres = servers.Postgres(settings)
    async with centre_with(settings, postgres) as (office, database):
        handle = await office.start(builders.complaint(complaint_id="outage"))
        await database.aclose()

        for agency, finding in FINDINGS.items():
            actor = builders.officer(agency)
            done = m.CompleteTask(message_id=f"d-{agency}", actor=actor, task=agency, finding=finding)
            await office.update(handle, done)
        during = await office.view(handle)
        assert all(task.state == "done" for task in during.tasks), "messages are answered during the outage"

        async with postgres.running():
            view = await office.until(handle, lambda view: bool(view.mediator))
            whole = builders.instalment("n", day(view.now) + timedelta(days=30), c1=view.claimants[0].part_a)
            employer, claimant = builders.party("e1", Role.RESPONDENT), builders.party("c1", Role.CLAIMANT)
            terms = m.Propose(message_id="p", actor=employer, proposal="p1", payer="e1", instalments=(whole,))
            await office.update(handle, terms)
            accepted = m.Answer(message_id="a", actor=claimant, proposal="p1", party="c1", accept=True)
            await office.update(handle, accepted)

            async def written() -> CaseView | None:
                view, events = await office.view(handle), await ledger.events(office.pool, office.vault, handle.id)
                return view if events and events[-1].digest == view.ledger_head else None

            caught_up = await seen(written)
            assert caught_up is not None
            assert (
                await ledger.prove(office.pool, office.vault, handle.id, caught_up.ledger_head)
                == caught_up.ledger_length
            )
            await handle.terminate()
