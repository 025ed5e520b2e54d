"""Evidence: files of a case, sealed, by their SHA-256. History and ledger hold the reference, never the file."""

import hashlib
from typing import Final

import asyncpg

from domain.base import Instant, Model, Ref
from runtime.vault import Vault

LARGEST: Final = 20_000_000
"""Bytes that a piece of evidence may have."""
MEDIA_TYPES: Final = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "audio/mpeg",
    "image/jpeg",
    "image/png",
    "text/csv",
    "text/plain",
)


class NotTaken(Exception):
    """A file that is no evidence; ``code`` is a key of texts/evidence.yaml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, {name: str(value) for name, value in params.items()}


class Evidence(Model):
    """A piece of evidence as the casebook keeps it."""

    sha256: Ref
    title: str
    media_type: str
    size: int
    task: Ref | None
    added_by: Ref
    added_at: Instant


def accepted(content: bytes, media_type: str) -> str:
    """The SHA-256 of a file that may be kept. Raises NotTaken: empty, too large, or of another type."""
    if not content:
        raise NotTaken("evidence.empty")
    if len(content) > LARGEST:
        raise NotTaken("evidence.too_large", most=LARGEST)
    if media_type not in MEDIA_TYPES:
        raise NotTaken("evidence.media_type", allowed=", ".join(MEDIA_TYPES))
    return hashlib.sha256(content).hexdigest()


async def keep(
    pool: asyncpg.Pool,
    vault: Vault,
    case: str,
    content: bytes,
    *,
    title: str,
    media_type: str,
    added_by: str,
    task: str | None = None,
) -> str:
    """Keep a file under its SHA-256, once for each case, and return that. Raises NotTaken."""
    sha256 = accepted(content, media_type)
    key, sealed = vault.seal_bytes(content, _context(case, sha256))
    await pool.execute(
        """
        insert into evidence ("case", sha256, task, title, media_type, size, added_by, key_id, content)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict ("case", sha256) do nothing
        """,
        case,
        sha256,
        task,
        vault.seal(title, "evidence"),
        media_type,
        len(content),
        added_by,
        key,
        sealed,
    )
    return sha256


async def copy(pool: asyncpg.Pool, vault: Vault, case: str, to: str) -> None:
    """Keep the files of a case for another case too. Again changes nothing."""
    missing = await pool.fetch(
        """
        select sha256 from evidence e where "case" = $1
            and not exists (select from evidence o where o."case" = $2 and o.sha256 = e.sha256)
        """,
        case,
        to,
    )
    for (sha256,) in missing:
        row = await pool.fetchrow(
            'select task, title, media_type, size, added_by, added_at from evidence where "case" = $1 and sha256 = $2',
            case,
            sha256,
        )
        content = await content_of(pool, vault, case, sha256)
        assert row is not None and content is not None
        key, sealed = vault.seal_bytes(content, _context(to, sha256))
        await pool.execute(
            """
            insert into evidence ("case", sha256, task, title, media_type, size, added_by, added_at, key_id, content)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict ("case", sha256) do nothing
            """,
            to,
            sha256,
            *row,
            key,
            sealed,
        )


async def of_case(pool: asyncpg.Pool, vault: Vault, case: str) -> list[Evidence]:
    """What the casebook keeps of a case, the first first."""
    rows = await pool.fetch(
        """
        select sha256, title, media_type, size, task, added_by, added_at from evidence
        where "case" = $1 order by added_at, sha256
        """,
        case,
    )
    return [Evidence.model_validate({**dict(row), "title": vault.open(row["title"], "evidence")}) for row in rows]


async def held(pool: asyncpg.Pool, case: str, sha256: str) -> bool:
    """Whether the casebook keeps a file."""
    return bool(await pool.fetchval('select true from evidence where "case" = $1 and sha256 = $2', case, sha256))


async def content_of(pool: asyncpg.Pool, vault: Vault, case: str, sha256: str) -> bytes | None:
    """A file, or None where there is none. Raises runtime.vault.Unreadable for one that was tampered with."""
    row = await pool.fetchrow('select key_id, content from evidence where "case" = $1 and sha256 = $2', case, sha256)
    return vault.open_bytes(row["key_id"], row["content"], _context(case, sha256)) if row else None


def _context(case: str, sha256: str) -> str:
    return f"evidence:{case}:{sha256}"
