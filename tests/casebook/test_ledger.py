import asyncio

import asyncpg
import pytest

from casebook.ledger import LedgerConflict, events, prove, record
from casebook.registry import register
from domain.ledger import BrokenLedger
from domain.words import Agency, Phase
from runtime.vault import Vault
from tests.builders import identity_number
from tests.casebook.filing import chain, entry, request, task


@pytest.fixture
async def case(pool: asyncpg.Pool, vault: Vault) -> str:
    """A registered case with nothing on its ledger yet."""
    return (await register(pool, vault, request())).case


async def snapshot(pool: asyncpg.Pool, case: str) -> list[tuple[object, ...]]:
    tables = [
        await pool.fetch(f'select * from {table} where "case" = $1 order by 1, 2', case)
        for table in ("dispute", "ledger", "task")
    ]
    return [tuple(line) for table in tables for line in table]


async def test_events_are_read_back_as_they_were_written(pool: asyncpg.Pool, vault: Vault, case: str) -> None:
    written = chain(5, amounts=["1.00", None], nested={"ref": "c1"})
    assert await record(pool, vault, entry(case, *written)) == 5
    assert await events(pool, vault, case) == list(written)
    assert await events(pool, vault, case, after=3) == list(written[3:])
    assert await prove(pool, vault, case, head=written[-1].digest) == 5


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger set kind = 'x' where \"case\" = $1",
        'update ledger set facts = facts where "case" = $1',
        'delete from ledger where "case" = $1',
    ],
)
async def test_the_ledger_refuses_every_change(pool: asyncpg.Pool, vault: Vault, case: str, statement: str) -> None:
    await record(pool, vault, entry(case, *chain(2)))
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await pool.execute(statement, case)
    assert await prove(pool, vault, case) == 2


async def test_the_ledger_refuses_to_be_emptied(pool: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await pool.execute("truncate ledger")


async def test_writing_again_changes_nothing(pool: asyncpg.Pool, vault: Vault, case: str) -> None:
    step = entry(case, *chain(3), tasks=(task(), task(Agency.LABOR, state="done")))
    await record(pool, vault, step)
    before = await snapshot(pool, case)
    assert await record(pool, vault, step) == 3
    assert await snapshot(pool, case) == before


async def test_writing_in_pieces_that_overlap_gives_the_whole(pool: asyncpg.Pool, vault: Vault, case: str) -> None:
    whole = chain(6)
    for piece in (whole[:3], whole[1:5], whole[4:]):
        await record(pool, vault, entry(case, *piece))
    assert await events(pool, vault, case) == list(whole)


async def test_the_same_step_written_by_two_workers_at_once_is_there_once(
    pool: asyncpg.Pool, vault: Vault, case: str
) -> None:
    step = entry(case, *chain(20))
    assert await asyncio.gather(*(record(pool, vault, step) for _ in range(10))) == [20] * 10
    assert await prove(pool, vault, case) == 20


async def test_another_event_under_a_number_that_is_taken_is_a_conflict(
    pool: asyncpg.Pool, vault: Vault, case: str
) -> None:
    await record(pool, vault, entry(case, *chain(3)))
    with pytest.raises(LedgerConflict) as conflict:
        await record(pool, vault, entry(case, *chain(4, other=True)[1:]))
    assert (conflict.value.code, conflict.value.seq) == ("refusals.ledger.conflict", 2)
    before = await snapshot(pool, case)
    with pytest.raises(LedgerConflict) as gap:
        await record(pool, vault, entry(case, *chain(6)[4:], phase=Phase.CLOSED))
    assert (gap.value.code, gap.value.seq) == ("refusals.ledger.gap", 5)
    assert await snapshot(pool, case) == before


async def test_an_older_step_never_overwrites_the_rows_of_a_newer_one(
    pool: asyncpg.Pool, vault: Vault, case: str
) -> None:
    whole = chain(4)
    await record(pool, vault, entry(case, *whole, tasks=(task(state="done"),), phase=Phase.PROGNOSIS))
    before = await snapshot(pool, case)
    await record(pool, vault, entry(case, *whole[:2], tasks=(task(),)))
    assert await snapshot(pool, case) == before


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("update ledger set kind = 'withdrawn' where \"case\" = $1 and seq = 3", 3),
        ("update ledger set actor_id = 'somebody' where \"case\" = $1 and seq = 2", 2),
        ("update ledger set at = at + interval '1 microsecond' where \"case\" = $1 and seq = 4", 4),
        ("update ledger set digest = repeat('f', 64) where \"case\" = $1 and seq = 1", 1),
        ("update ledger set actor_role = 'king' where \"case\" = $1 and seq = 2", 2),
        ("update ledger set facts = 'nonsense' where \"case\" = $1 and seq = 3", 3),
        ('update ledger set facts = (select facts from ledger o where o."case" = $1 and seq = 5) where "case" = $1', 1),
        ('delete from ledger where "case" = $1 and seq = 2', 2),
        ('delete from ledger where "case" = $1 and seq = 5', 5),
        ('delete from ledger where "case" = $1', 1),
        ('update ledger set seq = seq + 10 where "case" = $1 and seq >= 4', 4),
    ],
)
async def test_tampering_by_a_superuser_is_found_and_its_first_event_named(
    pool: asyncpg.Pool, vault: Vault, case: str, statement: str, broken: int
) -> None:
    written = chain(5)
    await record(pool, vault, entry(case, *written))
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")  # triggers do not fire
        assert await connection.execute(statement, case) not in {"UPDATE 0", "DELETE 0"}
    with pytest.raises(BrokenLedger) as found:
        await prove(pool, vault, case, head=written[-1].digest)
    assert found.value.seq == broken


async def test_what_an_event_tells_lies_sealed(pool: asyncpg.Pool, vault: Vault, case: str) -> None:
    await record(pool, vault, entry(case, *chain(1, slip=identity_number(3))))
    [stored] = await pool.fetch('select * from ledger where "case" = $1', case)
    assert identity_number(3) not in str(dict(stored))
    assert "第 1 条" not in str(dict(stored))


async def test_sealed_facts_moved_to_another_case_do_not_open(pool: asyncpg.Pool, vault: Vault, case: str) -> None:
    other = (await register(pool, vault, request())).case
    await record(pool, vault, entry(case, *chain(1)))
    await pool.execute(
        """insert into ledger select $2, seq, at, kind, actor_id, actor_role, actor_agency, message_id, facts,
           previous, digest from ledger where "case" = $1""",
        case,
        other,
    )
    with pytest.raises(BrokenLedger) as found:
        await prove(pool, vault, other)
    assert found.value.seq == 1
