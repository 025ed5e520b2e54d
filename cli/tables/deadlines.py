"""The calendar and the terms: ``calendar check|load|replan|plan|terms``; and how a date came about."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table
from yaml import YAMLError

import texts
from cli.out import Exit, console, emit, fail
from cli.running import run
from cli.tables.notice import take_notice
from client.connection import link, whoever
from client.explained import explain_limitation, limitation_line
from client.speaking import of_everybody
from domain.case.opening import Reading
from domain.deadlines.calendar import Calendar, DayKind, Notice, OutsideCalendar
from domain.deadlines.deadline import Deadline, plan, spans
from domain.deadlines.messages import CalendarChanged
from domain.deadlines.term_table import ExtensionRefused, Term, Terms, UnknownTerm
from domain.rules.rule_table import TableError
from domain.views.case_view import CaseDeadlines
from domain.words import Language
from runtime.broadcast import tell_running_cases
from runtime.settings import Settings
from texts import sentences


def explain(deadline: Deadline, language: str) -> list[str]:
    """How a deadline came about, one sentence for each step, and the rule's source last."""
    steps = [texts.say(f"deadlines.{step.code}", language, **step.params) for step in deadline.steps]
    source = texts.say("deadlines.source", language, source=deadline.source)
    return [*steps, source if deadline.verified else source + texts.say("deadlines.unverified", language)]


def explain_case(found: CaseDeadlines, language: str) -> Iterator[str]:
    """Every date of a case: what it is, what then, how it came about; then each claim item's limitation."""
    for running in found.deadlines:
        due = running.deadline
        about = f" {texts.label(running.about, language)}" if running.about else ""
        standing = texts.say("waiting.provisional", language) if due.provisional else ""
        yield f"{texts.label(running.what, language)}{about}: {due.due}{standing}"
        if due.row is not None:
            yield "  • " + texts.say(f"deadlines.from.{due.row.counted_from}", language)
        yield from (f"  • {line}" for line in explain(due, language))
        for code, instant in (("reminded", running.remind_at), ("final", running.final_at)):
            if instant is not None:
                yield "  • " + texts.say(f"deadlines.{code}", language, at=f"{instant:%Y-%m-%d %H:%M}")
        if due.row is not None:
            if due.row.extension is not None:
                more = due.row.extension
                yield "  • " + texts.say(f"deadlines.may-extend-{more.by}", language, length=more.length)
            yield "  • " + _what_then(due.row, language)
    for clock in found.clocks:
        yield limitation_line(clock, language)
        yield from (f"  • {line}" for line in explain_limitation(clock, language))
        source = texts.say("deadlines.source", language, source="; ".join(clock.sources))
        yield "  • " + (source if clock.verified else source + texts.say("deadlines.unverified", language))


