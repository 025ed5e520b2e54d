"""``python -m bench.inbox``: each filter of the inbox over a million inquiries in a real PostgreSQL.

Fills a casebook of its own, asks for pages at many places, and prints the median and the 95th percentile of each
filter with the indexes that its plan reads. What is not below ``LIMIT`` is marked.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg

from casebook import migrations
from casebook.inbox import TaskFilter, selection, tasks
from domain.identifiers import same_name
from domain.words import Agency, CaseClass
from runtime import servers
from runtime.rings import KeyRing
from runtime.settings import Settings
from runtime.vault import Vault

LIMIT: Final = 0.050
"""Seconds at the 95th percentile."""
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
EMPLOYERS: Final = 5000
OFFICERS: Final = 400
OPEN_SHARE: Final = 4
"""One inquiry in so many is open."""

_FILL = (
    """
    insert into dispute ("case", case_number, complaint_id, jurisdiction, channel, drill, employer_digest,
        employer_name, employer_keys, filed_at, phase, case_class, claimants, waits_since)
    select 'dispute-' || n, 'RZ-' || (2020 + n % 7) || '-' || lpad((n / 7)::text, 6, '0'), 'c-' || n, 'demo',
        'counter', false, ($2::text[])[1 + n % $4::int], ($3::text[])[1 + n % $4::int],
        array[($2::text[])[1 + n % $4::int]],
        $5::timestamptz + n * interval '1 minute', 'fact-finding',
        (array['general', 'general', 'general', 'policy', 'complex', 'special'])[1 + n % 6], 1 + n % 9, $5
    from generate_series(1, $1::int) n
    """,
    """
    insert into task ("case", task, agency, state, officer, opened_at, due_at, escalated, seq, case_number,
        case_class, claimants, kinds, priority, remind_at, escalated_to)
    select d."case", a.agency, a.agency,
        case when random() * $2::int < 1
            then (array['offered', 'claimed', 'claimed', 'signed'])[1 + floor(random() * 4)]
            else (array['done', 'done', 'done', 'lapsed', 'skipped'])[1 + floor(random() * 5)] end,
        a.agency || '-' || floor(random() * $3::int)::int, d.filed_at,
        d.filed_at + random() * interval '30 days', false, 1, d.case_number, d.case_class, d.claimants,
        case when random() < 0.001 then array['severance'] when random() < 0.05 then array['wages', 'arrears']
            else array['arrears'] end,
        1 + floor(random() * 5)::int, d.filed_at + interval '5 days',
        case when random() < 0.02 then 'supervisor' end
    from dispute d cross join unnest($1::text[]) a (agency)
    """,
    "update task set officer = null where state = 'offered'",
)


async def fill(pool: asyncpg.Pool, vault: Vault, inquiries: int) -> None:
    """A casebook of so many inquiries: one of each agency in every case."""
    names = [f"虚构公司{n}" for n in range(EMPLOYERS)]
    digests = [vault.digest(f"employer:{same_name(name)}") for name in names]
    sealed = [vault.seal(name, "employer") for name in names]
    await pool.execute(_FILL[0], inquiries // len(Agency), digests, sealed, EMPLOYERS, START, timeout=600)
    await pool.execute(_FILL[1], list(Agency), OPEN_SHARE, OFFICERS // len(Agency), timeout=1200)
    await pool.execute(_FILL[2], timeout=600)
    await pool.execute("vacuum (analyze) task", timeout=600)
    await pool.execute("vacuum (analyze) dispute", timeout=600)


def filters(cases: int) -> dict[str, Callable[[], TaskFilter]]:
    """What people ask an inbox, at a place of their own each time."""
    chosen = random.Random(1)

    def agency() -> Agency:
        return chosen.choice(list(Agency))

    def moment() -> datetime:
        return START + timedelta(minutes=chosen.randrange(cases))

    def number() -> str:
        n = chosen.randrange(1, cases)
        return f"RZ-{2020 + n % 7}-{n // 7:06d}"

    def officer(of: Agency) -> str:
        return f"{of}-{chosen.randrange(OFFICERS // len(Agency))}"

    def officers_own() -> TaskFilter:
        of = agency()
        return TaskFilter(agency=of, officer=officer(of))

    return {
        "agency": lambda: TaskFilter(agency=agency()),
        "agency, a later page": lambda: TaskFilter(agency=agency(), after=(moment(), "dispute-5", "tax")),
        "officer": officers_own,
        "officer, any agency": lambda: TaskFilter(officer=officer(agency())),
        "agency, on offer": lambda: TaskFilter(agency=agency(), state="offered"),
        "agency, awaiting a signature": lambda: TaskFilter(agency=agency(), state="signed"),
        "agency, done": lambda: TaskFilter(agency=agency(), state="done"),
        "overdue": lambda: TaskFilter(agency=agency(), due_until=moment()),
        "due within a week": lambda: TaskFilter(due_from=(at := moment()), due_until=at + timedelta(days=7)),
        "class": lambda: TaskFilter(agency=agency(), case_class=chosen.choice(list(CaseClass))),
        "class, any agency": lambda: TaskFilter(case_class=chosen.choice(list(CaseClass))),
        "employer": lambda: TaskFilter(employer=f"虚构公司{chosen.randrange(EMPLOYERS)}"),
        "employer, nobody's": lambda: TaskFilter(agency=agency(), employer="无此公司"),
        "escalated to the supervisor": lambda: TaskFilter(escalated_to="supervisor"),
        "text: a case number": lambda: TaskFilter(text=number()),
        "text: a year's numbers": lambda: TaskFilter(agency=agency(), text=number()[:7]),
        "text: a serial number": lambda: TaskFilter(text=str(int(number()[-6:]))),
        "text: a common claim": lambda: TaskFilter(agency=agency(), text="arrears"),
        "text: a rare claim": lambda: TaskFilter(agency=agency(), text="severance"),
        "text: no such number": lambda: TaskFilter(text="RZ-1999-000001"),
        "everything at once": lambda: TaskFilter(
            agency=(of := agency()),
            officer=officer(of),
            case_class=CaseClass.GENERAL,
            employer=f"虚构公司{chosen.randrange(EMPLOYERS)}",
            text="arrears",
            due_until=moment(),
        ),
    }


async def measure(pool: asyncpg.Pool, vault: Vault, wanted: Callable[[], TaskFilter], times: int) -> list[float]:
    """Seconds that each of some pages took, sorted."""
    taken = []
    for _ in range(times):
        one = wanted()
        began = time.perf_counter()
        await tasks(pool, vault, one)
        taken.append(time.perf_counter() - began)
    return sorted(taken)


async def plan_of(pool: asyncpg.Pool, vault: Vault, wanted: TaskFilter) -> str:
    """What a page's plan reads (indexes, and whether it sorts or scans), and how long the server took for it."""
    query, values = selection(vault, wanted)
    [explained] = json.loads(await pool.fetchval(f"explain (analyze, format json) {query}", *values))
    reads = ", ".join(dict.fromkeys(_nodes(explained["Plan"])))
    return f"{reads} ({explained['Planning Time'] + explained['Execution Time']:.1f} ms in the server)"


