"""Reading: ``show``, ``timeline``, ``watch``, ``list``, ``why``."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.live import Live

import texts
from casebook import aftercare, ledger, lists, meetings
from cli.looking import lists as table
from cli.looking import render
from cli.out import Exit, console, emit, fail
from cli.running import run
from cli.supervisor.aftercare import shown
from client.connection import Link, link
from client.speaking import view_of
from domain.base import CENTRE_ZONE
from domain.case.opening import Reading
from domain.deadlines.deadline import end_of
from domain.ledger import Event
from domain.views.case_view import CaseView, Timeline, TriageExplanation
from domain.views.waiting import WaitedFor
from domain.words import Agency, CaseClass, Language, Outcome, Phase

_LOOK_EVERY: Final = 0.7
_LATEST: Final = 12


def register(app: typer.Typer, language: str) -> None:
    """Add the reading commands to the command line."""
    case_help = texts.say("cli.case", language)
    json_help = texts.say("cli.option.as_json", language)
    case_argument = Annotated[str, typer.Argument(help=case_help)]
    json_option = Annotated[bool, typer.Option("--json", help=json_help)]
    reading = Reading(language=Language(language))
    first = reading.model_copy(update={"page": 1})

    @app.command("show", help=texts.say("cli.command.show", language))
    def show(
        case: case_argument,
        claimants: Annotated[bool, typer.Option(help=texts.say("cli.option.claimants", language))] = False,
        page: Annotated[int | None, typer.Option(min=1, help=texts.say("cli.option.page", language))] = None,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            whole = as_json and page is None and not claimants
            asked = reading if whole else reading.model_copy(update={"page": page or 1})
            async with link() as at:
                view = await _view(at, case, asked)
                orders = await meetings.orders(at.pool, at.vault, about=(view.case, view.case_number))
                after = await aftercare.find(at.pool, at.vault, view.case) if view.phase is Phase.CLOSED else None
            if as_json:
                emit(view)
            elif claimants:
                console().print(render.people(view, language))
            else:
                console().print(render.case(view, language))
                if orders:
                    console().print(table.orders(orders, language))
                if after is not None:
                    console().print(shown(after, language))

        run(work, language)

    @app.command("draft", help=texts.say("cli.command.draft", language))
    def draft(
        case: case_argument,
        task: Annotated[Agency, typer.Argument(help=texts.say("cli.field.task", language))],
        as_json: json_option = False,
    ) -> None:
        del as_json

        async def work() -> None:
            async with link() as at:
                view = await view_of(await at.case(case), language)
            inquiry = next((t for t in view.tasks if t.ref == task), None)
            finding = inquiry and (inquiry.draft or inquiry.finding)
            if finding is None:
                records = texts.label(inquiry and inquiry.records, language)
                fail(
                    Exit.NOT_FOUND,
                    texts.say("cli.no_draft", language, task=texts.label(task, language), records=records),
                )
            emit(finding)

        run(work, language)

    @app.command("timeline", help=texts.say("cli.command.timeline", language))
    def timeline(case: case_argument, as_json: json_option = False) -> None:
        async def work() -> None:
            async with link() as at:
                events, told = await _events(at, case, reading)
            if as_json:
                emit([event.model_dump(mode="json") for event in events])
            else:
                console().print(render.timeline(events, told, language))

        run(work, language)

    @app.command("watch", help=texts.say("cli.command.watch", language))
    def watch(case: case_argument, as_json: json_option = False) -> None:
        async def work() -> None:
            async with link() as at:
                if as_json:
                    async for view, _, _ in _changes(at, case, first):
                        sys.stdout.write(view.model_dump_json() + "\n")
                        sys.stdout.flush()
                    return
                with Live(auto_refresh=False, console=console()) as live:
                    async for view, tail, told in _changes(at, case, first):
                        live.update(render.watched(view, tail, told, language), refresh=True)

        try:
            run(work, language)
        except KeyboardInterrupt:
            raise typer.Exit from None

    @app.command("list", help=texts.say("cli.command.list", language))
    def list_cases(
        phase: Annotated[Phase | None, typer.Option(help=texts.say("cli.field.phase", language))] = None,
        case_class: Annotated[
            CaseClass | None, typer.Option("--class", help=texts.say("cli.field.case_class", language))
        ] = None,
        agency: Annotated[Agency | None, typer.Option(help=texts.say("cli.field.agency", language))] = None,
        overdue: Annotated[bool, typer.Option("--overdue", help=texts.say("cli.field.overdue", language))] = False,
        employer: Annotated[str | None, typer.Option(help=texts.say("cli.field.employer", language))] = None,
        mediator: Annotated[str | None, typer.Option(help=texts.say("cli.field.mediator", language))] = None,
        outcome: Annotated[Outcome | None, typer.Option(help=texts.say("cli.field.outcome", language))] = None,
        drill: Annotated[
            bool | None, typer.Option("--drill/--real", help=texts.say("cli.field.drill", language))
        ] = None,
        blocked: Annotated[bool, typer.Option("--blocked", help=texts.say("cli.field.blocked", language))] = False,
        to_merge: Annotated[bool, typer.Option("--to-merge", help=texts.say("cli.field.to_merge", language))] = False,
        due_within: Annotated[
            int | None, typer.Option(min=0, max=3650, help=texts.say("cli.field.due_within", language))
        ] = None,
        waits_on: Annotated[str | None, typer.Option(help=texts.say("cli.field.waits_on", language))] = None,
        waits_for: Annotated[
            list[WaitedFor] | None, typer.Option(help=texts.say("cli.field.waits_for", language))
        ] = None,
        sort: Annotated[lists.CaseOrder | None, typer.Option(help=texts.say("cli.field.sort", language))] = None,
        limit: Annotated[int, typer.Option(help=texts.say("cli.field.limit", language))] = lists.PAGE,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            due = datetime.now(UTC) if overdue else _day_ends(due_within) if due_within is not None else None
            wanted = lists.CaseFilter(
                phase=phase,
                case_class=case_class,
                agency=agency,
                due_until=due,
                employer=employer,
                mediator=mediator,
                outcome=outcome,
                drill=drill,
                blocked=blocked or None,
                to_merge=to_merge or None,
                waits_on=waits_on,
                waits_for=tuple(waits_for or ()),
                order=sort or (lists.CaseOrder.DUE if due or waits_for or waits_on else lists.CaseOrder.FILED),
                limit=limit,
            )
            async with link() as at:
                found = await lists.cases(at.pool, at.vault, wanted)
            if as_json:
                emit([line.model_dump(mode="json") for line in found])
            else:
                console().print(table.cases(found, language))

        run(work, language)

    @app.command("why", help=texts.say("cli.command.why", language))
    def why(case: case_argument, as_json: json_option = False) -> None:
        async def work() -> None:
            async with link() as at:
                handle = await at.case(case)
                told: TriageExplanation = await handle.query("explain_triage", reading, result_type=TriageExplanation)
            if as_json:
                emit(told)
                return
            console().print(render.triage(told, language))

        run(work, language)


def _day_ends(days: int) -> datetime:
    """When the day ends that is so many calendar days from today, in the centre's zone."""
    return end_of(datetime.now(CENTRE_ZONE).date() + timedelta(days=days))


async def _view(at: Link, case: str, reading: Reading) -> CaseView:
    handle = await at.case(case)
    view: CaseView = await handle.query("case_view", reading, result_type=CaseView)
    return view


async def _changes(at: Link, case: str, reading: Reading) -> AsyncIterator[tuple[CaseView, list[Event], Timeline]]:
    """The case, its latest events and how they read, now and whenever something has happened, until it is closed."""
    seen = 0
    while True:
        view = await _view(at, case, reading)
        if view.ledger_length > seen:
            seen = view.ledger_length
            events, told = await _events(at, case, reading)
            yield view, events[-_LATEST:], told
        if view.phase is Phase.CLOSED:
            return
        await asyncio.sleep(_LOOK_EVERY)


async def _events(at: Link, case: str, reading: Reading) -> tuple[list[Event], Timeline]:
    """The whole ledger: what the case still holds, and what only the casebook has. How the former reads."""
    handle = await at.case(case)
    tail: Timeline = await handle.query("timeline", reading, result_type=Timeline)
    earlier: list[Event] = []
    if tail.first_seq > 1:
        earlier = [e for e in await ledger.events(at.pool, at.vault, handle.id) if e.seq < tail.first_seq]
    return [*earlier, *tail.events], tail
