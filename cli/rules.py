"""The rules without a case: ``params``."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import yaml
from pydantic import ValidationError
from rich.table import Table

import texts
from cli.link import Exit, console, emit, fail
from domain.parameters import BadTable, Parameters
from domain.rule_table import TableError
from runtime.rules import WHOLE, Rules, read
from runtime.settings import Settings


def register(app: typer.Typer, language: str) -> None:
    """Add the commands that compute without a case."""
    json_option = Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))]

    params = typer.Typer(help=texts.say("cli.command.params", language), no_args_is_help=True)
    app.add_typer(params, name="params")

    @params.command("show", help=texts.say("cli.command.params-show", language))
    def show(
        jurisdiction: Annotated[str | None, typer.Argument(help=texts.say("cli.field.jurisdiction", language))] = None,
        as_json: json_option = False,
    ) -> None:
        rows = Rules(Settings().own_tables).tables.parameters.rows(jurisdiction)
        if as_json:
            emit([row.model_dump(mode="json") for row in rows])
            return
        table = Table()
        for column in ("row", "parameter", "value", "since", "until", "source", "verified"):
            table.add_column(texts.say(f"cli.column.{column}", language))
        for row in rows:
            table.add_row(
                row.id,
                f"{row.name} {row.key}".strip(),
                f"{row.value} {row.unit}",
                str(row.since),
                str(row.until or "—"),
                row.source,
                "✓" if row.verified else "✗",
                style="" if row.verified else "yellow",
            )
        console().print(table)

    @params.command("check", help=texts.say("cli.command.params-check", language))
    def check(
        folder: Annotated[Path | None, typer.Argument(help=texts.say("cli.params_folder", language))] = None,
    ) -> None:
        try:
            rows = Parameters.load(*([folder] if folder else [])).rows()
        except BadTable as bad:
            fail(Exit.BAD_INPUT, str(bad))
        unverified = [row.id for row in rows if not row.verified]
        console().print(
            texts.say("cli.params_checked", language, rows=len(rows), unverified=texts.label(unverified, language))
        )

    @params.command("load", help=texts.say("cli.command.params-load", language))
    def load(
        file: Annotated[Path, typer.Argument(help=texts.say("cli.table_file", language))],
    ) -> None:
        try:
            kept = install(file, Settings().own_tables)
        except OSError as error:
            fail(Exit.BAD_INPUT, texts.say("cli.no_file", language, file=file, why=error.strerror))
        except TableError as error:
            fail(Exit.BAD_INPUT, texts.say(error.code, language, **error.params))
        except (BadTable, ValidationError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            fail(Exit.BAD_INPUT, texts.say("cli.bad_table", language, file=file, why=error))
        console().print(texts.say("cli.table_loaded", language, file=kept), style="green")


def install(file: Path, folder: Path, name: str = "") -> Path:
    """Take a table into the centre's own, if all tables hold together with it; the workers see it at once.

    ``name`` says which table it is, where its file is called otherwise.

    Raises BadTable, ValidationError or ValueError saying what is wrong with it; then nothing has changed.
    """
    target = folder / (name or _kept_as(file))
    with TemporaryDirectory() as trial:
        if folder.exists():
            shutil.copytree(folder, trial, dirs_exist_ok=True)
        tried = Path(trial) / target.relative_to(folder)
        tried.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, tried)
        read(Path(trial))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, target.with_suffix(".new"))
    return target.with_suffix(".new").rename(target)


def _kept_as(file: Path) -> str:
    """Where a table is kept, by what it holds: a notice of working days, terms, a whole table, or parameters."""
    if file.name in WHOLE:
        return file.name
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    if "holidays" in content:
        return f"notice-{content['year']}.yaml"
    if any("event" in row for row in content["rows"]):
        return file.name if file.name.startswith("deadlines") else f"deadlines-{file.name}"
    return f"parameters/{file.name}"