def _nodes(node: dict[str, Any]) -> list[str]:
    kind, index = node["Node Type"], node.get("Index Name")
    told = [f"{index}"] if index else [kind] if kind in ("Seq Scan", "Sort", "Incremental Sort", "BitmapAnd") else []
    return told + [name for inner in node.get("Plans", ()) for name in _nodes(inner)]


async def run(folder: Path, inquiries: int, times: int) -> None:
    """Fill, measure and print, each filter beside the limit."""
    vault = Vault(KeyRing.fresh())
    server = servers.Postgres(Settings(data=folder, postgres_port=0))
    async with server.running():
        await migrations.upgrade(server.dsn(servers.DATABASE))
        async with asyncpg.create_pool(server.dsn(servers.DATABASE), min_size=1, max_size=2) as pool:
            began = time.perf_counter()
            await fill(pool, vault, inquiries)
            count = await pool.fetchval("select count(*) from task")
            print(f"{count:,} inquiries, filled in {time.perf_counter() - began:.0f} s")
            print(f"{'filter':<30} {'p50 ms':>8} {'p95 ms':>8}  reads")
            for name, wanted in filters(inquiries // len(Agency)).items():
                taken = await measure(pool, vault, wanted, times)
                p50, p95 = taken[times // 2], taken[int(times * 0.95)]
                over = "" if p95 < LIMIT else f"  over {LIMIT * 1000:.0f} ms"
                reads = await plan_of(pool, vault, wanted())
                print(f"{name:<30} {p50 * 1000:>8.2f} {p95 * 1000:>8.2f}  {reads}{over}")


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--inquiries", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onestop-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        asyncio.run(run(folder, given.inquiries, given.times))


if __name__ == "__main__":
    main()
