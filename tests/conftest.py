"""Real servers for the tests: a PostgreSQL and a Temporal server of its own for each test process."""

from runtime.memory import collect_rarely

collect_rarely()

import contextlib
import gc
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
from argon2 import PasswordHasher
from hypothesis import settings as hypothesis_settings
from temporalio import client as temporal_client
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import (
    Interceptor,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.worker._workflow import _WorkflowWorker
from temporalio.workflow import ActivityCancellationType, ActivityHandle

import domain.procedure.every_message  # noqa: F401 - fills the table of the protocol
from casebook import accounts, migrations
from runtime import search_attributes, servers
from runtime.connect import plugin
from runtime.rings import KeyRing
from runtime.settings import Settings
from runtime.signing import HoldsKeys
from runtime.signing_keys import Keys, KeySetFile
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders


def _patient_with_workflows() -> None:
    """A workflow that does not yield is still found; a machine that stands still for some seconds is no deadlock."""
    begin = _WorkflowWorker.__init__

    def begun(self: _WorkflowWorker, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        self._deadlock_timeout_seconds = 30

    _WorkflowWorker.__init__ = begun  # type: ignore[method-assign]


HASHER: Final = accounts._HASHER
"""How passwords are really hashed: as slowly as a guesser is to find it."""
accounts._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # type: ignore[misc]
"""Of the hundreds of people who sign in here none has anything to hide."""
_patient_with_workflows()
hypothesis_settings.register_profile("onestop", deadline=None, max_examples=30)  # speed is measured in bench/
hypothesis_settings.register_profile("soak", deadline=None, max_examples=1000)
hypothesis_settings.load_profile("onestop")


LONGEST = [
    "test_browser",
    "test_out_of_replay",
    "test_at_the_centre",
    "test_privacy_at_rest",
    "test_pages",
    "test_whole_dispute",
    "test_dropped",
    "test_journeys",
    "test_fuzzed",
    "test_hostile_input",
    "test_any_order",
    "test_windows",
    "test_outage",
    "test_doctor",
    "test_desks",
    "test_typescript",
    "test_servers",
    "test_messages",
    "test_hard_cases",
    "test_identity",
    "test_backup",
    "test_replay",
    "test_upgrades",
    "test_sessions",
    "test_ten_years",
]
"""Files that take long go first, so that no process waits for another's last file."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest files first; otherwise as they were collected."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def pytest_collection_finish() -> None:
    """What has been imported by now stays to the end: looking for garbage passes it by."""
    gc.freeze()


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of servers of our own: a fresh folder that PostgreSQL's user can enter, free ports."""
    with tempfile.TemporaryDirectory(prefix="onestop-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield Settings(data=folder, temporal_port=0, ui_port=0, postgres_port=0, codec_port=0)


class HastyPostgres(servers.Postgres):
    """One that does not wait for the disk: tests kill servers, but none cuts the power."""

    @property
    def command(self) -> list[object]:
        """See base class."""
        return [*super().command, "-c", "fsync=off", "-c", "synchronous_commit=off"]


class HastyTemporal(servers.TemporalServer):
    """One that does not wait for the disk."""

    @property
    def command(self) -> list[object]:
        """See base class."""
        return [*super().command, "--sqlite-pragma", "synchronous=off"]


servers.Postgres, servers.TemporalServer = HastyPostgres, HastyTemporal  # type: ignore[misc]


@pytest.fixture(scope="session")
async def postgres(settings: Settings) -> AsyncIterator[servers.Postgres]:
    """A PostgreSQL server."""
    server = servers.Postgres(settings)
    async with server.running():
        await migrations.upgrade(server.dsn(servers.DATABASE))
        yield server


@pytest.fixture(scope="session")
async def pool(postgres: servers.Postgres) -> AsyncIterator[asyncpg.Pool]:
    """Connections to the casebook. Tests share it, and make their own cases."""
    async with asyncpg.create_pool(postgres.dsn(servers.DATABASE), min_size=1, max_size=20) as connections:
        yield connections


@pytest.fixture(scope="session")
def vault() -> Vault:
    """Keys made for this test run."""
    return Vault(KeyRing.fresh())


@pytest.fixture(scope="session")
def keys(settings: Settings) -> Keys:
    """Signing keys made for this test run."""
    return Keys.of(settings)


@pytest.fixture(scope="session")
def verifier(settings: Settings, keys: Keys) -> Verifier:
    """Whoever holds the public keys only."""
    assert keys.public.keys
    return Verifier(KeySetFile.of(settings))


@pytest.fixture(scope="session")
async def client(settings: Settings, vault: Vault, keys: Keys) -> AsyncIterator[Client]:
    """A client of a real development server, who signs as whomever a message names."""
    server = servers.TemporalServer(settings)
    async with server.running():
        issuer = HoldsKeys(keys, builders.SUPERVISOR)
        yield await Client.connect(f"127.0.0.1:{server.port}", plugins=[plugin(vault, issuer)])


class SkippedTime:
    """The clock of a server that skips time: read when something is sent, and true until the next time."""

    def __init__(self) -> None:
        self.environment: WorkflowEnvironment | None = None
        self._latest = datetime.now(UTC)

    async def read(self) -> datetime:
        """What time it is there."""
        assert self.environment is not None
        self._latest = await self.environment.get_current_time()
        return self._latest

    def __call__(self) -> datetime:
        """What time it was."""
        return self._latest


@pytest.fixture(scope="session")
def skipped_time() -> SkippedTime:
    """The clock of issuer and workers on the time-skipping server."""
    return SkippedTime()


@pytest.fixture(scope="module")
async def time_skipping(vault: Vault, keys: Keys, skipped_time: SkippedTime) -> AsyncIterator[WorkflowEnvironment]:
    """The time-skipping test server of a module: what its tests leave open doesn't live on in those of others."""
    async with skipping_time(vault, keys, skipped_time) as environment:
        yield environment


class _Abandoning(WorkflowOutboundInterceptor):
    def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:
        input.cancellation_type = ActivityCancellationType.ABANDON
        return super().start_activity(input)


class _NothingTakenBack(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Abandoning(outbound))


class NothingTakenBack(temporal_client.Interceptor, Interceptor):
    """Workflows don't take back what they asked for, but leave it to end by itself.

    The time-skipping server never skips again after an activity was cancelled that no worker had begun: it forgets
    to give back the lock which that activity holds on its clock.
    """

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """See base class."""
        return _NothingTakenBack


@contextlib.asynccontextmanager
async def skipping_time(vault: Vault, keys: Keys, skipped_time: SkippedTime) -> AsyncIterator[WorkflowEnvironment]:
    """A time-skipping test server, which knows our search attributes."""
    issuer = HoldsKeys(keys, builders.SUPERVISOR, skipped_time.read)
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=servers.executable("temporal-test-server"),
        plugins=[plugin(vault, issuer)],
        interceptors=[NothingTakenBack()],
    )
    skipped_time.environment = environment
    async with environment:
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=environment.client.namespace,
                search_attributes={
                    key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in search_attributes.ALL
                },
            )
        )
        yield environment
