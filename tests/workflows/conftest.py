"""A centre with all its workers, on the time-skipping server and a real PostgreSQL."""

import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.testservice.v1 import SleepRequest
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import RawValue, WorkflowIDConflictPolicy
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

import worker
from casebook import ledger
from domain.base import CENTRE_ZONE
from domain.case.opening import Closed, Opening, Reading
from domain.case.receipts import Acknowledgement, Receipt
from domain.deadlines.messages import AdvanceClock
from domain.inquiry.findings import Contribution
from domain.inquiry.messages import ClaimTask, CompleteTask
from domain.intake.complaint import Complaint
from domain.intake.messages import FileComplaint
from domain.ledger import Event
from domain.message import Message
from domain.procedure.intake.effects import DRILLS_BEGIN
from domain.settlement.signature import SealAgreement, Sign, SigningWay
from domain.views.case_view import CaseView, Timeline
from domain.words import CENTRE_QUEUE, Agency, InsuranceKind, Language
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing_keys import KeySetFile
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders
from tests.conftest import SkippedTime
from tests.patience import seen
from workflows.dispute import DisputeWorkflow

Handle = WorkflowHandle[Any, Any]
_STEP = timedelta(days=4)


@dataclass
class Office:
    """What a test does at the centre."""

    client: Client
    pool: asyncpg.Pool
    vault: Vault
    tables: Path
    environment: WorkflowEnvironment | None = None
    """The time-skipping server; None on a real one, where time passes as it does."""
    ahead: dict[str, timedelta] = field(default_factory=dict)
    """By how much the clock of each case is ahead of the server's."""

    async def file(self, complaint: Complaint, *, case: str | None = None) -> tuple[Handle, Receipt]:
        """File a complaint by update-with-start."""
        real = await self.environment.get_current_time() if self.environment else datetime.now(UTC)
        begins = datetime.combine(builders.TODAY, DRILLS_BEGIN, CENTRE_ZONE)
        self.ahead[case or f"dispute-{complaint.complaint_id}"] = begins - real
        start = WithStartWorkflowOperation(
            DisputeWorkflow.run,
            Opening(),
            id=case or f"dispute-{complaint.complaint_id}",
            task_queue=CENTRE_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        receipt = await self.client.execute_update_with_start_workflow(
            FileComplaint.name,
            FileComplaint(
                message_id=f"file-{complaint.complaint_id}",
                actor=builders.INTAKE,
                complaint=complaint,
                drill=True,
                drill_on=builders.TODAY,
            ),
            start_workflow_operation=start,
            id=f"file-{complaint.complaint_id}",
            result_type=Receipt,
        )
        return await start.workflow_handle(), receipt

    async def start(self, complaint: Complaint) -> Handle:
        """File a complaint and go on with its case."""
        handle, _ = await self.file(complaint)
        return handle

    async def update(self, handle: Handle, message: Message) -> Acknowledgement:
        """Send a message that must be accepted."""
        answer: Acknowledgement = await handle.execute_update(message.name, message, result_type=Acknowledgement)
        return answer

    async def say(self, handle: Handle, kind: str, name: str, body: Any) -> str | None:
        """Send anything, as it is, in plain JSON. Returns why an update was refused."""
        try:
            if kind == "signal":
                await handle.signal(name, plain(body))
            else:
                await handle.execute_update(name, plain(body), result_type=RawValue)
        except WorkflowUpdateFailedError as failure:
            return str(failure.cause)
        except RPCError:
            return "gone"
        return None

    async def view(self, handle: Handle) -> CaseView:
        """The case as everybody reads it."""
        return await handle.query(DisputeWorkflow.case_view)

    async def until(self, handle: Handle, holds: Callable[[CaseView], bool]) -> CaseView:
        """The view of the case once something holds of it."""
        return await seen(lambda: self.view(handle), holds)

    async def noted(self, handle: Handle, kind: str) -> Event:
        """The first event of a kind, once it is on the timeline: a signal is carried out when it has been proved."""

        async def events() -> list[Event]:
            return [event for event in (await self.timeline(handle)).events if event.kind == kind]

        return (await seen(events))[0]

    async def timeline(self, handle: Handle, language: Language = Language.CHINESE) -> Timeline:
        """The latest events of the case."""
        return await handle.query(DisputeWorkflow.timeline, Reading(language=language))

    async def advance(self, handle: Handle, days: int) -> None:
        """Move the clock of a drill on."""
        message = AdvanceClock(message_id=f"advance-{uuid.uuid4().hex}", actor=builders.SUPERVISOR, days=days)
        await self.update(handle, message)

    async def sign(self, handle: Handle) -> CaseView:
        """Everybody who accepted signs before the mediator, and the centre's seal is put on it."""
        view = await self.until(handle, lambda v: v.signing is not None)
        assert view.signing is not None
        actor = builders.mediator(view.mediator or "")
        await self.update(
            handle, Sign(message_id="sign", actor=actor, parties=view.signing.unsigned, how=SigningWay.IN_PERSON)
        )
        await self.update(handle, SealAgreement(message_id="seal", actor=actor, seal="seal-0001"))
        return await self.view(handle)

    async def contradict(self, handle: Handle) -> None:
        """Labour and tax find what can't both be right: premiums were paid on a base that is not the wage."""
        paid = Contribution(
            claimant="c1", employer="e1", insurance=InsuranceKind.PENSION, first_month="2024-05", last_month="2024-06",
            base="5000.00",
        )  # fmt: skip
        for agency, finding in {
            Agency.LABOR: builders.labor_finding(),
            Agency.MEDICAL_INSURANCE: builders.medical_finding(),
            Agency.TAX: builders.tax_finding(paid),
        }.items():
            actor, found = builders.officer(agency), {"task": agency, "finding": finding}
            await self.update(handle, ClaimTask(message_id=f"c-{agency}", actor=actor, task=agency))
            await self.update(handle, CompleteTask(message_id=f"f-{agency}", actor=actor, **found))
        await self.until(handle, lambda view: bool(view.undecided))

    async def mediator_of(self, handle: Handle) -> str | None:
        """The mediator of a case, once there is one."""
        return (await self.view(handle)).mediator

    async def end(self, *handles: Handle) -> None:
        """End what a test leaves open, once nobody works for it.

        The time-skipping server never skips again after a workflow has ended under an activity that was being done.
        """
        if self.environment:
            await self.sleep(timedelta(seconds=5))  # The casebook may lie behind by a moment.
        for handle in handles:
            if self.environment:
                await seen(partial(_idle, handle))
            await handle.terminate()

    async def sleep(self, duration: timedelta) -> None:
        """Let time pass, a few days at a time: all cases that other tests have left open live through them too."""
        for past in range(0, duration.days, _STEP.days):
            await self._skip(min(_STEP, duration - timedelta(days=past)))
        await self._skip(duration % timedelta(days=1))

    async def _skip(self, duration: timedelta) -> None:
        """Much may happen in a few days: the server is given longer than a client's usual patience."""
        length = Duration()
        length.FromTimedelta(duration)
        server = self.client.service_client.test_service
        await server.unlock_time_skipping_with_sleep(SleepRequest(duration=length), timeout=timedelta(minutes=2))

    async def live_to_the_end(self, handle: Handle) -> Closed:
        """Let time pass, in steps, until the case has closed by itself; four years are enough for any."""
        typed = self.client.get_workflow_handle_for(DisputeWorkflow.run, handle.id)
        for _ in range(75):
            if (await typed.describe()).close_time is not None:
                return await typed.result()
            await self.sleep(timedelta(days=20))
        raise AssertionError(f"never closed: {(await self.view(handle)).line}")

    async def events(self, case: str) -> list[Event]:
        """The ledger as the casebook has it."""
        return await ledger.events(self.pool, self.vault, case)

    async def verify(self, case: str) -> str:
        """Prove the ledger; its head."""
        await ledger.prove(self.pool, self.vault, case)
        return (await self.events(case))[-1].digest


async def _idle(handle: Handle) -> bool:
    started = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
    return all(one.state != started for one in (await handle.describe()).raw_description.pending_activities)


def plain(body: Any) -> RawValue:
    """A payload as a client in another language writes it."""
    return RawValue(Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(body).encode()))


@pytest.fixture(scope="module")
async def office(
    time_skipping: WorkflowEnvironment,
    pool: asyncpg.Pool,
    vault: Vault,
    settings: Settings,
    skipped_time: SkippedTime,
) -> AsyncIterator[Office]:
    """The centre and every agency at work, where months pass in milliseconds."""
    async with at_work(time_skipping, pool, vault, settings, skipped_time) as office:
        yield office


@contextlib.asynccontextmanager
async def at_work(
    environment: WorkflowEnvironment, pool: asyncpg.Pool, vault: Vault, settings: Settings, skipped_time: SkippedTime
) -> AsyncIterator[Office]:
    """The centre and every agency at work on a time-skipping server."""
    verifier = Verifier(KeySetFile.of(settings), skipped_time)
    world = worker.World(environment.client, pool, vault, Rules(settings.own_tables), verifier)
    async with contextlib.AsyncExitStack() as stack:
        for role in worker.ROLES:
            await stack.enter_async_context(worker.worker(role, world))
        yield Office(environment.client, pool, vault, settings.own_tables, environment)
