"""What the agencies found and what follows: ``findings`` side by side, ``prognosis`` with every point."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

import texts
from cli.out import Exit, console, emit, fail
from cli.running import run
from client.connection import link
from client.explained import measured
from client.speaking import of_everybody, view_of
from domain.assessment.opening_proposal import OpeningProposal
from domain.assessment.prognosis import Prognosis
from domain.case.opening import Reading
from domain.views.case_view import SideBySide
from domain.words import Language

_BAND_STYLE = {"low": "green", "medium": "yellow", "high": "bold red"}


def register(app: typer.Typer, language: str) -> None:
    """Add ``findings`` and ``prognosis`` to the command line."""
    case_argument = Annotated[str, typer.Argument(help=texts.say("cli.case", language))]
    json_option = Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))]
    reading = Reading(language=Language(language))

    @app.command("findings", help=texts.say("cli.command.findings", language))
    def findings(case: case_argument, as_json: json_option = False) -> None:
        async def work() -> None:
            async with link() as at:
                handle = await at.case(case)
                told = await of_everybody(handle, "side_by_side", reading, SideBySide)
            if as_json:
                emit(told)
            else:
                console().print(side_by_side(told, language))

        run(work, language)

    @app.command("prognosis", help=texts.say("cli.command.prognosis", language))
    def outlook(case: case_argument, as_json: json_option = False) -> None:
        async def work() -> None:
            async with link() as at:
                handle = await at.case(case)
                view = await view_of(handle, language, page=1)
            if view.prognosis is None:
                fail(Exit.NOT_FOUND, texts.say("cli.no_prognosis", language))
            if as_json:
                emit(view.prognosis)
            else:
                console().print(prognosis(view.prognosis, language))

        run(work, language)


def side_by_side(told: SideBySide, language: str) -> Table:
    """The claim and each agency's view of the same months in one row."""
    table = Table(title=texts.say("cli.title.findings", language), title_justify="left")
    for column in ("ref", "employer", "months", "claimed", "employed", "wage", "received", "base", "insured", "state"):
        table.add_column(texts.say(f"cli.column.{column}", language))
    for line in told.lines:
        table.add_row(
            line.claimant,
            line.employer,
            f"{line.first_month}–{line.last_month}",
            _mark(line.claimed),
            _mark(line.employed),
            "—" if line.wage is None else f"{line.wage:,.2f}",
            "?" if line.received is None else texts.label(line.received, language),
            "—" if line.base is None else f"{line.base:,.2f}",
            _mark(line.insured),
            texts.label(line.state, language),
        )
    return table


def prognosis(judged: Prognosis, language: str) -> RenderableType:
    """Each measure with its points and their reasons, the room, the skills, and what could be offered first."""
    table = Table(title=texts.say("cli.title.prognosis", language), title_justify="left")
    for column in ("measure", "points", "why"):
        table.add_column(texts.say(f"cli.column.{column}", language), justify="right" if column == "points" else "left")
    for one in measured(judged, language):
        band = Text(one.band, style=_BAND_STYLE[one.code])
        table.add_row(Text(one.name, style="bold"), Text(str(one.total), style="bold"), band)
        for points, why in one.points:
            table.add_row("", f"{points:+d}", why)
    advice = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    advice.add_row(texts.say("cli.column.room", language), texts.label(judged.room, language))
    advice.add_row(
        texts.say("cli.column.skills", language), texts.label([f"skill.{skill}" for skill in judged.skills], language)
    )
    parts: list[RenderableType] = [table, advice]
    if judged.opening is not None:
        parts.extend(_opening(judged.opening, language))
    return Group(*parts)


def _opening(proposed: OpeningProposal, language: str) -> Iterator[RenderableType]:
    table = Table(title=texts.say("cli.title.opening", language), title_justify="left")
    for column in ("due", "total", "for"):
        table.add_column(texts.say(f"cli.column.{column}", language), justify="right" if column == "total" else "left")
    for instalment in proposed.instalments:
        whose = texts.say(f"prognosis.purpose.{instalment.purpose}", language)
        table.add_row(str(instalment.due), f"{instalment.amount:,.2f}", whose)
    if proposed.instalments:
        yield table
    for reason in proposed.reasons:
        yield Text(f"• {texts.say(reason.code, language, **reason.params)}")


def _mark(value: bool | None) -> str:
    return {True: "✓", False: "✗", None: "?"}[value]
