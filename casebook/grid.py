"""Mediations at grid posts: written with their ledgers, and listed."""

from typing import Annotated, Final

import asyncpg
from pydantic import Field

from casebook.digests import employer_digest
from casebook.ledger import FITS, VERDICT, columns, must_follow
from domain.base import Instant, Model, Month, Ref
from domain.grid.view import GridEntry
from domain.words import GridOutcome, PostKind
from runtime.vault import Vault

_LINE: Final = """
), line as (
    insert into grid_case ("case", post, post_kind, drill, employer_digest, employer_name, complaint_id, since,
        opened_at, due_at, outcome, ended_at, forwarded_to, seq, workers, visited)
    values ($1, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
    on conflict ("case") do update set complaint_id = excluded.complaint_id, due_at = excluded.due_at,
        outcome = excluded.outcome, ended_at = excluded.ended_at, forwarded_to = excluded.forwarded_to,
        seq = excluded.seq, visited = excluded.visited
    where grid_case.seq <= excluded.seq
"""
_RECORD: Final = "".join((FITS, _LINE, VERDICT))


class GridFilter(Model):
    """Which mediations to list; what is left out does not filter."""

    post: Ref | None = None
    open: bool | None = None
    outcome: GridOutcome | None = None
    drill: bool | None = None
    warned: bool | None = None
    """Those opened upon an early warning, or those upon a complaint."""
    due_before: Instant | None = None
    oldest_first: bool = False
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class GridLine(Model):
    """A mediation at a post in a list. Names no person."""

    case: Ref
    post: Ref
    post_kind: PostKind
    drill: bool
    employer: str
    complaint_id: Ref | None
    since: Month | None
    workers: int | None
    visited: bool
    opened_at: Instant
    due_at: Instant
    outcome: GridOutcome | None
    forwarded_to: Ref | None

    @property
    def stage(self) -> str:
        """How far it is: seen, visited, and then what came of it."""
        return self.outcome or ("visited" if self.visited else "seen")


async def record(pool: asyncpg.Pool, vault: Vault, entry: GridEntry) -> int:
    """Append events and renew the row, in one transaction, of which nothing stays where the events don't follow.

    Again changes nothing. Returns the number of the last event. Raises LedgerConflict.
    """
    row = entry.row
    async with pool.acquire() as connection, connection.transaction():
        verdict = await connection.fetchrow(
            _RECORD,
            *columns(vault, row.case, entry.events),
            row.post.id,
            row.post.kind,
            row.drill,
            employer_digest(vault, row.employer),
            vault.seal(row.employer.name, "employer"),
            row.complaint_id,
            row.since,
            row.opened_at,
            row.due_at,
            row.outcome,
            row.ended_at,
            row.forwarded_to,
            row.seq,
            row.workers,
            row.visited,
        )
        must_follow(verdict, entry.events)
    return entry.events[-1].seq if entry.events else row.seq


async def came_of_warnings(pool: asyncpg.Pool, *, drill: bool) -> dict[str, int]:
    """How many early warnings are at each stage: seen, visited, and then what came of them."""
    rows = await pool.fetch(
        """
        select coalesce(outcome, case when visited then 'visited' else 'seen' end) as stage, count(*) as count
        from grid_case where since is not null and drill = $1 group by 1
        """,
        drill,
    )
    return {row["stage"]: row["count"] for row in rows}


async def lines(pool: asyncpg.Pool, vault: Vault, wanted: GridFilter) -> list[GridLine]:
    """Mediations, the latest opened first unless the oldest are wanted."""
    way = "asc" if wanted.oldest_first else "desc"
    rows = await pool.fetch(
        f"""
        select * from grid_case
        where ($1::text is null or post = $1)
          and ($2::boolean is null or (outcome is null) = $2)
          and ($3::text is null or outcome = $3)
          and ($4::boolean is null or drill = $4)
          and ($5::boolean is null or (since is not null) = $5)
          and ($6::timestamptz is null or due_at < $6)
        order by opened_at {way}, "case" limit $7
        """,  # noqa: S608 - the way is our own
        wanted.post,
        wanted.open,
        wanted.outcome,
        wanted.drill,
        wanted.warned,
        wanted.due_before,
        wanted.limit,
    )
    return [_line(row, vault) for row in rows]


def _line(row: asyncpg.Record, vault: Vault) -> GridLine:
    fields = {name: row[name] for name in GridLine.model_fields if name != "employer"}
    return GridLine.model_validate(fields | {"employer": vault.open(row["employer_name"], "employer")})
