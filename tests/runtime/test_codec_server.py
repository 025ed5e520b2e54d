"""The codec server shows what is encrypted to those who hold its token, and to nobody else."""

import asyncio
import base64
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
from google.protobuf import json_format
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from temporalio.api.common.v1 import Payloads
from temporalio.client import Client

from domain.words import Agency
from runtime import codec_server, servers
from runtime.attempts import UNHEARD, WRONG_AT_MOST, Attempts
from runtime.codec import ENCODING, data_converter
from runtime.codec_server import CodecServer, token_of
from runtime.ports import free_port
from runtime.settings import Settings
from runtime.vault import Vault
from tests.oidc_provider import served
from tests.runtime.running import output_of


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    body: str
    headers: dict[str, str]


def ask(url: str, body: str | None = None, **headers: str) -> Answer:
    """Ask a server, by POST if there is a body."""
    request = urllib.request.Request(url, data=body.encode() if body is not None else None)
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return Answer(response.status, response.read().decode(), dict(response.headers))
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read().decode(), dict(error.headers))


@pytest.fixture(scope="module")
async def codec(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Settings, str]]:
    """A codec server as `up` runs it."""
    settings = Settings(data=tmp_path_factory.mktemp("codec"), codec_port=0)
    server = CodecServer(settings)
    async with server.running():
        yield settings, server.address


async def sealed(vault: Vault, value: str) -> str:
    """A payload as Temporal holds it, in the JSON that its programs send."""
    payloads = Payloads(payloads=await data_converter(vault).encode([value]))
    return json_format.MessageToJson(payloads)


async def test_who_holds_the_token_sees_the_plain_payload_and_seals_none(codec: tuple[Settings, str]) -> None:
    settings, address = codec
    bearer = f"Bearer {token_of(settings)}"
    shown = await asyncio.to_thread(
        ask, f"{address}/decode", await sealed(Vault.of(settings), "证据"), authorization=bearer
    )
    assert json_format.Parse(shown.body, Payloads()).payloads[0].data.decode() == '"证据"'

    back = await asyncio.to_thread(ask, f"{address}/encode", shown.body, authorization=bearer)
    assert back.status == 404


async def test_an_officer_who_signs_in_for_an_agency_sees_its_payloads_and_no_others(
    codec: tuple[Settings, str],
) -> None:
    settings, address = codec
    bearer = f"Bearer {token_of(settings, Agency.TAX)}"
    vaults = {agency: Vault.of(settings).of_agency(agency) for agency in Agency}
    shown = {
        agency: await asyncio.to_thread(ask, f"{address}/decode", await sealed(vault, "证据"), authorization=bearer)
        for agency, vault in vaults.items()
    }
    centre = await asyncio.to_thread(
        ask, f"{address}/decode", await sealed(Vault.of(settings), "证据"), authorization=bearer
    )

    read = {a: "证据".encode() in json_format.Parse(s.body, Payloads()).payloads[0].data for a, s in shown.items()}
    assert read == {agency: agency is Agency.TAX for agency in Agency}
    assert json_format.Parse(centre.body, Payloads()).payloads[0].metadata["encoding"] == ENCODING


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer wrong"}, {"cookie": "onestop-codec=wrong"}])
async def test_nobody_else_sees_anything(codec: tuple[Settings, str], header: dict[str, str]) -> None:
    settings, address = codec
    answer = await asyncio.to_thread(ask, f"{address}/decode", await sealed(Vault.of(settings), "证据"), **header)
    assert answer.status == 401 and "证据" not in answer.body


async def test_a_browser_signs_in_once_by_the_token_and_is_known_by_its_cookie(codec: tuple[Settings, str]) -> None:
    settings, address = codec
    refused = await asyncio.to_thread(ask, f"{address}/?token=wrong")
    signed = await asyncio.to_thread(ask, f"{address}/?token={token_of(settings)}")
    cookie = signed.headers["set-cookie"]
    page = {"cookie": cookie.partition(";")[0], "origin": "http://127.0.0.1:8233"}
    shown = await asyncio.to_thread(ask, f"{address}/decode", await sealed(Vault.of(settings), "x"), **page)

    assert refused.status == 401 and "set-cookie" not in refused.headers
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert shown.status == 200
    assert shown.headers["access-control-allow-origin"] == "http://127.0.0.1:8233"


