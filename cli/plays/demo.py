"""``demo``: one shipped dispute from filing to closure, on real servers, before the viewer's eyes."""

import asyncio
import contextlib
import sys
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Annotated, Final

import asyncpg
import typer
from rich.console import Console
from rich.table import Table
from temporalio.client import Client, WorkflowUpdateFailedError

import texts
from casebook import records
from cli.operator.identity import drilled
from cli.operator.starting import told
from cli.operator.up import Centre, centre
from cli.plays.agency_service import Served, served
from cli.plays.example import Localised, UnknownExample, example_folder, example_names, localise
from cli.plays.play import PLAYED_ON, PlayResult, PlayStuck, play
from cli.plays.screen import Pane, Plain, yuan
from cli.plays.script import ScriptError, read_script
from cli.supervisor.ledger import proved
from domain.base import CENTRE_ZONE
from domain.ledger import BrokenLedger
from domain.views.case_view import CaseView
from domain.words import Agency, Language
from runtime import connect
from runtime.settings import Settings
from runtime.vault import Vault
from texts.sentences import day

_PACE: Final = 0.5
_WATCHED_PACE: Final = 3.0
_SERVED: Final = Agency.TAX
"""The agency whose records stay behind its own service."""
_NO_ROWS: Final = "record,identity_number\n"
_PLAIN_WIDTH: Final = 160


def register(app: typer.Typer, language: str) -> None:
    """Add the command to the command line, its help in a language."""
    tongue = Language(language)

    @app.command("demo", help=texts.say("demo.help", language))
    def demo(
        case: Annotated[
            str,
            typer.Argument(help=texts.say("demo.case_help", language, known=", ".join(example_names()))),
        ] = "special",
        run: Annotated[str, typer.Option(help=texts.say("demo.run_help", language))] = "",
        pace: Annotated[float | None, typer.Option(help=texts.say("demo.pace_help", language))] = None,
        watch: Annotated[bool, typer.Option("--watch", help=texts.say("demo.watch_help", language))] = False,
    ) -> None:
        console = Console()
        if not console.is_terminal:
            console = Console(width=_PLAIN_WIDTH)
        try:
            folder = example_folder(case)
        except UnknownExample as unknown:
            console.print(texts.say("demo.unknown_case", language, name=case, known=unknown), markup=False)
            raise typer.Exit(2) from None
        if pace is None:
            pace = _WATCHED_PACE if watch else _PACE if console.is_terminal else 0.0
        name = run or f"{datetime.now(CENTRE_ZONE):%m%d%H%M%S}"
        with told(console, language):
            try:
                asyncio.run(_demo(folder, name, pace, console, tongue, watch=watch))
            except (PlayStuck, ScriptError) as trouble:
                console.print(str(trouble), markup=False, style="red")
                raise typer.Exit(1) from None
            except WorkflowUpdateFailedError as refused:
                console.print(texts.say("demo.refused", language, why=refused.cause), markup=False, style="red")
                raise typer.Exit(1) from None


async def _demo(folder: Path, run: str, pace: float, console: Console, language: Language, *, watch: bool) -> None:
    settings, example = Settings(), localise(folder, run)
    console.print(texts.say("demo.starting", language), style="dim")
    async with contextlib.AsyncExitStack() as stack:
        own = await stack.enter_async_context(served(settings, _SERVED, example.records.get(_SERVED, _NO_ROWS)))
        at = await stack.enter_async_context(centre(settings, language, {own.agency: own.environment}))
        vault = Vault.of(settings)
        client = await connect.connect(settings)
        async with connect.database(settings) as pool:
            rows = await load(pool, vault, example, besides=own.agency if at.ours else None)
            console.print(texts.say("demo.records_loaded", language, rows=rows), style="dim")
            _tell_who_works(at, own, console, language)
            if watch:
                await _invite(at, pool, example, console, language)
            began = monotonic()
            result = await _watched(client, folder, run, pace, console, language)
            _reply(result.view, console, language)
            _money(result.view, console, language)
            await _epilogue(result, pool, vault, began, at, console, language)
            if watch:
                await _wait(texts.say("demo.watch_end", language), console)


async def _invite(at: Centre, pool: asyncpg.Pool, example: Localised, console: Console, language: Language) -> None:
    """Say where the case is to be seen in a browser, and as whom; the play begins when the viewer is there."""
    case = f"{at.console}/cases/dispute-{example.complaint.complaint_id}"
    told = texts.say(
        "demo.watch", language, page=case, desk=at.console, name="supervisor", password=await drilled(pool)
    )
    console.print(told, markup=False, highlight=False, soft_wrap=True)
    await _wait(texts.say("demo.watch_begin", language), console)


async def _wait(told: str, console: Console) -> None:
    console.print(told, markup=False, highlight=False)
    await asyncio.to_thread(sys.stdin.readline)


