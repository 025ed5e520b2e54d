"""``pay-list``: the payments of a spreadsheet are confirmed one by one, each line on its own."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

import texts
from cli.out import Exit, console, emit, fail
from cli.running import run
from cli.understood import bad_cells, show_understood
from client.connection import Handle, link, whoever
from client.payment_sheet import read_payments
from client.sheets import BadCell, NoSheet
from domain.refusal import Problem
from domain.settlement.messages import ConfirmPayment
from domain.words import Language

_EXAMPLE: Final = "票据号,到账日期,金额,滞纳金,申请人\nr-001,2026-12-01,1820.50,0.00,c1\nr-002,2026-12-01,1820.50,,c2\n"
_SHOWN: Final = ("receipt", "paid_on", "amount", "late_fee", "claimant")
_AT_ONCE: Final = 5
"""Confirmations under way at the same time: a case takes ten."""


def register(app: typer.Typer, language: str) -> None:
    """Add ``pay-list`` to the command line."""

    @app.command("pay-list", help=texts.say("cli.command.pay-list", language))
    def pay_list(
        case: Annotated[str, typer.Argument(help=texts.say("cli.case", language), show_default=False)] = "",
        file: Annotated[Path | None, typer.Argument(help=texts.say("cli.payments_file", language))] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=texts.say("cli.sheet_preview", language))] = False,
        partial: Annotated[bool, typer.Option("--partial", help=texts.say("cli.sheet_partial", language))] = False,
        acting: Annotated[
            str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=texts.say("cli.option.acting", language))
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
        show_example: Annotated[
            bool, typer.Option("--example", help=texts.say("cli.option.show_example", language))
        ] = False,
    ) -> None:
        if show_example:
            typer.echo(_EXAMPLE, nl=False)
            return
        if file is None:
            fail(Exit.BAD_INPUT, texts.say("cli.usage.MissingParameter", language, what="file"))
        source = file

        async def work() -> None:
            try:
                found = read_payments(source, whoever(acting, "officer:tax/tax-01"), Language(language))
            except NoSheet as unread:
                fail(Exit.BAD_INPUT, texts.say(unread.code, language, **unread.params))
            if dry_run:
                lines = {line: {name: getattr(one, name) for name in _SHOWN} for line, one in found.good.items()}
                show_understood(lines, found.bad, as_json, language)
                raise typer.Exit(Exit.BAD_INPUT if found.bad else 0)
            if not found.good or (found.bad and not partial):
                _tell(0, found.bad, as_json, language)
                raise typer.Exit(Exit.BAD_INPUT)
            async with link(acting) as at:
                refused = await _confirm(await at.case(case), found.good)
            wrong = sorted([*found.bad, *refused], key=lambda cell: cell.line)
            _tell(len(found.good) - len({cell.line for cell in refused}), wrong, as_json, language)
            if wrong:
                raise typer.Exit(Exit.REFUSED)

        run(work, language)


async def _confirm(handle: Handle, payments: dict[int, ConfirmPayment]) -> list[BadCell]:
    """Confirm each payment; what the case refuses, by line, and why."""
    gate, refused = asyncio.Semaphore(_AT_ONCE), list[BadCell]()

    async def one(line: int, payment: ConfirmPayment) -> None:
        async with gate:
            try:
                await handle.execute_update(ConfirmPayment.name, payment, id=payment.message_id)
            except WorkflowUpdateFailedError as failure:
                if not isinstance(failure.cause, ApplicationError) or failure.cause.type != "Refused":
                    raise
                found = [Problem.model_validate(each) for details in failure.cause.details for each in details]
                refused.extend(BadCell(line=line, problem=problem) for problem in found)

    await asyncio.gather(*(one(line, payment) for line, payment in payments.items()))
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
