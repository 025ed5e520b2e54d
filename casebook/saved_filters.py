"""Filters that somebody keeps by a name: the address of a list, sealed, for it may name an employer or a person."""

from typing import Final, NamedTuple

import asyncpg

from runtime.vault import Vault

_CONTEXT: Final = "saved-filter"
MOST: Final = 20
"""Filters that one person keeps of one list; the one that was kept first makes room for the next."""


class SavedFilter(NamedTuple):
    """A name, and what stands behind the address of the list."""

    name: str
    query: str


async def save(pool: asyncpg.Pool, vault: Vault, owner: str, page: str, one: SavedFilter) -> None:
    """Keep a filter, in place of the one that had its name."""
    await pool.execute(
        """
        insert into saved_filter (owner, page, name, query) values ($1, $2, $3, $4)
        on conflict (owner, page, name) do update set query = excluded.query, saved_at = now()
        """,
        *(owner, page, one.name, vault.seal(one.query, _CONTEXT)),
    )
    await pool.execute(
        """
        delete from saved_filter where owner = $1 and page = $2 and name not in
            (select name from saved_filter where owner = $1 and page = $2 order by saved_at desc limit $3)
        """,
        *(owner, page, MOST),
    )


async def of_page(pool: asyncpg.Pool, vault: Vault, owner: str, page: str) -> list[SavedFilter]:
    """What somebody keeps of a list, by name."""
    rows = await pool.fetch(
        "select name, query from saved_filter where owner = $1 and page = $2 order by name", owner, page
    )
    return [SavedFilter(row["name"], vault.open(row["query"], _CONTEXT)) for row in rows]


async def drop(pool: asyncpg.Pool, owner: str, page: str, name: str) -> None:
    """Forget a filter."""
    await pool.execute("delete from saved_filter where owner = $1 and page = $2 and name = $3", owner, page, name)