def _tell_who_works(at: Centre, own: Served, console: Console, language: Language) -> None:
    """Each agency is a process of its own, with its own keys; one of them asks its own service."""
    if not at.ours:
        console.print(texts.say("demo.others_centre", language), style="dim")
        return
    workers = ", ".join(f"{worker.name} ({worker.pid})" for worker in at.workers)
    console.print(texts.say("demo.processes", language, workers=workers), style="dim", soft_wrap=True)
    told = texts.say("demo.served", language, agency=texts.label(own.agency, language), url=own.url)
    console.print(told, style="dim", soft_wrap=True)


async def _watched(
    client: Client, folder: Path, run: str, pace: float, console: Console, language: Language
) -> PlayResult:
    title = read_script(folder / "play.yaml").title[language]
    stage: Pane | Plain
    if console.is_terminal:
        stage = Pane(console, title, language, pace)
    else:
        console.print(title, style="bold", markup=False)
        stage = Plain(console, pace)
    with stage:
        return await play(client, folder, run=run, listener=stage.see, language=language)


async def load(pool: asyncpg.Pool, vault: Vault, example: Localised, besides: Agency | None = None) -> int:
    """Load an example's exchange files into the agencies' records, besides one agency's. Returns the number of rows."""
    rows = 0
    with TemporaryDirectory() as folder:
        for agency, text in example.records.items():
            if agency is besides:
                continue
            file = Path(folder) / f"{agency}.csv"
            file.write_text(text, encoding="utf-8")
            report = await records.load(pool, vault, agency, file)
            if report.errors:
                first = report.errors[0]
                raise ScriptError(f"{agency}.csv, line {first.line}: {first.problem.code}")
            rows += report.rows
    return rows


def _reply(view: CaseView, console: Console, language: Language) -> None:
    names = {c.ref: c.name for c in view.claimants}
    kinds = {i.ref: i.kind for i in view.items}
    table = Table(title=f"{texts.say('demo.reply_title', language)} · {view.case_number or ''}")
    for column in ("reply_claimant", "reply_item", "reply_answer"):
        table.add_column(texts.say(f"demo.{column}", language))
    table.add_column(texts.say("demo.reply_amount", language), justify="right")
    for line in view.reply:
        table.add_row(
            names.get(line.claimant, line.claimant),
            texts.label(kinds.get(line.item, line.item), language),
            texts.say(f"reply.{line.answer}", language),
            yuan(line.amount),
        )
    console.print(table)


def _money(view: CaseView, console: Console, language: Language) -> None:
    settlement = view.settlement
    owed = None if view.part_a is None or view.part_b is None else view.part_a + view.part_b
    rows = {
        "summary_owed": owed,
        "summary_agreed": settlement.total if settlement else None,
        "summary_paid": settlement.paid if settlement else None,
        "summary_late": settlement.late_fees if settlement else None,
    }
    table = Table(title=texts.say("demo.money", language), show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, amount in rows.items():
        table.add_row(texts.say(f"demo.{name}", language), yuan(amount))
    console.print(table)


async def _epilogue(
    result: PlayResult,
    pool: asyncpg.Pool,
    vault: Vault,
    began: float,
    at: Centre,
    console: Console,
    language: Language,
) -> None:
    view, seconds = result.view, monotonic() - began

    async def head() -> tuple[str, int]:
        return view.ledger_head, view.ledger_length

    broken: BrokenLedger | None = None
    try:
        events, _ = await proved(pool, vault, result.case, head)
        proof = texts.say("demo.ledger_whole", language, events=events, head=view.ledger_head[:12])
    except BrokenLedger as found:
        broken = found
        proof = texts.say(
            "demo.ledger_broken", language, seq=found.seq, problem=texts.say(f"ledger.{found.problem}", language)
        )
    console.print(
        texts.say(
            "demo.outcome",
            language,
            outcome=texts.label(view.outcome, language),
            days=(day(view.now) - PLAYED_ON).days,
            seconds=f"{seconds:.1f}",
        ),
        style="bold",
        markup=False,
    )
    console.print(proof, markup=False, style="red" if broken else "")
    if broken:
        raise typer.Exit(1)
    console.print(f"\n{texts.say('demo.look', language)}", style="bold")
    places = {
        "make up": "look_up",
        f"./onestop show {view.case_number}": "look_show",
        f"./onestop timeline {view.case_number}": "look_timeline",
    }
    if at.console:
        places[f"{at.console}/cases/{view.case_number}"] = "look_console"
    if at.ui:
        places[f"{at.ui}/namespaces/default/workflows/{result.case}"] = "look_ui"
    for place, why in places.items():
        console.print(f"  {place:<42} {texts.say(f'demo.{why}', language)}", soft_wrap=True, highlight=False)
