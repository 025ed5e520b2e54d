"""The rules without a case: ``params``."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import yaml
from pydantic import ValidationError
from rich.table import Table

import texts
from cli.out import Exit, console, emit, fail, no_file
from domain.rules.parameters import Parameters, Row
from domain.rules.rule_table import TableError, rows_of
from domain.yaml_file import read_yaml
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
                texts.label(row.source, language),
                "✓" if row.verified else "✗",
                style="" if row.verified else "yellow",
            )
        console().print(table)

    @params.command("check", help=texts.say("cli.command.params-check", language))
    def check(
        path: Annotated[Path | None, typer.Argument(help=texts.say("cli.params_folder", language))] = None,
    ) -> None:
        with _told(path or Settings().own_tables, language):
            rows, gaps = _checked(path)
            kept = _kept_as(path) if path is not None and path.is_file() else ""
        if kept and not kept.startswith("parameters/"):
            console().print(texts.say("cli.table_fits", language, file=path, kept=kept), style="green")
            return
        unverified = [row.id for row in rows if not row.verified]
        console().print(
            texts.say("cli.params_checked", language, rows=len(rows), unverified=texts.label(unverified, language))
        )
        for earlier, later in gaps:
            gap = texts.say("cli.params_gap", language, first=earlier.id, second=later.id, since=earlier.until)
            console().print(gap, style="yellow")

    @params.command("load", help=texts.say("cli.command.params-load", language))
    def load(
        file: Annotated[Path, typer.Argument(help=texts.say("cli.table_file", language))],
    ) -> None:
        with _told(file, language):
            kept = install(file, Settings().own_tables)
        console().print(texts.say("cli.table_loaded", language, file=kept), style="green")


@contextlib.contextmanager
def _told(file: Path, language: str) -> Iterator[None]:
    """What is wrong with a table, in the user's language."""
    try:
        yield
    except OSError as error:
        no_file(file, error, language)
    except TableError as error:
        fail(Exit.BAD_INPUT, texts.say(error.code, language, **error.params))
    except (ValidationError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        fail(Exit.BAD_INPUT, texts.say("cli.bad_table", language, file=file, why=error))


def _checked(path: Path | None) -> tuple[list[Row], list[tuple[Row, Row]]]:
    """The parameter rows of all tables together with a file, or with a folder of parameters or of tables."""
    if path is None or path.is_file():
        folder = Settings().own_tables
        with trial(folder, {_kept_as(path): path} if path else {}) as tried:
            parameters = read(tried).parameters
    else:
        parameters = Parameters.load(path)
        read(path)
    return parameters.rows(), list(parameters.gaps())


def install(file: Path, folder: Path, name: str = "") -> Path:
    """Take a table into the centre's own, if all tables hold together with it; the workers see it at once.

    ``name`` says which table it is, where its file is called otherwise.

    Raises TableError, ValidationError or ValueError saying what is wrong with it; then nothing has changed.
    """
    target = folder / (name or _kept_as(file))
    with trial(folder, {str(target.relative_to(folder)): file}) as tried:
        read(tried)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, target.with_suffix(".new"))
    return target.with_suffix(".new").rename(target)


@contextlib.contextmanager
def trial(folder: Path, files: Mapping[str, Path]) -> Iterator[Path]:
    """A copy of the centre's own tables with some files put in their places."""
    with TemporaryDirectory() as name:
        if folder.exists():
            shutil.copytree(folder, name, dirs_exist_ok=True)
        for place, file in files.items():
            tried = Path(name) / place
            tried.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, tried)
        yield Path(name)


_HOLDS = {
    "bars": "intake.yaml",
    "rules": "triage.yaml",
    "conflicts": "reconcile.yaml",
    "scores": "prognosis.yaml",
    "mediators": "roster.yaml",
    "officers": "officers.yaml",
    "posts": "grid.yaml",
    "rooms": "rooms.yaml",
    "seats": "meetings.yaml",
    "case_series": "centre.yaml",
}
"""By what a whole table is known, where its file is called otherwise."""


def _kept_as(file: Path) -> str:
    """Where a table is kept, by what it holds: a notice of working days, a whole table, terms, or parameters."""
    if file.name in WHOLE:
        return file.name
    content = read_yaml(file.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise TableError("rule_table.no_rows", file=file.name)
    if "holidays" in content:
        return f"notice-{content['year']}.yaml"
    if whole := next((kept for part, kept in _HOLDS.items() if part in content), None):
        return whole
    if any("event" in row for row in rows_of(file)["rows"]):
        return file.name if file.name.startswith("deadlines") else f"deadlines-{file.name}"
    return f"parameters/{file.name}"
