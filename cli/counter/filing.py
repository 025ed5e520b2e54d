"""``file``: hand in a complaint and get the receipt."""

import uuid
from datetime import datetime
from typing import Annotated

import typer
from rich.panel import Panel

import texts
from cli.delivering import read_json
from cli.docs.examples_of import example
from cli.out import Exit, console, emit, fail
from cli.running import run
from client.connection import Link, NoAnswer, in_time, link, whoever
from domain.case.receipts import Decision, Receipt
from domain.intake.complaint import Complaint
from domain.intake.messages import FileComplaint
from domain.words import Language
from runtime import beginning


def register(app: typer.Typer, language: str) -> None:
    """Add ``file`` to the command line."""

    @app.command("file", help=texts.say("cli.command.file", language))
    def file(
        source: Annotated[str, typer.Argument(help=texts.say("cli.complaint_file", language))] = "",
        acting: Annotated[
            str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=texts.say("cli.option.acting", language))
        ] = None,
        message_id: Annotated[
            str | None, typer.Option("--message-id", help=texts.say("cli.option.message_id", language))
        ] = None,
        drill: Annotated[bool, typer.Option("--drill", help=texts.say("cli.option.drill", language))] = False,
        drill_on: Annotated[
            datetime | None,
            typer.Option("--drill-on", formats=["%Y-%m-%d"], help=texts.say("cli.option.drill_on", language)),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
        schema: Annotated[bool, typer.Option("--schema", help=texts.say("cli.option.schema", language))] = False,
        show_example: Annotated[
            bool, typer.Option("--example", help=texts.say("cli.option.show_example", language))
        ] = False,
    ) -> None:
        if schema:
            emit(Complaint.model_json_schema())
            return
        if show_example:
            emit(example("file_complaint")["complaint"])
            return
        if not source:
            fail(Exit.BAD_INPUT, texts.say("cli.complaint_missing", language))

        async def work() -> None:
            complaint = Complaint.model_validate(read_json(source, language))
            message = FileComplaint(
                message_id=message_id or f"file-{uuid.uuid4().hex}",
                actor=whoever(acting, "intake"),
                language=Language(language),
                complaint=complaint,
                drill=drill or drill_on is not None,
                drill_on=drill_on and drill_on.date(),
            )
            async with link(acting) as at:
                receipt = await _file(at, message)
            if receipt is None:
                _number_later(beginning.case_of(complaint.complaint_id), as_json, language)
                return
            if as_json:
                emit(receipt)
            else:
                _show(receipt, language)
            if receipt.decision is Decision.REFUSED:
                raise typer.Exit(Exit.REFUSED)

        run(work, language)


async def _file(at: Link, message: FileComplaint) -> Receipt | None:
    """The receipt; None when the complaint is taken but its number takes longer."""
    try:
        return await in_time(beginning.file(at.client, message), message.message_id)
    except NoAnswer:
        # No worker has taken the update, so it is not in history; the signal of the same id is, and acts once.
        await beginning.leave(at.client, message)
        return None


def _number_later(case: str, as_json: bool, language: str) -> None:
    if as_json:
        emit({"case": case, "receipt": None})
    else:
        console().print(texts.say("cli.number_later", language, case=case))


def _show(receipt: Receipt, language: str) -> None:
    style = "red" if receipt.decision is Decision.REFUSED else "green"
    title = texts.say("cli.receipt", language)
    console().print(Panel(receipt.text, title=title, subtitle=receipt.case_number, style=style, expand=False))
    console().print(texts.say("cli.after_filing", language, case=receipt.case_number or receipt.case))
