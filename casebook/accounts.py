"""Local accounts: names, Argon2id hashes of passwords, and whom each may act as."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from domain.base import Instant, Model, Ref
from domain.case.identity import EVERY_CASE, Claims
from domain.ledger import Actor
from domain.refusal import PARTIES, Refused, must, refusal
from domain.words import Agency, Role

TRIES: Final = 5
"""Wrong passwords in a row until an account is locked for a while."""
LOCKED_FOR: Final = timedelta(minutes=15)
SHORTEST: Final = 12
"""Characters of a password, at the least."""

GOOD_FOR: Final = timedelta(days=30)
"""How long a link that was given to a party may be used."""
_DIGITS: Final = 8
_HASHER: Final = PasswordHasher()
NOBODYS: Final = "$argon2id$v=19$m=65536,t=3,p=4$Mbn3YjwLKlkrzX92L9WMZQ$25HdUP7oAm8e9YrBdrLXutwaZudlKIKEK3U2pZiaxM4"
"""What nobody kept the password of: compared with when there is no such account, so that it takes as long."""


class Account(Model):
    """An account: whom it acts as, and in which case."""

    name: Ref
    actor: Actor
    scope: str = EVERY_CASE
    """Workflow id of a party's case; ``*`` for those who work on any."""
    disabled: bool = False
    locked_until: Instant | None = None


class Invitation(Model):
    """How a party comes in: the last part of the link, and the code that is asked for there."""

    link: str
    code: str


async def add(pool: asyncpg.Pool, account: Account, password: str) -> None:
    """Open an account. Raises Refused when the name is taken, or the account or the password is no good."""
    actor = account.actor
    must(actor.role is not Role.SYSTEM, "account.system", "actor.role")
    must((actor.agency is None) != (actor.role is Role.OFFICER), "identity.agency", "actor", role=actor.role)
    must((account.scope == EVERY_CASE) != (actor.role in PARTIES), "account.scope", "scope", role=actor.role)
    hashed = await _hashed(password)
    added = await pool.fetchval(
        """
        insert into account (name, password, actor, role, agency, scope) values ($1, $2, $3, $4, $5, $6)
        on conflict (name) do nothing returning true
        """,
        *(account.name, hashed, actor.id, actor.role, actor.agency, account.scope),
    )
    must(added, "account.taken", "name", name=account.name)


async def put(pool: asyncpg.Pool, accounts: Sequence[Account], password: str) -> None:
    """Accounts that all have one password, whether they were there or not; what was open under another one ends."""
    hashed = await _hashed(password)
    await pool.executemany(
        """
        insert into account (name, password, actor, role, agency, scope) values ($1, $2, $3, $4, $5, $6)
        on conflict (name) do update
            set password = excluded.password, password_set_at = now(), failures = 0, locked_until = null
        """,
        [(one.name, hashed, one.actor.id, one.actor.role, one.actor.agency, one.scope) for one in accounts],
    )


async def invite(pool: asyncpg.Pool, actor: Actor, case: str, by: Actor) -> Invitation:
    """A link and a code by which a party comes in once, to this case and no other. Raises Refused for whoever is none.

    The name of its account is the secret part of the link; the session that it opens ends as any other does.
    """
    must(actor.role in PARTIES, "account.scope", "scope", role=actor.role)
    made = Invitation(link=f"in-{secrets.token_hex(16)}", code=f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}")
    await pool.execute(
        """
        insert into account (name, password, actor, role, scope, invited_by, expires_at)
        values ($1, $2, $3, $4, $5, $6, now() + $7)
        """,
        *(made.link, await asyncio.to_thread(_HASHER.hash, made.code), actor.id, actor.role, case, by.cast, GOOD_FOR),
    )
    return made


async def end_invitations(pool: asyncpg.Pool, actor: Actor, case: str) -> int:
    """Close every link that a party of a case was given, and end what was opened by them. How many there were."""
    ended = await pool.fetch(
        """
        update account set disabled_at = now()
        where scope = $1 and actor = $2 and invited_by is not null and disabled_at is null returning name
        """,
        *(case, actor.id),
    )
    return len(ended)


async def hold_together(pool: asyncpg.Pool, name: str, other: str) -> None:
    """Note that one person came in by both of these links, and says so."""
    await pool.execute(
        """
        with held as (select coalesce(max(held_with), $1) as by from account where name = $1)
        update account set held_with = held.by from held
        where (name in ($1, $2) or held_with = (select held_with from account where name = $2))
            and invited_by is not null
        """,
        *(name, other),
    )


