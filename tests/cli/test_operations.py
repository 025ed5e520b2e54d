"""How the installation stands: by command, with an exit code for monitors."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import Client

from client.operations import operations
from runtime.backup import back_up, last_backup
from tests.cli.conftest import Centre, Onestop, Ran
from tests.patience import seen


async def test_what_is_away_is_named_and_ends_the_command_with_a_code_for_monitors(
    at_centre: Onestop, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def looked() -> Ran:
        return await at_centre("health", "--all")

    told = await seen(looked, lambda ran: ran.code == 0)  # The server has seen every worker poll.
    assert "worker-centre" in told.out and "签名密钥" in told.out
    as_json = (await at_centre("health", "--all", "--json")).json
    assert as_json["answers"]["postgresql"] is True and as_json["keys"]
    everybody = await operations(
        centre.world.client, centre.world.pool, centre.world.vault, centre.settings, datetime.now(UTC)
    )
    assert everybody.away == ()

    async def polled(client: Client, role: str) -> bool:
        return role != "tax"

    monkeypatch.setattr("client.health.polled", polled)
    ill = await at_centre("health", "--all")
    assert ill.code == 4 and ill.out.count("不在线") == 1, ill
    assert (await at_centre("health", "--all", "--json")).json["answers"]["worker-tax"] is False


async def test_a_backup_is_remembered_where_it_was_taken(at_centre: Onestop, centre: Centre, tmp_path: Path) -> None:
    del at_centre
    before = last_backup(centre.settings)
    taken = await back_up(centre.settings, tmp_path / "backup", tmp_path / "keys")
    assert last_backup(centre.settings) == taken.taken_at != before

    async def told() -> datetime | None:
        world = centre.world
        return (
            await operations(world.client, world.pool, world.vault, centre.settings, datetime.now(UTC))
        ).backed_up_at

    assert await seen(told) == taken.taken_at
