"""Closed cases as they were handed over, what goes on after each, and the referrals that are out."""

from datetime import date
from typing import Final

import asyncpg

from casebook.ledger import FITS, VERDICT, columns, must_follow
from domain.base import Model, Ref
from domain.procedure.aftercare.state import Aftercare
from domain.procedure.aftercare.view import AftercareEntry
from domain.procedure.closure.handover import Handover
from domain.words import ReferralTarget
from runtime.vault import Vault

_LINE: Final = """
), line as (
    insert into aftercare ("case", of, case_number, drill, awaits, to_visit, visited, satisfaction, state, seq)
    values ($1, $12, $13, $14, $15, $16, $17, $18, $19, $20)
    on conflict ("case") do update set awaits = excluded.awaits, visited = excluded.visited,
        satisfaction = excluded.satisfaction, state = excluded.state, seq = excluded.seq
    where aftercare.seq <= excluded.seq
"""
_RECORD: Final = "".join((FITS, _LINE, VERDICT))
_LETTER: Final = """
insert into referral_letter ("case", ref, target, sent_on, receipt_due, items, unreceived, open, escalated, silent)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict ("case", ref) do update set unreceived = excluded.unreceived, open = excluded.open,
    escalated = excluded.escalated, silent = excluded.silent
"""


class LetterLine(Model):
    """A referral letter in a list. Names no person."""

    case_number: str
    target: ReferralTarget
    sent_on: date
    receipt_due: date
    items: int
    unreceived: int
    open: int
    escalated: bool
    silent: bool


async def keep(pool: asyncpg.Pool, vault: Vault, of: Handover) -> None:
    """Keep a closed case as it was handed over: the longest of its ledgers. The same again changes nothing."""
    sealed = vault.seal(of.model_dump_json(), _context(of.case))
    async with pool.acquire() as connection, connection.transaction():
        fresh = await connection.fetchval(
            'insert into closed_case ("case", handover) values ($1, $2) on conflict do nothing returning true',
            of.case,
            sealed,
        )
        if fresh:
            return
        held = await connection.fetchval('select handover from closed_case where "case" = $1 for update', of.case)
        if Handover.model_validate_json(vault.open(held, _context(of.case))).ledger_length < of.ledger_length:
            await connection.execute('update closed_case set handover = $2 where "case" = $1', of.case, sealed)


async def kept(pool: asyncpg.Pool, vault: Vault, case: str) -> Handover | None:
    """A closed case as it was handed over; None when there is none."""
    sealed = await pool.fetchval('select handover from closed_case where "case" = $1', case)
    return Handover.model_validate_json(vault.open(sealed, _context(case))) if sealed is not None else None


async def find(pool: asyncpg.Pool, vault: Vault, case: str) -> Aftercare | None:
    """What goes on after a case, as it stands; None when nothing ever did."""
    sealed = await pool.fetchval("select state from aftercare where of = $1", case)
    return Aftercare.model_validate_json(vault.open(sealed, _context(case))) if sealed is not None else None


async def record(pool: asyncpg.Pool, vault: Vault, entry: AftercareEntry) -> int:
    """Append events and renew the rows, in one transaction, of which nothing stays where the events don't follow.

    Again changes nothing. Returns the number of the last event. Raises LedgerConflict.
    """
    state, visits = entry.state, entry.state.visits
    async with pool.acquire() as connection, connection.transaction():
        verdict = await connection.fetchrow(
            _RECORD,
            *columns(vault, state.case, entry.events),
            state.of,
            state.case_number,
            state.drill,
            state.awaits,
            len(visits.claimants) if visits else 0,
            len(visits.found) if visits else 0,
            visits.satisfaction if visits else None,
            vault.seal(state.model_dump_json(), _context(state.of)),
            state.next_seq - 1,
        )
        must_follow(verdict, entry.events)
        await connection.executemany(
            _LETTER,
            [
                (
                    state.case,
                    row.ref,
                    row.target,
                    row.sent_on,
                    row.receipt_due,
                    row.items,
                    row.unreceived,
                    row.open,
                    row.escalated,
                    row.silent,
                )
                for row in entry.letters
            ],
        )
    return state.next_seq - 1


async def letters(pool: asyncpg.Pool, *, late: bool = False, target: ReferralTarget | None = None) -> list[LetterLine]:
    """Referral letters that are out, the longest awaited first; ``late``: without a receipt in time."""
    rows = await pool.fetch(
        """
        select a.case_number, l.target, l.sent_on, l.receipt_due, l.items, l.unreceived, l.open, l.escalated, l.silent
        from referral_letter l join aftercare a using ("case")
        where l.open > 0 and ($1::text is null or l.target = $1) and (not $2 or l.escalated or l.silent)
        order by l.receipt_due, a.case_number limit 500
        """,
        target,
        late,
    )
    return [LetterLine.model_validate(dict(row)) for row in rows]


def _context(case: Ref) -> str:
    return f"closed:{case}"
