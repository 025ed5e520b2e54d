"""``health``: whether servers and workers answer, with an exit code for monitors."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

import texts
from cli.looking import lists as table
from cli.out import Exit, console, emit
from cli.running import run
from client.connection import link
from client.health import away
from client.operations import Operations, operations
from runtime.settings import Settings
from texts import sentences


def register(app: typer.Typer, language: str) -> None:
    """Add ``health`` to the command line."""

    @app.command("health", help=texts.say("cli.command.health", language))
    def health(
        whole: Annotated[bool, typer.Option("--all", help=texts.say("cli.health.whole", language))] = False,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                if whole:
                    stands = await operations(at.client, at.pool, at.vault, Settings(), datetime.now(UTC))
                    if as_json:
                        emit(stands)
                    else:
                        _show(stands, language)
                    found = {name: not answers for name, answers in stands.answers.items()}
                    if any(found.values()):
                        raise typer.Exit(Exit.UNREACHABLE)
                    return
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


def _show(stands: Operations, language: str) -> None:
    """Part by part; what there is nothing of is left out."""

    def said(name: str, **params: object) -> str:
        return texts.say(f"cli.health.{name}", language, **params)

    answering = Table(show_header=False)
    for name, answers in stands.answers.items():
        answering.add_row(name, said("answers" if answers else "away"), style="green" if answers else "red")
    console().print(answering)
    builds = Table(said("role"), said("build"), said("state"))
    for one in stands.builds:
        builds.add_row(one.role, one.build, one.state)
    console().print(builds)
    for title, lines in (("blocked", stands.blocked), ("next_hour", stands.next_hour)):
        console().print(said(title, count=len(lines)), style="bold")
        if lines:
            console().print(table.cases(list(lines), language))
    for waiting in stands.notices:
        state = texts.label(waiting.state, language)
        console().print(said("notices", channel=waiting.channel, state=state, count=waiting.count))
    for key in stands.keys:
        days = (stands.at - key.starts).days
        console().print(said("key", kid=key.kid, roles=texts.label(list(key.roles), language), days=days))
    never = stands.backed_up_at is None
    at = "" if stands.backed_up_at is None else sentences.instant(stands.backed_up_at)
    console().print(said("never_backed_up") if never else said("backed_up", at=at), style="yellow" if never else None)
