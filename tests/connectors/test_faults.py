"""An agency's service that is away, hangs, lies, sends half an answer or garbage."""

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from connectors.breaker import Breaker
from connectors.http import PAGE_BYTES, HttpRecords, Service, Unsafe, opened
from connectors.wire import EMPLOYED, PAID_UNTIL, PATH, Question
from domain.grid.early_warning import NamedEmployer
from domain.inquiry.records import RecordsFault, RecordsQuery, Unreachable, Unusable
from domain.words import Agency
from examples.agency_service.service import service
from tests.builders import claimant
from tests.connectors.serving import key_pair, query, serving, told

Answer = Callable[[Request], Awaitable[Response]]
TAX = "record,identity_number,employer_name,insurance,first_month,last_month,base,state,since,monthly_surplus"
ASKED = query(claimant())
IMPATIENT = timedelta(seconds=0.5)
STOPPED = {"name": "虚构公司", "last_month": "2024-05", "people": 1}
ROW = {
    "claimant": "c1", "employer": "e1", "insurance": "pension", "first_month": "2024-01", "last_month": "2024-01"
}  # fmt: skip


@asynccontextmanager
async def asking(url: str, key: Path | None, **changes: Any) -> AsyncIterator[HttpRecords]:
    at = Service(**{"agency": Agency.TAX, "url": url, "key": key, "within": timedelta(minutes=1)} | changes)
    async with opened(at, lambda count: None, Breaker()) as records:
        yield records


async def fault(answer: Answer, folder: Path, asked: RecordsQuery = ASKED, **changes: Any) -> RecordsFault:
    """How reading fails when a service answers like this."""
    app = Starlette(routes=[Route(PATH, answer, methods=["POST"])])
    async with serving(app) as url, asking(url, key_pair(folder)[0], **changes) as records:
        with pytest.raises(RecordsFault) as caught:
            await records.read(asked)
    return caught.value


