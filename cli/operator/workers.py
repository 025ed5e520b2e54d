"""``workers``: which version of each role's workers does the work, and giving it to another."""

from typing import Annotated

import typer
from rich.table import Table

import texts
from cli.out import Exit, console, emit, fail
from cli.running import run
from runtime import connect, deployment
from runtime.deployment import ROLES
from runtime.settings import Settings


def register(app: typer.Typer, language: str) -> None:
    """Add ``workers`` to the command line."""
    group = typer.Typer(help=texts.say("cli.command.workers", language), no_args_is_help=True)
    app.add_typer(group, name="workers")

    @group.command("list", help=texts.say("cli.command.workers-list", language))
    def show(
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def work() -> None:
            client = await connect.connect(Settings())
            found = [version for role in ROLES for version in await deployment.versions(client, role)]
            if as_json:
                emit([version.model_dump() for version in found])
                return
            table = Table()
            for column in ("role", "build", "state"):
                table.add_column(texts.say(f"cli.column.{column}", language))
            for version in found:
                table.add_row(texts.label(version.role, language), version.build, texts.label(version.state, language))
            console().print(table)

        run(work, language)

    @group.command("promote", help=texts.say("cli.command.workers-promote", language))
    def promote(
        role: Annotated[str, typer.Argument(help=texts.say("cli.field.role", language))],
        build: Annotated[str | None, typer.Argument(help=texts.say("cli.field.build", language))] = None,
    ) -> None:
        if role not in ROLES:
            fail(Exit.BAD_INPUT, texts.say("cli.unknown_role", language, known=", ".join(ROLES)))

        async def work() -> None:
            of = build or deployment.build()
            client = await connect.connect(Settings())
            try:
                await deployment.make_current(client, role, of)
            except deployment.UnknownVersion:
                fail(Exit.NOT_FOUND, texts.say("cli.unknown_build", language, role=role, build=of))
            console().print(texts.say("cli.promoted", language, role=texts.label(role, language), build=of))

        run(work, language)
