"""An agency whose own service is away, or answers nonsense, delays its draft and nothing else."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from temporalio.client import Client

import worker
from casebook import inbox
from casebook.inbox import TaskFilter
from connectors.breaker import Breaker
from connectors.http import Service, opened
from domain.inquiry.messages import CompleteTask
from domain.intake.complaint import Complaint
from domain.views.case_view import CaseView, TaskView
from domain.words import Agency, Phase
from examples.agency_service.service import service
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing_keys import Keys, KeySetFile
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders
from tests.conftest import SkippedTime, skipping_time
from tests.connectors.serving import key_pair, serving
from tests.patience import seen
from tests.workflows.conftest import Handle, Office


@dataclass
class Line:
    """The tax bureau's service, which can be taken away."""

    app: Starlette
    says: bytes | None = None
    status: int = 503
    asked: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        if self.says is None:
            await self.app(scope, receive, send)
        else:
            await Response(self.says, self.status)(scope, receive, send)


@dataclass
class Bureau:
    """A centre whose tax bureau answers by a service of its own."""

    office: Office
    line: Line
    filed: list[Complaint]

    async def tax(self, handle: Handle) -> TaskView:
        return tax(await self.office.view(handle))


def tax(view: CaseView) -> TaskView:
    return next(task for task in view.tasks if task.agency is Agency.TAX)


async def taken_back(handle: Handle) -> bool:
    """Whether the case has told the server that nobody waits for records any more: it asks for them no more."""
    history = await handle.fetch_history()
    return any(event.HasField("activity_task_cancel_requested_event_attributes") for event in history.events)


@pytest.fixture(scope="module")
async def bureau(
    pool: asyncpg.Pool, vault: Vault, keys: Keys, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bureau]:
    """Where days pass in milliseconds."""
    time = SkippedTime()
    async with skipping_time(vault, keys, time) as environment:
        office = Office(environment.client, pool, vault, settings.own_tables, environment)
        async with at_work(office, Verifier(KeySetFile.of(settings), time), tmp_path_factory.mktemp("bureau")) as at:
            yield at


@pytest.fixture(scope="module")
async def real_bureau(
    client: Client,
    pool: asyncpg.Pool,
    vault: Vault,
    verifier: Verifier,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Bureau]:
    """On a real server, which can take back what it asked for."""
    office = Office(client, pool, vault, settings.own_tables)
    async with at_work(office, verifier, tmp_path_factory.mktemp("bureau")) as at:
        yield at


@contextlib.asynccontextmanager
async def at_work(office: Office, verifier: Verifier, folder: Path) -> AsyncIterator[Bureau]:
    """Everybody works, and the tax bureau has records of four complaints."""
    filed = [builders.complaint() for _ in range(4)]
    (folder / "tax.csv").write_text(
        "record,identity_number,employer_name,insurance,first_month,last_month,base,state,since,monthly_surplus\n"
        + "".join(f"state,,{one.employer.name},,,,,normal,,\n" for one in filed)
    )
    private, public = key_pair(folder)
    line = Line(service(Agency.TAX, folder / "tax.csv", folder / "register", {"onestop": public}))
    async with contextlib.AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(line))
        at = Service(agency=Agency.TAX, url=url, key=private)
        records = await stack.enter_async_context(opened(at, lambda count: None, Breaker(rest=timedelta())))
        world = worker.World(
            office.client, office.pool, office.vault, Rules(office.tables), verifier, {Agency.TAX: records}
        )
        for role in worker.ROLES:
            await stack.enter_async_context(worker.worker(role, world))
        yield Bureau(office, line, filed)


@pytest.mark.parametrize(
    ("says", "status", "code"), [(b"", 503, "connector.failing"), (b"<html>", 200, "connector.garbage")]
)
async def test_a_service_that_is_away_for_days_delays_its_draft_and_nothing_else_and_the_case_says_why(
    bureau: Bureau, says: bytes, status: int, code: str
) -> None:
    office, line = bureau.office, bureau.line
    line.says, line.status = says, status
    handle = await office.start(bureau.filed.pop())
    view = await office.until(handle, lambda v: v.phase is Phase.FACT_FINDING and len(v.tasks) > 1)
    others = [task.agency for task in view.tasks if task.agency is not Agency.TAX]
    await office.until(handle, lambda v: {t.records for t in v.tasks if t.agency in others} == {"read"})

    await office.sleep(timedelta(days=2))
    away = await bureau.tax(handle)
    assert (away.state, away.records, away.draft) == ("offered", "awaited", None)
    assert away.records_trouble is not None
    assert away.records_trouble.code == code
    assert away.records_trouble.next_try > view.now + timedelta(days=1)
    assert away.records_trouble.since < view.now + timedelta(hours=1)
    assert away.records_trouble.tries < 40
    lacking = TaskFilter(records_away=True, limit=500)
    listed = [one for one in await inbox.tasks(office.pool, office.vault, lacking) if one.case == handle.id]
    assert [(one.agency, one.records_away_since) for one in listed] == [(Agency.TAX, away.records_trouble.since)]
    noted = [e for e in (await office.timeline(handle)).events if e.kind == "records_delayed"]
    assert [e.facts["code"] for e in noted] == [code]
    findings: dict[Agency, Any] = {
        Agency.LABOR: builders.labor_finding(),
        Agency.MEDICAL_INSURANCE: builders.medical_finding(),
    }
    for agency, finding in findings.items():
        if agency in others:
            actor = builders.officer(agency)
            await office.update(
                handle, CompleteTask(message_id=f"done-{agency}", actor=actor, task=agency, finding=finding)
            )

    line.says = None
    await office.sleep(timedelta(hours=5))
    back = await bureau.tax(handle)
    assert (back.records, back.records_trouble) == ("read", None)

    async def still_lacking() -> bool:
        return handle.id in {one.case for one in await inbox.tasks(office.pool, office.vault, lacking)}

    await seen(still_lacking, lambda lacks: not lacks)
    assert back.draft == builders.tax_finding()
    await bureau.office.end(handle)


async def test_an_officer_may_answer_without_a_draft_and_nobody_asks_on(real_bureau: Bureau) -> None:
    office, handle = real_bureau.office, await asked_in_vain(real_bureau)
    finding = builders.tax_finding()
    await office.update(
        handle,
        CompleteTask(message_id="done", actor=builders.officer(Agency.TAX), task=Agency.TAX, finding=finding),
    )
    answered = await real_bureau.tax(handle)
    assert (answered.state, answered.records) == ("done", "unavailable")
    await seen(partial(taken_back, handle))
    await office.end(handle)


async def test_nobody_asks_on_for_an_inquiry_that_has_lapsed(real_bureau: Bureau) -> None:
    office, handle = real_bureau.office, await asked_in_vain(real_bureau)
    await office.advance(handle, days=90)
    await office.until(handle, lambda v: tax(v).state == "lapsed")
    lapsed = await real_bureau.tax(handle)
    assert (lapsed.records, lapsed.records_trouble) == ("unavailable", None)
    await seen(partial(taken_back, handle))
    await office.end(handle)


async def asked_in_vain(bureau: Bureau) -> Handle:
    """A case in fact-finding whose tax bureau has been asked more than once, and fails."""
    bureau.line.says, bureau.line.status = b"", 503
    before = bureau.line.asked
    handle = await bureau.office.start(bureau.filed.pop())
    await bureau.office.until(handle, lambda v: v.phase is Phase.FACT_FINDING and len(v.tasks) > 1)

    async def again() -> bool:
        return bureau.line.asked > before + 1

    await seen(again)
    return handle
