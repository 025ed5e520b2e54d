"""``meeting``: the joint meeting from its call to its minutes, and the orders that it sets."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from temporalio.service import RPCError, RPCStatusCode

import texts
from casebook import meetings
from cli.delivering import read_json
from cli.docs.examples_of import example
from cli.looking import lists
from cli.out import Exit, console, emit, fail
from cli.running import run
from client.connection import Link, in_time, link, whoever
from client.speaking import envelope
from domain.case.opening import Reading
from domain.case.receipts import Acknowledgement
from domain.meeting.effects import ACTS, MEETING
from domain.meeting.messages import CallMeeting, DecideItems, MeetingKind
from domain.meeting.view import MeetingReceipt, MeetingView
from domain.words import Agency, Language
from papers import minutes
from runtime import beginning
from runtime.rules import Rules
from runtime.settings import Settings
from texts import sentences


def register(app: typer.Typer, language: str) -> None:
    """Add ``meeting`` to the command line."""

    def said(key: str) -> str:
        return texts.say(f"meeting.{key}", language)

    group = typer.Typer(help=said("command"), no_args_is_help=True)
    app.add_typer(group, name="meeting")
    name_argument = Annotated[str, typer.Argument(help=said("field.meeting"), show_default=False)]
    acting_option = Annotated[
        str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=texts.say("cli.option.acting", language))
    ]
    json_option = Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))]
    example_option = Annotated[bool, typer.Option("--example", help=texts.say("cli.option.show_example", language))]

    @group.command("call", help=said("command.call"))
    def call(
        meeting: name_argument = "",
        source: Annotated[str, typer.Argument(help=said("field.file"))] = "-",
        by_calendar: Annotated[MeetingKind | None, typer.Option("--next", help=said("option.next"))] = None,
        drill: Annotated[bool, typer.Option("--drill", help=said("option.drill"))] = False,
        acting: acting_option = None,
        as_json: json_option = False,
        show_example: example_option = False,
    ) -> None:
        if show_example:
            emit(_content("call_meeting"))
            return

        async def work() -> None:
            who = whoever(acting, "supervisor")
            said = _planned(by_calendar, drill) if by_calendar else read_json(source, language)
            fields = envelope(who, f"call-{uuid.uuid4().hex}", language) | said
            message = CallMeeting.model_validate_json(json.dumps(fields))
            async with link(acting) as at:
                receipt = await in_time(
                    beginning.begin(at.client, "MeetingWorkflow", _id(meeting), message, MeetingReceipt),
                    message.message_id,
                )
            if as_json:
                emit(receipt)
            else:
                console().print(
                    texts.say("meeting.called", language, number=receipt.number, items=receipt.items, meeting=meeting),
                    style="green",
                )

        run(work, language)

    @group.command("calendar", help=said("command.calendar"))
    def calendar(
        count: Annotated[int, typer.Option("--count", min=1, max=24, help=said("option.count"))] = 6,
        as_json: json_option = False,
    ) -> None:
        rules = Rules(Settings().own_tables)
        tables = rules.tables
        coming = tables.meetings.coming(datetime.now(UTC), tables.calendar, rules.in_office, count)
        if as_json:
            emit([one.model_dump(mode="json") for one in coming])
            return
        shown = _table(("starts", "kind", "place", "members"), language)
        for one in coming:
            members = (f"{texts.label(seat.agency, language)} {seat.member}" for seat in one.members)
            shown.add_row(sentences.instant(one.starts), texts.label(one.kind, language), one.place, "\n".join(members))
        console().print(shown)

    @group.command("list", help=said("command.list"))
    def listed(as_json: json_option = False) -> None:
        async def work() -> None:
            async with link() as at:
                found = await meetings.lines(at.pool)
            if as_json:
                emit([line.model_dump(mode="json") for line in found])
                return
            table = _table(("number", "kind", "starts", "state", "item"), language)
            for line in found:
                table.add_row(
                    line.number or line.meeting,
                    texts.label(line.kind, language),
                    sentences.instant(line.starts),
                    texts.label(line.stage, language),
                    f"{line.items - line.open_items}/{line.items}",
                )
            console().print(table)

        run(work, language)

    @group.command("show", help=said("command.show"))
    def show(meeting: name_argument, acting: acting_option = None, as_json: json_option = False) -> None:
        async def work() -> None:
            async with link(acting) as at:
                view = await _view(at, meeting, language)
            if as_json:
                emit(view)
            else:
                _show(view, language)

        run(work, language)

    @group.command("say", help=said("command.say"))
    def say(
        meeting: name_argument = "",
        name: Annotated[str, typer.Argument(help=f"{said('field.message')}: {', '.join(sorted(MEETING.kinds))}")] = "",
        source: Annotated[str, typer.Argument(help=said("field.file"))] = "",
        acting: acting_option = None,
        as_json: json_option = False,
        show_example: example_option = False,
    ) -> None:
        if show_example:
            emit(_content(name or "propose_item"))
            return
        fields = read_json(source, language) if source else {}
        run(lambda: _deliver(meeting, name, fields, acting, as_json, language), language)

    @group.command("decide", help=said("command.decide"))
    def decide(
        meeting: name_argument,
        items: Annotated[str, typer.Option("--items", help=said("field.items"))],
        text: Annotated[str, typer.Option("--text", help=said("field.text"))],
        act: Annotated[str | None, typer.Option("--act", help=f"{said('field.act')}: {', '.join(ACTS)}")] = None,
        fields: Annotated[list[str], typer.Option("--set", help=said("field.set"))] = [],  # noqa: B006
        acting: acting_option = None,
        as_json: json_option = False,
    ) -> None:
        told: dict[str, Any] = {
            "decision": f"d-{uuid.uuid4().hex[:8]}",
            "items": [item.strip() for item in items.split(",")],
            "text": text,
            "act": act,
            "fields": dict(one.partition("=")[::2] for one in fields),
        }
        run(lambda: _deliver(meeting, DecideItems.name, told, acting, as_json, language), language)

    @group.command("orders", help=said("command.orders"))
    def orders(
        agency: Annotated[Agency | None, typer.Option(help=said("field.agency"))] = None,
        everything: Annotated[bool, typer.Option("--all", help=said("field.all"))] = False,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                found = await meetings.orders(at.pool, at.vault, agency=agency, open_only=not everything)
            if as_json:
                emit([line.model_dump(mode="json") for line in found])
                return
            console().print(lists.orders(found, language))

        run(work, language)

    @group.command("slip", help=said("command.slip"))
    def slip(
        meeting: name_argument,
        order: Annotated[str, typer.Argument(help=said("field.order"))],
        file: Annotated[Path, typer.Argument(help=said("field.file"))],
    ) -> None:
        async def work() -> None:
            async with link() as at:
                view = await _view(at, meeting, language)
            found = next((one for one in view.orders if one.ref == order), None)
            if found is None:
                known = texts.label([one.ref for one in view.orders], language)
                fail(Exit.NOT_FOUND, texts.say("meeting.no_order", language, order=order, known=known))
            _written(file, minutes.slip(view, found, Language(language)), language)

        run(work, language)

    @group.command("minutes", help=said("command.minutes"))
    def write(meeting: name_argument, file: Annotated[Path, typer.Argument(help=said("field.file"))]) -> None:
        async def work() -> None:
            async with link() as at:
                view = await _view(at, meeting, language)
            _written(file, minutes.minutes(view, Language(language)), language)

        run(work, language)


def _written(file: Path, paper: bytes, language: str) -> None:
    file.write_bytes(paper)
    console().print(texts.say("meeting.written", language, file=file), style="green")


def _id(meeting: str) -> str:
    return meeting if meeting.startswith("meeting-") else f"meeting-{meeting}"


def _planned(kind: MeetingKind, drill: bool) -> dict[str, Any]:
    """What calls the next meeting of a kind by the centre's calendar."""
    rules = Rules(Settings().own_tables)
    tables = rules.tables
    planned = tables.meetings.next(kind, datetime.now(UTC), tables.calendar, rules.in_office)
    return planned.model_dump(mode="json") | {"drill": drill}


