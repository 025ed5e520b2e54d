"""Half-filled forms, sealed: each is its owner's alone, and one for each page."""

import json
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import asyncpg

from runtime.vault import Vault

_CONTEXT: Final = "kept-form"
GOOD_FOR: Final = timedelta(days=30)
"""How long a half-filled form is kept: it may hold personal data, and nobody looks through it."""


class KeptForm(NamedTuple):
    """What was typed, and when it was kept."""

    said: dict[str, Any]
    kept_at: datetime


async def keep(pool: asyncpg.Pool, vault: Vault, owner: str, page: str, said: dict[str, Any]) -> None:
    """Keep what was typed so far, in place of what was kept before; what nobody has gone on with for long is gone."""
    await pool.execute("delete from kept_form where kept_at < now() - $1::interval", GOOD_FOR)
    await pool.execute(
        """
        insert into kept_form (owner, page, content) values ($1, $2, $3)
        on conflict (owner, page) do update set content = excluded.content, kept_at = now()
        """,
        *(owner, page, vault.seal(json.dumps(said, ensure_ascii=False), _CONTEXT)),
    )


async def kept(pool: asyncpg.Pool, vault: Vault, owner: str, page: str) -> KeptForm | None:
    """What is kept of a page; None where nothing is."""
    row = await pool.fetchrow("select content, kept_at from kept_form where owner = $1 and page = $2", owner, page)
    return KeptForm(json.loads(vault.open(row["content"], _CONTEXT)), row["kept_at"]) if row else None


async def drop(pool: asyncpg.Pool, owner: str, page: str) -> None:
    """Forget what is kept of a page."""
    await pool.execute("delete from kept_form where owner = $1 and page = $2", owner, page)
