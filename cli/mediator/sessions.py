"""``sessions``, ``diary`` and ``free``: when the sides meet, where, and how each stands to talking."""

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

import texts
from casebook import bookings
from cli.out import console, emit
from cli.running import run
from client.connection import link
from client.free_times import free_times
from client.speaking import view_of
from domain.base import CENTRE_ZONE
from domain.case.opening import Reading
from domain.mediation.sessions import Standing
from domain.procedure.mediation.sessions_view import SittingsView
from domain.words import Language, Room
from runtime.rules import Rules
from runtime.settings import Settings


def register(app: typer.Typer, language: str) -> None:
    """Add the three commands."""

    def said(key: str) -> str:
        return texts.say(f"cli.{key}", language)

    case_argument = Annotated[str, typer.Argument(help=said("case"))]
    json_option = Annotated[bool, typer.Option("--json", help=said("option.as_json"))]

    @app.command("sessions", help=said("command.sessions"))
    def sessions(case: case_argument, as_json: json_option = False) -> None:
        async def work() -> None:
            async with link() as at:
                handle = await at.case(case)
                reading = Reading(language=Language(language))
                told: SittingsView = await handle.query("sittings", reading, result_type=SittingsView)
            if as_json:
                emit(told)
            else:
                console().print(_shown(told, case, language))

        run(work, language)

    @app.command("diary", help=said("command.diary"))
    def diary(
        mediator: Annotated[str | None, typer.Option(help=said("field.mediator"))] = None,
        room: Annotated[str | None, typer.Option(help=said("field.place"))] = None,
        days: Annotated[int, typer.Option(min=1, max=366, help=said("field.days"))] = 14,
        since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=said("field.since_day"))] = None,
        drill: Annotated[bool, typer.Option("--drill/--real", help=said("field.drill"))] = False,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            first = since.replace(tzinfo=CENTRE_ZONE) if since else datetime.now(CENTRE_ZONE)
            async with link() as at:
                until = first + timedelta(days=days)
                found = await bookings.entries(at.pool, first, until, mediator, room, drill=drill)
            if as_json:
                emit([one.model_dump(mode="json") for one in found])
                return
            table = _table(("starts", "room", "mediator", "case", "session"), language)
            for one in found:
                table.add_row(
                    _when(one.starts, one.ends), texts.label(one.room, language), one.mediator, one.case, one.ref
                )
            console().print(table)

        run(work, language)

    @app.command("free", help=said("command.free"))
    def free(
        case: case_argument,
        kind: Annotated[Room, typer.Option(help=said("field.room"))] = Room.ORDINARY,
        trade: Annotated[str | None, typer.Option(help=said("field.trade"))] = None,
        length: Annotated[int, typer.Option(min=15, max=480, help=said("field.length"))] = 90,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                view = await view_of(await at.case(case), language, page=1)
                found = await free_times(at, Rules(Settings().own_tables), view, kind, length, trade)
            if as_json:
                emit([one.model_dump(mode="json") for one in found])
                return
            table = _table(("starts", "room"), language)
            for one in found:
                table.add_row(
                    _when(one.starts, one.starts + timedelta(minutes=length)), texts.label(one.room, language)
                )
            console().print(table if found else said("calendar.none_free"))

        run(work, language)


def _table(columns: tuple[str, ...], language: str) -> Table:
    table = Table(title=texts.say("cli.calendar.title", language), title_justify="left")
    for column in columns:
        table.add_column(texts.say(f"cli.calendar.column.{column}", language))
    return table


def _when(starts: datetime, ends: datetime) -> str:
    local = starts.astimezone(CENTRE_ZONE)
    return f"{local:%Y-%m-%d %H:%M}–{ends.astimezone(CENTRE_ZONE):%H:%M}"


def _shown(told: SittingsView, case: str, language: str) -> RenderableType:
    if not told.talks:
        first: RenderableType = Text(texts.say("cli.calendar.nothing", language, case=case))
    else:
        first = _table(("session", "starts", "room", "state", "replies"), language)
        for one in told.talks:
            replies = ", ".join(f"{p}: {texts.label(said.reply, language)}" for p, said in one.replies.items())
            place = one.link or texts.label(one.room or one.kind, language)
            state = texts.label(one.state, language)
            first.add_row(one.session, _when(one.starts, one.ends), place, state, replies or "—")
    lines: list[RenderableType] = [first]
    for party, standing in told.standing.items():
        if standing is not Standing.TALKS:
            label = texts.label(standing, language)
            lines.append(Text(texts.say("cli.calendar.standing", language, party=party, standing=label), "yellow"))
    for challenge in told.recusals:
        if challenge.granted is None:
            said = texts.say("cli.calendar.challenge", language, case=case, recusal=challenge.recusal)
            lines.append(Text(said, "yellow"))
    lines += [
        Text(texts.say("cli.calendar.confidence", language, party=one.party, text=one.confidence), "magenta")
        for one in told.caucus
    ]
    return Group(*lines)
