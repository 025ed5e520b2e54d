"""The embedded servers: Temporal's development server and PostgreSQL, from wheels, in one data folder."""

import contextlib
import fcntl
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import psutil
from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client

from runtime import search_attributes
from runtime.addresses import Addresses
from runtime.codec_server import CodecServer
from runtime.ports import Moved, Port, PortTaken, free_port
from runtime.postgres import DATABASE, Postgres
from runtime.process import Failed, Process, end_leftovers
from runtime.settings import Settings

__all__ = [
    "DATABASE",
    "Addresses",
    "AlreadyRunning",
    "Failed",
    "PortTaken",
    "Postgres",
    "Serving",
    "TemporalServer",
    "embedded",
    "end_orphans",
    "executable",
    "free_port",
    "serving",
]

_USUAL_PORT: Final = 7233
_USUAL_UI_PORT: Final = 8233
_READY_WITHIN: Final = 60.0
RETENTION: Final = timedelta(days=3650)
"""For how long the embedded server keeps the histories of closed cases."""


class AlreadyRunning(Exception):
    """Another process runs, or is just starting, the servers of this data folder."""


@dataclass
class Serving:
    """The embedded servers while they run."""

    addresses: Addresses
    processes: list[Process] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    """Those whose usual port was taken."""


@contextlib.asynccontextmanager
async def serving(
    settings: Settings, *, temporal: bool = True, postgres: bool = True, codec: bool = True
) -> AsyncIterator[Serving]:
    """The wanted servers, ready, for as long as the context lasts.

    Raises AlreadyRunning, PortTaken, or Failed with the end of the server's own log.
    """
    with _sole_supervisor(settings):
        (settings.data / "servers.json").unlink(missing_ok=True)
        end_leftovers(settings.data)
        me = psutil.Process()
        running = Serving(Addresses(supervisor=me.pid, supervisor_started=me.create_time()))
        where = running.addresses
        starting: list[Postgres | CodecServer | TemporalServer] = []
        if postgres:
            starting.append(database := Postgres(settings))
            where.database = database.dsn(DATABASE)
        if codec:
            starting.append(decoder := CodecServer(settings))
            where.codec = decoder.address
        if temporal:
            starting.append(server := TemporalServer(settings, codec=where.codec))
            where.temporal, where.ui = server.address, server.ui
            if codec:
                decoder.ui = server.ui
        async with contextlib.AsyncExitStack() as stack:
            for one in starting:
                process = await stack.enter_async_context(one.running())
                running.processes.append(process)
                running.moved += one.moved
                where.pids[process.name] = process.pid
            where.write(settings)
            stack.callback((settings.data / "servers.json").unlink, missing_ok=True)
            yield running


@contextlib.asynccontextmanager
async def embedded(settings: Settings) -> AsyncIterator[Addresses]:
    """Both servers without anything around them. Raises what `serving` raises."""
    async with serving(settings, codec=False) as running:
        yield running.addresses


def end_orphans(settings: Settings) -> list[str]:
    """End what a killed supervisor left running. Returns the names. Raises AlreadyRunning or Failed."""
    with _sole_supervisor(settings):
        (settings.data / "servers.json").unlink(missing_ok=True)
        return end_leftovers(settings.data)


UPDATES_IN_FLIGHT: Final = 500
"""How many updates of one case may wait at a time. The server's own limit is ten, and it puts down those that wait
whenever one comes beyond it."""


class TemporalServer:
    """Temporal's development server, its history in a file."""

    def __init__(self, settings: Settings, *, codec: str = "") -> None:
        self._port = Port.choose("Temporal", "ONESTOP_TEMPORAL_PORT", asked=settings.temporal_port, usual=_USUAL_PORT)
        self._ui = Port.choose("Temporal UI", "ONESTOP_UI_PORT", asked=settings.ui_port, usual=_USUAL_UI_PORT)
        self.port, self.ui_port = self._port.number, self._ui.number
        self.address, self.ui = f"127.0.0.1:{self.port}", f"http://127.0.0.1:{self.ui_port}"
        self._settings, self._codec = settings, codec

    @property
    def moved(self) -> list[Moved]:
        """Which of its usual ports were taken."""
        return [port.moved for port in (self._port, self._ui) if port.moved]

    @property
    def command(self) -> list[object]:
        """How it is started. Raises Failed when it is not installed."""
        attributes = [
            part
            for key in search_attributes.ALL
            for part in ("--search-attribute", f"{key.name}={key.indexed_value_type.name.title()}")
        ]
        return [
            *(executable("temporal"), "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "error"),
            *("--port", self.port, "--ui-port", self.ui_port, "--ui-disable-news-fetch"),
            *("--db-filename", self._settings.data / "temporal.db"),
            *("--dynamic-config-value", f"history.maxInFlightUpdates={UPDATES_IN_FLIGHT}"),
            *(("--ui-codec-endpoint", self._codec) if self._codec else ()),
            *attributes,
        ]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """The server, once it answers. Raises PortTaken or Failed."""
        self._port.must_be_free()
        self._ui.must_be_free()
        process = Process("temporal", self.command, log=self._settings.data / "temporal.log")
        async with process.running(ready=self._ready, within=_READY_WITHIN):
            await self._keep_for_years()
            yield process

    async def _keep_for_years(self) -> None:
        """Closed histories stay: told nothing else, the server drops them after a day."""
        client = await Client.connect(self.address)
        retention = Duration()
        retention.FromTimedelta(RETENTION)
        config = NamespaceConfig(workflow_execution_retention_ttl=retention)
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(namespace=client.namespace, config=config)
        )

    async def _ready(self) -> bool:
        try:
            client = await Client.connect(self.address)
            return await client.service_client.check_health()
        except RuntimeError:
            return False


def executable(name: str) -> str:
    """A program that came with a wheel, beside this Python. Raises Failed when it is not there."""
    found = shutil.which(name, path=Path(sys.executable).parent) or shutil.which(name)
    if found is None:
        raise Failed(name, "is not installed; run: make venv")
    return found


@contextlib.contextmanager
def _sole_supervisor(settings: Settings) -> Iterator[None]:
    """Nobody else starts servers in this folder meanwhile. Raises AlreadyRunning, or Failed if it isn't ours."""
    try:
        settings.data.mkdir(mode=0o711, parents=True, exist_ok=True)
        lock = (settings.data / "lock").open("a")
    except PermissionError:
        why = f"{settings.data} belongs to another user; set ONESTOP_DATA to a folder of yours"
        raise Failed("up", why) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(str(settings.data)) from None
        yield
