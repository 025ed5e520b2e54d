"""Papers in the casebook: numbers without gaps, one document for one order, nothing legible at rest."""

import asyncio
from datetime import date
from decimal import Decimal

import asyncpg

from casebook import papers
from domain.papers.kinds import PaperKind, PaperMatter, PaperRequest, PartyLine
from runtime.vault import Vault
from tests.casebook.filing import fresh

BASIS = "本中心规则"


def order(kind: PaperKind, day: date, *, drill: bool = False, key: str | None = None) -> PaperRequest:
    matter = PaperMatter(
        kind=kind,
        case_number="RZ-2019-000001",
        issued_on=day,
        filed_on=day,
        basis=BASIS,
        parties=(PartyLine(ref="c1", name="虚构者甲", role="claimant"),),
        part_a=Decimal("1.00"),
    )
    return PaperRequest(case="dispute-papers", key=key or fresh("paper"), drill=drill, matter=matter)


async def test_a_hundred_orders_at_once_are_numbered_without_gaps(pool: asyncpg.Pool, vault: Vault) -> None:
    day = date(2011, 5, 4)  # A year of this test's own.
    orders = [order(PaperKind.SUMMONS, day) for _ in range(100)]
    given = await asyncio.gather(*(papers.number(pool, vault, one) for one in orders))
    assert sorted(given) == sorted(f"社调约〔2011〕第{n}号" for n in range(1, 101))


async def test_an_order_that_fails_leaves_no_gap(pool: asyncpg.Pool, vault: Vault) -> None:
    day = date(2012, 5, 4)
    good, bad = order(PaperKind.SUMMONS, day), order(PaperKind.SUMMONS, day).model_copy(update={"case": None})
    for one in (bad, good, bad):
        try:
            last = await papers.number(pool, vault, one)
        except asyncpg.NotNullViolationError:
            continue
    assert last == "社调约〔2012〕第1号"
    assert await papers.number(pool, vault, order(PaperKind.SUMMONS, day)) == "社调约〔2012〕第2号"


async def test_a_centres_papers_begin_with_its_own_sign_and_are_counted_on(pool: asyncpg.Pool, vault: Vault) -> None:
    first, second = (order(PaperKind.SUMMONS, date(2010, 5, 4)) for _ in range(2))
    assert await papers.number(pool, vault, first) == "社调约〔2010〕第1号"
    assert await papers.number(pool, vault, second, centre="芜社调") == "芜社调约〔2010〕第2号"


async def test_each_kind_each_year_and_the_drills_have_a_series_of_their_own(pool: asyncpg.Pool, vault: Vault) -> None:
    orders = [
        order(PaperKind.REFERRAL, date(2013, 12, 31)),
        order(PaperKind.REFERRAL, date(2014, 1, 1)),
        order(PaperKind.SUMMONS, date(2013, 12, 31)),
        order(PaperKind.REFERRAL, date(2013, 12, 31), drill=True),
    ]
    assert [await papers.number(pool, vault, one) for one in orders] == [
        "社调移〔2013〕第1号",
        "社调移〔2014〕第1号",
        "社调约〔2013〕第1号",
        "社调演移〔2013〕第1号",
    ]


async def test_the_same_order_again_is_the_same_number_and_the_document_that_was_kept_first(
    pool: asyncpg.Pool, vault: Vault
) -> None:
    one = order(PaperKind.AGREEMENT, date(2015, 1, 5))
    number = await papers.number(pool, vault, one)
    assert await papers.keep(pool, vault, one.key, b"first", "sha-of-first") == "sha-of-first"
    assert await papers.number(pool, vault, one) == number
    assert await papers.keep(pool, vault, one.key, b"drawn up anew", "another sha") == "sha-of-first"
    assert await papers.document(pool, vault, number) == b"first"
    kept = await papers.find(pool, vault, number)
    assert kept is not None and (kept.sha256, kept.matter) == ("sha-of-first", one.matter)


async def test_neither_the_matter_nor_the_document_is_legible_in_the_table(pool: asyncpg.Pool, vault: Vault) -> None:
    one = order(PaperKind.AGREEMENT, date(2016, 1, 5))
    await papers.number(pool, vault, one)
    await papers.keep(pool, vault, one.key, "虚构者甲的协议".encode(), "sha")
    row = await pool.fetchrow("select * from paper where key = $1", one.key)
    assert row is not None
    assert "虚构者甲" not in str(dict(row)) and "虚构者甲".encode() not in row["document"]


async def test_two_editions_of_a_paper_share_a_number_and_the_later_one_is_what_it_stands_for(
    pool: asyncpg.Pool, vault: Vault
) -> None:
    day = date(2008, 5, 4)
    drawn_up, signed = order(PaperKind.AGREEMENT, day), order(PaperKind.AGREEMENT, day)
    number = await papers.number(pool, vault, drawn_up)
    await papers.keep(pool, vault, drawn_up.key, b"to be signed", "1" * 64)
    again = signed.model_copy(update={"matter": signed.matter.model_copy(update={"again": number})})
    for _ in range(2):
        assert await papers.number(pool, vault, again) == number
    await papers.keep(pool, vault, again.key, b"signed", "2" * 64)
    found = await papers.find(pool, vault, number)
    assert found is not None and (found.sha256, found.matter.again) == ("2" * 64, number)
    assert await papers.document(pool, vault, number) == b"signed"
    following = await papers.number(pool, vault, order(PaperKind.AGREEMENT, day))
    assert following == number.replace("第1号", "第2号")
