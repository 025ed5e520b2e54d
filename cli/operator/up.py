"""``up`` and ``down``: the whole centre on this machine, servers and a worker process for each role."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, NoReturn

import psutil
import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

import texts
from casebook import migrations
from cli.operator import worker_secrets
from cli.operator.starting import told
from domain.words import CENTRE_QUEUE
from runtime import connect, deployment
from runtime.addresses import Addresses
from runtime.deployment import ROLES
from runtime.metering import beside
from runtime.ports import Moved, Port
from runtime.process import Failed, Process
from runtime.servers import AlreadyRunning, end_orphans, serving
from runtime.settings import ROOT, Settings

_WORKER_READY_WITHIN: Final = 60.0
_CONSOLE_PORT: Final = 8236
_OTHERS_READY_WITHIN: Final = 120
_REFRESH: Final = 1.0
"""Seconds between two looks."""
Given = Mapping[str, Mapping[str, str]]
"""What the workers of each role get in their environment."""
NOTHING_MORE: Final[Given] = {}
_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Centre:
    """What runs, and where it is to be seen."""

    ui: str | None
    database: str
    temporal: str
    codec: str = ""
    console: str = ""
    servers: list[Process] = field(default_factory=list)
    workers: list[Process] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    ours: bool = True
    """False when somebody else's ``up`` runs it."""

    @property
    def processes(self) -> list[Process]:
        """Everything that is kept up."""
        return [*self.servers, *self.workers]


class Ended(SystemExit):
    """A signal asked us to end, and everything has been stopped."""


@contextlib.asynccontextmanager
async def centre(
    settings: Settings, language: str = texts.DEFAULT_LANGUAGE, given: Given = NOTHING_MORE
) -> AsyncIterator[Centre]:
    """The whole centre, for as long as the context lasts; one that runs already is used as it is.

    ``given`` is what each role's worker gets in its environment besides. Raises PortTaken or Failed.
    """
    async with whole(settings, given) as running:
        _tell_moved(running, Console(stderr=True), language)
        yield running


@contextlib.asynccontextmanager
async def whole(settings: Settings, given: Given = NOTHING_MORE) -> AsyncIterator[Centre]:
    """Servers (embedded unless configured elsewhere), migrations, and a worker for each role.

    SIGINT, SIGTERM and SIGHUP end the block, and then the process by Ended. Raises PortTaken or Failed.
    """
    with _ended_by_signals():
        async with contextlib.AsyncExitStack() as stack:
            yield await _started_or_found(stack, settings, given)


@contextlib.asynccontextmanager
async def _started(settings: Settings, more: Given) -> AsyncIterator[Centre]:
    async with contextlib.AsyncExitStack() as stack:
        embedded = await stack.enter_async_context(
            serving(settings, temporal=not connect.temporal_configured(), postgres=settings.database_url is None)
        )
        with _reaching("PostgreSQL"):
            await migrations.upgrade(connect.dsn(settings))
            given = await worker_secrets.hand_out(settings, embedded.addresses)
        with _reaching("Temporal"):
            client = await connect.connect(settings)
        workers = [
            _worker(role, settings, {**given[role], **_metered(settings, number), **more.get(role, {})})
            for number, role in enumerate(ROLES)
        ]
        await asyncio.gather(
            *(
                stack.enter_async_context(
                    process.running(ready=partial(deployment.polled, client, role), within=_WORKER_READY_WITHIN)
                )
                for role, process in zip(ROLES, workers, strict=True)
            )
        )
        await asyncio.gather(
            *(deployment.make_current(client, role, settings.build or deployment.build()) for role in ROLES)
        )
        port = Port.choose("console", "ONESTOP_CONSOLE_PORT", asked=settings.console_port, usual=_CONSOLE_PORT)
        console = _console(settings, port, given[CENTRE_QUEUE])
        await stack.enter_async_context(
            console.running(ready=partial(_listening, port.number), within=_WORKER_READY_WITHIN)
        )
        embedded.addresses.console = f"http://{settings.console_host}:{port.number}"
        embedded.addresses.ready = True
        embedded.addresses.write(settings)
        yield Centre(
            ui=embedded.addresses.ui or None,
            database=connect.dsn(settings).rpartition("@")[2],
            temporal=client.service_client.config.target_host,
            codec=embedded.addresses.codec,
            servers=embedded.processes,
            console=embedded.addresses.console,
            workers=[*workers, console],
            moved=[*embedded.moved, *([port.moved] if port.moved else [])],
        )


