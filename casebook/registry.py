"""Registering complaints: numbers without gaps, one case for the same complaint at several windows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import asyncpg

from casebook import numbers
from casebook.digests import code_digest, employer_digest, employer_keys, identity_digest, search_keys
from domain.base import CENTRE_ZONE
from domain.case.requests import Registration, RegistrationRequest
from domain.intake.claims import nature
from domain.intake.complaint import Claimant, Complaint
from domain.rules.centre import DRILLS
from domain.words import Nature
from runtime.vault import Vault

_NATURES: Final = (Nature.PUBLIC_LAW, Nature.PRIVATE_LAW)


async def register(
    pool: asyncpg.Pool,
    vault: Vault,
    request: RegistrationRequest,
    given: Registration | None = None,
    *,
    series: str = "RZ",
) -> Registration:
    """Give the complaint a number, or join it to the open case that has all its claimants, or alone has any.

    The same request again gets the same answer. Complaints against one employer are registered one after
    the other, so that two windows at the same instant make one case. People who are in several open cases
    already are named, and somebody has to merge those. ``given`` is the answer of before that the casebook has lost;
    ``series`` is what the centre's numbers begin with.
    """
    employer = request.complaint.employer
    async with pool.acquire() as connection, connection.transaction():
        for key in sorted(employer_keys(vault, [employer])):
            await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", key)
        known = await connection.fetchrow(
            """
            select d."case", d.case_number, d.joined_to, d.overlapping, d.merge_with, j.case_number as joined_number
            from dispute d left join dispute j on j."case" = d.joined_to where d."case" = $1
            """,
            request.case,
        )
        if known is not None and not (request.apart and known["joined_to"]):
            return _answer(known)
        if given is None:
            given = await _answered(connection, vault, request, DRILLS if request.drill else series)
        elif not given.joined:
            begins, year, serial = given.case_number.split("-")
            await numbers.pass_over(connection, begins, int(year), int(serial))
        joined = given.case if given.joined else None
        number = None if joined else given.case_number
        row = await connection.fetchrow(
            """
            with filed as (
                insert into dispute ("case", case_number, complaint_id, jurisdiction, channel, drill,
                    employer_digest, employer_name, filed_at, joined_to, overlapping, claimants, merge_with,
                    employer_keys, employer_code, trade, claimed_a, claimed_b, waits_since, outcome,
                    phase)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $9,
                    case when $10::text is null then null else 'merged' end,
                    case when $10::text is null then 'intake' else 'closed' end)
                on conflict ("case") do update set case_number = excluded.case_number, joined_to = null,
                    overlapping = excluded.overlapping, merge_with = excluded.merge_with, outcome = null,
                    phase = 'intake'
                returning *
            )
            select f."case", f.case_number, f.joined_to, f.overlapping, f.merge_with, j.case_number as joined_number
            from filed f left join dispute j on j."case" = f.joined_to
            """,
            request.case,
            number,
            request.complaint.complaint_id,
            request.complaint.jurisdiction,
            request.complaint.channel,
            request.drill,
            employer_digest(vault, employer),
            vault.seal(employer.name, "employer"),
            request.filed_at,
            joined,
            list(given.overlaps),
            len(request.complaint.claimants),
            list(given.merge_with),
            search_keys(vault, employer),
            code_digest(vault, employer),
            employer.trade,
            *_claimed(request.complaint),
        )
        if not joined:
            await _name_for_agencies(connection, vault, request)
        if request.complaint.claimants:
            await _write_claimants(connection, vault, request.case, request.complaint.claimants)
    assert row is not None
    return _answer(row)


def _claimed(complaint: Complaint) -> tuple[Decimal, Decimal]:
    """How much a complaint asks for in yuan, as far as it says so: what is public-law, and what is private-law."""
    asked = [(nature(item.kind), item.amount) for item in complaint.items if item.amount is not None]
    public, private = (sum((yuan for of, yuan in asked if of is kind), Decimal("0.00")) for kind in _NATURES)
    return public, private


async def _answered(
    connection: asyncpg.pool.PoolConnectionProxy, vault: Vault, request: RegistrationRequest, series: str
) -> Registration:
    """What a complaint is told that asks for the first time."""
    others = await _open_cases(connection, vault, request)
    joined = None if request.apart else _to_join(others, len(request.complaint.claimants))
    if joined is not None:
        return Registration(case=joined, case_number=others[joined].case_number, joined=True)
    return Registration(
        case=request.case,
        case_number=await _next_number(connection, request, series),
        joined=False,
        overlaps=tuple(sorted(set().union(*(other.people for other in others.values())))),
        merge_with=tuple(sorted(other.case_number for other in others.values())),
    )


async def _name_for_agencies(
    connection: asyncpg.pool.PoolConnectionProxy, vault: Vault, request: RegistrationRequest
) -> None:
    """So that an agency's own login finds and reads who a case is about, as soon as it inquires."""
    employer = request.complaint.employer
    await connection.executemany(
        'insert into case_employer ("case", agency, name, keys) values ($1, $2, $3, $4) on conflict do nothing',
        [
            (request.case, agency, own.seal(employer.name, "employer"), search_keys(own, employer))
            for agency, own in vault.agencies.items()
        ],
    )


