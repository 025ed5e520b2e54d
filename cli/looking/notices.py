"""``notices``: what was told to whom, by which channel, and what became of it."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Final

import typer
from rich.table import Table

import texts
from casebook import notices as outbox
from casebook.notices import NoticeLine
from cli.out import console, emit
from cli.running import run
from client.connection import link
from texts import sentences

_ONE_BY_ONE: Final = 5
"""Up to so many recipients are named."""


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
                    found = await outbox.of_case(at.pool, at.vault, (await at.case(case)).id, reader)
                else:
                    found = await outbox.of_reader(at.pool, at.vault, reader or "supervisor", limit)
            if as_json:
                emit([line.model_dump(mode="json") for line in found])
            else:
                console().print(_table(found, language))

        run(work, language)


def _table(lines: list[NoticeLine], language: str) -> Table:
    table = Table()
    for column in ("case_number", "seq", "what", "who", "channel", "state", "at"):
        table.add_column(texts.say(f"cli.column.{column}", language))
    for line, others in _together(lines):
        problem = f" ({texts.say(line.problem, language)})" if line.problem else ""
        table.add_row(
            line.case_number or line.case,
            str(line.seq),
            sentences.notice_line(line.event, line.facts, language),
            texts.say("notices.many", language, count=others + 1) if others else texts.label(line.recipient, language),
            texts.label(line.channel, language),
            texts.say(f"notices.state.{line.state}", language) + problem,
            sentences.instant(line.sent_at or line.not_before),
        )
    return table


def _together(lines: Iterable[NoticeLine]) -> Iterator[tuple[NoticeLine, int]]:
    """Each notice, with how many others of the same event fared alike where they are many: one line, not a thousand."""
    alike: dict[tuple[str, int, str, str, str], list[NoticeLine]] = {}
    for line in lines:
        alike.setdefault(_fared(line), []).append(line)
    for same in alike.values():
        if len(same) > _ONE_BY_ONE:
            yield same[0], len(same) - 1
        else:
            yield from ((one, 0) for one in same)


def _fared(line: NoticeLine) -> tuple[str, int, str, str, str]:
    return line.case, line.seq, line.channel, line.state, line.problem or ""
