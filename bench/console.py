"""``python -m bench.console``: lists and desks of the console over ten thousand open cases and a million inquiries.

Fills a casebook of its own, has each page drawn for whoever looks at it, and prints the median and the 95th percentile
of each, the bytes it weighs, and its ratio to a page that reads nothing. Then officers claim inquiries of cases that
run beside them, each by the form of the inbox.
"""

import argparse
import asyncio
import contextlib
import tempfile
import time
import uuid
from functools import partial
from pathlib import Path
from typing import Final

import asyncpg
import httpx

import worker
from bench.inbox import fill
from casebook import accounts, migrations
from client.signing_in import Prover
from console.application import application
from console.door import Door
from console.look import COOKIE
from domain.case.identity import EVERY_CASE
from domain.intake.messages import FileComplaint
from domain.ledger import Actor
from domain.words import Agency, Role
from runtime import beginning, connect, servers
from runtime.rules import Rules
from runtime.sessions import Person, Sessions
from runtime.settings import Settings
from runtime.signing import HoldsKeys
from runtime.signing_keys import Keys, KeySetFile
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders
from tests.patience import seen

LIMIT: Final = 0.200
"""Seconds at the 95th percentile."""
CLAIM_LIMIT: Final = 0.300
"""Seconds at the 95th percentile in which an inquiry is claimed."""
_OPEN_ONE_OF: Final = 25
_TAX: Final = Actor(id="tax-7", role=Role.OFFICER, agency=Agency.TAX)
_BOSS: Final = Actor(id="boss", role=Role.SUPERVISOR)
_MEDIATOR: Final = Actor(id="m-g01", role=Role.MEDIATOR)
PAGES: Final = (
    ("nothing read", None, "/sign-in"),
    ("queues", _BOSS, "/"),
    ("cases", _BOSS, "/cases"),
    ("cases, overdue", _BOSS, "/cases?show=overdue"),
    ("cases of a class", _BOSS, "/cases?case_class=special"),
    ("cases of an employer", _BOSS, "/cases?employer=虚构公司77"),
    ("inquiries of all", _BOSS, "/inquiries?show=agency"),
    ("inbox", _TAX, "/inquiries"),
    ("inbox, mine", _TAX, "/inquiries?show=mine"),
    ("inbox, late", _TAX, "/inquiries?show=late"),
    ("a mediator's cases", _MEDIATOR, "/"),
)


async def main(inquiries: int, times: int) -> None:
    """Fill, draw, print."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), temporal_port=0, ui_port=0, postgres_port=0)
        async with servers.embedded(settings) as addresses, asyncpg.create_pool(addresses.database) as pool:
            await migrations.upgrade(addresses.database)
            vault = Vault.of(settings)
            await fill(pool, vault, inquiries)
            await pool.execute(
                """
                update dispute set waits_until = filed_at + interval '20 days',
                    phase = case when abs(hashtext("case")) % $1 = 0 then 'fact-finding' else 'closed' end,
                    outcome = case when abs(hashtext("case")) % $1 = 0 then null else 'performed' end,
                    mediator = 'm-g' || lpad((abs(hashtext("case")) % 160)::text, 2, '0')
                """,
                _OPEN_ONE_OF,
                timeout=600,
            )
            await pool.execute(
                """
                update task set state = 'done' from dispute d
                where task."case" = d."case" and d.closed and task.state in ('offered', 'claimed', 'signed')
                """,
                timeout=600,
            )
            open_ = await pool.fetchval("select count(*) from dispute where not closed")
            print(f"{open_} open cases, {inquiries} inquiries")
            await pool.execute("vacuum (analyze) dispute", timeout=600)
            await pool.execute("vacuum (analyze) task", timeout=600)
            sessions = Sessions(Keys.of(settings), KeySetFile.of(settings), partial(accounts.stands, pool))
            door = Door(settings, None, pool, vault, sessions, Prover(settings, pool), Rules(settings.own_tables))  # type: ignore[arg-type]
            await _measure(door, sessions, times)
            await _claims(settings, pool, vault, sessions, times)


async def _claims(settings: Settings, pool: asyncpg.Pool, vault: Vault, sessions: Sessions, times: int) -> None:
    """From the press of the button to the page that follows, on a case that real workers run."""
    rules, verifier = Rules(settings.own_tables), Verifier(KeySetFile.of(settings))
    client = await connect.connect(settings, HoldsKeys.of(settings, builders.INTAKE))
    async with contextlib.AsyncExitStack() as stack:
        for role in worker.ROLES:
            await stack.enter_async_context(worker.worker(role, worker.World(client, pool, vault, rules, verifier)))
        door = Door(settings, client, pool, vault, sessions, Prover(settings, pool), rules)
        transport = httpx.ASGITransport(application(door))
        cookies = {COOKIE: sessions.open(Person(actor=_TAX, scope=EVERY_CASE))}
        taken = []
        async with httpx.AsyncClient(transport=transport, base_url="https://bench.test", cookies=cookies) as officer:
            for _ in range(times):
                complaint = builders.complaint()
                filed = FileComplaint(
                    message_id=uuid.uuid4().hex, actor=builders.INTAKE, complaint=complaint, drill=True
                )
                receipt = await beginning.file(client, filed)
                await seen(lambda: _offered(pool, receipt.case))  # noqa: B023 - awaited here and now
                said = {"task": "tax", "message_id": uuid.uuid4().hex}
                began = time.perf_counter()
                answer = await officer.post(f"/cases/{receipt.case}/do/claim_task", data=said)
                taken.append(time.perf_counter() - began)
                assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
        taken.sort()
        median, late = taken[len(taken) // 2], taken[min(len(taken) - 1, int(len(taken) * 0.95))]
        mark = "  over the limit" if late > CLAIM_LIMIT else ""
        print(f"{'a claim':<24}{median * 1000:>12.1f}{late * 1000:>10.1f}{mark}")


async def _offered(pool: asyncpg.Pool, case: str) -> bool:
    return bool(await pool.fetchval("select state = 'offered' from task where \"case\" = $1 and task = 'tax'", case))


async def _measure(door: Door, sessions: Sessions, times: int) -> None:
    transport = httpx.ASGITransport(application(door))
    floor = 0.0
    print(f"{'page':<24}{'median ms':>12}{'p95 ms':>10}{'kB':>8}{'ratio':>8}")
    for name, actor, path in PAGES:
        cookies = {COOKIE: sessions.open(Person(actor=actor, scope=EVERY_CASE))} if actor else {}
        async with httpx.AsyncClient(transport=transport, base_url="https://bench.test", cookies=cookies) as client:
            await client.get(path)
            taken, size = [], 0
            for _ in range(times):
                began = time.perf_counter()
                answer = await client.get(path)
                taken.append(time.perf_counter() - began)
                assert answer.status_code == httpx.codes.OK, answer.text
                size = len(answer.content)
        taken.sort()
        median, late = taken[len(taken) // 2], taken[min(len(taken) - 1, int(len(taken) * 0.95))]
        floor = floor or median
        mark = "  over the limit" if late > LIMIT else ""
        print(f"{name:<24}{median * 1000:>12.1f}{late * 1000:>10.1f}{size / 1024:>8.1f}{median / floor:>8.1f}{mark}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inquiries", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=40)
    asked = parser.parse_args()
    asyncio.run(main(asked.inquiries, asked.times))
