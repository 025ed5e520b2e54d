"""The papers that were issued: numbered without gaps, kept sealed."""

import asyncpg

from casebook import numbers
from domain.base import Model
from domain.papers.kinds import PaperMatter, PaperRequest, paper_rows
from runtime.vault import Vault

_DRILL = "演"
_INSERT = """
insert into paper (key, "case", kind, number, issued_on, matter, edition)
values ($1, $2, $3, $4, $5, $6, (select count(*) + 1 from paper where number = $4))
"""


class KeptPaper(Model):
    """A paper as it was issued: its number and what it says."""

    case: str
    number: str
    sha256: str | None
    matter: PaperMatter


async def number(pool: asyncpg.Pool, vault: Vault, request: PaperRequest, *, centre: str = "社调") -> str:
    """The number of a paper: the next of its series in its year, or the one that the same order got before.

    Another edition of a paper has the number of the one before.

    Taken in one transaction with the row that keeps the paper, so that no number is lost. ``centre`` is what the
    centre's numbers begin with.
    """
    series, year = _series(request), request.matter.issued_on.year
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"paper:{request.key}")
        known: str | None = await connection.fetchval("select number from paper where key = $1", request.key)
        if known is not None:
            return known
        if request.matter.again is not None:
            await connection.execute(_INSERT, *_row(vault, request, request.matter.again))
            return request.matter.again
        count = await numbers.following(connection, series, year)
        given = f"{centre}{series.removeprefix('paper:')}〔{year}〕第{count}号"
        await connection.execute(_INSERT, *_row(vault, request, given))
        return given


async def restore(pool: asyncpg.Pool, vault: Vault, request: PaperRequest, number: str) -> None:
    """Put back a paper that the casebook has lost under the number that it had; one that it has stays as it is."""
    async with pool.acquire() as connection, connection.transaction():
        serial = int(number.rpartition("第")[2].removesuffix("号"))
        await numbers.pass_over(connection, _series(request), request.matter.issued_on.year, serial)
        await connection.execute(f"{_INSERT} on conflict (key) do nothing", *_row(vault, request, number))


def _series(request: PaperRequest) -> str:
    return f"paper:{_DRILL if request.drill else ''}{paper_rows()[request.matter.kind].series}"


def _row(vault: Vault, request: PaperRequest, number: str) -> tuple[object, ...]:
    matter = request.matter
    sealed = vault.seal(matter.model_dump_json(), "paper")
    return request.key, request.case, matter.kind, number, matter.issued_on, sealed


async def keep(pool: asyncpg.Pool, vault: Vault, key: str, document: bytes, sha256: str) -> str:
    """Keep the document of a numbered paper, unless one is kept already. Returns the SHA-256 of the one that is."""
    name, sealed = vault.seal_bytes(document, "paper")
    kept: str = await pool.fetchval(
        """
        update paper set sha256 = coalesce(sha256, $2), document = coalesce(document, $3),
            document_key = coalesce(document_key, $4)
        where key = $1 returning sha256
        """,
        key,
        sha256,
        sealed,
        name,
    )
    return kept


async def find(pool: asyncpg.Pool, vault: Vault, number: str) -> KeptPaper | None:
    """A paper by its number, in its latest edition; None when there is none."""
    row = await pool.fetchrow(
        'select "case", number, sha256, matter from paper where number = $1 order by edition desc limit 1', number
    )
    if row is None:
        return None
    matter = PaperMatter.model_validate_json(vault.open(row["matter"], "paper"))
    return KeptPaper(case=row["case"], number=row["number"], sha256=row["sha256"], matter=matter)


async def document(pool: asyncpg.Pool, vault: Vault, number: str) -> bytes | None:
    """The document of a paper as it was issued, in its latest edition; None when there is none."""
    row = await pool.fetchrow(
        "select document, document_key from paper where number = $1 order by edition desc limit 1", number
    )
    if row is None or row["document"] is None:
        return None
    return vault.open_bytes(row["document_key"], row["document"], "paper")
