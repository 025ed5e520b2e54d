"""``doctor``: finds every case whose workflow and casebook disagree, and says what to do."""

import asyncio
import uuid
from collections.abc import Sequence
from enum import StrEnum
from time import monotonic
from typing import Annotated, Final

import typer
from rich.table import Table
from temporalio.client import WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

import texts
from casebook import ledger
from cli.operator.repair import Written, write_back
from cli.out import Exit, console, emit
from cli.running import run
from client.connection import Link, link, whoever
from domain.base import Model, Ref
from domain.case.opening import Reading
from domain.direction.messages import Retry
from domain.views.case_view import CaseView, Timeline
from domain.words import Language
from runtime.cluster import unregistered

_CAUGHT_UP_WITHIN: Final = 5.0
"""Seconds that a casebook which lies behind is given."""
_MENDED_WITHIN: Final = 30.0
"""Seconds that a case is given which tries again."""
_LOOK_AGAIN: Final = 0.5
_AT_ONCE: Final = 8
_GAP: Final = "refusals.ledger.gap"
"""The casebook lacked what came before: once that has been written back the case can go on."""


class Ailment(StrEnum):
    """What is wrong with a case."""

    GONE = "gone"
    """The casebook has it open, and no workflow runs it."""
    SILENT = "silent"
    """Its workflow does not answer."""
    UNKNOWN = "unknown"
    """It runs, and the casebook does not know it."""
    AHEAD = "ahead"
    """The casebook has later events than the case."""
    DIFFERS = "differs"
    """The casebook has another event under a number."""
    BEHIND = "behind"
    """The casebook does not catch up with the case."""
    BLOCKED = "blocked"
    """A step can't be done."""


class Diagnosis(Model):
    """What is wrong with one case."""

    case: Ref
    case_number: str | None
    ailment: Ailment
    detail: str = ""
    code: str | None = None
    """Of a blocked step: why."""


def register(app: typer.Typer, language: str) -> None:
    """Add ``doctor`` to the command line."""

    @app.command("doctor", help=texts.say("cli.command.doctor", language))
    def doctor(
        repair: Annotated[bool, typer.Option("--repair", help=texts.say("cli.option.repair", language))] = False,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                written = await _repaired(at, language, quiet=as_json) if repair else []
                missing = await unregistered(at.client)
                found = await diagnoses(at, language)
            if as_json:
                again = {"written_back": [one.model_dump(mode="json") for one in written]} if repair else {}
                emit({"search_attributes": missing, "cases": [one.model_dump(mode="json") for one in found]} | again)
            else:
                _show_written(written, language)
                _show(missing, found, language)
            if missing or found:
                raise typer.Exit(Exit.REFUSED)

        run(work, language)


async def _repaired(at: Link, language: str, *, quiet: bool) -> list[Written]:
    """What was written back; the cases that waited for it go on."""
    with console().status("") as shown:

        def told(case: str) -> None:
            if not quiet:
                shown.update(texts.say("cli.repair.looking", language, case=case))

        written = await write_back(at, language, told)
        for one in await diagnoses(at, language):
            if one.ailment is Ailment.BLOCKED and one.code == _GAP:
                await _retried(at, one.case)
    return written


async def _retried(at: Link, case: str) -> None:
    """Have a case try again what it was blocked in, and give it time to."""
    mended = Retry(message_id=f"repair-{uuid.uuid4().hex}", actor=whoever(None, "supervisor"))
    handle, give_up = at.client.get_workflow_handle(case), monotonic() + _MENDED_WITHIN
    await handle.execute_update(mended.name, mended, id=mended.message_id)
    while monotonic() < give_up:
        view: CaseView = await handle.query("case_view", Reading(page=1), result_type=CaseView)
        if view.blocked is None:
            return
        await asyncio.sleep(_LOOK_AGAIN)


def _show_written(written: Sequence[Written], language: str) -> None:
    for one in written:
        console().print(texts.say("cli.repair.written", language, case=one.case, events=one.events), style="green")
        for trouble in one.troubles:
            console().print(f"  {trouble}", style="red")


async def diagnoses(at: Link, language: str) -> list[Diagnosis]:
    """What is wrong with the cases that are open, those that have been blocked for longest first."""
    rows = await at.pool.fetch(
        """
        select "case", case_number from dispute where not closed and joined_to is null order by blocked_since, filed_at
        """
    )
    gate = asyncio.Semaphore(_AT_ONCE)

    async def examined(case: str, number: str | None) -> Diagnosis | None:
        async with gate:
            return await _examine(at, case, number, language)

    found = await asyncio.gather(*(examined(row["case"], row["case_number"]) for row in rows))
    listed = {row["case"] for row in rows}
    running = "WorkflowType = 'DisputeWorkflow' and ExecutionStatus = 'Running'"
    unknown = [
        Diagnosis(case=one.id, case_number=None, ailment=Ailment.UNKNOWN)
        async for one in at.client.list_workflows(running)
        if one.id not in listed and await ledger.head(at.pool, one.id) is None
    ]
    return [one for one in found if one is not None] + unknown


async def _examine(at: Link, case: str, number: str | None, language: str) -> Diagnosis | None:
    def ails(ailment: Ailment, detail: str = "", code: str | None = None) -> Diagnosis:
        return Diagnosis(case=case, case_number=number, ailment=ailment, detail=detail, code=code)

    handle, give_up = at.client.get_workflow_handle(case), monotonic() + _CAUGHT_UP_WITHIN
    reading = Reading(language=Language(language), page=1)
    try:
        if (await handle.describe()).status is not WorkflowExecutionStatus.RUNNING:
            return ails(Ailment.GONE)
        while True:
            view: CaseView = await handle.query("case_view", reading, result_type=CaseView)
            if view.blocked is not None:
                known = texts.knows(view.blocked.code)
                why = texts.say(view.blocked.code, language, **view.blocked.params) if known else view.blocked.code
                return ails(Ailment.BLOCKED, why, view.blocked.code)
            head = await ledger.head(at.pool, case)
            written = head.seq if head else 0
            if written > view.ledger_length:
                return ails(Ailment.AHEAD, f"{written} > {view.ledger_length}")
            told: Timeline = await handle.query("timeline", reading, result_type=Timeline)
            same = {event.seq: event.digest for event in told.events}
            if head is not None and same.get(head.seq, head.digest) != head.digest:
                return ails(Ailment.DIFFERS, str(head.seq))
            if written == view.ledger_length:
                return None
            if monotonic() > give_up:
                return ails(Ailment.BEHIND, f"{written} < {view.ledger_length}")
            await asyncio.sleep(_LOOK_AGAIN)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return ails(Ailment.GONE)
        return ails(Ailment.SILENT, error.message)
    except WorkflowQueryFailedError as error:
        return ails(Ailment.SILENT, error.message)


def _show(missing: Sequence[str], found: Sequence[Diagnosis], language: str) -> None:
    shown = console()
    if missing:
        names = ", ".join(missing)
        shown.print(texts.say("cli.doctor.search_attributes", language, names=names), style="red")
    if not found:
        shown.print(texts.say("cli.doctor.sound", language), style="green")
        return
    table = Table(title=texts.say("cli.doctor.title", language), title_justify="left")
    for column in ("case", "ailment", "detail", "remedy"):
        table.add_column(texts.say(f"cli.doctor.column.{column}", language), overflow="fold")
    for one in found:
        ailment, remedy = (texts.say(f"cli.doctor.{what}.{one.ailment}", language) for what in ("ailment", "remedy"))
        table.add_row(one.case_number or one.case, ailment, one.detail, remedy)
    shown.print(table)
