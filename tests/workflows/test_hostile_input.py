"""Whatever a stranger sends straight to the Temporal server, the case answers the next genuine message."""

import json
import uuid
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, Interceptor, OutboundInterceptor, SignalWorkflowInput, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.worker import Worker

from domain.case import messages as m
from domain.case.identity import HEADER
from domain.words import Agency, Phase
from runtime.codec import ENCODING
from runtime.vault import Vault
from tests import builders
from tests.patience import seen
from tests.workflows.conftest import Handle, Office
from tests.workflows.test_forgery import centre
from workflows.dispute import DisputeWorkflow

__all__ = ["centre"]
FEW: Final = hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Strange(Interceptor, OutboundInterceptor):
    """A client of somebody else's that puts whatever it likes into the header."""

    def __init__(self, headers: Mapping[str, Payload]) -> None:
        self._headers = headers

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        self.next = next
        return self

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        await super().signal_workflow(replace(input, headers=self._headers))


async def send(office: Office, handle: Handle, header: Payload | None, *payloads: Payload) -> None:
    """A signal with any header and any payloads."""
    headers = {} if header is None else {HEADER: header}
    stranger = await Client.connect(office.client.service_client.config.target_host, interceptors=[Strange(headers)])
    await stranger.get_workflow_handle(handle.id).signal("comment", args=[RawValue(one) for one in payloads])


async def still_answers(office: Office, handle: Handle) -> None:
    """A genuine message is taken, and the case goes on where it was."""
    said = m.Comment(message_id=f"m-{uuid.uuid4().hex}", actor=builders.SUPERVISOR, text="还在")
    answer = await office.update(handle, said)
    assert not answer.duplicate
    assert (await office.view(handle)).blocked is None


def plain(data: bytes, encoding: bytes = b"json/plain", **metadata: bytes) -> Payload:
    return Payload(metadata={"encoding": encoding} | metadata, data=data)


COMMENT: Final = json.dumps(
    {"message_id": "x", "actor": {"id": "sup-1", "role": "supervisor"}, "text": "改判", "language": "en"}
).encode()

HEADERS: Final = {
    "a lone surrogate": plain(b'"\\ud800"'),
    "a hundred thousand brackets": plain(b"[" * 100_000),
    "brackets that end": plain(b"[" * 50_000 + b"]" * 50_000),
    "a megabyte": plain(b'"' + b"a" * 2**20 + b'"'),
    "no JSON": plain(b"\xff\xfe"),
    "another encoding": plain(b"x", b"binary/protobuf"),
    "a number": plain(b"1" * 5000),
    "three dots": plain(b'"a.b.c"'),
    "a header of brackets": plain(b'"' + b"W1tbW1tb" * 500 + b'.e30.AA"'),
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
async def test_no_header_stops_a_case(centre: Office, header: Payload) -> None:
    handle = await centre.start(builders.complaint())
    await send(centre, handle, header, plain(COMMENT))
    await centre.noted(handle, "message_unproved")
    await still_answers(centre, handle)
    await handle.terminate()


@cache
def bomb() -> bytes:
    """Some kilobytes that unpack to two hundred megabytes."""
    return zlib.compress(b"\0" * (200 * 2**20), 9)


def sealed(vault: Vault, data: bytes, **metadata: bytes) -> Payload:
    """Anything at all under a good key."""
    key, text = vault.seal_bytes(data, "payload")
    return Payload(metadata={"encoding": ENCODING, "key": key.encode()} | metadata, data=text)


@pytest.mark.parametrize("holder", ["centre", *Agency])
async def test_nothing_sealed_under_a_good_key_stops_a_case(centre: Office, holder: str) -> None:
    """The keys of the agencies lie at the agencies."""
    vault = centre.vault if holder == "centre" else centre.vault.of_agency(Agency(holder))
    handle = await centre.start(builders.complaint())
    for payload in (
        sealed(vault, b"\xff\xff no protobuf"),
        sealed(vault, b"no zlib", compression=b"zlib"),
        sealed(vault, bomb(), compression=b"zlib"),
        sealed(vault, zlib.compress(b"x" * 10_000)[:-4], compression=b"zlib"),
        sealed(vault, Payload(metadata={"encoding": ENCODING}, data=b"again").SerializeToString()),
        Payload(metadata={"encoding": ENCODING, "key": b"\xff"}, data=b""),
        Payload(metadata={"encoding": ENCODING, "onestop-handed-on": b"\xff\xff"}, data=b"x"),
    ):
        await send(centre, handle, None, payload)
        await send(centre, handle, payload, plain(COMMENT))
    await still_answers(centre, handle)
    await handle.terminate()


HOSTILE_JSON: Final = st.sampled_from(
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"message_id": "\\ud800", "actor": 1}',
        b'{"message_id": "x", "actor": {"id": "\\u0000", "role": "supervisor"}}',
        b'{"days": 1e400}',
        b"9" * 10_000,
        b'{"message_id": "x", "message_id": "y"}',
        COMMENT,
    ]
) | st.binary(max_size=200)