def page(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    finding = {"agency": "tax", "contributions": list(rows)}
    return {"inquiry": ASKED.inquiry, "total": len(rows), "finding": finding} | changes


def always(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def answer(request: Request) -> Response:
        return Response(content, status, headers)

    return answer


async def test_a_service_that_is_away_is_unreachable(tmp_path: Path) -> None:
    async with serving(Starlette()) as url:
        pass
    async with asking(url, key_pair(tmp_path)[0]) as records:
        with pytest.raises(Unreachable, match=r"connector\.unreachable"):
            await records.read(ASKED)


async def test_a_service_that_hangs_is_unreachable(tmp_path: Path) -> None:
    async def answer(request: Request) -> Response:
        await asyncio.sleep(10)
        return Response()

    assert (await fault(answer, tmp_path, within=IMPATIENT)).code == "connector.silent"


async def test_a_service_that_drips_byte_by_byte_for_ever_is_unreachable(tmp_path: Path) -> None:
    async def answer(request: Request) -> Response:
        async def drip() -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await asyncio.sleep(0.05)

        return StreamingResponse(drip())

    assert (await fault(answer, tmp_path, within=IMPATIENT)).code == "connector.silent"


async def test_an_answer_cut_off_in_the_middle_is_unreachable(tmp_path: Path) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"inquiry": "dispu')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(half, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, asking(url, key_pair(tmp_path)[0]) as it:
        with pytest.raises(Unreachable, match=r"connector\.unreachable"):
            await it.read(ASKED)


@pytest.mark.parametrize(
    ("body", "code", "retryable"),
    [
        (b"<html>Welcome</html>", "connector.garbage", False),
        (b"", "connector.garbage", False),
        (b'{"inquiry": "disp', "connector.garbage", False),
        (b"\xff\xfe\x00", "connector.garbage", False),
        ([], "connector.schema", False),
        (page(ROW, total=3), "connector.incomplete", True),
        (page(ROW, ROW, total=1), "connector.miscounted", False),
        (page(ROW, total=10**9), "connector.too_many", False),
        (page(ROW, inquiry="dispute-other/tax/1"), "connector.another_answer", False),
        (page(finding={"agency": "union"}, total=0), "connector.another_answer", False),
        (page(ROW | {"claimant": "c2"}), "connector.stranger", False),
        (page(ROW | {"employer": "e2"}), "connector.stranger", False),
        (page(ROW | {"first_month": "2019-01", "last_month": "2019-12"}), "connector.other_months", False),
        (page(ROW | {"last_month": "2023-12"}), "connector.schema", False),
        (page(ROW, next="7", total=100), "connector.circles", False),
        (page(next="7", total=100), "connector.circles", False),
        (b" " * (PAGE_BYTES + 1), "connector.too_long", False),
    ],
)
async def test_what_is_not_an_answer_to_the_question_is_not_taken(
    tmp_path: Path, body: Any, code: str, retryable: bool
) -> None:
    failed = await fault(always(body), tmp_path)
    assert (failed.code, failed.retryable) == (code, retryable)


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (401, "connector.not_let_in", False),
        (403, "connector.not_let_in", False),
        (302, "connector.refused", False),
        (404, "connector.refused", False),
        (422, "connector.refused", False),
        (429, "connector.failing", True),
        (500, "connector.failing", True),
        (503, "connector.failing", True),
    ],
)
async def test_a_status_says_whether_it_helps_to_ask_again(
    tmp_path: Path, status: int, code: str, retryable: bool
) -> None:
    failed = await fault(always({}, status, {"Location": "http://example.invalid/"}), tmp_path)
    assert (failed.code, failed.retryable) == (code, retryable)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("90", 90),
        ("9" * 5000, 3600),
        ("86400", 3600),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 3600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("soon", None),
        ("-1", None),
        ("", None),
    ],
)
async def test_a_service_that_asks_for_a_pause_gets_it_an_hour_at_most(
    tmp_path: Path, asked: str, seconds: int | None
) -> None:
    after = (await fault(always({}, 503, {"Retry-After": asked}), tmp_path)).after
    assert after == (None if seconds is None else timedelta(seconds=seconds))


async def test_pages_without_end_are_given_up_though_each_has_another_cursor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(asked: Request) -> Response:
        cursor = (await asked.json()).get("cursor") or "0"
        return Response(json.dumps(page(ROW, next=str(int(cursor) + 1), total=200_000)), media_type="application/json")

    monkeypatch.setattr("connectors.http.PAGES", 5)
    assert (await fault(endless, tmp_path)).code == "connector.too_many_pages"
    monkeypatch.setattr("connectors.http.ANSWER_BYTES", 1000)
    assert (await fault(endless, tmp_path)).code == "connector.too_long"


async def test_a_wrong_field_is_told_by_its_path_and_never_by_its_value(tmp_path: Path) -> None:
    secret = "990000199004120035"
    wrong = [
        page(ROW | {"first_month": secret}),
        page(ROW | {"insurance": secret}),
        page(ROW | {secret: "1"}),
        page(ROW) | {secret: 1},
        page(finding={"agency": secret}),
        page(ROW | {"claimant": secret}),
    ]
    uncounted = await fault(always(page(ROW, total=secret)), tmp_path)
    assert secret not in f"{uncounted} {uncounted.params}"
    for body in wrong:
        failed = await fault(always(body), tmp_path)
        assert failed.params.get("field")
        assert secret not in f"{failed} {failed.params} {failed.__cause__} {failed.code}"


async def test_a_compressed_answer_that_does_not_unpack_is_garbage(tmp_path: Path) -> None:
    body = gzip.compress(json.dumps(page()).encode())[:10] + b"broken"
    assert (await fault(always(body, headers={"Content-Encoding": "gzip"}), tmp_path)).code == "connector.garbage"


# --- who asks -------------------------------------------------------------------------------------------


