"""The database logins of the centre and of the agencies; what each may see stands in the migrations."""

from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from domain.words import CENTRE_QUEUE, Agency
from runtime.rings import HOLDERS, home, kept_secret

_FILE: Final = "database.password"
LONGEST: Final = timedelta(minutes=1)
"""How long an agency's transaction may last."""
_BOUNDS: Final = (
    "connection limit 30",
    "set statement_timeout = '30s'",
    "set lock_timeout = '5s'",
    "set idle_in_transaction_session_timeout = '30s'",
)
"""Three workers of an agency at once, each with its ten connections. Who sets them otherwise is ended after LONGEST."""


def role_of(holder: str) -> str:
    """The database role of the centre or of an agency."""
    return f"onestop_{holder.replace('-', '_')}"


class MayNot(Exception):
    """Whoever the casebook is reached as may not make logins; the text is the server's reason."""


async def give_out(dsn: str, data: Path) -> dict[str, str]:
    """Let every role log in, with a password kept in its holder's folder (0600). Returns where each connects.

    ``dsn`` is that of whoever made the roles. Raises MayNot.
    """
    connection = await asyncpg.connect(dsn)
    try:
        return {holder: await _give(connection, dsn, holder, data) for holder in HOLDERS}
    except asyncpg.InsufficientPrivilegeError as error:
        raise MayNot(str(error)) from None
    finally:
        await connection.close()


async def end_overlong(pool: asyncpg.Pool, longest: timedelta = LONGEST) -> int:
    """End what an agency's login has been at for too long: its own settings bound only who keeps to them.

    Returns how many. A lock that an agency holds would stop the others.
    """
    ended: int = await pool.fetchval(
        """
        select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and usename = any($1) and now() - xact_start > $2
        """,
        [role_of(agency) for agency in Agency],
        longest,
    )
    return ended


async def _give(connection: asyncpg.Connection, dsn: str, holder: str, data: Path) -> str:
    folder = data if holder == CENTRE_QUEUE else home(data, Agency(holder))
    password = kept_secret(folder / _FILE)
    statement = await connection.fetchval(
        "select format('alter role %I with login password %L', $1::text, $2::text)", role_of(holder), password
    )
    await connection.execute(statement)
    if holder != CENTRE_QUEUE:
        for setting in _BOUNDS:
            await connection.execute(f"alter role {role_of(holder)} {setting}")
        await connection.execute(f"grant {role_of(holder)} to {role_of(CENTRE_QUEUE)}")
    return _as(dsn, role_of(holder), password)


def _as(dsn: str, user: str, password: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{parts.netloc.rpartition('@')[2]}"))
