"""``event-log``: the ledgers of a selection as an event log for process mining, without anybody's name."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

import texts
from casebook import event_log
from casebook.event_log import FORMATS, Selection
from cli.out import Exit, console, fail
from cli.running import run
from client.connection import link
from domain.words import CaseClass
from texts import sentences


def register(app: typer.Typer, language: str) -> None:
    """Add ``event-log`` to the command line."""

    def said(key: str) -> str:
        return texts.say(f"event_log.{key}", language)

    @app.command("event-log", help=said("command"))
    def export(
        file: Annotated[Path, typer.Argument(help=said("file"))],
        as_: Annotated[str, typer.Option("--format", help=f"{said('format')}: {', '.join(FORMATS)}")] = "ocel-json",
        filed_from: Annotated[str | None, typer.Option("--from", help=said("from"))] = None,
        filed_until: Annotated[str | None, typer.Option("--until", help=said("until"))] = None,
        case_class: Annotated[CaseClass | None, typer.Option("--class", help=said("class"))] = None,
        drills: Annotated[bool, typer.Option("--drills", help=said("drills"))] = False,
    ) -> None:
        if as_ not in FORMATS:
            fail(Exit.BAD_INPUT, texts.say("event_log.no_format", language, format=as_, known=", ".join(FORMATS)))
        wanted = Selection(
            filed_from=_day("--from", filed_from, language),
            filed_until=_day("--until", filed_until, language),
            case_class=case_class,
            drills=drills,
        )

        async def work() -> None:
            screen = console()
            async with link() as at:
                cases, events = await event_log.write(
                    file,
                    as_,
                    event_log.cases(at.pool, at.vault, wanted),
                    lambda count: screen.print(texts.say("event_log.so_far", language, cases=count), style="dim"),
                )
            screen.print(texts.say("event_log.written", language, file=file, cases=cases, events=events))

        run(work, language)


def _day(flag: str, text: str | None, language: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        fail(Exit.BAD_INPUT, sentences.problem_line(flag, "input.date_parsing", {}, language))
