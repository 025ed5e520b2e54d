"""``health``: whether servers and workers answer, with an exit code for monitors."""

from typing import Annotated

import typer
from rich.table import Table

import texts
from cli.out import Exit, console, emit
from cli.running import run
from client.connection import link
from client.health import away


def register(app: typer.Typer, language: str) -> None:
    """Add ``health`` to the command line."""

    @app.command("health", help=texts.say("cli.command.health", language))
    def health(
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                found = await away(at.client, at.pool)
            if as_json:
                emit({name: "away" if gone else "answers" for name, gone in found.items()})
            else:
                table = Table(show_header=False)
                for name, gone in found.items():
                    state = texts.say("cli.health.away" if gone else "cli.health.answers", language)
                    table.add_row(name, state, style="red" if gone else "green")
                console().print(table)
            if any(found.values()):
                raise typer.Exit(Exit.UNREACHABLE)

        run(work, language)
