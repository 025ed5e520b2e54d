"""``pay-list``, ``answer-list``: the messages of a spreadsheet are sent one by one, each line on its own."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

import texts
from cli.out import Exit, console, emit, fail
from cli.running import run
from cli.understood import bad_cells, show_understood
from client.connection import Handle, link, named_or_logged_in, whoever
from client.message_sheet import ANSWERS, PAYMENTS, SheetKind, read_sheet
from client.sheets import BadCell, NoSheet
from client.speaking import mediator_of
from domain.message import Message
from domain.refusal import Problem
from domain.words import Language

_AT_ONCE: Final = 5
"""Messages under way at the same time: a case takes ten."""


def register(app: typer.Typer, language: str) -> None:
    """Add ``pay-list`` and ``answer-list`` to the command line."""
    case_argument = Annotated[str, typer.Argument(help=texts.say("cli.case", language), show_default=False)]
    preview = Annotated[bool, typer.Option("--dry-run", help=texts.say("cli.sheet_preview", language))]
    parts = Annotated[bool, typer.Option("--partial", help=texts.say("cli.sheet_partial", language))]
    actor = Annotated[
        str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=texts.say("cli.option.acting", language))
    ]
    json_option = Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))]
    example = Annotated[bool, typer.Option("--example", help=texts.say("cli.option.show_example", language))]

    @app.command("pay-list", help=texts.say("cli.command.pay-list", language))
    def pay_list(
        case: case_argument = "",
        file: Annotated[Path | None, typer.Argument(help=texts.say("cli.payments_file", language))] = None,
        dry_run: preview = False,
        partial: parts = False,
        acting: actor = None,
        as_json: json_option = False,
        show_example: example = False,
    ) -> None:
        if show_example:
            typer.echo(PAYMENTS.example, nl=False)
            return
        _listed(case, file, PAYMENTS, {}, acting, "officer:tax/tax-01", dry_run, partial, as_json, language)

    @app.command("answer-list", help=texts.say("cli.command.answer-list", language))
    def answer_list(
        case: case_argument = "",
        proposal: Annotated[str, typer.Argument(help=texts.say("cli.field.proposal", language))] = "",
        file: Annotated[Path | None, typer.Argument(help=texts.say("cli.answers_file", language))] = None,
        dry_run: preview = False,
        partial: parts = False,
        acting: actor = None,
        as_json: json_option = False,
        show_example: example = False,
    ) -> None:
        if show_example:
            typer.echo(ANSWERS.example, nl=False)
            return
        fixed = {"proposal": proposal}
        _listed(case, file, ANSWERS, fixed, acting, None, dry_run, partial, as_json, language)


def _listed(
    case: str,
    file: Path | None,
    kind: SheetKind[Any],
    fixed: Mapping[str, object],
    acting: str | None,
    otherwise: str | None,
    dry_run: bool,
    partial: bool,
    as_json: bool,
    language: str,
) -> None:
    """Read a list and send it. Without ``otherwise`` the case's own mediator acts where nobody is named."""
    if file is None:
        fail(Exit.BAD_INPUT, texts.say("cli.usage.MissingParameter", language, what="file"))
    source = file

    async def work() -> None:
        try:
            found = read_sheet(source, kind, whoever(acting, otherwise or "mediator"), Language(language), fixed)
        except NoSheet as unread:
            fail(Exit.BAD_INPUT, texts.say(unread.code, language, **unread.params))
        if dry_run:
            lines = {line: {name: getattr(one, name) for name in kind.headings} for line, one in found.good.items()}
            show_understood(lines, found.bad, as_json, language)
            raise typer.Exit(Exit.BAD_INPUT if found.bad else 0)
        if not found.good or (found.bad and not partial):
            _tell(0, found.bad, as_json, language)
            raise typer.Exit(Exit.BAD_INPUT)
        async with link(acting) as at:
            handle = await at.case(case)
            messages = found.good
            if otherwise is None and named_or_logged_in(acting) is None:
                own = await mediator_of(handle)
                messages = {line: one.model_copy(update={"actor": own}) for line, one in messages.items()}
            refused = await _send(handle, messages)
        wrong = sorted([*found.bad, *refused], key=lambda cell: cell.line)
        _tell(len(found.good) - len({cell.line for cell in refused}), wrong, as_json, language)
        if wrong:
            raise typer.Exit(Exit.REFUSED)

    run(work, language)


async def _send(handle: Handle, messages: Mapping[int, Message]) -> list[BadCell]:
    """Send each message; what the case refuses, by line, and why."""
    gate, refused = asyncio.Semaphore(_AT_ONCE), list[BadCell]()

    async def one(line: int, message: Message) -> None:
        async with gate:
            try:
                await handle.execute_update(message.name, message, id=message.message_id)
            except WorkflowUpdateFailedError as failure:
                if not isinstance(failure.cause, ApplicationError) or failure.cause.type != "Refused":
                    raise
                found = [Problem.model_validate(each) for details in failure.cause.details for each in details]
                refused.extend(BadCell(line=line, problem=problem) for problem in found)

    await asyncio.gather(*(one(line, message) for line, message in messages.items()))
    return refused


def _tell(confirmed: int, wrong: list[BadCell], as_json: bool, language: str) -> None:
    if as_json:
        emit({"confirmed": confirmed, "wrong": [cell.model_dump(mode="json") for cell in wrong]})
        return
    if wrong:
        console().print(bad_cells(wrong, language))
    lines = len({cell.line for cell in wrong})
    style = "yellow" if wrong else "green"
    console().print(texts.say("cli.payments_told", language, confirmed=confirmed, wrong=lines), style=style)
