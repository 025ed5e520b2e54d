"""``report``: the figures of a week, month, quarter or year, what each rests on, and reports that change no more."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.table import Table

import texts
from casebook import figures
from cli.out import Exit, console, emit, fail
from cli.running import run
from client.connection import Link, link
from domain.deadlines.calendar import Calendar
from domain.figures.report import BY, Period, Report, behind, period, report, this_year
from domain.figures.table import figure_table
from domain.words import Language
from papers import report as paper
from runtime.settings import Settings


def register(app: typer.Typer, language: str) -> None:
    """Add ``report`` to the command line."""

    def said(key: str) -> str:
        return texts.say(f"figures.{key}", language)

    group = typer.Typer(help=said("command"), no_args_is_help=True)
    app.add_typer(group, name="report")
    period_argument = Annotated[str | None, typer.Argument(help=said("option.period"))]
    where_option = Annotated[list[str], typer.Option("--where", help=said("option.where"))]
    drills_option = Annotated[bool, typer.Option("--drills", help=said("option.drills"))]
    json_option = Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))]

    @group.command("show", help=said("command.show"))
    def show(
        over: period_argument = None,
        by: Annotated[str | None, typer.Option(help=f"{said('option.by')}: {', '.join(BY)}")] = None,
        where: where_option = [],  # noqa: B006
        drills: drills_option = False,
        outside: Annotated[bool, typer.Option("--outside", help=said("option.outside"))] = False,
        published: Annotated[bool, typer.Option("--published", help=said("option.published"))] = False,
        to_csv: Annotated[Path | None, typer.Option("--csv", help=said("option.csv"))] = None,
        to_docx: Annotated[Path | None, typer.Option("--docx", help=said("option.docx"))] = None,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            span = _period(over, language)
            async with link() as at:
                if published:
                    made = await figures.published(at.pool, span.name)
                    if made is None:
                        fail(Exit.NOT_FOUND, texts.say("figures.not_published", language, period=span.name))
                else:
                    made = await _made(at, span, by, _where(where, language), drills, outside, language)
            if to_csv is not None:
                to_csv.write_text(paper.sheet(made, Language(language)), encoding="utf-8-sig")
                console().print(texts.say("figures.written", language, file=to_csv))
            if to_docx is not None:
                to_docx.write_bytes(paper.docx(made, Language(language)))
                console().print(texts.say("figures.written", language, file=to_docx))
            if as_json:
                emit(made.model_dump(mode="json"))
            elif to_csv is None and to_docx is None:
                _show(made, language, published)

        run(work, language)

    @group.command("list", help=said("command.list"))
    def listed(
        figure: Annotated[str, typer.Argument(help=said("option.figure"))],
        over: period_argument = None,
        where: where_option = [],  # noqa: B006
        drills: drills_option = False,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            table = figure_table()
            row = table.find(figure)
            if row is None:
                known = ", ".join(one.id for one in table.figures)
                fail(Exit.BAD_INPUT, texts.say("figures.no_figure", language, figure=figure, known=known))
            span = _period(over, language)
            async with link() as at:
                await figures.refresh(at.pool, at.vault, _working_days())
                cases = await figures.cases(at.pool, drills=drills)
            found = behind(cases, row, span, table, _where(where, language))
            if as_json:
                emit([one.model_dump(mode="json") for one in found])
                return
            shown = Table(title=said(figure), title_justify="left")
            for name in ("case_number", "events", "amount"):
                shown.add_column(
                    texts.say(f"cli.column.{name}" if name == "case_number" else f"figures.column.{name}", language)
                )
            for one in found:
                shown.add_row(one.case_number, str(one.seq), "" if one.value is None else f"{one.value:,}")
            console().print(shown)

        run(work, language)

    @group.command("publish", help=said("command.publish"))
    def publish(
        over: Annotated[str, typer.Argument(help=said("option.period"))], drills: drills_option = False
    ) -> None:
        async def work() -> None:
            span = _period(over, language)
            async with link() as at:
                made = await _made(at, span, None, {}, drills, True, language)
                done = await figures.publish(at.pool, made, at.reader.id, datetime.now(UTC))
            if not done:
                fail(Exit.REFUSED, texts.say("figures.published_before", language, period=span.name))
            console().print(texts.say("figures.published", language, period=span.name))

        run(work, language)

    @group.command("refresh", help=said("command.refresh"))
    def refresh() -> None:
        async def work() -> None:
            async with link() as at:
                count = await figures.refresh(at.pool, at.vault, _working_days(), anew=True)
            console().print(texts.say("figures.refreshed", language, count=count))

        run(work, language)

    @group.command("definitions", help=said("command.definitions"))
    def definitions(as_json: json_option = False) -> None:
        table = figure_table()
        if as_json:
            emit([row.model_dump(mode="json", exclude_defaults=True) for row in table.figures])
            return
        for row in table.figures:
            told = row.model_dump(mode="json", exclude_defaults=True, exclude={"id"})
            console().print(f"{row.id}  {said(row.id)}  {told}")


def _period(name: str | None, language: str) -> Period:
    try:
        return period(name or this_year(datetime.now(UTC)))
    except ValueError:
        fail(Exit.BAD_INPUT, texts.say("figures.no_period", language, period=name))


def _where(given: list[str], language: str) -> dict[str, str]:
    asked = dict(one.partition("=")[::2] for one in given)
    if unknown := sorted(asked.keys() - set(BY)):
        _no_such(unknown[0], language)
    return asked


def _working_days() -> Any:
    return Calendar.load(Settings().own_tables).working_days_between


async def _made(
    at: Link, span: Period, by: str | None, where: dict[str, str], drills: bool, outside: bool, language: str
) -> Report:
    if by is not None and by not in BY:
        _no_such(by, language)
    await figures.refresh(at.pool, at.vault, _working_days())
    cases = await figures.cases(at.pool, drills=drills)
    made = report(cases, span, figure_table(), datetime.now(UTC), by=by, where=where, drills=drills, outside=outside)
    return made if outside else await figures.named(at.pool, at.vault, made)


def _no_such(by: str, language: str) -> NoReturn:
    fail(Exit.BAD_INPUT, texts.say("figures.no_way", language, way=by, known=", ".join(BY)))


def _show(made: Report, language: str, published: bool) -> None:
    spoken, screen = Language(language), console()
    screen.print(paper.title(made, spoken), style="bold")
    if published:
        screen.print(texts.say("figures.frozen", language))
    for group in made.groups:
        table = Table(title=paper.part(group, spoken), title_justify="left")
        for column in ("figure", "value", "before", "unit"):
            justify: Any = "right" if column in ("value", "before") else "left"
            table.add_column(texts.say(f"figures.column.{column}", language), justify=justify)
        for value in group.values:
            table.add_row(*paper.shown(value, spoken))
        screen.print(table)
    screen.print(paper.foot(made, spoken), style="dim")
