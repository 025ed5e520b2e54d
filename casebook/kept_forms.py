"""Half-filled forms, sealed: each is its owner's alone, and one for each page."""

import json
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from domain.ledger import Actor
from runtime.vault import Vault

_CONTEXT = "kept-form"


class KeptForm(NamedTuple):
    """What was typed, and when it was kept."""

    said: dict[str, Any]
    kept_at: datetime


async def keep(pool: asyncpg.Pool, vault: Vault, owner: Actor, page: str, said: dict[str, Any]) -> None:
    """Keep what was typed so far, in place of what was kept before."""
    await pool.execute(
        """
        insert into kept_form (owner, page, content) values ($1, $2, $3)
        on conflict (owner, page) do update set content = excluded.content, kept_at = now()
        """,
        *(owner.cast, page, vault.seal(json.dumps(said, ensure_ascii=False), _CONTEXT)),
    )


async def kept(pool: asyncpg.Pool, vault: Vault, owner: Actor, page: str) -> KeptForm | None:
    """What is kept of a page; None where nothing is."""
    row = await pool.fetchrow("select content, kept_at from kept_form where owner = $1 and page = $2", owner.cast, page)
    return KeptForm(json.loads(vault.open(row["content"], _CONTEXT)), row["kept_at"]) if row else None


async def drop(pool: asyncpg.Pool, owner: Actor, page: str) -> None:
    """Forget what is kept of a page."""
    await pool.execute("delete from kept_form where owner = $1 and page = $2", owner.cast, page)