@contextlib.contextmanager
def _reaching(server: str) -> Iterator[None]:
    """Raises Failed, naming the server, where nobody answers there."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise Failed(server, str(error)) from error


async def _started_or_found(stack: contextlib.AsyncExitStack, settings: Settings, given: Given) -> Centre:
    """Our own centre, or the one that another process runs in this folder, once it is ready. Raises Failed."""
    for _ in range(_OTHERS_READY_WITHIN):
        try:
            return await stack.enter_async_context(_started(settings, given))
        except AlreadyRunning:
            running = Addresses.written(settings)
        if running is not None and running.ready:
            return Centre(
                ui=running.ui or None,
                database="PostgreSQL",
                temporal=running.temporal,
                console=running.console,
                ours=False,
            )
        await asyncio.sleep(_REFRESH)
    raise Failed("up", f"another process has been starting the servers of {settings.data} for too long")


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    received: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        if not received:
            task.cancel()
        received.append(number)

    caught = [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    for number in caught:
        loop.add_signal_handler(number, end, number)
    try:
        yield
    except asyncio.CancelledError:
        if received:
            raise Ended(128 + received[0]) from None
        raise
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


def _metered(settings: Settings, number: int) -> dict[str, str]:
    return {"ONESTOP_METRICS": beside(settings.metrics, number)} if settings.metrics else {}


def _worker(role: str, settings: Settings, given: dict[str, str]) -> Process:
    return Process(
        f"worker-{role}",
        [sys.executable, ROOT / "worker.py", "--role", role],
        log=settings.data / f"worker-{role}.log",
        environment={"ONESTOP_LOG_FORMAT": "json", **given},
    )


def _console(settings: Settings, port: Port, given: dict[str, str]) -> Process:
    """People's pages, and the interface for machines."""
    return Process(
        "console",
        [sys.executable, "-m", "console"],
        log=settings.data / "console.log",
        environment={
            **given,
            "ONESTOP_LOG_FORMAT": "json",
            "ONESTOP_CONSOLE_PORT": str(port.number),
            "PYTHONPATH": str(ROOT),
        },
    )


async def _listening(port: int) -> bool:
    """Whether somebody answers on a port of this machine."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def register(app: typer.Typer, language: str) -> None:
    """Add ``up`` and ``down`` to the command line."""

    @app.command("up", help=texts.say("runtime.up_help", language))
    def up() -> None:
        console = Console()
        with told(console, language):
            try:
                asyncio.run(_up(Settings(), console, language))
            except Ended:
                console.print(texts.say("runtime.stopped", language))

    @app.command("down", help=texts.say("runtime.down_help", language))
    def down() -> None:
        console = Console()
        with told(console, language):
            try:
                _down(Settings(), console, language)
            except AlreadyRunning:
                console.print(texts.say("runtime.starting_elsewhere", language), style="red")
                raise typer.Exit(1) from None
            except psutil.AccessDenied as denied:
                console.print(texts.say("runtime.not_ours", language, pid=denied.pid), style="red")
                raise typer.Exit(1) from None


def _down(settings: Settings, console: Console, language: str) -> None:
    running = Addresses.written(settings)
    if running is None:
        left = end_orphans(settings)
        key = "runtime.orphans_ended" if left else "runtime.not_running"
        console.print(texts.say(key, language, names=", ".join(left)))
        return
    supervisor = psutil.Process(running.supervisor)
    supervisor.send_signal(signal.SIGTERM)
    try:
        supervisor.wait(60)
    except psutil.TimeoutExpired:
        console.print(texts.say("runtime.still_stopping", language, pid=running.supervisor), style="red")
        raise typer.Exit(1) from None
    console.print(texts.say("runtime.stopped", language))


async def _up(settings: Settings, console: Console, language: str) -> None:
    console.print(texts.say("runtime.starting", language))
    async with whole(settings) as running:
        if not running.ours:
            console.print(texts.say("runtime.already_up", language, ui=running.ui))
            return
        _tell_moved(running, console, language)
        began = datetime.now().astimezone()
        try:
            if console.is_terminal:
                await _shown(running, began, console, language)
            else:
                console.print(_status(running, began, language))
                await _logged(running, console, language)
        finally:
            console.print(texts.say("runtime.stopping", language))


async def _shown(running: Centre, began: datetime, console: Console, language: str) -> NoReturn:
    with Live(_status(running, began, language), console=console, auto_refresh=False) as live:
        while True:
            await asyncio.sleep(_REFRESH)
            live.update(_status(running, began, language), refresh=True)


async def _logged(running: Centre, console: Console, language: str) -> NoReturn:
    """Say when something has died and is started again."""
    known = {process.name: process.restarts for process in running.processes}
    while True:
        await asyncio.sleep(_REFRESH)
        for process in running.processes:
            if process.restarts > known[process.name]:
                known[process.name] = process.restarts
                told = texts.say("runtime.restarted", language, name=process.name, code=process.exit_code)
                console.print(f"{datetime.now().astimezone():%H:%M:%S} {told}", markup=False, highlight=False)


def _tell_moved(running: Centre, console: Console, language: str) -> None:
    for moved in running.moved:
        holder = moved.holder or texts.say("runtime.another_program", language)
        told = texts.say(
            "runtime.port_moved", language, server=moved.server, usual=moved.usual, port=moved.port, holder=holder
        )
        console.print(told, style="yellow", markup=False)


def _status(running: Centre, began: datetime, language: str) -> Table:
    table = Table(title=texts.say("runtime.status", language, pid=os.getpid(), since=f"{began:%H:%M:%S}"))
    for column in ("what", "where", "process", "restarts"):
        table.add_column(texts.say(f"runtime.column_{column}", language))
    places = {"temporal": running.temporal, "postgres": running.database, "codec": running.codec}
    own = {process.name: process for process in running.processes}
    for name in [*(name for name, place in places.items() if place), *(w.name for w in running.workers)]:
        process = own.get(name)
        table.add_row(
            texts.say(f"runtime.{name}", language) if name in places else name,
            places.get(name, ""),
            str(process.pid) if process else texts.say("runtime.elsewhere", language),
            str(process.restarts) if process else "",
        )
    if running.console:
        table.add_row(texts.say("runtime.console", language), running.console, "", "")
    if running.ui:
        table.add_row(texts.say("runtime.ui", language), running.ui, "", "")
    table.caption = texts.say("runtime.next", language)
    return table
