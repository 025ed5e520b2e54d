"""The command line as a person or a machine calls it, without servers and with a whole centre of its own."""

import asyncio
import contextlib
import io
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import worker
from casebook import migrations
from cli import main
from runtime import connect, servers
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing_keys import KeySetFile
from runtime.tokens import Verifier
from runtime.vault import Vault


@dataclass(frozen=True)
class Ran:
    """What a command wrote, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Onestop = Callable[..., Awaitable[Ran]]


def _call(arguments: tuple[str, ...], typed: str) -> Ran:
    out, err, keyboard = io.StringIO(), io.StringIO(), sys.stdin
    code: Any = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        sys.stdin = io.StringIO(typed)
        try:
            main.main(arguments)
        except SystemExit as ended:
            code = ended.code
        finally:
            sys.stdin = keyboard
    return Ran(int(code or 0), out.getvalue(), err.getvalue())


async def call(*arguments: object, typed: str = "") -> Ran:
    """Run a command in a thread of its own, so that the centre's workers go on working."""
    return await asyncio.to_thread(_call, tuple(map(str, arguments)), typed)


@pytest.fixture
def onestop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Onestop:
    """The command line of a Chinese machine on which no server runs."""
    for name in ("DATABASE_URL", "TEMPORAL_ADDRESS", "ONESTOP_LANGUAGE", "ONESTOP_ACTOR", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("ONESTOP_DATA", str(tmp_path))
    return call


@dataclass
class Centre:
    """Servers of our own, and workers that can be sent home."""

    settings: Settings
    world: worker.World
    _working: contextlib.AsyncExitStack

    async def open(self) -> None:
        """A worker of every role begins."""
        for role in worker.ROLES:
            await self._working.enter_async_context(worker.worker(role, self.world))

    async def close(self) -> None:
        """Every worker ends."""
        await self._working.aclose()


@pytest.fixture(scope="session")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A whole centre, which the modules of a process share: in its lists stand the cases of others too."""
    async with a_centre(tmp_path_factory) as opened:
        yield opened


@contextlib.asynccontextmanager
async def a_centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A whole centre of one's own, for who changes its tables or counts all that is there."""
    settings = Settings(
        data=tmp_path_factory.mktemp("centre"), temporal_port=0, ui_port=0, postgres_port=0, log_level="error"
    )
    async with at_work(settings) as opened:
        yield opened


@contextlib.asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[Centre]:
    """The servers of a data folder, and a worker of every role."""
    async with servers.embedded(settings) as addresses, contextlib.AsyncExitStack() as stack:
        await migrations.upgrade(addresses.database)
        pool = await stack.enter_async_context(connect.database(settings))
        client = await connect.connect(settings)
        verifier = Verifier(KeySetFile.of(settings))
        world = worker.World(client, pool, Vault.of(settings), Rules(settings.own_tables), verifier)
        opened = Centre(settings, world, contextlib.AsyncExitStack())
        try:
            await opened.open()
            yield opened
        finally:
            await opened.close()


@pytest.fixture
def at_centre(onestop: Onestop, centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Onestop:
    """The command line of a machine on which the centre runs."""
    monkeypatch.setenv("ONESTOP_DATA", str(centre.settings.data))
    return onestop
