"""Where a process connects: as Temporal's and PostgreSQL's own variables say, or else the embedded servers."""

import contextlib
import os
from pathlib import Path

import psutil
import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime import connect
from runtime.addresses import Addresses
from runtime.cluster import unregistered
from runtime.settings import Settings
from tests.patience import seen


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without any server."""
    for name in [name for name in os.environ if name.startswith("TEMPORAL_")] + ["DATABASE_URL"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def embedded(settings: Settings, **addresses: str) -> None:
    """Say that this process runs embedded servers."""
    me = psutil.Process()
    Addresses(supervisor=me.pid, supervisor_started=me.create_time(), **addresses).write(settings)


def test_without_any_server_it_says_so(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with pytest.raises(connect.NotRunning):
        connect.temporal(settings)
    with pytest.raises(connect.NotRunning):
        connect.dsn(settings)


def test_the_embedded_servers_are_found_by_what_their_supervisor_wrote(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    embedded(settings, temporal="127.0.0.1:41", database="postgresql://127.0.0.1:42/onestop")

    assert connect.temporal(settings) == {"target_host": "127.0.0.1:41"}
    assert connect.dsn(settings) == "postgresql://127.0.0.1:42/onestop"


def test_temporals_own_variables_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded(Settings(data=tmp_path), temporal="127.0.0.1:41")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "rizhao")

    found = connect.temporal(Settings(data=tmp_path))
    assert (found["target_host"], found["namespace"]) == ("temporal.example:7233", "rizhao")


def test_a_profile_of_temporals_file_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "temporal.toml"
    file.write_text('[profile.centre]\naddress = "cloud.example:7233"\napi_key = "k"\n')
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(file))
    monkeypatch.setenv("TEMPORAL_PROFILE", "centre")

    found = connect.temporal(Settings(data=tmp_path))
    assert (found["target_host"], found["api_key"], found["tls"]) == ("cloud.example:7233", "k", True)


def test_a_profile_without_an_address_is_temporals_own_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "temporal.toml"
    file.write_text('[profile.default]\nnamespace = "rizhao"\n')
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(file))
    assert connect.temporal(Settings(data=tmp_path))["target_host"] == "localhost:7233"


def test_one_server_may_be_configured_and_the_other_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/onestop")
    settings = Settings(data=tmp_path)
    embedded(settings, temporal="127.0.0.1:41")

    assert connect.temporal(settings) == {"target_host": "127.0.0.1:41"}
    assert connect.dsn(settings) == "postgresql://db.example/onestop"
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(connect.NotRunning, match="configured elsewhere"):
        connect.dsn(Settings(data=tmp_path))


def test_the_passwords_in_settings_are_not_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hidden@db.example/onestop")
    assert "hidden" not in repr(Settings(data=tmp_path))


async def test_a_cluster_that_lacks_a_search_attribute_is_told_with_its_type(client: Client) -> None:
    assert await unregistered(client) == []
    bare = await Client.connect(client.service_client.config.target_host, namespace="bare")
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace="bare", workflow_execution_retention_period=Duration(seconds=86400))
    )

    async def told() -> list[str]:
        with contextlib.suppress(RPCError):  # It takes a while until the server knows its new namespace.
            return await unregistered(bare)
        return []

    assert "CaseNumber (Keyword)" in await seen(told)