def _content(name: str) -> dict[str, Any]:
    return {field: value for field, value in example(name).items() if field not in ("message_id", "actor", "language")}


async def _view(at: Link, meeting: str, language: str) -> MeetingView:
    handle = at.client.get_workflow_handle(_id(meeting))
    with _is_there(meeting, language):
        view: MeetingView = await handle.query(
            "meeting_view", Reading(language=Language(language)), result_type=MeetingView
        )
    return view


@contextmanager
def _is_there(meeting: str, language: str) -> Iterator[None]:
    """Tell that there is no such meeting, or that it is over, and exit."""
    try:
        yield
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        fail(Exit.NOT_FOUND, texts.say("meeting.not_there", language, meeting=meeting))


async def _deliver(
    meeting: str, name: str, fields: dict[str, Any], acting: str | None, as_json: bool, language: str
) -> None:
    if name not in MEETING.kinds:
        known = ", ".join(sorted(MEETING.kinds))
        fail(Exit.BAD_INPUT, texts.say("refusals.message.unknown", language, known=known))
    who = whoever(acting, "supervisor")
    given = {field: value for field, value in fields.items() if value not in (None, [], "")}
    body = MEETING.parse(name, json.dumps(envelope(who, f"{name}-{uuid.uuid4().hex}"[:64], language) | given).encode())
    async with link(acting) as at:
        handle = at.client.get_workflow_handle(_id(meeting))
        sent = handle.execute_update(name, body, id=body.message_id, result_type=Acknowledgement)
        with _is_there(meeting, language):
            answer: Acknowledgement = await in_time(sent, body.message_id)
    if as_json:
        emit(answer)
    else:
        console().print(answer.waits, style="green")


def _table(columns: tuple[str, ...], language: str) -> Table:
    table = Table()
    for column in columns:
        table.add_column(texts.say(f"meeting.column.{column}", language), no_wrap=column in ("number", "item", "order"))
    return table


def _show(view: MeetingView, language: str) -> None:
    open_ = sum(order.open for order in view.orders)
    console().print(sentences.meeting_line(view.number, view.stage, len(view.items), open_, language), style="bold")
    answers = {
        act.item: f"{texts.deed(act.name, language)} {act.seq or ''}"
        + "".join(sentences.problem_line(p.field, p.code, p.params, language, path=False) for p in act.refused)
        for decision in view.decisions
        for act in decision.acts
    }
    table = _table(("item", "kind", "title", "money", "case", "state", "answer"), language)
    for item in view.items:
        table.add_row(
            item.ref,
            texts.say(f"meeting.kind.{item.kind}", language),
            "\n".join((item.title, *item.sources)),
            f"{item.money:+,.2f}" if item.money is not None else "",
            item.case_number or item.case or "",
            texts.label(item.state, language),
            answers.get(item.ref, ""),
        )
    console().print(table)
    for order in view.orders:
        due = order.term.due if order.term else ""
        told = (order.ref, texts.label(order.agency, language), f"{due}", texts.label(order.colour, language))
        console().print(" · ".join((*told, texts.label(order.state, language), order.what)))
