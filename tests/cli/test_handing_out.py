"""What each worker process is given at the start: its own, and nothing of the others'."""

import os
from pathlib import Path

import asyncpg
import psutil
import pytest
from pydantic import SecretStr

from cli.operator.worker_secrets import hand_out
from domain.words import CENTRE_QUEUE, Agency
from runtime import connect, servers
from runtime.addresses import Addresses
from runtime.rings import KeyRing, home
from runtime.settings import Settings


@pytest.fixture
def running(postgres: servers.Postgres, pool: asyncpg.Pool, tmp_path: Path) -> tuple[Settings, Addresses]:
    """Embedded servers, as their supervisor knows them before it has handed anything out."""
    assert pool
    me = psutil.Process()
    addresses = Addresses(
        supervisor=me.pid,
        supervisor_started=me.create_time(),
        temporal="127.0.0.1:1",
        database=postgres.dsn(servers.DATABASE),
    )
    settings = Settings(data=tmp_path)
    addresses.write(settings)
    return settings, addresses


async def test_every_agency_is_sent_to_its_own_folder_with_its_own_login(running: tuple[Settings, Addresses]) -> None:
    settings, addresses = running
    given = await hand_out(settings, addresses)

    for agency in Agency:
        assert given[agency]["ONESTOP_DATA"] == str(home(settings.data, agency))
        async with asyncpg.create_pool(given[agency]["DATABASE_URL"], min_size=1) as pool:
            assert await pool.fetchval("select current_user") == f"onestop_{agency.replace('-', '_')}"
    held = {file.name for file in home(settings.data, Agency.TAX).iterdir()}
    assert held == {"keys.json", "database.password"}
    assert {file.name for file in settings.data.iterdir()} >= {"agencies", "keys.json"}


async def test_whoever_looks_up_the_casebook_afterwards_is_the_centre_and_no_superuser(
    running: tuple[Settings, Addresses],
) -> None:
    settings, addresses = running
    given = await hand_out(settings, addresses)

    assert given[CENTRE_QUEUE] == {"ONESTOP_DATA": str(settings.data)}
    async with connect.database(settings, size=1) as pool:
        assert await pool.fetchval("select current_user") == "onestop_centre"


async def test_of_a_postgresql_elsewhere_every_worker_gets_its_own_login_too(
    running: tuple[Settings, Addresses],
) -> None:
    settings, addresses = running
    elsewhere = settings.model_copy(update={"database_url": SecretStr(addresses.database)})
    given = await hand_out(elsewhere, addresses.model_copy(update={"database": ""}))
    for holder in (CENTRE_QUEUE, *Agency):
        connection = await asyncpg.connect(given[holder]["DATABASE_URL"])
        assert await connection.fetchval("select current_user") == f"onestop_{holder.replace('-', '_')}"
        await connection.close()


async def test_of_a_ring_from_a_secret_store_an_agency_is_given_its_part_only(
    running: tuple[Settings, Addresses],
) -> None:
    settings, addresses = running
    ring = KeyRing.fresh()
    given = await hand_out(settings.model_copy(update={"keys": SecretStr(ring.model_dump_json())}), addresses)

    for agency in Agency:
        assert KeyRing.model_validate_json(given[agency]["ONESTOP_KEYS"]) == ring.agencies[agency]
    assert "ONESTOP_KEYS" not in os.environ
