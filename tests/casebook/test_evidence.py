"""Evidence is kept sealed, once for each case, and comes out as it went in or not at all."""

import hashlib

import asyncpg
import pytest

from casebook.evidence import LARGEST, NotTaken, accepted, content_of, keep, of_case
from runtime.vault import Unreadable, Vault
from tests.casebook.filing import fresh

PAPER = "工资流水：虚构者1".encode()


async def kept(pool: asyncpg.Pool, vault: Vault, case: str, content: bytes = PAPER) -> str:
    return await keep(
        pool, vault, case, content, title="工资流水", media_type="text/plain", added_by="lab-01", task="labor"
    )


async def test_a_file_comes_out_as_it_went_in(pool: asyncpg.Pool, vault: Vault) -> None:
    case = fresh("case")
    sha256 = await kept(pool, vault, case)
    assert sha256 == hashlib.sha256(PAPER).hexdigest()
    assert await content_of(pool, vault, case, sha256) == PAPER
    [one] = await of_case(pool, vault, case)
    assert (one.title, one.size, one.task, one.added_by) == ("工资流水", len(PAPER), "labor", "lab-01")


async def test_the_same_file_twice_is_kept_once_and_another_case_does_not_have_it(
    pool: asyncpg.Pool, vault: Vault
) -> None:
    case = fresh("case")
    assert await kept(pool, vault, case) == await kept(pool, vault, case)
    assert len(await of_case(pool, vault, case)) == 1
    assert await content_of(pool, vault, fresh("case"), accepted(PAPER, "text/plain")) is None


async def test_neither_the_file_nor_its_name_lies_open(pool: asyncpg.Pool, vault: Vault) -> None:
    case = fresh("case")
    await kept(pool, vault, case)
    row = await pool.fetchrow('select title, content from evidence where "case" = $1', case)
    assert row is not None
    assert "工资" not in row["title"]
    assert "虚构者".encode() not in row["content"]


async def test_a_file_that_was_exchanged_for_another_does_not_open(pool: asyncpg.Pool, vault: Vault) -> None:
    case = fresh("case")
    one, other = await kept(pool, vault, case), await kept(pool, vault, case, b"other")
    await pool.execute(
        """
        update evidence set content = (select content from evidence where "case" = $1 and sha256 = $2)
        where "case" = $1 and sha256 = $3
        """,
        case,
        other,
        one,
    )
    with pytest.raises(Unreadable):
        await content_of(pool, vault, case, one)


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"", "text/plain", "evidence.empty"),
        (b"x" * (LARGEST + 1), "text/plain", "evidence.too_large"),
        (b"MZ", "application/x-msdownload", "evidence.media_type"),
    ],
)
def test_what_is_no_evidence_is_not_taken(content: bytes, media_type: str, code: str) -> None:
    with pytest.raises(NotTaken) as refused:
        accepted(content, media_type)
    assert refused.value.code == code
