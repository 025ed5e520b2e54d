"""A round of early warnings over the agencies' own rows: who is found, told to which post, and opened once."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

import worker
from activities.meeting import GatherRequest, MeetingService
from casebook import grid, records
from casebook.grid import GridFilter, GridLine
from domain.base import CENTRE_ZONE, Month
from domain.grid.early_warning import Placed, WarnAsked, WarnReport
from domain.grid.view import GridView
from domain.meeting.messages import ItemKind
from domain.words import CENTRE_QUEUE, Agency
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders
from tests.patience import seen
from tests.workflows.conftest import Office
from workflows.early_warning import EarlyWarningWorkflow


@pytest.fixture(scope="module")
async def office(
    client: Client, pool: asyncpg.Pool, vault: Vault, settings: Settings, verifier: Verifier
) -> AsyncIterator[Office]:
    """The centre and the agencies at work on a real development server."""
    world = worker.World(client, pool, vault, Rules(settings.own_tables), verifier)
    async with contextlib.AsyncExitStack() as stack:
        for role in worker.ROLES:
            await stack.enter_async_context(worker.worker(role, world))
        yield Office(client, pool, vault, settings.own_tables)


PERSON = builders.identity_number(321)


def ago(count: int) -> Month:
    """The month so many months before this one."""
    today = datetime.now(CENTRE_ZONE)
    months = today.year * 12 + today.month - 1 - count
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


async def employer(office: Office, folder: Path, paid_until: Month, works_until: Month) -> str:
    """An employer whom nobody else has, in the tax bureau's rows and in labour's."""
    name = f"虚构公司{uuid.uuid4().hex[:8]}"
    rows = {
        Agency.TAX: f"record,identity_number,employer_name,insurance,first_month,last_month\n"
        f"contribution,{PERSON},{name},pension,{ago(20)},{paid_until}\n",
        Agency.LABOR: f"record,identity_number,employer_name,first_month,last_month\n"
        f"employment,{PERSON},{name},{ago(20)},{works_until}\n",
    }
    for agency, text in rows.items():
        file = folder / f"{name}-{agency}.csv"
        file.write_text(text, encoding="utf-8")
        report = await records.load(office.pool, office.vault, agency, file)
        assert report.loaded == 1
    return name


async def round_of(office: Office, **asked: object) -> WarnReport:
    return await office.client.execute_workflow(
        EarlyWarningWorkflow.run,
        WarnAsked.model_validate({"asked_by": builders.SUPERVISOR} | asked),
        id=f"warnings-{uuid.uuid4().hex}",
        task_queue=CENTRE_QUEUE,
    )


def about(report: WarnReport, name: str) -> list[Placed]:
    return [placed for placed in report.placed if placed.warning.employer == name]


async def test_who_stopped_paying_while_people_work_on_is_warned_of_once(office: Office, tmp_path: Path) -> None:
    name = await employer(office, tmp_path, paid_until=ago(5), works_until=ago(1))
    [first] = about(await round_of(office), name)
    assert (first.new, first.post, first.warning.months, first.warning.workers) == (True, "centre-desk", 4, 1)
    assert first.warning.since == ago(4)
    [again] = about(await round_of(office), name)
    assert (again.new, again.case) == (False, first.case)
    assert first.case is not None
    view = await office.client.get_workflow_handle(first.case).query("grid_view", result_type=GridView)
    assert (view.post.id, view.employer) == ("centre-desk", name)


async def test_nobody_is_warned_of_who_pays_or_for_whom_nobody_works_or_who_stopped_long_ago(
    office: Office, tmp_path: Path
) -> None:
    names = [
        await employer(office, tmp_path, paid_until=ago(1), works_until=ago(0)),
        await employer(office, tmp_path, paid_until=ago(5), works_until=ago(5)),
        await employer(office, tmp_path, paid_until=ago(16), works_until=ago(0)),
    ]
    report = await round_of(office)
    assert [about(report, name) for name in names] == [[], [], []]


async def test_a_look_with_other_months_or_a_dry_run_opens_nothing(office: Office, tmp_path: Path) -> None:
    name = await employer(office, tmp_path, paid_until=ago(3), works_until=ago(0))
    [looked] = about(await round_of(office, months=2), name)
    assert (looked.case, looked.new, looked.warning.months) == (None, False, 2)
    assert about(await round_of(office), name) == []  # Two months are too few by the table.
    stopped = await employer(office, tmp_path, paid_until=ago(5), works_until=ago(0))
    [dry] = about(await round_of(office, dry_run=True), stopped)
    assert (dry.case, dry.new) == (None, False)


async def test_rows_loaded_before_employers_were_kept_are_completed_when_loaded_again(
    office: Office, tmp_path: Path
) -> None:
    name = await employer(office, tmp_path, paid_until=ago(5), works_until=ago(0))
    await office.pool.execute("update record set employer = null where agency = 'tax'")
    assert about(await round_of(office, dry_run=True), name) == []
    report = await records.load(office.pool, office.vault, Agency.TAX, tmp_path / f"{name}-tax.csv")
    assert report.loaded == 0
    assert len(about(await round_of(office, dry_run=True), name)) == 1


async def test_a_red_warning_is_listed_by_its_colour_and_comes_before_the_next_meeting(
    office: Office, tmp_path: Path
) -> None:
    name = await employer(office, tmp_path, paid_until=ago(8), works_until=ago(1))
    [warned] = about(await round_of(office), name)
    rules = Rules(office.tables)

    async def listed() -> list[GridLine]:
        wanted = GridFilter(open=True, warned=True, limit=500)
        return [one for one in await grid.lines(office.pool, office.vault, wanted) if one.case == warned.case]

    [line] = await seen(listed)
    assert (line.stage, line.workers) == ("seen", 1)
    assert line.since is not None
    today = datetime.now(CENTRE_ZONE).date()
    assert rules.tables.grid.grade(line.since, line.workers or 1, today) == "red"
    service = MeetingService(office.client, office.pool, office.vault, rules)
    asked = GatherRequest(meeting=f"m-{uuid.uuid4().hex[:8]}", drill=False, year=2026, now=datetime.now(UTC))
    found = (await ActivityEnvironment().run(service.gather, asked)).found
    [item] = [one for one in found if (one.kind, one.about) == (ItemKind.WARNING, warned.case)]
    assert item.title == f"{line.employer}：{line.since[:4]}年{int(line.since[5:])}月起停缴，涉及1人"
