"""``grid``: mediation on the spot at a grid post."""

import json
import uuid
from datetime import datetime
from typing import Annotated, Any, Final

import typer
from rich.table import Table

import texts
from casebook import grid
from cli.delivering import read_json
from cli.docs.examples_of import example
from cli.out import Exit, console, emit, fail
from cli.running import run
from cli.supervisor import early_warning
from client.connection import Link, NoSuchCase, in_time, link, whoever
from client.speaking import envelope
from domain.base import CENTRE_ZONE
from domain.case.opening import Reading
from domain.case.receipts import Acknowledgement
from domain.grid import messages as g
from domain.grid.mediation import GRID
from domain.grid.view import GridReceipt, GridView
from domain.intake.complaint import Attitude, Complaint
from domain.message import Message
from domain.words import GridOutcome, Language, PostKind
from runtime import beginning
from runtime.rules import Rules
from runtime.settings import Settings
from texts import sentences

_A_WARNING: Final = {"employer": "演练用晨光食品有限公司（虚构）", "since": "2026-05", "months": 4, "workers": 12}


def register(app: typer.Typer, language: str) -> None:
    """Add ``grid`` to the command line."""

    def said(key: str) -> str:
        return texts.say(key, language)

    group = typer.Typer(help=said("grid.command"), no_args_is_help=True)
    app.add_typer(group, name="grid")
    case_argument = Annotated[str, typer.Argument(help=said("grid.case"), show_default=False)]
    acting_option = Annotated[str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=said("cli.option.acting"))]
    post_option = Annotated[str, typer.Option("--post", help=said("grid.who-opens"))]
    json_option = Annotated[bool, typer.Option("--json", help=said("cli.option.as_json"))]
    example_option = Annotated[bool, typer.Option("--example", help=said("cli.option.show_example"))]

    def deliver(name: str, case: str, acting: str | None, fields: dict[str, Any], as_json: bool) -> None:
        async def work() -> None:
            async with link(acting) as at:
                handle = at.client.get_workflow_handle(_id(case))
                who = whoever(acting, f"intake:{(await grid_view(at, case, language)).post.id}")
                given = {field: value for field, value in fields.items() if value not in (None, [], "")}
                body = GRID[name].model.model_validate_json(json.dumps(envelope(who, None, language) | given))
                answer: Acknowledgement = await in_time(
                    handle.execute_update(name, body, id=body.message_id, result_type=Acknowledgement), body.message_id
                )
            if as_json:
                emit(answer)
            else:
                console().print(answer.waits, style="green")

        run(work, language)

    @group.command("open", help=said("grid.command.open"))
    def open_post(
        source: Annotated[str, typer.Argument(help=said("cli.complaint_file"))] = "",
        post: post_option = "",
        kind: Annotated[PostKind, typer.Option(help=said("grid.kind"))] = PostKind.PARK,
        drill: Annotated[bool, typer.Option("--drill", help=said("cli.option.drill"))] = False,
        upon_warning: Annotated[bool, typer.Option("--warning", help=said("grid.field.warning"))] = False,
        acting: acting_option = None,
        as_json: json_option = False,
        show_example: example_option = False,
    ) -> None:
        if show_example:
            emit(_A_WARNING if upon_warning else example("open_grid")["complaint"])
            return
        if not source:
            fail(Exit.BAD_INPUT, said("cli.complaint_missing"))
        if not post:
            fail(Exit.BAD_INPUT, said("grid.post-needed"))

        async def work() -> None:
            given = read_json(source, language)
            complaint = None if upon_warning else Complaint.model_validate(given)
            warning = g.EarlyWarning.model_validate(given) if upon_warning else None
            message = g.OpenGrid(
                message_id=f"open-{uuid.uuid4().hex}",
                actor=whoever(acting, f"intake:{post}"),
                language=Language(language),
                post=g.Post(id=post, kind=kind),
                complaint=complaint,
                warning=warning,
                drill=drill,
            )
            name = complaint.complaint_id if complaint else f"warning-{uuid.uuid4().hex[:20]}"
            async with link(acting) as at:
                receipt = await opened(at, f"grid-{name}", message)
            if as_json:
                emit(receipt)
            else:
                console().print(receipt.text, style="green")

        run(work, language)

    @group.command("file", help=said("grid.command.file"))
    def file(
        case: case_argument = "",
        source: Annotated[str, typer.Argument(help=said("cli.complaint_file"))] = "-",
        acting: acting_option = None,
        as_json: json_option = False,
        show_example: example_option = False,
    ) -> None:
        if show_example:
            emit(example("file_at_grid")["complaint"])
            return
        deliver("file_at_grid", case, acting, {"complaint": read_json(source, language)}, as_json)

    @group.command("note", help=said("grid.command.note"))
    def note(
        case: case_argument = "",
        text: Annotated[str, typer.Argument(help=said("cli.field.text"))] = "",
        who: Annotated[str | None, typer.Option(help=said("grid.field.who"))] = None,
        attitude: Annotated[Attitude | None, typer.Option(help=said("grid.field.attitude"))] = None,
        acting: acting_option = None,
        as_json: json_option = False,
        show_example: example_option = False,
    ) -> None:
        if show_example:
            emit(example("note_said"))
            return
        deliver("note_said", case, acting, {"who": who, "text": text, "attitude": attitude}, as_json)

    @group.command("offer", help=said("grid.command.offer"))
    def offer(
        case: case_argument = "",
        source: Annotated[str, typer.Argument(help=said("cli.file"))] = "-",
        acting: acting_option = None,
        as_json: json_option = False,
        show_example: example_option = False,
    ) -> None:
        if show_example:
            emit({k: v for k, v in example("offer_terms").items() if k not in Message.model_fields})
            return
        deliver("offer_terms", case, acting, read_json(source, language), as_json)

    @group.command("settle", help=said("grid.command.settle"))
    def settle(
        case: case_argument = "",
        terms: Annotated[str, typer.Argument(help=said("cli.field.proposal"))] = "",
        accepted_by: Annotated[list[str], typer.Option("--accepted-by", help=said("grid.field.accepted_by"))] = [],  # noqa: B006
        receipt: Annotated[str | None, typer.Option(help=said("grid.field.receipt"))] = None,
        acting: acting_option = None,
        as_json: json_option = False,
        show_example: example_option = False,
    ) -> None:
        if show_example:
            emit(example("settle_on_the_spot"))
            return
        fields = {"terms": terms, "accepted_by": accepted_by, "receipt": receipt}
        deliver("settle_on_the_spot", case, acting, fields, as_json)

    @group.command("forward", help=said("grid.command.forward"))
    def forward(
        case: case_argument = "",
        reason: Annotated[str, typer.Argument(help=said("cli.field.reason"))] = "",
        acting: acting_option = None,
        as_json: json_option = False,
        show_example: example_option = False,
    ) -> None:
        if show_example:
            emit(example("forward_to_centre"))
            return
        deliver("forward_to_centre", case, acting, {"reason": reason}, as_json)

    @group.command("show", help=said("grid.command.show"))
    def show(case: case_argument, as_json: json_option = False) -> None:
        async def work() -> None:
            async with link() as at:
                view = await grid_view(at, case, language)
            if as_json:
                emit(view)
            else:
                _show(view, language)

        run(work, language)

    early_warning.register(group, language)

    @group.command("list", help=said("grid.command.list"))
    def list_grids(
        post: post_option = "",
        ongoing: Annotated[bool | None, typer.Option("--open/--ended", help=said("grid.field.ongoing"))] = None,
        outcome: Annotated[GridOutcome | None, typer.Option(help=said("grid.field.outcome"))] = None,
        warned: Annotated[bool | None, typer.Option("--warned/--complained", help=said("grid.field.warned"))] = None,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            wanted = grid.GridFilter(post=post or None, open=ongoing, outcome=outcome, warned=warned)
            graded, today = Rules(Settings().own_tables).tables.grid, datetime.now(CENTRE_ZONE).date()
            async with link() as at:
                found = await grid.lines(at.pool, at.vault, wanted)
            if as_json:
                emit([line.model_dump(mode="json") for line in found])
                return
            table = Table()
            for column in ("case", "post", "employer", "since", "workers", "grade", "opened", "due", "outcome"):
                table.add_column(said(f"grid.column.{column}"))
            for line in found:
                opened_on, due = sentences.instant(line.opened_at), sentences.instant(line.due_at, ends=True)
                stage = said(f"grid.stage.{line.stage}")
                grade = texts.label(graded.grade(line.since, line.workers or 1, today), language) if line.since else ""
                warning = (line.since or "", str(line.workers or ""), grade)
                table.add_row(line.case, line.post, line.employer, *warning, opened_on, due, stage)
            console().print(table)

        run(work, language)


async def opened(at: Link, case: str, message: g.OpenGrid) -> GridReceipt:
    """The receipt of a mediation, opened now or before. Raises NoAnswer."""
    return await in_time(beginning.begin(at.client, "GridWorkflow", case, message, GridReceipt), message.message_id)


def _id(case: str) -> str:
    """Raises NoSuchCase for what is no mediation at a post."""
    if not case.startswith("grid-"):
        raise NoSuchCase(case)
    return case


async def grid_view(at: Link, case: str, language: str) -> GridView:
    """A mediation as whoever acts may see it. Raises NoSuchCase."""
    reading = Reading(language=Language(language))
    view: GridView | None = await at.client.get_workflow_handle(_id(case)).query(
        "grid_view", reading, result_type=GridView
    )
    if view is None:
        raise NoSuchCase(case)
    return view


def _show(view: GridView, language: str) -> None:
    shown = console()
    shown.print(view.employer, view.case, style="bold")
    shown.print(view.line)
    for said in view.said:
        attitude = texts.label(said.attitude, language) if said.attitude else ""
        shown.print(f"{sentences.instant(said.at)} {said.who or view.post.id}: {said.text} {attitude}")
    for offer in view.offers:
        total = sum(instalment.total for instalment in offer.instalments)
        shown.print(f"{sentences.instant(offer.at)} {offer.terms}: {offer.payer} {total:,.2f} {offer.remark or ''}")
