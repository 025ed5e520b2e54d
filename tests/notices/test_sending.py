"""Notices through real servers: sent once, tried again, and their receipts."""

import asyncio
import email
import email.policy
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import uvicorn
from aiosmtpd.controller import Controller
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.casebook import CasebookService
from activities.notices import NoticeService
from casebook import notices as outbox
from casebook.ledger import record
from casebook.notices import IN_APP
from casebook.registry import register
from domain.base import CENTRE_ZONE
from domain.ledger import SYSTEM
from domain.procedure.notices.recipients import notice_table
from domain.rounds import PostRound
from notices.channels import Channel, Letter, Mail, NotTaken, Webhook
from runtime.rules import Rules
from runtime.vault import Vault
from tests.builders import claimant, complaint, employer
from tests.casebook.filing import FILED, chain, entry, fresh, request


class Postbox:
    """A real SMTP server that keeps what it gets, and refuses one address."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.put_off: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("nobody@"):
            return "550 no such user"
        if address.startswith("later@") and address not in self.put_off:
            self.put_off.add(address)
            return "450 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken += [(address, envelope.content.decode()) for address in envelope.rcpt_tos]
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, Mail]]:
    box = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, Mail("127.0.0.1", port, "centre@example.test", tls=False)
    controller.stop()


class Gateway:
    """A real HTTP service that takes notices, or answers with whatever it is told to."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.answer = 200
        self.headers: dict[str, str] = {}
        self.asked = 0

    async def take(self, asked: Request) -> Response:
        self.asked += 1
        if self.answer == 200:
            self.taken.append(await asked.json())
            self.keys.append(asked.headers["Idempotency-Key"])
        return Response(status_code=self.answer, headers=self.headers)


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[Gateway, Webhook]]:
    at = Gateway()
    app = Starlette(routes=[Route("/", at.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells of it in no other way
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient() as client:
        yield at, Webhook(client, f"http://127.0.0.1:{port}/", "secret")
    server.should_exit = True
    await serving


class Office:
    """A case with parties who can be reached, whose events are queued and sent."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, client: Client, folder: Path, *channels: Channel) -> None:
        self.pool, self.vault, self.channels = pool, vault, channels
        self.service = NoticeService(client, pool, vault, channels, Rules(folder))

    async def case(self, **contact: str) -> str:
        """A settled case whose one claimant has some contact, and whose employer has none."""
        filed = complaint(respondents=(employer(name=fresh("虚构通知公司")),))
        filed = filed.model_copy(update={"claimants": (claimant(1, **contact),)})
        asked = request(filed)
        await register(self.pool, self.vault, asked)
        await outbox.keep_contacts(self.pool, self.vault, asked.case, filed.claimants, filed.respondents)
        [event] = chain(1, due="2026-12-09")
        written = entry(asked.case, event)
        await record(self.pool, self.vault, written)
        told = written.model_copy(update={"events": (event.model_copy(update={"kind": "instalment_overdue"}),)})
        for _ in range(2):
            names = [channel.name for channel in self.channels]
            await outbox.queue(self.pool, told, notice_table(), names, now=FILED)
        return asked.case

    async def send(self) -> None:
        for channel in self.channels:
            asked = PostRound(asked_by=SYSTEM, channel=channel.name)
            await ActivityEnvironment().run(self.service.send_due, asked)

    async def states(self, case: str) -> set[tuple[str, str, str, str | None]]:
        found = await outbox.of_case(self.pool, self.vault, case)
        return {(n.recipient, n.channel, n.state, n.problem) for n in found}

    async def later(self, case: str) -> None:
        """A day goes by for what still waits."""
        await self.pool.execute(
            """update notice set not_before = $2 where "case" = $1 and state = 'waiting'""",
            case,
            datetime.now(UTC) - timedelta(1),
        )


async def test_a_notice_goes_out_once_though_it_is_queued_and_sent_twice(
    pool: asyncpg.Pool, vault: Vault, client: Client, tmp_path: Path, postbox: tuple[Postbox, Mail]
) -> None:
    box, mail = postbox
    office = Office(pool, vault, client, tmp_path, mail)
    case = await office.case(email="worker@example.test")

    await office.send()
    await office.send()

    [(address, text)] = [sent for sent in box.taken if case in sent[1]]
    assert address == "worker@example.test" and f"Message-ID: <{case}.1.c1.email@example.test>" in text
    assert await office.states(case) == {
        ("c1", "email", "sent", None),
        ("c1", IN_APP, "sent", None),
        ("e1", "email", "failed", "notices.no_address"),
        ("e1", IN_APP, "sent", None),
    }


async def test_an_address_that_is_refused_is_not_tried_again(
    pool: asyncpg.Pool, vault: Vault, client: Client, tmp_path: Path, postbox: tuple[Postbox, Mail]
) -> None:
    office = Office(pool, vault, client, tmp_path, postbox[1])
    case = await office.case(email="nobody@example.test")

    await office.send()

    assert ("c1", "email", "failed", "notices.address_refused") in await office.states(case)


async def test_a_gateway_that_is_away_gets_the_notice_later_under_the_same_key(
    pool: asyncpg.Pool, vault: Vault, client: Client, tmp_path: Path, gateway: tuple[Gateway, Webhook]
) -> None:
    at, webhook = gateway
    office = Office(pool, vault, client, tmp_path, webhook)
    at.answer = 503
    case = await office.case(phone="13800000000")
    await office.send()
    assert ("c1", "webhook", "waiting", "notices.server_away") in await office.states(case)

    at.answer = 200
    await office.send()
    assert not [sent for sent in at.taken if case in sent["key"]], "not before a minute has passed"
    await office.later(case)
    await office.send()

    [letter] = [sent for sent in at.taken if case in sent["key"]]
    assert letter["to"] == "13800000000" and f"{case}.1.c1.webhook" in at.keys
    assert "虚构" not in letter["body"] + letter["subject"]


async def test_what_a_mail_server_puts_off_is_tried_again_and_says_when_it_was_written(
    pool: asyncpg.Pool, vault: Vault, client: Client, tmp_path: Path, postbox: tuple[Postbox, Mail]
) -> None:
    box, mail = postbox
    office = Office(pool, vault, client, tmp_path, mail)
    case = await office.case(email="later@example.test")

    await office.send()
    assert ("c1", "email", "waiting", "notices.put_off") in await office.states(case)
    await office.later(case)
    await office.send()

    [text] = [text for _, text in box.taken if case in text]
    assert "Date: " in text and "Auto-Submitted: auto-generated" in text
    told = email.message_from_string(text, policy=email.policy.default).get_content()
    assert "2026年12月9日" in told, "what is to be done until when is said in the letter itself"


async def test_a_mail_server_that_hangs_holds_up_no_other_channel_and_loses_no_receipt(
    pool: asyncpg.Pool, vault: Vault, client: Client, tmp_path: Path, gateway: tuple[Gateway, Webhook]
) -> None:
    webhook = gateway[1]
    hung: set[asyncio.StreamWriter] = set()

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hung.add(writer)

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    mail = Mail(
        "127.0.0.1",
        server.sockets[0].getsockname()[1],
        "centre@example.test",
        tls=False,
        within=timedelta(milliseconds=300),
    )
    office = Office(pool, vault, client, tmp_path, mail, webhook)
    cases = [await office.case(email="worker@example.test", phone="13800000000") for _ in range(20)]

    await office.send()

    assert 0 < len(hung) <= 8, "a server that is away is left alone for the rest of the round"
    for case in cases:
        states = await office.states(case)
        assert ("c1", "webhook", "sent", None) in states
        assert {state for who, channel, state, _ in states if (who, channel) == ("c1", "email")} == {"waiting"}
        assert await pool.fetchval(
            """select bool_and(told) from notice where "case" = $1 and channel = 'webhook'""", case
        ), "the receipt of the other channel is there"
    server.close()
    for writer in hung:
        writer.close()


async def test_a_gateway_that_asks_to_be_left_alone_is_until_then(
    pool: asyncpg.Pool, vault: Vault, client: Client, tmp_path: Path, gateway: tuple[Gateway, Webhook]
) -> None:
    at, webhook = gateway
    at.answer, at.headers = 429, {"Retry-After": "1800"}
    office = Office(pool, vault, client, tmp_path, webhook)
    cases = [await office.case(phone="13800000000") for _ in range(30)]
    before = datetime.now(UTC)

    await office.send()

    assert at.asked <= 8
    first = await pool.fetchval(
        """select min(not_before) from notice where "case" = any($1) and recipient = 'c1' and state = 'waiting'""",
        cases,
    )
    assert first >= before + timedelta(minutes=29)


async def test_a_receipt_that_was_not_reported_is_under_the_number_that_it_had(
    pool: asyncpg.Pool, vault: Vault, client: Client, tmp_path: Path, gateway: tuple[Gateway, Webhook]
) -> None:
    office = Office(pool, vault, client, tmp_path, gateway[1])
    case = await office.case(phone="13800000000")
    await office.send()
    await pool.execute("""update notice set told = false where "case" = $1 and channel = 'webhook'""", case)

    [again] = [told for told in await outbox.unreported(pool, "webhook") if told.case == case]
    assert (again.receipt, again.sent, again.failed) == (1, 1, 1)
    await outbox.report(pool, again)
    assert not [told for told in await outbox.unreported(pool, "webhook") if told.case == case]


async def test_notices_of_a_drill_go_to_nobodys_address_unless_asked(pool: asyncpg.Pool, vault: Vault) -> None:
    for allowed in ((), ("email",)):
        filed = complaint(respondents=(employer(name=fresh("虚构演练公司")),))
        asked = request(filed, drill=True)
        await register(pool, vault, asked)
        await outbox.keep_contacts(pool, vault, asked.case, filed.claimants, filed.respondents)
        [event] = chain(1)
        told = entry(asked.case, event)
        told = told.model_copy(
            update={
                "case": told.case.model_copy(update={"drill": True}),
                "events": (event.model_copy(update={"kind": "settled"}),),
            }
        )
        await CasebookService(pool, vault, ("email",), allowed).record(told)
        assert {line.channel for line in await outbox.of_case(pool, vault, asked.case)} == {IN_APP, *allowed}


@pytest.mark.parametrize(
    ("hour", "urgent", "expected"),
    [("20:58", False, "08:00"), ("20:58", True, "21:03"), ("12:00", False, "12:05")],
)
def test_another_try_keeps_the_quiet_hours(hour: str, urgent: bool, expected: str) -> None:
    at = datetime.combine(date(2026, 12, 9), time.fromisoformat(hour), CENTRE_ZONE)
    again = notice_table().try_again(at, 2, urgent=urgent)
    assert again is not None and f"{again.astimezone(CENTRE_ZONE):%H:%M}" == expected


async def test_what_the_gateway_refuses_is_final(gateway: tuple[Gateway, Webhook]) -> None:
    at, webhook = gateway
    at.answer = 422
    with pytest.raises(NotTaken) as refused:
        await webhook.send(Letter(key="k", to="x", subject="s", body="b"))
    assert refused.value.final


async def test_officers_are_reached_by_the_centres_own_contacts(tmp_path: Path) -> None:
    rules = Rules(tmp_path)
    assert rules.tables.contacts.of("tax", "email") is None
    (tmp_path / "contacts.yaml").write_text("tax: {email: tax@example.test}\n")
    assert rules.tables.contacts.of("tax", "email") == "tax@example.test"
    assert rules.tables.contacts.of("tax", "phone") is None
