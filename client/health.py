"""Whether everything that a centre needs answers: the casebook, Temporal, and a worker of each role."""

import asyncio
from datetime import timedelta
from typing import Final

import asyncpg
from temporalio.client import Client

from runtime.deployment import ROLES, polled

_PATIENCE: Final = 5.0
"""Seconds that each is given."""


async def away(client: Client, pool: asyncpg.Pool) -> dict[str, bool]:
    """Each by its name, and whether it is away."""

    async def worked(role: str) -> None:
        if not await polled(client, role):
            raise ConnectionError(role)

    asked = {
        "postgresql": pool.fetchval("select 1", timeout=_PATIENCE),
        "temporal": client.service_client.check_health(timeout=timedelta(seconds=_PATIENCE)),
        **{f"worker-{role}": worked(role) for role in ROLES},
    }
    answers = await asyncio.gather(
        *(asyncio.wait_for(one, _PATIENCE) for one in asked.values()), return_exceptions=True
    )
    return {name: isinstance(answer, BaseException) for name, answer in zip(asked, answers, strict=True)}
