"""``roster``: who is on duty, and the centre's own roster."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.table import Table

import texts
from casebook.digests import identity_digest
from casebook.health import health
from cli.out import Exit, console, emit, fail, no_file
from cli.running import run, told
from cli.tables.parameters import install
from client.connection import link
from client.mediators import loads
from domain.base import CENTRE_ZONE
from domain.identifiers import IdentityNumber
from domain.refusal import problems
from domain.rules.rule_table import TableError
from domain.triage.roster import Roster, load_roster
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.vault import Vault
from texts import sentences
from texts.assignment import named

_QUEUES = {"open": "queues.open", "overdue": "desk.overdue"}
_NUMBER: TypeAdapter[str] = TypeAdapter(IdentityNumber)


def register(app: typer.Typer, language: str) -> None:
    """Add the commands about the roster."""
    group = typer.Typer(help=texts.say("cli.command.roster", language), no_args_is_help=True)
    app.add_typer(group, name="roster")

    @group.command("work", help=texts.say("cli.command.roster-work", language))
    def work(
        drills: Annotated[bool, typer.Option("--drills", help=texts.say("figures.option.drills", language))] = False,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def look() -> None:
            async with link() as at:
                queues = await health(at.pool, datetime.now(UTC), drill=drills)
            roster = Rules(Settings().own_tables).tables.roster
            found = loads(roster, queues.mediators, datetime.now(CENTRE_ZONE).date())
            if as_json:
                emit([one.model_dump(mode="json") for one in found])
                return
            table = Table()
            for column in ("mediator", "group", "state"):
                table.add_column(texts.say(f"cli.column.{column}", language))
            for column in ("open", "overdue"):
                table.add_column(texts.say(f"console.{_QUEUES[column]}", language), justify="right")
            for one in found:
                away = one.away_until and sentences.written(one.away_until, language)
                state = texts.say("console.mediators.away-until", language, day=away) if away else ""
                duty = texts.say("console.mediators.on-duty", language) if one.on_duty else ""
                groups = texts.label(list(one.groups), language)
                table.add_row(one.name or one.mediator, groups, state or duty, str(one.open), str(one.overdue))
            console().print(table)

        run(look, language)

    @group.command("show", help=texts.say("cli.command.roster-show", language))
    def show(
        day: Annotated[str, typer.Argument(help=texts.say("cli.duty_day", language))] = "",
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        try:
            wanted = date.fromisoformat(day) if day else datetime.now(CENTRE_ZONE).date()
        except ValueError:
            fail(Exit.BAD_INPUT, sentences.problem_line("DAY", "input.date_parsing", {}, language))
        tables = Rules(Settings().own_tables).tables
        duty = tables.roster.on_duty(wanted)
        if as_json:
            public = {"id", "groups", "skills", "languages", "unit"}
            emit({"day": str(wanted), "on_duty": [m.model_dump(mode="json", include=public) for m in duty]})
            return
        table = Table(title=texts.say("cli.duty_of", language, day=wanted, count=len(duty)), title_justify="left")
        for column in ("group", "mediator", "knows", "speaks", "unit"):
            table.add_column(texts.say(f"cli.column.{column}", language))
        for mediator in sorted(duty, key=lambda m: (m.groups, m.id)):
            table.add_row(
                texts.label(mediator.groups, language),
                mediator.id,
                named("skill", mediator.skills, language),
                named("lang", mediator.languages, language),
                mediator.unit,
            )
        console().print(table)

    @group.command("check", help=texts.say("cli.command.roster-check", language))
    def check(
        file: Annotated[Path | None, typer.Argument(help=texts.say("cli.roster_file", language))] = None,
    ) -> None:
        tables = Rules(Settings().own_tables).tables
        roster = _read(file, language) if file else tables.roster
        say = texts.say("cli.roster_checked", language, mediators=len(roster.mediators), days=roster.rota_days)
        console().print(say, highlight=False)
        for name, days in roster.unmanned(tables.triage.groups.values()).items():
            gap = texts.say("cli.unmanned", language, group=texts.label(name, language), days=", ".join(map(str, days)))
            console().print("!", gap, style="yellow", highlight=False)

    @group.command("load", help=texts.say("cli.command.roster-load", language))
    def load(file: Annotated[Path, typer.Argument(help=texts.say("cli.roster_file", language))]) -> None:
        _read(file, language)
        kept = install(file, Settings().own_tables, "roster.yaml")
        console().print(texts.say("cli.table_loaded", language, file=kept), style="green")

    @group.command("digest", help=texts.say("cli.command.roster-digest", language))
    def digest() -> None:
        vault = Vault.of(Settings())
        for line in sys.stdin:
            if number := line.strip():
                try:
                    read = _NUMBER.validate_python(number)
                except ValidationError as error:
                    told(problems(error), language)
                sys.stdout.write(identity_digest(vault, read) + "\n")


def _read(file: Path, language: str) -> Roster:
    try:
        return load_roster(file)
    except TableError as error:
        fail(Exit.BAD_INPUT, texts.say(error.code, language, **error.params))
    except OSError as error:
        no_file(file, error, language)
