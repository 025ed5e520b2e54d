"""``up`` and ``down``: the whole centre on this machine, servers and a worker process for each role."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

import psutil
import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

import texts
from casebook import migrations
from domain.words import CENTRE_QUEUE, Agency
from runtime import connect
from runtime.process import Failed, Process
from runtime.servers import Addresses, PortTaken, embedded
from runtime.settings import ROOT, Settings

ROLES: Final = (CENTRE_QUEUE, *Agency)
_WORKER_READY_WITHIN: Final = 60.0
_REFRESH: Final = 1.0


@dataclass
class Centre:
    """What runs, and where it is to be seen."""

    ui: str | None
    database: str
    temporal: str
    workers: list[Process] = field(default_factory=list)
    ours: bool = True
    """False when somebody else's ``up`` runs it."""


@contextlib.asynccontextmanager
async def centre(settings: Settings) -> AsyncIterator[str | None]:
    """The whole centre, for as long as the context lasts; one that runs already is used as it is.

    Yields the address of Temporal's pages. Raises PortTaken or Failed.
    """
    async with whole(settings) as running:
        yield running.ui


@contextlib.asynccontextmanager
async def whole(settings: Settings) -> AsyncIterator[Centre]:
    """Servers (the embedded ones unless others are configured), migrations, and a worker for each role."""
    running = Addresses.written(settings)
    if running is not None and not connect.configured(settings):
        yield Centre(ui=running.ui, database="PostgreSQL", temporal=running.temporal, ours=False)
        return
    settings.data.mkdir(parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        ui = None
        if not connect.configured(settings):
            ui = (await stack.enter_async_context(embedded(settings))).ui
        await migrations.upgrade(connect.dsn(settings))
        client = await connect.connect(settings)
        workers = [_worker(role, settings) for role in ROLES]
        await asyncio.gather(
            *(
                stack.enter_async_context(
                    process.running(ready=partial(_polled, client, role), within=_WORKER_READY_WITHIN)
                )
                for role, process in zip(ROLES, workers, strict=True)
            )
        )
        yield Centre(
            ui=ui,
            database=connect.dsn(settings).rpartition("@")[2],
            temporal=client.service_client.config.target_host,
            workers=workers,
        )


def _worker(role: str, settings: Settings) -> Process:
    return Process(
        f"worker-{role}",
        [sys.executable, ROOT / "worker.py", "--role", role],
        log=settings.data / f"worker-{role}.log",
        environment={"ONESTOP_DATA": str(settings.data), "ONESTOP_LOG_FORMAT": "json"},
    )


async def _polled(client: Client, role: str) -> bool:
    """Whether somebody asks the role's task queue for work."""
    kind = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW if role == CENTRE_QUEUE else TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=role), task_queue_type=kind)
    )
    return len(answer.pollers) > 0


def register(app: typer.Typer, language: str) -> None:
    """Add ``up`` and ``down`` to the command line."""

    @app.command("up", help=texts.say("runtime.up_help", language))
    def up() -> None:
        console = Console()
        try:
            asyncio.run(_up(Settings(), console, language))
        except PortTaken as taken:
            console.print(
                texts.say(
                    "runtime.port_taken",
                    language,
                    server=taken.server,
                    port=taken.port,
                    variable=taken.variable,
                ),
                style="red",
            )
            raise typer.Exit(4) from None
        except Failed as failed:
            console.print(
                texts.say("runtime.failed", language, name=failed.name, why=failed.why),
                style="red",
                markup=False,
            )
            raise typer.Exit(4) from None

    @app.command("down", help=texts.say("runtime.down_help", language))
    def down() -> None:
        console = Console()
        running = Addresses.written(Settings())
        if running is None:
            console.print(texts.say("runtime.not_running", language))
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
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    console.print(texts.say("runtime.starting", language))
    async with whole(settings) as running:
        if not running.ours:
            console.print(texts.say("runtime.already_up", language, ui=running.ui))
            return
        began = datetime.now().astimezone()
        if console.is_terminal:
            with Live(_status(running, began, language), console=console, auto_refresh=False) as live:
                while not stop.is_set():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(stop.wait(), _REFRESH)
                    live.update(_status(running, began, language), refresh=True)
        else:
            console.print(_status(running, began, language))
            await stop.wait()
        console.print(texts.say("runtime.stopping", language))
    console.print(texts.say("runtime.stopped", language))


def _status(running: Centre, began: datetime, language: str) -> Table:
    table = Table(title=texts.say("runtime.status", language, pid=os.getpid(), since=f"{began:%H:%M:%S}"))
    for column in ("what", "where", "restarts"):
        table.add_column(texts.say(f"runtime.column_{column}", language))
    table.add_row("Temporal", running.temporal, "")
    if running.ui:
        table.add_row("Temporal UI", running.ui, "")
    table.add_row("PostgreSQL", running.database, "")
    for process in running.workers:
        table.add_row(process.name, f"pid {process.pid}", str(process.restarts))
    table.caption = texts.say("runtime.next", language)
    return table
