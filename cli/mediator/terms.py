"""``terms``: what is on the table, version by version; or a proposal whose amounts come from the assessment."""

from datetime import date
from typing import Annotated, Literal

import typer

import texts
from cli.mediator.bargaining import bargain_of, thread
from cli.out import console, emit
from cli.running import run
from client.connection import link
from client.offer import Terms, left_out, proposal_of
from client.speaking import view_of
from domain.ledger import SYSTEM
from domain.procedure.mediation.bargain import BargainReading
from domain.settlement.instalments import DebtOfAnother, LeftOut
from domain.words import Language
from texts import sentences


def register(app: typer.Typer, language: str) -> None:
    """Add ``terms`` to the command line."""

    @app.command("terms", help=texts.say("cli.command.terms", language))
    def terms(
        case: Annotated[str, typer.Argument(help=texts.say("cli.case", language))],
        payer: Annotated[str, typer.Option(help=texts.say("cli.field.payer", language))] = "",
        instalments: Annotated[int, typer.Option(help=texts.say("cli.field.instalments", language))] = 1,
        first_due: Annotated[str, typer.Option(help=texts.say("cli.field.first_due", language))] = "",
        every: Annotated[int, typer.Option(help=texts.say("cli.field.every", language))] = 30,
        monthly: Annotated[bool, typer.Option("--monthly", help=texts.say("cli.field.monthly", language))] = False,
        part_b: Annotated[int, typer.Option(help=texts.say("cli.field.part_b_percent", language))] = 100,
        proposal: Annotated[str, typer.Option(help=texts.say("cli.field.proposal", language))] = "p1",
        counters: Annotated[str, typer.Option(help=texts.say("cli.field.counters", language))] = "",
        leave_out: Annotated[
            list[str] | None, typer.Option("--leave-out", help=texts.say("cli.field.leave_out", language))
        ] = None,
        takes_over: Annotated[
            list[str] | None, typer.Option("--takes-over", help=texts.say("cli.field.takes_over", language))
        ] = None,
        jointly: Annotated[
            list[str] | None, typer.Option("--jointly", help=texts.say("cli.field.jointly", language))
        ] = None,
        guarantee: Annotated[str | None, typer.Option(help=texts.say("cli.field.guarantee", language))] = None,
        acceleration: Annotated[
            bool | None,
            typer.Option("--acceleration/--no-acceleration", help=texts.say("cli.field.acceleration", language)),
        ] = None,
        acting: Annotated[
            str | None, typer.Option("--as", help=texts.say("cli.option.acting", language), envvar="ONESTOP_ACTOR")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def show() -> None:
            async with link(acting) as at:
                told = await bargain_of(await at.case(case), BargainReading(language=Language(language)), language)
            if as_json:
                emit({"proposals": [one.model_dump(mode="json") for one in told.proposals]})
            else:
                console().print(thread(told, language))

        async def work() -> None:
            async with link(acting) as at:
                handle = await at.case(case)
                view = await view_of(handle)
                unsettled = tuple(_left_out(one) for one in leave_out or ())
                reading = BargainReading(language=Language(language))
                left = left_out(await bargain_of(handle, reading, language), unsettled) if unsettled else {}
            today = sentences.day(view.now)
            due = date.fromisoformat(first_due) if first_due else today
            wanted = Terms(
                proposal=proposal,
                payer=payer,
                instalments=instalments,
                first_due_in_days=(due - today).days,
                every_days=every,
                by_month=monthly,
                part_b_percent=part_b,
                guarantee=guarantee,
                acceleration=acceleration,
                unsettled=unsettled,
                debts_of_others=(
                    *(_debt(one, "taken-over") for one in takes_over or ()),
                    *(_debt(one, "joint") for one in jointly or ()),
                ),
            )
            made = proposal_of(wanted, view, "terms", SYSTEM, Language(language), left)
            body = made.model_dump(mode="json", exclude={"message_id", "actor", "language"}, exclude_none=True)
            emit({"counters": counters, **body} if counters else body)

        run(work if payer else show, language)


def _left_out(text: str) -> LeftOut:
    """An item, or ``item:c1,c2`` for some claimants only."""
    item, _, claimants = text.partition(":")
    return LeftOut(item=item, claimants=tuple(filter(None, claimants.split(","))))


def _debt(text: str, ground: Literal["taken-over", "joint"]) -> DebtOfAnother:
    """A debtor and the words, as ``e1=words``. Raises ValidationError."""
    debtor, _, words = text.partition("=")
    return DebtOfAnother(debtor=debtor, ground=ground, words=words)
