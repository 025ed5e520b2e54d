"""``grid warn``: a round of early warnings, by hand or every morning."""

import contextlib
import uuid
from typing import Annotated, Final

import typer
from rich.table import Table
from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleRange,
    ScheduleSpec,
)

import texts
from cli.out import console, emit
from cli.running import run
from client.connection import Link, link, whoever
from domain.grid.early_warning import WarnAsked, WarnReport
from domain.ledger import SYSTEM
from domain.words import CENTRE_QUEUE

_DAILY: Final = "grid-warnings"
_HOUR: Final = 7
"""In the morning, before the posts open."""


def register(group: typer.Typer, language: str) -> None:
    """Add ``warn`` to the commands of the grid."""

    def said(key: str, **params: object) -> str:
        return texts.say(f"grid.{key}", language, **params)

    @group.command("warn", help=said("command.warn"))
    def warn(
        dry_run: Annotated[bool, typer.Option("--dry-run", help=said("field.dry_run"))] = False,
        months: Annotated[int | None, typer.Option(min=1, help=said("field.months"))] = None,
        daily: Annotated[bool, typer.Option("--daily", help=said("field.daily"))] = False,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                if daily:
                    await _every_morning(at)
                    console().print(said("warned-daily", hour=_HOUR), style="green")
                    return
                if not as_json:
                    console().print(said("warning"), style="dim")
                report: WarnReport = await at.client.execute_workflow(
                    "EarlyWarningWorkflow",
                    WarnAsked(asked_by=whoever(None, "supervisor"), dry_run=dry_run, months=months),
                    id=f"{_DAILY}-{uuid.uuid4().hex}",
                    task_queue=CENTRE_QUEUE,
                    result_type=WarnReport,
                )
            if as_json:
                emit(report)
            else:
                _show(report, language)

        run(work, language)


async def _every_morning(at: Link) -> None:
    action = ScheduleActionStartWorkflow(
        "EarlyWarningWorkflow", WarnAsked(asked_by=SYSTEM), id=_DAILY, task_queue=CENTRE_QUEUE
    )
    morning = ScheduleCalendarSpec(hour=[ScheduleRange(_HOUR)])
    schedule = Schedule(action=action, spec=ScheduleSpec(calendars=[morning], time_zone_name="Asia/Shanghai"))
    with contextlib.suppress(ScheduleAlreadyRunningError):
        await at.client.create_schedule(_DAILY, schedule)


def _show(report: WarnReport, language: str) -> None:
    shown, terms = console(), report.terms
    if report.silent:
        shown.print(texts.say("grid.warn-silent", language, agency=texts.label(report.silent, language)), style="red")
        return
    if not report.placed:
        least, most = terms.stopped_months, terms.longest_months
        shown.print(texts.say("grid.nothing-stopped", language, at_least=least, at_most=most), style="green")
        return
    table = Table()
    for column in ("employer", "since", "months", "workers", "post", "case"):
        table.add_column(texts.say(f"grid.column.{column}", language))
    for placed in report.placed:
        warning, state = placed.warning, "opened" if placed.new else "known" if placed.case else "not-opened"
        came_of_it = texts.say(f"grid.warned-{state}", language)
        months, workers = str(warning.months), str(warning.workers)
        opened = f"{placed.case or ''} {came_of_it}".strip()
        table.add_row(warning.employer, warning.since, months, workers, placed.post, opened)
    shown.print(table)
