"""``ledger``: prove that a case's ledger is whole and unaltered."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Annotated, Any, Final

import asyncpg
import typer
from temporalio.service import RPCError, RPCStatusCode

import texts
from casebook import ledger
from cli.out import Exit, console, emit, fail
from cli.running import run
from client.connection import Link, link
from domain.case.opening import Reading
from domain.ledger import BrokenLedger, EndMissing
from runtime.vault import Vault

_WRITTEN_WITHIN: Final = 10.0
_LOOK_AGAIN: Final = 0.2


def register(app: typer.Typer, language: str) -> None:
    """Add ``ledger`` to the command line."""
    group = typer.Typer(help=texts.say("cli.command.ledger", language), no_args_is_help=True)
    app.add_typer(group, name="ledger")

    @group.callback()
    def _group() -> None: ...

    @group.command("verify", help=texts.say("cli.command.ledger-verify", language))
    def verify(
        case: Annotated[str, typer.Argument(help=texts.say("cli.case", language))] = "",
        every: Annotated[bool, typer.Option("--all", help=texts.say("cli.option.every_ledger", language))] = False,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                if every:
                    await _verify_all(at, as_json, language)
                    return
                if not case:
                    fail(Exit.BAD_INPUT, texts.say("cli.which_ledger", language))
                name = (await at.case(case)).id
                try:
                    length, head = await _proved(at, name)
                except BrokenLedger as broken:
                    if as_json:
                        emit({"case": name, "whole": False, "broken_at": broken.seq, "problem": broken.problem})
                        raise typer.Exit(Exit.REFUSED) from None
                    fail(Exit.REFUSED, broken_line(broken, language))
            if as_json:
                emit({"case": name, "whole": True, "events": length, "head": head})
            else:
                console().print(texts.say("cli.ledger_whole", language, length=length, head=head), style="green")

        run(work, language)


async def _verify_all(at: Link, as_json: bool, language: str) -> None:
    """Prove every ledger of the casebook: of cases, of what goes on after them, of grid posts and of meetings."""
    events, broken = 0, []
    names = await ledger.names(at.pool)
    with console().status("") as shown:
        for number, name in enumerate(names, 1):
            if not as_json:
                shown.update(f"{number}/{len(names)} {name}")
            try:
                events += (await _proved(at, name))[0]
            except BrokenLedger as found:
                broken.append((name, found))
    if as_json:
        told = [{"case": name, "broken_at": one.seq, "problem": one.problem} for name, one in broken]
        emit({"ledgers": len(names), "events": events, "broken": told})
    else:
        for name, one in broken:
            console().print(f"{name}: {broken_line(one, language)}", style="red")
        whole = texts.say("cli.ledgers_whole", language, whole=len(names) - len(broken), all=len(names), events=events)
        console().print(whole, style="red" if broken else "green")
    if broken:
        raise typer.Exit(Exit.REFUSED)


def broken_line(broken: BrokenLedger, language: str) -> str:
    """Where a ledger is broken, and what is wrong there."""
    problem = texts.say(f"ledger.{broken.problem}", language)
    return texts.say("cli.ledger_broken", language, seq=broken.seq, problem=problem)


_QUERIES: Final = {"grid-": "grid_view", "meeting-": "meeting_view", "after-": "afterwards"}
"""By which query whoever keeps a ledger tells its head; a case by its view."""


async def _proved(at: Link, name: str) -> tuple[int, str]:
    query = next((query for prefix, query in _QUERIES.items() if name.startswith(prefix)), "case_view")

    async def head() -> tuple[str, int | None]:
        """As whoever keeps the ledger knows it; where Temporal has dropped that, as the casebook does."""
        try:
            told: dict[str, Any] = await at.client.get_workflow_handle(name).query(query, Reading(page=1))
        except RPCError as error:
            kept = await ledger.head(at.pool, name)
            if error.status is not RPCStatusCode.NOT_FOUND or kept is None:
                raise
            return kept.digest, kept.seq
        return told["ledger_head"], told.get("ledger_length")

    return await proved(at.pool, at.vault, name, head)


async def proved(
    pool: asyncpg.Pool, vault: Vault, case: str, head: Callable[[], Awaitable[tuple[str, int | None]]]
) -> tuple[int, str]:
    """The length and the head of the whole ledger, once its last events are written. Raises BrokenLedger."""
    give_up = monotonic() + _WRITTEN_WITHIN
    while True:
        known, length = await head()
        try:
            return await ledger.prove(pool, vault, case, known, length), known
        except EndMissing:
            if monotonic() > give_up:
                raise
            await asyncio.sleep(_LOOK_AGAIN)
