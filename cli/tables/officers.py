"""``officers``: the agencies' directory, and what moves when somebody leaves, changes role or is away."""

import tempfile
import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import ValidationError
from rich.table import Table

import texts
from casebook import inbox
from cli.out import Exit, console, emit, fail, no_file
from cli.rows import show_rows
from cli.running import run, told
from cli.tables.parameters import install
from client.connection import Link, link, whoever
from client.many import Row, tell_all
from client.speaking import envelope
from domain.inquiry.messages import DelegateTask, RelieveOfficer
from domain.inquiry.officers import Absence, Directory, Officer, load_directory
from domain.refusal import problems
from domain.words import Agency
from runtime.rules import Rules
from runtime.settings import Settings
from texts import sentences

_FILE = "officers.yaml"


def register(app: typer.Typer, language: str) -> None:
    """Add ``officers`` to the command line."""

    def said(key: str) -> str:
        return texts.say(f"cli.{key}", language)

    group = typer.Typer(help=said("command.officers"), no_args_is_help=True)
    app.add_typer(group, name="officers")
    json_option = Annotated[bool, typer.Option("--json", help=said("option.as_json"))]
    officer_argument = Annotated[str, typer.Argument(help=said("field.officer"))]
    agency_option = Annotated[Agency | None, typer.Option(help=said("field.agency"))]
    dry_option = Annotated[bool, typer.Option("--dry-run", help=said("option.dry_run"))]
    reason_option = Annotated[str, typer.Option(help=said("field.reason"))]
    acting_option = Annotated[str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=said("option.acting"))]

    @group.command("load", help=said("command.officers-load"))
    def load(file: Annotated[Path, typer.Argument(help=said("officers_file"))], as_json: json_option = False) -> None:
        try:
            directory = load_directory(file)
        except OSError as error:
            no_file(file, error, language)
        except yaml.YAMLError as error:
            fail(Exit.BAD_INPUT, texts.say("cli.bad_table", language, file=file, why=error))
        except ValidationError as error:
            told(problems(error), language)
        install(file, Settings().own_tables, _FILE)
        _show(directory, language, as_json)

    @group.command("list", help=said("command.officers-list"))
    def list_(as_json: json_option = False) -> None:
        _show(_directory(), language, as_json)

    @group.command("leave", help=said("command.officers-leave"))
    def leave(
        officer: officer_argument,
        to: Annotated[str | None, typer.Option(help=said("field.to"))] = None,
        release: Annotated[bool, typer.Option("--release", help=said("option.release"))] = False,
        agency: agency_option = None,
        reason: reason_option = "",
        dry_run: dry_option = False,
        acting: acting_option = None,
        as_json: json_option = False,
    ) -> None:
        if (to is None) != release:
            fail(Exit.BAD_INPUT, said("to_or_release"))

        async def work() -> None:
            of = _agency(officer, agency, language)
            if to is not None:
                _successor(to, of, language)
            async with link(acting) as at:
                cases = dict.fromkeys(case for case, _ in await inbox.held_by(at.pool, of, officer))
                rows = [
                    Row(case, RelieveOfficer.model_validate(_said(acting, reason or said("left"), language) | what))
                    for case in cases
                    for what in [{"agency": of, "officer": officer, "to": to}]
                ]
                await _move(at, rows, language, dry_run, as_json)
            if not dry_run and _directory().find(officer):
                _keep(_directory().without(officer))

        run(work, language)

    @group.command("away", help=said("command.officers-away"))
    def away(
        officer: officer_argument,
        to: Annotated[str, typer.Option(help=said("field.substitute"))],
        until: Annotated[str, typer.Option(help=said("field.away_until"))],
        agency: agency_option = None,
        reason: reason_option = "",
        dry_run: dry_option = False,
        acting: acting_option = None,
        as_json: json_option = False,
    ) -> None:
        try:
            last = date.fromisoformat(until)
        except ValueError:
            fail(Exit.BAD_INPUT, sentences.problem_line("--until", "input.date_parsing", {}, language))

        async def work() -> None:
            of = _agency(officer, agency, language)
            _successor(to, of, language)
            async with link(acting) as at:
                held = await inbox.tasks(
                    at.pool, at.vault, inbox.TaskFilter(agency=of, officer=officer, state="claimed", limit=500)
                )
                rows = [
                    Row(
                        line.case_number or line.case,
                        DelegateTask.model_validate(_said(acting, reason or said("away"), language) | what),
                    )
                    for line in held
                    for what in [{"task": line.task, "to": to, "until": last}]
                ]
                await _move(at, rows, language, dry_run, as_json)
            if not dry_run and _directory().find(officer):
                today = sentences.day(datetime.now(UTC))
                _keep(_directory().with_absence(officer, Absence(first=today, last=last, substitute=to)))

        run(work, language)


async def _move(at: Link, rows: list[Row[Any]], language: str, dry_run: bool, as_json: bool) -> None:
    done = rows if dry_run else await tell_all(at, rows, language)
    show_rows(done, language, as_json, dry_run=dry_run)


def _said(acting: str | None, reason: str, language: str) -> dict[str, Any]:
    return envelope(whoever(acting, "supervisor"), f"move-{uuid.uuid4().hex}", language) | {"reason": reason}


def _directory() -> Directory:
    return Rules(Settings().own_tables).tables.officers


def _agency(officer: str, agency: Agency | None, language: str) -> Agency:
    known = _directory().find(officer)
    if agency is None and known is None:
        fail(Exit.BAD_INPUT, texts.say("cli.unknown_officer", language, officer=officer))
    return agency or (known.agency if known else Agency.LABOR)


def _successor(to: str, of: Agency, language: str) -> None:
    """Exits with the reason when the directory says that somebody can't take the agency's inquiries."""
    directory = _directory()
    known = directory.find(to)
    if directory.officers and (known is None or known.agency is not of or not known.active):
        fail(Exit.BAD_INPUT, texts.say("cli.no_successor", language, officer=to, agency=texts.label(of, language)))


def _keep(directory: Directory) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / _FILE
        body = directory.model_dump(mode="json", exclude_defaults=True)
        file.write_text(yaml.safe_dump(body, allow_unicode=True, sort_keys=False), encoding="utf-8")
        install(file, Settings().own_tables)


def _show(directory: Directory, language: str, as_json: bool) -> None:
    if as_json:
        emit(directory)
        return
    table = Table()
    for column in ("ref", "agency", "role", "groups", "absences"):
        table.add_column(texts.say(f"cli.column.{column}", language))
    for one in directory.officers:
        table.add_row(
            one.id,
            texts.label(one.agency, language),
            _standing(one, language),
            texts.label(one.groups, language),
            ", ".join(f"{a.first}/{a.last} → {a.substitute or '—'}" for a in one.absences) or "—",
            style="" if one.active else "dim",
        )
    console().print(table)


def _standing(officer: Officer, language: str) -> str:
    code = "left_office" if not officer.active else "head" if officer.head else "officer_role"
    return texts.say(f"cli.{code}", language)
