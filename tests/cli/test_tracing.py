"""Traces: which case each call and activity was about, told to a receiver over real HTTP, and nobody's data."""

import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import worker
from runtime import connect
from runtime.ports import free_port
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.tracing import traced
from tests import builders
from tests.cli.conftest import Centre
from tests.oidc_provider import served
from tests.patience import seen
from tests.workflows.conftest import Office


@contextlib.asynccontextmanager
async def receiver() -> AsyncIterator[tuple[str, list[bytes]]]:
    """What an OpenTelemetry collector takes in."""
    came: list[bytes] = []

    async def take(asked: Request) -> Response:
        came.append(await asked.body())
        return Response(media_type="application/x-protobuf")

    port = free_port()
    async with served(Starlette(routes=[Route("/v1/traces", take, methods=["POST"])]), port):
        yield f"http://127.0.0.1:{port}", came


def spans(came: list[bytes]) -> dict[str, set[str]]:
    """The names of the spans, and the workflows that each tells of."""
    found: dict[str, set[str]] = {}
    for body in came:
        with contextlib.suppress(DecodeError):
            told = ExportTraceServiceRequest.FromString(body)
            for resource in told.resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        cases = {a.value.string_value for a in span.attributes if "WorkflowID" in a.key}
                        found.setdefault(span.name, set()).update(cases)
    return found


async def test_a_case_is_traced_from_the_filing_through_its_activities_and_names_nobody(centre: Centre) -> None:
    async with receiver() as (address, came):
        settings = centre.settings.model_copy(update={"traces": address})
        client = await connect.connect(settings, service="onestop-test")
        await centre.close()
        world = centre.world
        own = worker.World(client, world.pool, world.vault, Rules(settings.own_tables), world.verifier)
        try:
            async with contextlib.AsyncExitStack() as stack:
                for role in worker.ROLES:
                    await stack.enter_async_context(worker.worker(role, own))
                office = Office(client, world.pool, world.vault, settings.own_tables)
                complaint = builders.complaint()
                handle = await office.start(complaint)
                await office.until(handle, lambda view: bool(view.tasks))

                async def told() -> dict[str, set[str]]:
                    return spans(came)

                found = await seen(told, lambda names: "RunActivity:intake.admit" in names)
                assert found["RunActivity:intake.admit"] == {handle.id}
                assert any(name.startswith("StartUpdateWithStartWorkflow") for name in found)
                person = complaint.claimants[0]
                whole = b"".join(came)
                assert person.name.encode() not in whole and person.identity_number.encode() not in whole
                await handle.terminate()
        finally:
            await centre.open()


def test_without_a_receiver_nothing_is_traced() -> None:
    assert traced(None, "onestop") is None
    assert Settings().traces is None


@pytest.mark.parametrize("name", ["opentelemetry.sdk", "opentelemetry.exporter"])
def test_nothing_of_it_is_loaded_where_it_is_not_asked_for(name: str) -> None:

    told = subprocess.run(
        [sys.executable, "-c", f"import worker, sys; print({name!r} in sys.modules)"], capture_output=True, text=True
    )
    assert told.stdout.strip() == "False"
