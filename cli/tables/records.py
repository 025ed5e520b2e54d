"""``records``: an agency's exchange files."""

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import texts
from casebook import records as exchange
from cli.out import Exit, console, emit, no_file
from cli.running import run
from client.connection import link
from domain.words import Agency
from texts import sentences


def register(app: typer.Typer, language: str) -> None:
    """Add ``records`` to the command line."""
    group = typer.Typer(help=texts.say("cli.command.records", language), no_args_is_help=True)
    app.add_typer(group, name="records")

    @group.command("load", help=texts.say("cli.command.records-load", language))
    def load(
        agency: Annotated[Agency, typer.Argument(help=texts.say("cli.field.agency", language))],
        file: Annotated[Path, typer.Argument(help=texts.say("cli.exchange_file", language))],
        dry_run: Annotated[bool, typer.Option("--dry-run", help=texts.say("cli.sheet_preview", language))] = False,
        partial: Annotated[bool, typer.Option("--partial", help=texts.say("cli.option.partial", language))] = False,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        if not file.is_file():
            no_file(file, IsADirectoryError() if file.is_dir() else FileNotFoundError(), language)

        if dry_run:
            report = exchange.checked(agency, file)
            emit(report) if as_json else _show(report, language)
            raise typer.Exit(Exit.BAD_INPUT if report.errors else 0)

        async def work() -> None:
            async with link() as at:
                report = await exchange.load(at.pool, at.vault, agency, file, partial=partial)
            if as_json:
                emit(report)
            else:
                _show(report, language)
            if report.errors:
                raise typer.Exit(Exit.BAD_INPUT)

        run(work, language)

    @group.command("example", help=texts.say("cli.command.records-example", language))
    def show_example(
        agency: Annotated[Agency, typer.Argument(help=texts.say("cli.field.agency", language))],
    ) -> None:
        kinds = exchange.ROWS[agency]
        columns = ["record", *dict.fromkeys(name for model, _ in kinds.values() for name in model.model_fields)]
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        for kind in kinds:
            writer.writerow([kind, *[""] * (len(columns) - 1)])


def _show(report: exchange.LoadReport, language: str) -> None:
    shown = console()
    if report.errors:
        table = Table(title=texts.say("cli.title.row_errors", language), title_justify="left")
        table.add_column(texts.say("cli.column.line", language), justify="right")
        table.add_column(texts.say("cli.column.what", language))
        for error in report.errors:
            p = error.problem
            table.add_row(str(error.line), sentences.problem_line(p.field, p.code, p.params, language))
        shown.print(table)
    shown.print(
        texts.say(
            "cli.loaded" if report.checked is None else "cli.checked",
            language,
            loaded=report.loaded,
            rows=report.rows,
            errors=len(report.errors),
            kinds=texts.label([f"{kind} {count}" for kind, count in (report.checked or {}).items()], language),
        ),
        style="red" if report.errors else "green",
    )