async def held_together(pool: asyncpg.Pool, name: str) -> list[Account]:
    """The accounts of whoever came in by a link: its own first, then those held with it, while their links are good."""
    rows = await pool.fetch(
        """
        select a.* from account a join account own on own.name = $1
        where (a.name = own.name or a.held_with = own.held_with)
            and a.used_at is not null and a.disabled_at is null and a.expires_at > now()
        order by a.name <> own.name, a.used_at
        """,
        name,
    )
    return [_account(row) for row in rows]


def not_let_in() -> Refused:
    """What whoever can't sign in is told, whatever the reason."""
    return refusal("account.wrong", "password", minutes=LOCKED_FOR // timedelta(minutes=1), tries=TRIES)


async def log_in(pool: asyncpg.Pool, name: str, password: str) -> Account:
    """The account that a name and a password open.

    Raises Refused with one and the same reason whether the name, the password or the account is wrong.
    """
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(
            """
            select *, coalesce(locked_until > now(), false) as locked,
                invited_by is not null and (used_at is not null or expires_at < now()) as over
            from account where name = $1 for update
            """,
            name,
        )
        right = await asyncio.to_thread(_fits, row["password"] if row else NOBODYS, password)
        wrong = row is None or not right or row["locked"] or row["disabled_at"] is not None or row["over"]
        if row is not None and wrong and not row["locked"]:
            await connection.execute(
                """
                update account set failures = failures + 1,
                    locked_until = case when failures + 1 >= $2 then now() + $3 end where name = $1
                """,
                *(name, TRIES, LOCKED_FOR),
            )
        elif not wrong:
            await connection.execute(
                """
                update account set failures = 0, locked_until = null,
                    used_at = case when invited_by is not null then now() end where name = $1
                """,
                name,
            )
    if wrong or row is None:
        raise not_let_in()
    return _account(row)


async def set_password(pool: asyncpg.Pool, name: str, password: str) -> None:
    """Give an account another password, unlock it, and end its sessions. Raises Refused for no such account."""
    changed = await pool.fetchval(
        """
        update account set password = $2, password_set_at = now(), failures = 0, locked_until = null
        where name = $1 returning true
        """,
        *(name, await _hashed(password)),
    )
    must(changed, "account.unknown", "name", name=name)


async def disable(pool: asyncpg.Pool, name: str) -> None:
    """Close an account: nobody logs in with it again. Raises Refused when there is no such account."""
    changed = await pool.fetchval(
        "update account set disabled_at = coalesce(disabled_at, now()) where name = $1 returning true", name
    )
    must(changed, "account.unknown", "name", name=name)


async def end_sessions(pool: asyncpg.Pool, actor: Actor) -> None:
    """End every session in which somebody acts as this one, however it was opened."""
    await pool.execute(
        """
        insert into session_end (actor, ended_at) values ($1, now())
        on conflict (actor) do update set ended_at = excluded.ended_at
        """,
        actor.cast,
    )


async def stands(pool: asyncpg.Pool, session: Claims) -> bool:
    """Whether a session goes on: not ended, its account not closed, and opened under the account's present password."""
    return bool(
        await pool.fetchval(
            """
            select not exists (select from session_end where actor = $1 and date_trunc('second', ended_at) >= $2)
               and ($3::text is null or exists (select from account
                    where name = $3 and disabled_at is null and date_trunc('second', password_set_at) <= $2))
            """,
            *(session.actor.cast, datetime.fromtimestamp(session.iat, UTC), session.acct),
        )
    )


async def every(pool: asyncpg.Pool) -> list[Account]:
    """All accounts by name, without the links that parties were given."""
    return [_account(row) for row in await pool.fetch("select * from account where invited_by is null order by name")]


async def _hashed(password: str) -> str:
    must(len(password) >= SHORTEST, "account.short", "password", least=SHORTEST)
    return await asyncio.to_thread(_HASHER.hash, password)


def _fits(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except VerifyMismatchError:
        return False


def _account(row: asyncpg.Record) -> Account:
    actor = Actor(
        id=row["actor"], role=Role(row["role"]), agency=Agency(row["agency"]) if row["agency"] is not None else None
    )
    return Account(
        name=row["name"],
        actor=actor,
        scope=row["scope"],
        disabled=row["disabled_at"] is not None,
        locked_until=row["locked_until"],
    )
