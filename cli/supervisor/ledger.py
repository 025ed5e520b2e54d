"""``ledger``: prove that a case's ledger is whole and unaltered."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Annotated, Final

import asyncpg
import typer

import texts
from casebook import ledger
from cli.counter.grid import grid_view
from cli.out import Exit, console, emit, fail
from cli.running import run
from client.connection import Handle, Link, link
from client.speaking import view_of
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
        case: Annotated[str, typer.Argument(help=texts.say("cli.case", language))],
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                handle = await at.case(case)
                try:
                    length, head = await _proved(at, case, handle, language)
                except BrokenLedger as broken:
                    if as_json:
                        emit({"case": handle.id, "whole": False, "broken_at": broken.seq, "problem": broken.problem})
                        raise typer.Exit(Exit.REFUSED) from None
                    fail(
                        Exit.REFUSED,
                        broken_line(broken, language),
                    )
            if as_json:
                emit({"case": handle.id, "whole": True, "events": length, "head": head})
            else:
                console().print(texts.say("cli.ledger_whole", language, length=length, head=head), style="green")

        run(work, language)


def broken_line(broken: BrokenLedger, language: str) -> str:
    """Where a ledger is broken, and what is wrong there."""
    problem = texts.say(f"ledger.{broken.problem}", language)
    return texts.say("cli.ledger_broken", language, seq=broken.seq, problem=problem)


async def _proved(at: Link, case: str, handle: Handle, language: str) -> tuple[int, str]:
    async def head() -> tuple[str, int]:
        at_a_post = handle.id.startswith("grid-")
        told = await grid_view(at, case, language) if at_a_post else await view_of(handle, page=1)
        return told.ledger_head, told.ledger_length

    return await proved(at.pool, at.vault, handle.id, head)


async def proved(
    pool: asyncpg.Pool, vault: Vault, case: str, head: Callable[[], Awaitable[tuple[str, int]]]
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