async def test_a_browser_that_signed_in_is_shown_temporals_pages_from_the_same_address(
    codec: tuple[Settings, str],
) -> None:
    settings, _ = codec

    async def page(asked: Request) -> PlainTextResponse:
        told = f"{asked.method} {asked.url.path} {asked.url.query} {sorted(asked.cookies)} {await asked.body()!r}"
        return PlainTextResponse(told, 201, headers={"x-pages": "1"})

    port, own = free_port(), free_port()
    pages = Starlette(routes=[Route("/{path:path}", page, methods=["GET", "POST"])])
    ours = codec_server.application(codec_server.doors_of(settings), f"http://127.0.0.1:{port}")
    async with served(pages, port), served(ours, own):
        address, jar = f"http://127.0.0.1:{own}", {"cookie": "onestop-codec=secret; _csrf=1"}
        shown = await asyncio.to_thread(ask, f"{address}/namespaces/default?a=1&b=%20", **jar)
        sent = await asyncio.to_thread(ask, f"{address}/api/v1/x", "body", **jar)
        signed = await asyncio.to_thread(ask, f"{address}/?token={token_of(settings)}")
        nobody = await asyncio.to_thread(ask, f"{address}/decode", await sealed(Vault.of(settings), "证据"))
    assert (shown.status, shown.headers["x-pages"]) == (201, "1")
    assert shown.body == "GET /namespaces/default a=1&b=%20 ['_csrf'] b''", "the pages never see the token"
    assert sent.body == "POST /api/v1/x  ['_csrf'] b'body'"
    assert signed.body.startswith("GET /namespaces/default/workflows"), "led on to the first page"
    assert nobody.status == 401


async def test_pages_and_names_from_elsewhere_are_turned_away(codec: tuple[Settings, str]) -> None:
    settings, address = codec
    bearer = f"Bearer {token_of(settings)}"
    body = await sealed(Vault.of(settings), "x")
    page = await asyncio.to_thread(
        ask, f"{address}/decode", body, authorization=bearer, origin="http://127.0.0.1.evil.example"
    )
    rebound = await asyncio.to_thread(ask, f"{address}/decode", body, authorization=bearer, host="evil.example")
    assert "access-control-allow-origin" not in page.headers
    assert rebound.status == 400


async def test_a_body_that_is_no_json_of_payloads_is_refused(codec: tuple[Settings, str]) -> None:
    settings, address = codec
    answer = await asyncio.to_thread(ask, f"{address}/decode", "{", authorization=f"Bearer {token_of(settings)}")
    assert answer.status == 400


async def test_an_address_that_shows_wrong_tokens_is_not_heard_for_a_while() -> None:
    now = [0.0]
    attempts, request = Attempts(lambda: now[0]), Request({"type": "http", "client": ("10.0.0.9", 1), "headers": []})
    other = Request({"type": "http", "client": ("10.0.0.8", 1), "headers": []})
    for _ in range(WRONG_AT_MOST):
        assert attempts.heard(request)
        attempts.wrong(request)
    assert not attempts.heard(request) and attempts.heard(other)
    now[0] += UNHEARD + 1
    assert attempts.heard(request)


async def test_temporals_own_command_line_reads_a_case_through_it(
    codec: tuple[Settings, str], settings: Settings, client: Client
) -> None:
    own, address = codec
    target = client.service_client.config.target_host
    other = await Client.connect(target, data_converter=data_converter(Vault.of(own)))
    await other.start_workflow("Nobody", "投诉内容", id="codec-1", task_queue="codec-nobody")
    command = [servers.executable("temporal"), "workflow", "show", "-w", "codec-1", "--address", target, "-o", "json"]
    blind = json.loads(await output_of(command))
    seeing = json.loads(
        await output_of([*command, "--codec-endpoint", address, "--codec-auth", f"Bearer {token_of(own)}"])
    )

    def begun(history: dict[str, Any]) -> bytes:
        [payload] = history["events"][0]["workflowExecutionStartedEventAttributes"]["input"]["payloads"]
        return base64.b64decode(payload["data"])

    assert "投诉内容".encode() not in begun(blind)
    assert begun(seeing) == '"投诉内容"'.encode()
