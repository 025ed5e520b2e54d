"""``terms``: a proposal whose amounts come from the assessment, ready to be put on the table or changed."""

from datetime import date
from typing import Annotated

import typer

import texts
from cli.desk import view_of
from cli.link import emit, link, run
from cli.offer import proposal_of
from cli.script import Terms
from domain.ledger import SYSTEM
from domain.words import Language
from texts import sentences


def register(app: typer.Typer, language: str) -> None:
    """Add ``terms`` to the command line."""

    @app.command("terms", help=texts.say("cli.command.terms", language))
    def terms(
        case: Annotated[str, typer.Argument(help=texts.say("cli.case", language))],
        payer: Annotated[str, typer.Option(help=texts.say("cli.field.payer", language))],
        instalments: Annotated[int, typer.Option(help=texts.say("cli.field.instalments", language))] = 1,
        first_due: Annotated[str, typer.Option(help=texts.say("cli.field.first_due", language))] = "",
        every: Annotated[int, typer.Option(help=texts.say("cli.field.every", language))] = 30,
        part_b: Annotated[int, typer.Option(help=texts.say("cli.field.part_b_percent", language))] = 100,
        proposal: Annotated[str, typer.Option(help=texts.say("cli.field.proposal", language))] = "p1",
        guarantee: Annotated[str | None, typer.Option(help=texts.say("cli.field.guarantee", language))] = None,
        acceleration: Annotated[
            bool | None,
            typer.Option("--acceleration/--no-acceleration", help=texts.say("cli.field.acceleration", language)),
        ] = None,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                view = await view_of(await at.case(case))
            today = sentences.day(view.now)
            due = date.fromisoformat(first_due) if first_due else today
            wanted = Terms(
                proposal=proposal,
                payer=payer,
                instalments=instalments,
                first_due_in_days=(due - today).days,
                every_days=every,
                part_b_percent=part_b,
                guarantee=guarantee,
                acceleration=acceleration,
            )
            made = proposal_of(wanted, view, "terms", SYSTEM, Language(language))
            emit(made.model_dump(mode="json", exclude={"message_id", "actor", "language"}, exclude_none=True))

        run(work, language)