def register(app: typer.Typer, language: str) -> None:
    """Add ``calendar`` with its commands."""
    json_option = Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))]
    place = Annotated[str, typer.Option("--jurisdiction", help=texts.say("cli.field.jurisdiction", language))]
    group = typer.Typer(help=texts.say("deadlines.cli.calendar", language), no_args_is_help=True)
    app.add_typer(group, name="calendar")

    @app.command("deadlines", help=texts.say("cli.command.deadlines", language))
    def deadlines(
        case: Annotated[str, typer.Argument(help=texts.say("cli.case", language), show_default=False)] = "",
        table: Annotated[bool, typer.Option("--table", help=texts.say("deadlines.cli.terms", language))] = False,
        jurisdiction: place = "CN",
        as_json: json_option = False,
    ) -> None:
        if table or not case:
            show_terms(jurisdiction, as_json)
            return

        async def work() -> None:
            async with link() as at:
                handle = await at.case(case)
                found = await of_everybody(handle, "deadlines", Reading(), CaseDeadlines)
            if as_json:
                emit(found)
                return
            for line in explain_case(found, language):
                _tell(line)

        run(work, language)

    @group.command("check", help=texts.say("deadlines.cli.check", language))
    def check(
        year: Annotated[int, typer.Argument(help=texts.say("deadlines.cli.year", language), min=1, max=9998)],
        as_json: json_option = False,
    ) -> None:
        calendar, _ = _tables(language)
        try:
            days = _by_kind(calendar, year)
        except OutsideCalendar as outside:
            fail(Exit.BAD_INPUT, texts.say(outside.code, language, **outside.params))
        open_days = len(days[DayKind.WORKING]) + len(days[DayKind.IN_LIEU])
        provisional = calendar.is_provisional(date(year, 1, 1))
        if as_json:
            emit(
                {
                    "year": year,
                    "provisional": provisional,
                    "working_days": open_days,
                    "holidays": [str(day) for day in days[DayKind.HOLIDAY]],
                    "working_days_in_lieu": [str(day) for day in days[DayKind.IN_LIEU]],
                }
            )
            return
        code = "deadlines.cli.year-provisional" if provisional else "deadlines.cli.year-final"
        _tell(texts.say(code, language, year=year, days=open_days))
        for kind in (DayKind.HOLIDAY, DayKind.IN_LIEU):
            _tell(texts.say(f"deadlines.cli.{kind}", language, list=spans(days[kind]) or "—"))

    @group.command("load", help=texts.say("deadlines.cli.load", language))
    def load(
        file: Annotated[Path, typer.Argument(help=texts.say("deadlines.cli.notice_file", language))],
        only_load: Annotated[
            bool, typer.Option("--only-load", help=texts.say("deadlines.cli.only_load", language))
        ] = False,
        as_json: json_option = False,
    ) -> None:
        notice = take_notice(file, language)
        if only_load:
            _tell(texts.say("deadlines.cli.loaded", language, year=notice.year))
            return
        run(lambda: _replan(notice, language, as_json), language)

    @group.command("replan", help=texts.say("deadlines.cli.replan", language))
    def replan(
        year: Annotated[int, typer.Argument(help=texts.say("deadlines.cli.year", language))],
        as_json: json_option = False,
    ) -> None:
        calendar, _ = _tables(language)
        notice = calendar.notice(year)
        if notice is None:
            fail(Exit.BAD_INPUT, texts.say("deadlines.cli.no_notice_of", language, year=year))
        run(lambda: _replan(notice, language, as_json), language)

    @group.command("plan", help=texts.say("cli.command.plan", language))
    def plan_deadline(
        rule: Annotated[str, typer.Argument(help=texts.say("cli.event", language))],
        since: Annotated[str, typer.Option("--from", help=texts.say("cli.field.since", language))],
        jurisdiction: place = "CN",
        extended_by: Annotated[int, typer.Option(min=0, help=texts.say("deadlines.cli.extended_by", language))] = 0,
        as_json: json_option = False,
    ) -> None:
        calendar, table = _tables(language)
        try:
            start = date.fromisoformat(since)
        except ValueError:
            fail(Exit.BAD_INPUT, sentences.problem_line("--from", "input.date_parsing", {}, language))
        try:
            deadline = plan(rule, start, calendar, jurisdiction, extended_by, table=table)
        except UnknownTerm as unknown:
            told = texts.say(unknown.code, language, **unknown.params)
            fail(Exit.BAD_INPUT, told + "\n" + texts.say("cli.unknown_event", language, known=", ".join(table)))
        except (ExtensionRefused, OutsideCalendar) as refusal:
            fail(Exit.BAD_INPUT, texts.say(refusal.code, language, **refusal.params))
        if as_json:
            emit(deadline)
            return
        for line in explain(deadline, language):
            _tell(f"• {line}")
        _tell(_what_then(table.find(rule, jurisdiction, start), language))

    @group.command("terms", help=texts.say("deadlines.cli.terms", language))
    def show_terms(jurisdiction: place = "CN", as_json: json_option = False) -> None:
        _, table = _tables(language)
        rows = [table.find(event, jurisdiction) for event in table]
        if as_json:
            emit([row.model_dump(mode="json") for row in rows])
            return
        shown = Table()
        for column in ("deadline", "value", "explained", "source", "verified"):
            shown.add_column(texts.say(f"cli.column.{column}", language))
        for row in rows:
            shown.add_row(
                row.event,
                length(row, language),
                f"{texts.say(f'deadlines.from.{row.counted_from}', language)} → {_what_then(row, language)}",
                texts.label(row.source, language),
                "✓" if row.verified else "✗",
                style="" if row.verified else "yellow",
            )
        console().print(shown)


async def _replan(notice: Notice, language: str, as_json: bool) -> None:
    """Have every running case count its open deadlines anew, drills included."""
    loaded_at = (Settings().own_tables / f"notice-{notice.year}.yaml").stat().st_mtime_ns
    message = CalendarChanged(
        message_id=f"calendar-{notice.year}-{notice.digest[:12]}-{loaded_at}",
        actor=whoever(None, "supervisor"),
        language=Language(language),
        year=notice.year,
        source=notice.source,
        digest=notice.digest,
    )
    async with link() as at:
        told = await tell_running_cases(at.client, message)
    if as_json:
        emit({"year": notice.year, "message_id": message.message_id, "told": told.told, "closed": told.closed})
    else:
        _tell(texts.say("deadlines.cli.replanned", language, year=notice.year, told=told.told, closed=told.closed))


def length(row: Term, language: str) -> str:
    """How long a term is, in words."""
    return texts.say(f"deadlines.counts-{row.unit}", language, length=row.length)


def _tables(language: str) -> tuple[Calendar, Terms]:
    """The shipped calendar and terms under the centre's own."""
    folder = Settings().own_tables
    try:
        return Calendar.load(folder), Terms.load(folder)
    except (TableError, ValidationError, YAMLError) as bad:
        fail(Exit.BAD_INPUT, texts.say("deadlines.bad-table", language, folder=folder, why=bad))


def _by_kind(calendar: Calendar, year: int) -> dict[DayKind, list[date]]:
    days: dict[DayKind, list[date]] = {kind: [] for kind in DayKind}
    day = date(year, 1, 1)
    while day.year == year:
        days[calendar.kind(day)].append(day)
        day += timedelta(days=1)
    return days


def _what_then(row: Term, language: str) -> str:
    return texts.say(f"deadlines.passed.{row.when_passed}", language)


def _tell(line: str) -> None:
    console().print(line, markup=False, highlight=False)
