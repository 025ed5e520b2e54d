"""The embedded servers: kept data, one supervisor for a folder, and words when something stands in the way."""

import os
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from runtime import search_attributes, servers
from runtime.addresses import Addresses
from runtime.ports import PortTaken
from runtime.settings import Settings

POSTGRES_MAGIC = "PG_VERSION"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Settings]:
    """Settings of a folder without anything in it, which its PostgreSQL may not enter when we are root."""
    yield Settings(data=tmp_path / "data", temporal_port=0, ui_port=0, postgres_port=0, codec_port=0)
    if (elsewhere := tmp_path / "data" / "postgres").is_symlink():
        shutil.rmtree(elsewhere.resolve())


async def test_what_was_written_is_there_again_after_a_restart(fresh: Settings) -> None:
    async with servers.embedded(fresh) as addresses:
        connection = await asyncpg.connect(addresses.database)
        await connection.execute("create table kept (n int); insert into kept values (7)")
        await connection.close()
        client = await Client.connect(addresses.temporal)
        await client.start_workflow("Kept", id="kept", task_queue="nobody")
    assert Addresses.written(fresh) is None

    async with servers.embedded(fresh) as addresses:
        connection = await asyncpg.connect(addresses.database)
        assert await connection.fetchval("select n from kept") == 7
        await connection.close()
        client = await Client.connect(addresses.temporal)
        assert (await client.get_workflow_handle("kept").describe()).id == "kept"


async def test_the_database_asks_for_its_password_and_keeps_it_from_others(
    settings: Settings, postgres: servers.Postgres
) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://postgres:guess@127.0.0.1:{postgres.port}/{servers.DATABASE}")
    for secret in (settings.data / "postgres.password", settings.data / "postgres" / "cluster"):
        assert stat.S_IMODE(secret.stat().st_mode) & 0o077 == 0


async def test_servers_listen_to_this_machine_only(postgres: servers.Postgres, client: Client) -> None:
    temporal = int(client.service_client.config.target_host.rpartition(":")[2])
    listening = [one.laddr for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN and one.laddr]
    listening = [address for address in listening if address.port in (postgres.port, temporal)]
    assert {(address.ip, address.port) for address in listening} == {
        ("127.0.0.1", postgres.port),
        ("127.0.0.1", temporal),
    }


async def test_the_server_knows_every_search_attribute(client: Client) -> None:
    keys = " ".join(key.name for key in search_attributes.ALL)
    for key in keys.split():
        assert (await client.count_workflows(f"{key} is null")).count >= 0


async def test_a_second_supervisor_of_the_same_folder_leaves_the_first_alone(fresh: Settings) -> None:
    async with servers.serving(fresh, temporal=False, codec=False) as first:
        with pytest.raises(servers.AlreadyRunning):
            async with servers.serving(fresh):
                pass
        with pytest.raises(servers.AlreadyRunning):
            servers.end_orphans(fresh)
        connection = await asyncpg.connect(first.addresses.database)
        await connection.close()
        assert Addresses.written(fresh) == first.addresses


async def test_a_port_that_was_asked_for_and_is_taken_is_named_and_nothing_is_left_running(fresh: Settings) -> None:
    with socket.socket() as neighbour:
        neighbour.bind(("127.0.0.1", 0))
        neighbour.listen()
        number = neighbour.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Temporal: port {number} .*ONESTOP_TEMPORAL_PORT"):
            async with servers.embedded(fresh.model_copy(update={"temporal_port": number})):
                pass
    assert list(fresh.data.glob("*.pid")) == []


async def test_a_server_that_cannot_start_is_explained_by_its_own_log(fresh: Settings) -> None:
    async with servers.serving(fresh, temporal=False, codec=False):
        pass
    marker = fresh.data / "postgres" / "cluster" / POSTGRES_MAGIC
    marker.write_text("9\n")
    with pytest.raises(servers.Failed, match=r"postgres: .*(initialized by PostgreSQL version 9|incompatible)"):
        async with servers.serving(fresh, temporal=False, codec=False):
            pass


async def test_a_half_made_cluster_is_made_anew(fresh: Settings) -> None:
    folder = fresh.data / "postgres"
    async with servers.serving(fresh, temporal=False, codec=False):
        pass
    (folder / "cluster").rename(folder / "cluster.draft")
    (folder / "cluster.draft" / "postgresql.conf").unlink()
    async with servers.serving(fresh, temporal=False, codec=False) as running:
        connection = await asyncpg.connect(running.addresses.database)
        await connection.close()
    assert not (folder / "cluster.draft").exists()


async def test_the_lock_of_a_killed_server_does_not_keep_the_next_from_starting(fresh: Settings) -> None:
    async with servers.serving(fresh, temporal=False, codec=False):
        pass
    lock = fresh.data / "postgres" / "cluster" / "postmaster.pid"
    lock.write_text(f"{os.getppid()}\n/nowhere\n")
    async with servers.serving(fresh, temporal=False, codec=False) as running:
        connection = await asyncpg.connect(running.addresses.database)
        await connection.close()


def test_addresses_of_a_supervisor_that_is_gone_are_not_believed(fresh: Settings) -> None:
    fresh.data.mkdir()
    gone = Addresses(temporal="127.0.0.1:1", supervisor=os.getpid(), supervisor_started=1.0)
    gone.write(fresh)
    assert Addresses.written(fresh) is None
    assert stat.S_IMODE((fresh.data / "servers.json").stat().st_mode) == 0o600


def test_what_a_killed_supervisor_wrote_is_cleared_away(fresh: Settings) -> None:
    fresh.data.mkdir()
    Addresses(supervisor=os.getpid(), supervisor_started=1.0, ready=True).write(fresh)
    assert servers.end_orphans(fresh) == []
    assert not (fresh.data / "servers.json").exists()


async def test_the_embedded_server_keeps_closed_histories_for_years_in_a_file_for_its_owner_alone(
    tmp_path: Path,
) -> None:
    settings = Settings(data=tmp_path, temporal_port=0, ui_port=0)
    server = servers.TemporalServer(settings)
    async with server.running():
        client = await Client.connect(f"127.0.0.1:{server.port}")
        told = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
        assert told.config.workflow_execution_retention_ttl.ToTimedelta() == servers.RETENTION
    for name in ("temporal.db", "temporal.log"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