def _answer(row: asyncpg.Record) -> Registration:
    joined = row["joined_to"] is not None
    return Registration(
        case=row["joined_to"] if joined else row["case"],
        case_number=row["joined_number"] if joined else row["case_number"],
        joined=joined,
        overlaps=tuple(row["overlapping"]),
        merge_with=tuple(row["merge_with"]),
    )


@dataclass
class _Holder:
    """An open case that has claimants of a complaint, or is about to take them from another complaint."""

    case_number: str
    people: set[str] = field(default_factory=set)
    """By their refs in the complaint."""


async def _open_cases(
    connection: asyncpg.pool.PoolConnectionProxy, vault: Vault, request: RegistrationRequest
) -> dict[str, _Holder]:
    """Open cases against the employer that have claimants of the complaint already.

    It is the same by its credit code where both name one, or else by a name that it has or had.
    """
    employer = request.complaint.employer
    refs = {identity_digest(vault, c.identity_number): c.ref for c in request.complaint.claimants}
    rows = await connection.fetch(
        """
        select h."case", h.case_number, c.identity_digest
        from claimant c join dispute d using ("case") join dispute h on h."case" = coalesce(d.joined_to, d."case")
        where h.employer_keys && $1::text[] and (h.employer_code is null or $5::text is null or h.employer_code = $5)
            and not h.closed and h.drill = $2 and c.identity_digest = any($3) and d."case" <> $4
        """,
        employer_keys(vault, [employer]),
        request.drill,
        list(refs),
        request.case,
        code_digest(vault, employer),
    )
    found: dict[str, _Holder] = {}
    for row in rows:
        found.setdefault(row["case"], _Holder(row["case_number"])).people.add(refs[row["identity_digest"]])
    return found


def _to_join(overlaps: dict[str, _Holder], claimants: int) -> str | None:
    holds_everybody = (case for case, holder in sorted(overlaps.items()) if len(holder.people) == claimants)
    return next(holds_everybody, next(iter(overlaps)) if len(overlaps) == 1 else None)


async def _next_number(connection: asyncpg.pool.PoolConnectionProxy, request: RegistrationRequest, series: str) -> str:
    """The next number of the series in the year of filing. Taken back with the transaction: no gaps."""
    year = request.filed_at.astimezone(CENTRE_ZONE).year
    last = await numbers.following(connection, series, year)
    return f"{series}-{year}-{last:06d}"


async def let_go(pool: asyncpg.Pool, case: str, claimants: Sequence[str]) -> None:
    """These people are no longer found under the case: they have one of their own."""
    await pool.execute('delete from claimant where "case" = $1 and ref = any($2)', case, list(claimants))


async def merged(pool: asyncpg.Pool, case: str, into: str) -> None:
    """Whoever asks for a case that was merged finds the other, and nobody is to merge the two any more."""
    await pool.execute('update dispute set joined_to = $2 where "case" = $1', case, into)
    await pool.execute(
        """
        update dispute d set merge_with = array_remove(array_remove(d.merge_with, gone.case_number), d.case_number)
        from dispute gone where gone."case" = $1 and (d."case" = $2 or gone.case_number = any(d.merge_with))
        """,
        case,
        into,
    )


async def keep_claimants(pool: asyncpg.Pool, vault: Vault, case: str, claimants: Sequence[Claimant]) -> None:
    """Keep who has joined a case, or what was corrected of them, so that they are found again."""
    async with pool.acquire() as connection, connection.transaction():
        if claimants:
            await _write_claimants(connection, vault, case, claimants)


async def _write_claimants(
    connection: asyncpg.pool.PoolConnectionProxy, vault: Vault, case: str, claimants: Sequence[Claimant]
) -> None:
    rows = [
        (
            c.ref,
            identity_digest(vault, c.identity_number),
            vault.seal(c.identity_number, "identity_number"),
            vault.seal(c.name, "name"),
            vault.seal(c.phone, "phone") if c.phone else None,
        )
        for c in claimants
    ]
    await connection.execute(
        """
        insert into claimant ("case", ref, identity_digest, identity_number, name, phone)
        select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        on conflict ("case", ref) do update set identity_digest = excluded.identity_digest,
            identity_number = excluded.identity_number, name = excluded.name, phone = excluded.phone
        """,
        case,
        *(list(column) for column in zip(*rows, strict=True)),
    )
