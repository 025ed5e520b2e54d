"""``reopen``: a closed case goes on as a new one, with everything that had been found."""

import uuid
from typing import Annotated

import typer
from rich.panel import Panel
from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError

import texts
from cli.docs.examples_of import example
from cli.out import Exit, console, emit, fail
from cli.running import run, told
from client.after_closure import handed_over
from client.connection import in_time, link, whoever
from domain.case.receipts import Receipt
from domain.closure.reopening import Ground, Reopen, reopened_as
from domain.procedure.intake.reopened import refused
from domain.words import Agency, Language
from runtime import beginning


async def reopened(client: Client, message: Reopen) -> Receipt:
    """The receipt of a reopened case. Raises WorkflowAlreadyStartedError where it was reopened and has closed again."""
    reopening = reopened_as(message.case)
    begun = beginning.begin(client, "DisputeWorkflow", reopening, message, Receipt, summary=message.case)
    return await in_time(begun, message.message_id)


def register(app: typer.Typer, language: str) -> None:
    """Add ``reopen`` to the command line."""

    def said(key: str) -> str:
        return texts.say(key, language)

    @app.command("reopen", help=said("reopening.command"))
    def reopen(
        case: Annotated[str, typer.Argument(help=said("cli.case"), show_default=False)] = "",
        ground: Annotated[Ground, typer.Option(help=said("reopening.ground"))] = Ground.NEW_FACTS,
        reason: Annotated[str, typer.Option(help=said("cli.field.reason"))] = "",
        at_request_of: Annotated[str | None, typer.Option(help=said("reopening.at_request_of"))] = None,
        ask: Annotated[list[Agency], typer.Option("--ask", help=said("reopening.ask"))] = [],  # noqa: B006
        acting: Annotated[str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=said("cli.option.acting"))] = (
            None
        ),
        as_json: Annotated[bool, typer.Option("--json", help=said("cli.option.as_json"))] = False,
        show_example: Annotated[bool, typer.Option("--example", help=said("cli.option.show_example"))] = False,
    ) -> None:
        if show_example:
            emit(example("reopen"))
            return

        async def work() -> None:
            async with link(acting) as at:
                closed = await handed_over(at, case)
                message = Reopen(
                    message_id=f"reopen-{uuid.uuid4().hex}",
                    actor=whoever(acting, "supervisor"),
                    language=Language(language),
                    case=closed.case,
                    ledger_head=closed.ledger_head,
                    ground=ground,
                    reason=reason,
                    at_request_of=at_request_of,
                    ask=tuple(ask),
                )
                if why := refused(message, closed):
                    told(why.problems, language)
                try:
                    receipt = await reopened(at.client, message)
                except WorkflowAlreadyStartedError:
                    fail(
                        Exit.REFUSED,
                        texts.say("reopening.again", language, case=reopened_as(closed.case)),
                    )
            if as_json:
                emit(receipt)
            else:
                title = said("reopening.title")
                console().print(
                    Panel(receipt.text, title=title, subtitle=receipt.case_number, style="green", expand=False)
                )

        run(work, language)