async def test_only_a_trusted_key_is_let_in(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(TAX + "\n")
    _, trusted = key_pair(tmp_path)
    stranger, _ = key_pair(tmp_path, "stranger")
    app = service(Agency.TAX, tmp_path / "rows.csv", tmp_path / "register", {"onestop": trusted})
    async with serving(app) as url, asking(url, stranger) as records:
        with pytest.raises(Unusable, match=r"connector\.not_let_in"):
            await records.read(ASKED)


async def test_each_side_shows_its_certificate(tmp_path: Path) -> None:
    authority, elsewhere = trustme.CA(), trustme.CA()
    at, ours = authority.issue_cert("127.0.0.1"), authority.issue_cert("onestop.example")
    theirs = elsewhere.issue_cert("onestop.example")
    for name, blob in {
        "ca": authority.cert_pem, "other-ca": elsewhere.cert_pem, "ours": ours.private_key_and_cert_chain_pem,
        "theirs": theirs.private_key_and_cert_chain_pem, "at": at.private_key_and_cert_chain_pem,
    }.items():  # fmt: skip
        blob.write_to_path(str(tmp_path / name))
    (tmp_path / "rows.csv").write_text(TAX + "\n")
    app = service(Agency.TAX, tmp_path / "rows.csv", tmp_path / "register")
    tls = {"ssl_certfile": tmp_path / "at", "ssl_ca_certs": str(tmp_path / "ca"), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    async with serving(app, **tls) as url:

        async def read(certificate: str, ca: str) -> dict[str, Any]:
            how = {"certificate": tmp_path / certificate, "ca": tmp_path / ca}
            async with asking(url, None, **how) as records:
                return told(await records.read(ASKED))

        assert await read("ours", "ca") == {}
        for certificate, ca in [("theirs", "ca"), ("ours", "other-ca")]:
            with pytest.raises(Unreachable, match=r"connector\.unreachable"):
                await read(certificate, ca)


@pytest.mark.parametrize(
    "how",
    [{"url": "http://records.example"}, {"url": "http://localhost", "key": None}, {"url": "ftp://records.example"}],
)
async def test_a_service_is_not_asked_without_encryption_or_proof_of_who_asks(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    private, _ = key_pair(tmp_path)
    at = Service(**{"agency": Agency.TAX, "key": private} | how)
    with pytest.raises(Unsafe):
        async with opened(at, lambda count: None, Breaker()):
            pass


async def test_what_was_given_out_is_booked_once_however_often_it_is_asked(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(TAX + "\n")
    private, public = key_pair(tmp_path)
    app = service(Agency.TAX, tmp_path / "rows.csv", tmp_path / "register", {"onestop": public})
    async with serving(app) as url, asking(url, private) as records:
        for inquiry in ("dispute-a/tax/1", "dispute-a/tax/1", "dispute-b/tax/1"):
            await records.read(query(claimant(), inquiry=inquiry))
    booked = [json.loads(line) for line in (tmp_path / "register").read_text().splitlines()]
    assert [line["inquiry"] for line in booked] == ["dispute-a/tax/1", "dispute-b/tax/1"]


async def test_a_captured_request_opens_the_door_once_and_only_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(TAX + "\n")
    private, public = key_pair(tmp_path)
    captured: list[tuple[dict[str, str], bytes]] = []
    app = service(Agency.TAX, tmp_path / "rows.csv", tmp_path / "register", {"onestop": public})

    async def tapped(scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        captured.append((dict(request.headers), body := await request.body()))

        async def again() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        await app(scope, again, send)

    async with serving(tapped) as url, asking(url, private) as records:
        await records.read(ASKED)
        headers, body = captured[0]
        kept = {name: headers[name] for name in headers if name not in ("host", "content-length")}
        for content, changed in [
            (body, {}),
            (body.replace(b"2024", b"2014"), {}),
            (body, {"idempotency-key": "another"}),
        ]:
            async with httpx.AsyncClient() as client:
                response = await client.post(url + PATH, content=content, headers=kept | changed)
            assert response.status_code == 401


def month(number: int, **changes: Any) -> dict[str, Any]:
    name = f"2024-{number:02d}"
    return ROW | {"first_month": name, "last_month": name} | changes


def in_pages(*pages: list[dict[str, Any]]) -> Answer:
    """An answer that announces as many rows as come."""
    total = sum(map(len, pages))

    async def answer(request: Request) -> Response:
        number = int((await request.json()).get("cursor") or 0)
        following = {"next": str(number + 1)} if number + 1 < len(pages) else {}
        return Response(json.dumps(page(*pages[number], total=total, **following)))

    return answer


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        # Nine rows announced, nine came, and two of them are others again.
        (in_pages([month(1), month(2), month(2)], [month(3)]), "row_twice"),
        (in_pages([month(1), month(2)], [month(2), month(3)]), "row_twice"),
        (in_pages([month(1), month(2)], [month(1), month(2)]), "out_of_order"),
        (in_pages([month(2)], [month(1)]), "out_of_order"),
    ],
)
async def test_rows_that_come_twice_or_out_of_their_order_hide_others_and_are_not_believed(
    tmp_path: Path, answer: Answer, code: str
) -> None:
    wide = query(claimant(), first_month="2024-01", last_month="2024-12", inquiry=ASKED.inquiry)
    assert (await fault(answer, tmp_path, wide)).code == f"connector.{code}"


async def test_an_employer_in_two_states_at_once_is_a_contradiction(tmp_path: Path) -> None:
    states = [{"employer": "e1", "state": state} for state in ("normal", "insolvent")]
    body = {"inquiry": ASKED.inquiry, "total": 2, "finding": {"agency": "tax", "employers": states}}
    assert (await fault(always(body), tmp_path)).code == "connector.two_states"


async def test_a_stale_cursor_makes_the_question_begin_anew(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(TAX + "\n")
    private, public = key_pair(tmp_path)
    app = service(Agency.TAX, tmp_path / "rows.csv", tmp_path / "register", {"onestop": public})
    async with serving(app) as url, asking(url, private) as records:
        question = Question.of(Agency.TAX, ASKED, 10).model_copy(update={"cursor": "7"})
        with pytest.raises(Unreachable, match=r"connector\.failing"):
            await records._body(PATH, "k/2", question, 2)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (always({"total": 2, "employers": [STOPPED, STOPPED]}), "row_twice"),
        (always({"total": 1, "employers": [STOPPED | {"last_month": "2025-01"}]}), "other_months"),
        (always({"total": 1, "employers": [{"last_month": "2024-05", "people": 1}]}), "schema"),
        (always({"total": 0, "employers": [STOPPED]}), "miscounted"),
        (always({"total": 2, "employers": [STOPPED]}), "incomplete"),
        (always({"title": "Not Found", "status": 404}, 404), "no_watch"),
    ],
)
async def test_a_wrong_answer_about_employers_that_stopped_paying_is_told_apart(
    tmp_path: Path, answer: Answer, code: str
) -> None:
    app = Starlette(routes=[Route(PAID_UNTIL, answer, methods=["POST"])])
    async with serving(app) as url, asking(url, key_pair(tmp_path)[0]) as records:
        with pytest.raises(RecordsFault, match=rf"connector\.{code}"):
            await records.paid_until("2024-01", "2024-12")


async def test_counts_for_other_than_the_employers_asked_about_are_refused(tmp_path: Path) -> None:
    app = Starlette(routes=[Route(EMPLOYED, always({"workers": [3, 4]}), methods=["POST"])])
    async with serving(app) as url, asking(url, key_pair(tmp_path)[0]) as records:
        with pytest.raises(Unusable, match=r"connector\.miscounted"):
            await records.still_employed([NamedEmployer(name="虚构公司")], ["2024-05"])
