"""The database logins of the centre and of the agencies; what each may see stands in the migrations."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from domain.words import CENTRE_QUEUE, Agency
from runtime.rings import HOLDERS, home, kept_secret

_FILE: Final = "database.password"


def role_of(holder: str) -> str:
    """The database role of the centre or of an agency."""
    return f"onestop_{holder.replace('-', '_')}"


async def give_out(dsn: str, data: Path) -> dict[str, str]:
    """Let every role log in, with a password kept in its holder's folder (0600). Returns where each connects.

    ``dsn`` is that of whoever made the roles.
    """
    connection = await asyncpg.connect(dsn)
    try:
        return {holder: await _give(connection, dsn, holder, data) for holder in HOLDERS}
    finally:
        await connection.close()


async def _give(connection: asyncpg.Connection, dsn: str, holder: str, data: Path) -> str:
    folder = data if holder == CENTRE_QUEUE else home(data, Agency(holder))
    password = kept_secret(folder / _FILE)
    statement = await connection.fetchval(
        "select format('alter role %I with login password %L', $1::text, $2::text)", role_of(holder), password
    )
    await connection.execute(statement)
    return _as(dsn, role_of(holder), password)


def _as(dsn: str, user: str, password: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{parts.netloc.rpartition('@')[2]}"))
