"""What follows a closed case outlives the workers that began it."""

from datetime import timedelta

import asyncpg

from domain.aftercare_messages import RecordSatisfaction
from runtime.settings import Settings
from runtime.signing_keys import Keys
from runtime.vault import Vault
from tests import builders
from tests.conftest import SkippedTime, skipping_time
from tests.workflows.conftest import at_work
from tests.workflows.test_aftercare import say, until
from tests.workflows.test_reopening import performed


async def test_the_visit_is_made_and_missed_in_time_by_other_workers_than_those_that_began_it(
    pool: asyncpg.Pool, vault: Vault, settings: Settings, keys: Keys, skipped_time: SkippedTime
) -> None:
    async with skipping_time(vault, keys, skipped_time) as environment:
        async with at_work(environment, pool, vault, settings, skipped_time) as first:
            visited, missed = await performed(first, "workers-down"), await performed(first, "workers-down-too")
        async with at_work(environment, pool, vault, settings, skipped_time) as second:
            told = {"claimant": "c1", "satisfaction": 5, "performed": True}
            await say(second, visited.id, RecordSatisfaction, builders.SUPERVISOR, **told)
            after = await until(second, visited.id, lambda after: not after.awaits)
            assert after.visits is not None and after.visits.satisfaction == 5
            await second.sleep(timedelta(days=90))
            late = await until(second, missed.id, lambda after: after.visits is not None and after.visits.missed)
            assert late.events[-1].kind == "visit_missed" and not late.awaits
