"""What follows a closed case outlives the workers that began it."""

import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal

import asyncpg
from temporalio.client import Client

import worker
from domain.aftercare.messages import RecordSatisfaction
from domain.words import Phase
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders
from tests.workflows.conftest import Office
from tests.workflows.test_aftercare import say, until
from tests.workflows.test_performance import owed, paid, settled


async def test_the_visit_is_made_by_other_workers_than_those_that_began_it(
    client: Client, pool: asyncpg.Pool, vault: Vault, settings: Settings, verifier: Verifier
) -> None:
    world = worker.World(client, pool, vault, Rules(settings.own_tables), verifier)

    @contextlib.asynccontextmanager
    async def working() -> AsyncIterator[Office]:
        async with contextlib.AsyncExitStack() as stack:
            for role in worker.ROLES:
                await stack.enter_async_context(worker.worker(role, world))
            yield Office(client, pool, vault, settings.own_tables)

    async with working() as first:
        handle, _ = await settled(first, "workers-down")
        total = sum((line.amount for line in (await owed(handle)).instalments), Decimal(0))
        await first.update(handle, await paid(first, handle, "r1", f"{total:.2f}"))
        await first.until(handle, lambda view: view.phase is Phase.CLOSED)
        await handle.result()
        begun = await until(first, handle.id, lambda after: after.visits is not None)
        assert begun.visits is not None and begun.awaits
    async with working() as second:
        told = {"claimant": "c1", "satisfaction": 5, "performed": True}
        await say(second, handle.id, RecordSatisfaction, builders.SUPERVISOR, **told)
        after = await until(second, handle.id, lambda after: not after.awaits)
        assert after.visits is not None and after.visits.satisfaction == 5
        assert after.visits.visit_on == begun.visits.visit_on
