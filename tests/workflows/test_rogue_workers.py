"""Somebody who reaches the Temporal server polls an agency's queue, or asks its worker, without being that agency."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RawValue, RetryPolicy
from temporalio.converter import DataConverter, PayloadCodec
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import worker
from domain.inquiry.findings import TaxFinding
from domain.views.case_view import CaseView, TaskView
from domain.words import Agency
from runtime.codec import Codec, Converter
from runtime.connect import plugin
from runtime.rings import KeyRing
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing import HoldsKeys
from runtime.signing_keys import Keys
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders
from tests.workflows.conftest import Office


class OneWay(PayloadCodec):
    """Seals what goes out, and takes what comes in as it is."""

    def __init__(self, vault: Vault) -> None:
        self._seal = Codec(vault)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return await self._seal.encode(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)


@dataclass(frozen=True)
class Centre:
    """The centre at work; the tax bureau's worker comes when it is called."""

    office: Office
    world: worker.World
    server: str

    async def stranger(self, vault: Vault | None = None) -> Client:
        """Somebody else's client, which seals what it says with whatever keys they have."""
        codec = OneWay(vault) if vault else None
        converter = DataConverter(payload_converter_class=Converter, payload_codec=codec)
        return await Client.connect(self.server, data_converter=converter)


@pytest.fixture(scope="module")
async def centre(
    client: Client, pool: asyncpg.Pool, vault: Vault, settings: Settings, verifier: Verifier
) -> AsyncIterator[Centre]:
    """Every worker but the tax bureau's."""
    world = worker.World(client, pool, vault, Rules(settings.own_tables), verifier)
    async with contextlib.AsyncExitStack() as stack:
        for role in set(worker.ROLES) - {Agency.TAX}:
            await stack.enter_async_context(worker.worker(role, world))
        office = Office(client, pool, vault, settings.own_tables)
        yield Centre(office, world, client.service_client.config.target_host)


@activity.defn(name="tax.read_records")
async def everything_was_paid(request: RawValue) -> TaxFinding:
    """A forged answer, whatever was asked."""
    del request
    return TaxFinding(remark="forged")


def tax(view: CaseView) -> TaskView:
    """The tax bureau's inquiry."""
    return next(task for task in view.tasks if task.agency is Agency.TAX)


@pytest.mark.parametrize("of", [None, Agency.LABOR], ids=["without a key", "with the labour bureau's"])
async def test_nobody_else_answers_for_an_agency_and_the_case_goes_on(centre: Centre, of: Agency | None) -> None:
    office = centre.office
    rogue = await centre.stranger(office.vault.of_agency(of) if of else None)
    async with Worker(rogue, task_queue=Agency.TAX, activities=[everything_was_paid]):
        handle = await office.start(builders.complaint())
        view = await office.until(handle, lambda view: bool(view.tasks) and tax(view).records_trouble is not None)
    trouble = tax(view).records_trouble
    assert trouble is not None and trouble.code == "connector.not_theirs"

    async with worker.worker(Agency.TAX, centre.world):
        await office.advance(handle, 1)
        view = await office.until(handle, lambda view: tax(view).draft is not None)
    assert isinstance(draft := tax(view).draft, TaxFinding) and draft.remark is None


async def test_a_worker_with_an_old_ring_is_told_of_on_the_case(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, keys: Keys
) -> None:
    office = centre.office
    monkeypatch.setattr("domain.procedure.inquiry.reading_records._FIRST_PATIENCE", timedelta(seconds=2))
    old = Vault(KeyRing.fresh())
    client = await Client.connect(centre.server, plugins=[plugin(old, HoldsKeys(keys, builders.SUPERVISOR))])
    async with worker.worker(Agency.TAX, replace(centre.world, client=client, vault=old)):
        handle = await office.start(builders.complaint())
        view = await office.until(handle, lambda view: bool(view.tasks) and tax(view).records_trouble is not None)
    trouble = tax(view).records_trouble
    assert trouble is not None and trouble.code == "connector.other_keys"
    await handle.terminate()


@workflow.defn(name="Curious")
class Curious:
    """A workflow of somebody else's."""

    @workflow.run
    async def run(self) -> Any:
        return await workflow.execute_activity(
            "tax.read_records",
            {"claimants": []},
            task_queue=Agency.TAX,
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(maximum_attempts=2),
        )


async def test_nobody_else_asks_an_agency_for_its_records(centre: Centre) -> None:
    stranger = await centre.stranger()
    own = Worker(stranger, task_queue="curious", workflows=[Curious], workflow_runner=UnsandboxedWorkflowRunner())
    async with worker.worker(Agency.TAX, centre.world), own:
        with pytest.raises(WorkflowFailureError) as failure:
            await stranger.execute_workflow(Curious.run, id=f"curious-{uuid.uuid4().hex}", task_queue="curious")
    cause = failure.value.cause
    while cause.__cause__ is not None:
        cause = cause.__cause__
    assert "BadInput" in repr(cause.__dict__) or "not sealed" in str(cause)
