"""Joint meetings: numbered, written with their ledgers, listed with their orders; and what waits for the next one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from casebook import numbers
from casebook.ledger import FITS, VERDICT, columns, must_follow
from domain.base import Model, Ref
from domain.meeting.effects import Found
from domain.meeting.messages import ItemKind
from domain.meeting.view import MeetingEntry, MeetingRow, OrderRow
from runtime.vault import Vault

_LINE: Final = """
), line as (
    insert into meeting (meeting, number, kind, drill, stage, starts, items, open_items, decisions, seq)
    values ($1, $12, $13, $14, $15, $16, $17, $18, $19, $20)
    on conflict (meeting) do update set number = excluded.number, stage = excluded.stage, items = excluded.items,
        open_items = excluded.open_items, decisions = excluded.decisions, seq = excluded.seq
    where meeting.seq <= excluded.seq
"""
_RECORD: Final = "".join((FITS, _LINE, VERDICT))
_ORDER: Final = """
insert into meeting_order (meeting, ref, agency, what, due, colour, state, drill, helping, cases)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (meeting, ref) do update set due = excluded.due, colour = excluded.colour, state = excluded.state
"""
_MOST: Final = 500
"""Items that an agenda fills itself with; orders that a list shows."""


class OrderLine(OrderRow):
    """An order in a list."""

    meeting: Ref
    number: str | None


async def record(pool: asyncpg.Pool, vault: Vault, entry: MeetingEntry) -> int:
    """Append events and renew the rows, in one transaction. Again changes nothing. Raises LedgerConflict."""
    row = entry.row
    async with pool.acquire() as connection, connection.transaction():
        verdict = await connection.fetchrow(
            _RECORD,
            *columns(vault, row.meeting, entry.events),
            row.number,
            row.kind,
            row.drill,
            row.stage,
            row.starts,
            row.items,
            row.open_items,
            row.decisions,
            row.seq,
        )
        must_follow(verdict, entry.events)
        await connection.executemany(
            _ORDER,
            [
                (
                    row.meeting,
                    one.ref,
                    one.agency,
                    vault.seal(one.what, "order"),
                    one.due,
                    one.colour,
                    one.state,
                    row.drill,
                    list(one.helping),
                    list(one.cases),
                )
                for one in entry.orders
            ],
        )
    return entry.events[-1].seq if entry.events else row.seq


async def number(pool: asyncpg.Pool, meeting: str, year: int, *, drill: bool, series: str) -> str:
    """The number of a meeting: the next of its year, or the one that it has."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"meeting:{meeting}")
        known: str | None = await connection.fetchval("select number from meeting_number where meeting = $1", meeting)
        if known is not None:
            return known
        count = await numbers.following(connection, f"meeting:{'drill' if drill else 'earnest'}", year)
        given = f"{series}〔{year}〕{count}号"
        await connection.execute("insert into meeting_number (meeting, number) values ($1, $2)", meeting, given)
        return given


async def lines(pool: asyncpg.Pool, *, drills: bool | None = None) -> list[MeetingRow]:
    """Meetings, the latest first."""
    rows = await pool.fetch(
        "select * from meeting where ($1::boolean is null or drill = $1) order by starts desc, meeting limit 200",
        drills,
    )
    return [MeetingRow.model_validate(dict(row)) for row in rows]


async def orders(
    pool: asyncpg.Pool,
    vault: Vault,
    *,
    agency: str | None = None,
    about: Sequence[str | None] | None = None,
    open_only: bool = True,
) -> list[OrderLine]:
    """Orders, the first due first: those in which an agency has a part, or that name a case by one of its names."""
    rows = await pool.fetch(
        """
        select o.*, m.number from meeting_order o join meeting m using (meeting)
        where ($1::text is null or agency = $1 or $1 = any(helping)) and (not $2 or state <> 'closed')
            and ($3::text[] is null or cases && $3)
        order by due nulls last, meeting, ref limit $4
        """,
        agency,
        open_only,
        None if about is None else [name for name in about if name],
        _MOST,
    )
    fields = OrderLine.model_fields
    return [
        OrderLine.model_validate(
            {name: vault.open(row[name], "order") if name == "what" else row[name] for name in fields}
        )
        for row in rows
    ]


class Waiting(Model):
    """A case that may have something for a meeting."""

    case: Ref
    case_number: str
    waits_on: tuple[str, ...]
    case_class: str | None
    late: bool
    """Most of the term that it waits for has passed."""
    lapsed: int


async def waiting(pool: asyncpg.Pool, now: datetime, late_share: float, *, drill: bool) -> list[Waiting]:
    """Open cases that a meeting has to look at: undecided, lapsed twice, beyond their term, of the special class."""
    rows = await pool.fetch(
        """
        select d."case", d.case_number, d.waits_on, d.case_class,
            coalesce(d.waits_since + (d.waits_until - d.waits_since) * $4::float8 <= $1, false) as late,
            (select count(*) from task t where t."case" = d."case" and t.state = 'lapsed') as lapsed
        from dispute d
        where not d.closed and d.case_number is not null and d.drill = $2 and (
            'joint-meeting' = any(d.waits_on) or d.case_class = 'special'
            or d.waits_since + (d.waits_until - d.waits_since) * $4::float8 <= $1
            or (select count(*) from task t where t."case" = d."case" and t.state = 'lapsed') >= 2)
        order by d.filed_at limit $3
        """,
        now,
        drill,
        _MOST,
        late_share,
    )
    return [Waiting.model_validate(dict(row)) for row in rows]


async def red_orders(pool: asyncpg.Pool, vault: Vault, meeting: str, *, drill: bool) -> list[Found]:
    """Orders of other meetings that are red."""
    red = await pool.fetch(
        """
        select o.*, m.number from meeting_order o join meeting m using (meeting)
        where o.colour = 'red' and o.state <> 'closed' and o.drill = $1 and o.meeting <> $2 order by o.due
        """,
        drill,
        meeting,
    )
    return [
        Found(
            kind=ItemKind.ORDER,
            title=f"{row['number']} {row['ref']}：{vault.open(row['what'], 'order')}",
            about=f"{row['meeting']}.{row['ref']}"[:64],
        )
        for row in red
    ]
