"""``owed``: what is owed under a settlement on a day, and how that came about."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

import texts
from cli.out import Exit, console, emit, fail
from cli.running import run
from client.connection import link
from client.speaking import NothingYet, of_everybody
from domain.procedure.settlement.performance_view import PerformanceReading, PerformanceView
from domain.words import Language
from texts.sentences import instant


def register(app: typer.Typer, language: str) -> None:
    """Add ``owed`` to the command line."""

    @app.command("owed", help=texts.say("cli.command.owed", language))
    def owed(
        case: Annotated[str, typer.Argument(help=texts.say("cli.case", language))],
        on: Annotated[
            datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help=texts.say("cli.option.on", language))
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def work() -> None:
            reading = PerformanceReading(
                language=Language(language), on=on.date() if on else None, asked_at=datetime.now(UTC)
            )
            async with link() as at:
                handle = await at.case(case)
                try:
                    told = await of_everybody(handle, "owed", reading, PerformanceView)
                except NothingYet:
                    fail(Exit.NOT_FOUND, texts.say("cli.nothing_settled", language))
            if as_json:
                emit(told)
            else:
                console().print(performance(told, language))

        run(work, language)


def performance(told: PerformanceView, language: str) -> RenderableType:
    """The sum of the day, each instalment, each payment, and what follows on a default."""
    sums = told.owed
    table = Table(title=texts.say("cli.title.owed", language, day=sums.on), title_justify="left")
    for column in ("ref", "due", "total", "paid", "outstanding", "late_fee", "state"):
        table.add_column(texts.say(f"cli.column.{column}", language))
    for line in told.instalments:
        table.add_row(
            line.ref,
            str(line.due),
            f"{line.amount:,.2f}",
            f"{line.paid:,.2f}",
            f"{line.outstanding:,.2f}",
            f"{line.late_fee:,.2f}",
            texts.label(line.state, language),
        )
    payments = Table(title=texts.say("cli.title.payments", language), title_justify="left")
    for column in ("receipt", "paid_on", "total", "for", "reversed_on", "surplus"):
        payments.add_column(texts.say(f"cli.column.{column}", language))
    for payment in told.payments:
        payments.add_row(
            payment.receipt,
            str(payment.paid_on),
            f"{payment.amount:,.2f}",
            payment.claimant or "*",
            str(payment.reversed_on or "—"),
            f"{payment.surplus:,.2f}",
        )
    said = {name: f"{getattr(sums, name):,.2f}" for name in ("today", "fallen_due", "late_fee", "to_come", "credit")}
    parts: list[RenderableType] = [Text(texts.say("cli.owed", language, day=sums.on, **said), style="bold"), table]
    if told.payments:
        parts.append(payments)
    if told.enforcement is not None:
        head, papers = told.enforcement.ledger_head, ", ".join(p.number for p in told.enforcement.papers) or "—"
        parts.append(Text(texts.say("cli.enforcement_file", language, papers=papers, head=head), style="bold red"))
    elif told.demanded_until is not None:
        until = instant(told.demanded_until, ends=True)
        parts.append(Text(texts.say("cli.demanded", language, until=until), style="bold red"))
    return Group(*parts)
