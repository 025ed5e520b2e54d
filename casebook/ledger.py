"""The ledger in PostgreSQL: written in one statement for each step of a case, read back, and proved."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from domain.case.casebook_rows import CasebookEntry
from domain.ledger import Actor, BrokenLedger, EndMissing, Event, Head, verify
from domain.words import Agency, Role
from runtime.vault import Unreadable, Vault


class LedgerConflict(Exception):
    """What was to be written does not follow what the casebook holds."""

    def __init__(self, code: str, seq: int) -> None:
        super().__init__(f"event {seq}: {code}")
        self.code, self.seq = code, seq


FITS: Final = """
with fits as (
    select (
        select min(seq) from ledger join unnest($2::int[], $11::text[]) as given (seq, digest) using (seq)
        where "case" = $1 and ledger.digest <> given.digest
    ) as other, (
        cardinality($2::int[]) = 0 or ($2::int[])[1] = 1 or exists (
            select from ledger where "case" = $1 and seq = ($2::int[])[1] - 1 and digest = ($10::text[])[1]
        )
    ) as follows
), may as (
    select follows and other is null as write from fits
), entry as (
    insert into ledger ("case", seq, at, kind, actor_id, actor_role, actor_agency, message_id,
        facts, previous, digest)
    select $1, * from unnest($2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[]) where (select write from may)
    on conflict ("case", seq) do nothing
"""
"""Appends the events that ``columns`` gives, if the first of them follows the event before it and none is there already
with another digest; written again they change nothing. Goes on with ``VERDICT``, which says whether it did."""
VERDICT: Final = """
) select follows, other from fits
"""


def must_follow(verdict: asyncpg.Record | None, events: Sequence[Event]) -> None:
    """Raise LedgerConflict where the casebook refused the events."""
    assert verdict is not None
    if verdict["other"] is not None:
        raise LedgerConflict("refusals.ledger.conflict", verdict["other"])
    if not verdict["follows"]:
        raise LedgerConflict("refusals.ledger.gap", events[0].seq)


_LINE: Final = """
), line as (
    update dispute set phase = $12, case_class = $13, lane = $14, mediation_group = $15, mediator = $16,
        mediator_since = case when $16 is distinct from mediator then $3[array_upper($3, 1)] else mediator_since end,
        outcome = $17, claimants = $18, waits_on = $19, waits_for = $20, waits_since = $21,
        waits_until = $22, seq = $23, blocked = $37, blocked_since = $38,
        changed = case when (seq, waits_until, blocked) is distinct from ($23, $22, $37)
            then pg_current_xact_id()::text::bigint else changed end
    where "case" = $1 and seq <= $23 and (select write from may)
), inbox as (
    insert into task ("case", task, agency, state, officer, opened_at, due_at, escalated, escalated_to, remind_at,
        reminded, priority, delegated_by, seq, case_class, claimants, kinds, case_number, records_away_since)
    select $1, t.task, t.agency, t.state, t.officer, t.opened_at, t.due_at, t.escalated, t.escalated_to, t.remind_at,
        t.reminded, t.priority, array_remove(string_to_array(t.delegated_by, ','), ''), $23, $13, $18,
        $36::text[], d.case_number, t.records_away_since
    from unnest($24::text[], $25::text[], $26::text[], $27::text[], $28::timestamptz[], $29::timestamptz[],
        $30::boolean[], $31::text[], $32::timestamptz[], $33::boolean[], $34::int[], $35::text[],
        $39::timestamptz[]) as t (task, agency, state, officer, opened_at, due_at, escalated, escalated_to, remind_at,
        reminded, priority, delegated_by, records_away_since)
    left join dispute d on d."case" = $1
    where (select write from may)
    on conflict ("case", task) do update set state = excluded.state, officer = excluded.officer,
        due_at = excluded.due_at, escalated = excluded.escalated, escalated_to = excluded.escalated_to,
        remind_at = excluded.remind_at, reminded = excluded.reminded, priority = excluded.priority,
        delegated_by = excluded.delegated_by, case_class = excluded.case_class, claimants = excluded.claimants,
        kinds = excluded.kinds, records_away_since = excluded.records_away_since, seq = excluded.seq
    where task.seq <= excluded.seq
"""
_RECORD: Final = "".join((FITS, _LINE, VERDICT))


async def record(pool: asyncpg.Pool, vault: Vault, entry: CasebookEntry) -> int:
    """Append events and renew the searchable rows, in one transaction. Again changes nothing.

    Returns the number of the last event. Raises LedgerConflict.
    """
    events, row, tasks = entry.events, entry.case, entry.tasks
    verdict = await pool.fetchrow(
        _RECORD,
        *columns(vault, row.case, events),
        row.phase,
        row.case_class,
        row.lane,
        row.group,
        row.mediator,
        row.outcome,
        row.claimants,
        list(row.waits_on),
        row.waits_for,
        row.waits_since,
        row.waits_until,
        row.seq,
        [t.task for t in tasks],
        [t.agency for t in tasks],
        [t.state for t in tasks],
        [t.officer for t in tasks],
        [t.opened_at for t in tasks],
        [t.due_at for t in tasks],
        [t.escalated for t in tasks],
        [t.escalated_to for t in tasks],
        [t.remind_at for t in tasks],
        [t.reminded for t in tasks],
        [t.priority for t in tasks],
        [",".join(t.delegated_by) for t in tasks],
        sorted({kind for t in tasks for kind in t.kinds}),
        row.blocked,
        row.blocked_since,
        [t.records_away_since for t in tasks],
    )
    must_follow(verdict, events)
    return events[-1].seq if events else row.seq


async def stop(pool: asyncpg.Pool, case: str, code: str, since: datetime) -> None:
    """List a case as blocked whose own entry was refused: nothing else of it is written."""
    await pool.execute(
        "update dispute set blocked = $2, blocked_since = coalesce(blocked_since, $3), "
        'changed = pg_current_xact_id()::text::bigint where "case" = $1',
        case,
        code,
        since,
    )


async def names(pool: asyncpg.Pool) -> list[str]:
    """Whose ledgers the casebook holds."""
    return [row["case"] for row in await pool.fetch('select distinct "case" from ledger order by "case"')]


async def head(pool: asyncpg.Pool, case: str) -> Head | None:
    """The last event that the casebook holds of a case."""
    row = await pool.fetchrow('select seq, digest from ledger where "case" = $1 order by seq desc limit 1', case)
    return None if row is None else Head(seq=row["seq"], digest=row["digest"])


def columns(vault: Vault, case: str, events: Sequence[Event]) -> tuple[Any, ...]:
    """The parameters of ``FITS``."""
    return (
        case,
        [e.seq for e in events],
        [e.at for e in events],
        [e.kind for e in events],
        [e.actor.id for e in events],
        [e.actor.role for e in events],
        [e.actor.agency for e in events],
        [e.message_id for e in events],
        [vault.seal(json.dumps(e.facts, ensure_ascii=False), _context(case)) for e in events],
        [e.previous for e in events],
        [e.digest for e in events],
    )


async def events(pool: asyncpg.Pool, vault: Vault, case: str, after: int = 0) -> list[Event]:
    """The events of a case, oldest first. Raises BrokenLedger for one that can't be read."""
    return [_event(row, vault, case) for row in await _rows(pool, case, after)]


async def prove(pool: asyncpg.Pool, vault: Vault, case: str, head: str | None = None, length: int | None = None) -> int:
    """Walk the whole chain; with the running case's own ``head`` also its end. Returns its length.

    Raises BrokenLedger naming the first event that is altered, out of place or missing; EndMissing where only the
    case's last events are not there: they are written a moment after they happen. With the case's own ``length`` it is
    told apart from a chain that is whole and another one.
    """
    rows = await _rows(pool, case)
    last = verify(_event(row, vault, case) for row in rows)
    if head is not None and last != head:
        if length is not None and len(rows) >= length:
            raise EndMissing(len(rows), "differs")
        raise EndMissing(len(rows) + 1, "end-missing")
    return len(rows)


async def _rows(pool: asyncpg.Pool, case: str, after: int = 0) -> list[asyncpg.Record]:
    return await pool.fetch('select * from ledger where "case" = $1 and seq > $2 order by seq', case, after)


def _event(row: asyncpg.Record, vault: Vault, case: str) -> Event:
    try:
        return Event(
            seq=row["seq"],
            at=row["at"],
            kind=row["kind"],
            actor=Actor(
                id=row["actor_id"],
                role=Role(row["actor_role"]),
                agency=Agency(row["actor_agency"]) if row["actor_agency"] else None,
            ),
            message_id=row["message_id"],
            facts=facts(vault, case, row["facts"]),
            previous=row["previous"],
            digest=row["digest"],
        )
    except (Unreadable, ValueError):
        raise BrokenLedger(row["seq"], "unreadable") from None


def facts(vault: Vault, case: str, sealed: str) -> dict[str, Any]:
    """The facts of an event as it stands in its row."""
    opened: dict[str, Any] = json.loads(vault.open(sealed, _context(case)))
    return opened


def _context(case: str) -> str:
    return f"ledger:{case}"