@FEW
@given(
    header=st.none() | st.builds(plain, HOSTILE_JSON, st.sampled_from([b"json/plain", b"binary/null", b"", b"\xff"])),
    bodies=st.lists(st.builds(plain, HOSTILE_JSON, st.sampled_from([b"json/plain", b"binary/plain"])), max_size=3),
)
async def test_any_header_and_any_payloads_leave_a_case_at_work(
    centre: Office, header: Payload | None, bodies: list[Payload]
) -> None:
    handle = await centre.start(builders.complaint(complaint_id=f"t-{uuid.uuid4().hex[:12]}"))
    await send(centre, handle, header, *bodies)
    await still_answers(centre, handle)
    await handle.terminate()


async def test_a_flood_of_unproved_signals_is_counted_and_does_not_hold_up_the_case(centre: Office) -> None:
    handle = await centre.start(builders.complaint())
    other = await centre.start(builders.complaint())
    stranger = await Client.connect(centre.client.service_client.config.target_host)
    case = stranger.get_workflow_handle(handle.id)
    for number in range(400):
        await case.signal("comment", RawValue(plain(COMMENT)))
        if number % 100 == 50:
            await still_answers(centre, handle)
            await still_answers(centre, other)
    await still_answers(centre, handle)
    events = (await centre.timeline(handle)).events
    kinds = Counter(event.kind for event in events)
    # What came in, told from what the case does of its own meanwhile: ten one by one, 20, 40, 80, 160 and 320 counted.
    assert (kinds["message_unproved"], kinds["messages_unproved"], kinds["commented"]) == (10, 5, 5)
    counted = [event.facts for event in events if event.kind == "messages_unproved"]
    assert counted[-1]["count"] == 320 and counted[-1]["since"]
    await handle.terminate()
    await other.terminate()


async def test_a_request_to_cancel_is_noted_and_ends_nothing(centre: Office) -> None:
    handle = await centre.start(builders.complaint())
    stranger = await Client.connect(centre.client.service_client.config.target_host)
    await stranger.get_workflow_handle(handle.id).cancel()
    await centre.noted(handle, "cancellation_refused")
    await still_answers(centre, handle)
    await handle.terminate()


@workflow.defn(name="ThiefWorkflow", sandboxed=False)
class Thief:
    """A stranger's workflow under a case's id, which goes on as one of ours with a state of its choosing."""

    @workflow.run
    async def run(self, opening: dict[str, Any]) -> None:
        workflow.continue_as_new(args=[opening], workflow="DisputeWorkflow", task_queue="centre")


async def test_a_run_that_the_centre_did_not_hand_on_stops_visibly(centre: Office) -> None:
    genuine = await centre.start(builders.complaint())
    await centre.until(genuine, lambda view: view.phase is Phase.FACT_FINDING)
    await genuine.terminate()
    stranger = await Client.connect(centre.client.service_client.config.target_host)
    state = {"case": genuine.id, "phase": "performance", "phase_since": "2026-01-01T00:00:00Z", "outcome": "performed"}
    async with Worker(stranger, task_queue="thief", workflows=[Thief]):
        run = (await genuine.describe()).run_id
        opening = {"state": state, "chain": run, "run": run}
        await stranger.start_workflow("ThiefWorkflow", opening, id=genuine.id, task_queue="thief")
        handle = centre.client.get_workflow_handle(genuine.id)
        await seen(handle.describe, lambda now: now.workflow_type == "DisputeWorkflow")
        view = await centre.until(handle, lambda view: view.blocked is not None)
    assert view.phase is Phase.INTAKE and view.blocked is not None
    assert view.blocked.code.startswith("refusals.ledger.")
    said = m.Comment(message_id="late", actor=builders.SUPERVISOR, text="补记")
    assert "卷宗" in str(await centre.say(handle, "update", "comment", said.model_dump(mode="json")))
    await handle.terminate()


async def test_a_case_that_begins_anew_while_the_casebook_knows_more_takes_nothing_in(centre: Office) -> None:
    complaint = builders.complaint()
    first = await centre.start(complaint)
    await centre.until(first, lambda view: view.phase is Phase.FACT_FINDING)
    await seen(lambda: centre.events(first.id), lambda events: len(events) >= 5)
    await first.terminate()
    again = await centre.client.start_workflow(DisputeWorkflow.run, id=first.id, task_queue="centre")
    filing = m.FileComplaint(
        message_id="again", actor=builders.INTAKE, complaint=complaint, drill=True, drill_on=builders.TODAY
    )
    with pytest.raises(WorkflowUpdateFailedError):
        await again.execute_update(filing.name, filing)
    view = await centre.until(again, lambda view: view.blocked is not None)
    assert view.blocked is not None and view.blocked.code in ("refusals.ledger.ahead", "refusals.ledger.conflict")
    listed = await centre.pool.fetchrow('select blocked from dispute where "case" = $1', first.id)
    assert listed is not None
    await again.terminate()
