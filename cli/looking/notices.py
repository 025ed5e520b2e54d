"""``notices``: what was told to whom, by which channel, and what became of it."""

from typing import Annotated

import typer
from rich.table import Table

import texts
from casebook import notices as outbox
from casebook.notices import NoticeLine
from cli.out import console, emit
from cli.running import run
from client.connection import link
from texts import sentences


def register(app: typer.Typer, language: str) -> None:
    """Add ``notices`` to the command line."""

    @app.command("notices", help=texts.say("cli.command.notices", language))
    def notices(
        case: Annotated[str | None, typer.Argument(help=texts.say("cli.case", language))] = None,
        reader: Annotated[
            str | None, typer.Option("--for", help=texts.say("cli.field.notice_reader", language))
        ] = None,
        limit: Annotated[int, typer.Option(help=texts.say("cli.field.limit", language))] = 50,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                if case is not None:
                    found = await outbox.of_case(at.pool, (await at.case(case)).id, reader)
                else:
                    found = await outbox.of_reader(at.pool, reader or "supervisor", limit)
            if as_json:
                emit([line.model_dump(mode="json") for line in found])
            else:
                console().print(_table(found, language))

        run(work, language)


def _table(lines: list[NoticeLine], language: str) -> Table:
    table = Table()
    for column in ("case_number", "seq", "what", "who", "channel", "state", "at"):
        table.add_column(texts.say(f"cli.column.{column}", language))
    for line in lines:
        problem = f" ({texts.say(line.problem, language)})" if line.problem else ""
        table.add_row(
            line.case_number or line.case,
            str(line.seq),
            texts.say(f"notices.{line.event}", language),
            texts.label(line.recipient, language),
            texts.label(line.channel, language),
            texts.say(f"notices.state.{line.state}", language) + problem,
            sentences.instant(line.sent_at or line.not_before),
        )
    return table
