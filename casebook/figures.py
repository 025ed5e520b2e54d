"""Cases in numbers: drawn from their ledgers as far as these have grown, and reports as they were published."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from casebook import ledger
from domain.figures.projection import CaseFigures, Standing, WorkingDays, project, project_post
from domain.figures.report import Report
from runtime.vault import Vault

_BEHIND = """
select d."case", d.case_number, d.mediator, d.jurisdiction, d.trade, coalesce(d.claimed_a, 0) as claimed_a,
    coalesce(d.claimed_b, 0) as claimed_b, d.employer_digest as employer,
    d.claimants as people, d.drill, d.seq,
    a."case" as after, coalesce(a.seq, 0) as after_seq
from dispute d left join aftercare a on a.of = d."case" left join figure f on f."case" = d."case"
where d.case_number is not null and d.seq > 0 and ($1 or f.seq is distinct from d.seq
    or f.after_seq is distinct from coalesce(a.seq, 0))
order by d."case"
"""
_POSTS_BEHIND = """
select g."case", g.post, g.employer_digest as employer, g.workers, g.drill, g.seq
from grid_case g left join figure f on f."case" = g."case"
where g.seq > 0 and ($1 or f.seq is distinct from g.seq) order by g."case"
"""
_WRITE = """
insert into figure ("case", drill, seq, after_seq, numbers) values ($1, $2, $3, $4, $5)
on conflict ("case") do update set seq = excluded.seq, after_seq = excluded.after_seq, numbers = excluded.numbers
"""


async def refresh(pool: asyncpg.Pool, vault: Vault, working_days: WorkingDays, *, anew: bool = False) -> int:
    """Draw the numbers of every case whose ledger has grown; ``anew``: of every case. Returns how many.

    Raises BrokenLedger for an event that can't be read.
    """
    behind = await pool.fetch(_BEHIND, anew)
    for row in behind:
        events = await ledger.events(pool, vault, row["case"])
        after = await ledger.events(pool, vault, row["after"]) if row["after"] else []
        standing = Standing.model_validate({name: row[name] for name in Standing.model_fields})
        numbers = project(standing, events, after, working_days)
        await pool.execute(_WRITE, row["case"], row["drill"], row["seq"], row["after_seq"], numbers.model_dump_json())
    at_posts = await pool.fetch(_POSTS_BEHIND, anew)
    for row in at_posts:
        events = await ledger.events(pool, vault, row["case"])
        numbers = project_post(row["case"], row["employer"], row["workers"], events)
        await pool.execute(_WRITE, row["case"], row["drill"], row["seq"], 0, numbers.model_dump_json())
    return len(behind) + len(at_posts)


async def cases(pool: asyncpg.Pool, *, drills: bool = False) -> list[CaseFigures]:
    """Every case in numbers, earnest ones or drills."""
    rows = await pool.fetch('select numbers from figure where drill = $1 order by "case"', drills)
    return [CaseFigures.model_validate_json(row["numbers"]) for row in rows]


async def named(pool: asyncpg.Pool, vault: Vault, made: Report) -> Report:
    """A report for those who work at the centre: employers by their names where it is broken down by them."""
    if made.by != "employer":
        return made
    rows = await pool.fetch(
        "select distinct on (employer_digest) employer_digest, employer_name from dispute"
        " where employer_digest = any($1) order by employer_digest, filed_at desc",
        [group.of for group in made.groups if group.of],
    )
    names = {row["employer_digest"]: vault.open(row["employer_name"], "employer") for row in rows}
    whole, *parts = made.groups
    called = [part.model_copy(update={"of": names[part.of]}) for part in parts if part.of in names]
    return made.model_copy(update={"groups": (whole, *sorted(called, key=lambda part: part.of or ""))})


async def publish(pool: asyncpg.Pool, report: Report, by: str, at: datetime) -> bool:
    """Keep a report as it is from now on. False when there is one of its period already."""
    kept: bool | None = await pool.fetchval(
        """
        insert into published_report (period, published_at, published_by, content) values ($1, $2, $3, $4)
        on conflict do nothing returning true
        """,
        report.period.name,
        at,
        by,
        report.model_dump_json(),
    )
    return bool(kept)


async def published(pool: asyncpg.Pool, period: str) -> Report | None:
    """The report of a period as it was published; None where none was."""
    content = await pool.fetchval("select content from published_report where period = $1", period)
    return Report.model_validate_json(content) if content is not None else None


async def periods(pool: asyncpg.Pool) -> Sequence[str]:
    """The periods of which a report was published."""
    return [row["period"] for row in await pool.fetch("select period from published_report order by period desc")]
