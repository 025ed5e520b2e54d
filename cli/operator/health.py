"""``health``: whether servers and workers answer, with an exit code for monitors."""

from collections.abc import Mapping
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
                    gone = stands.away
                    emit(stands) if as_json else _show(stands, language)
                else:
                    found = await away(at.client, at.pool)
                    gone = tuple(name for name, is_away in found.items() if is_away)
                    told = {name: "away" if name in gone else "answers" for name in found}
                    emit(told) if as_json else _answering(told, language)
            if gone:
                raise typer.Exit(Exit.UNREACHABLE)

        run(work, language)


def _answering(told: Mapping[str, str], language: str) -> None:
    table = Table(show_header=False)
    for name, state in told.items():
        table.add_row(name, texts.say(f"cli.health.{state}", language), style="red" if state == "away" else "green")
    console().print(table)


def _show(stands: Operations, language: str) -> None:
    """Part by part; what there is nothing of is left out."""

    def said(name: str, **params: object) -> str:
        return texts.say(f"cli.health.{name}", language, **params)

    _answering({name: "answers" if answers else "away" for name, answers in stands.answers.items()}, language)
    builds = Table(said("role"), said("build"), said("state"))
    for one in stands.builds:
        builds.add_row(one.role, one.build, texts.say(f"console.operations.state.{one.state}", language))
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
