"""``file``: hand in a complaint and get the receipt."""

import asyncio
import uuid
from datetime import timedelta
from typing import Annotated, Final

import typer
from rich.panel import Panel
from temporalio.client import WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

import texts
from cli.desk import read_json
from cli.examples_of import example
from cli.link import Exit, Link, actor, console, emit, fail, link, run
from domain.complaint import Complaint
from domain.messages import FileComplaint
from domain.receipts import Decision, Receipt
from domain.words import CENTRE_QUEUE, Language
from workflows.dispute import DisputeWorkflow, Opening

_PATIENCE: Final = timedelta(seconds=15)
"""How long to wait for the case number; the complaint is safe once Temporal has taken it."""


def register(app: typer.Typer, language: str) -> None:
    """Add ``file`` to the command line."""

    @app.command("file", help=texts.say("cli.command.file", language))
    def file(
        source: Annotated[str, typer.Argument(help=texts.say("cli.complaint_file", language))] = "",
        acting: Annotated[
            str, typer.Option("--as", envvar="ONESTOP_ACTOR", help=texts.say("cli.option.acting", language))
        ] = "intake",
        drill: Annotated[bool, typer.Option("--drill", help=texts.say("cli.option.drill", language))] = False,
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
                message_id=f"file-{uuid.uuid4().hex}",
                actor=actor(acting),
                language=Language(language),
                complaint=complaint,
            )
            async with link() as at:
                receipt = await _file(at, message, drill)
            if receipt is None:
                console().print(texts.say("cli.number_later", language, case=f"dispute-{complaint.complaint_id}"))
            elif as_json:
                emit(receipt)
            else:
                _show(receipt, language)
            if receipt is not None and receipt.decision is Decision.REFUSED:
                raise typer.Exit(Exit.REFUSED)

        run(work, language)


async def _file(at: Link, message: FileComplaint, drill: bool) -> Receipt | None:
    """The receipt; None when the complaint is taken but its number takes longer."""
    complaint = message.complaint
    start = WithStartWorkflowOperation(
        DisputeWorkflow.run,
        Opening(drill=drill),
        id=f"dispute-{complaint.complaint_id}",
        task_queue=CENTRE_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        static_summary=complaint.complaint_id,
    )
    try:
        return await asyncio.wait_for(
            at.client.execute_update_with_start_workflow(
                FileComplaint.name,
                message,
                start_workflow_operation=start,
                id=message.message_id,
                result_type=Receipt,
            ),
            _PATIENCE.total_seconds(),
        )
    except TimeoutError:
        return None
    except WorkflowAlreadyStartedError:
        closed = at.client.get_workflow_handle(f"dispute-{complaint.complaint_id}")
        receipt: Receipt = await closed.query("receipt", {"language": message.language}, result_type=Receipt)
        return receipt


def _show(receipt: Receipt, language: str) -> None:
    style = "red" if receipt.decision is Decision.REFUSED else "green"
    title = texts.say("cli.receipt", language)
    console().print(Panel(receipt.text, title=title, subtitle=receipt.case_number, style=style))
    console().print(texts.say("cli.after_filing", language, case=receipt.case_number or receipt.case))
