import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from casebook.ledger import record
from casebook.registry import keep_claimants, register
from domain.case.requests import Registration, RegistrationRequest
from domain.intake.complaint import Complaint
from domain.words import Outcome, Phase
from runtime.vault import Vault
from tests.builders import arrears_item, claimant, employer
from tests.casebook.filing import chain, entry, fresh, request


def against(name: str, *serials: int, **changes: Any) -> Complaint:
    """A complaint of some people, known by their serials, against an employer."""
    people = tuple(claimant(serial, ref=f"c{place}") for place, serial in enumerate(serials, 1))
    return Complaint(
        complaint_id=fresh("t"),
        channel="counter",
        claimants=people,
        respondents=(employer(name=name, **changes),),
        items=(arrears_item(),),
    )


async def all_at_once(pool: asyncpg.Pool, vault: Vault, requests: list[RegistrationRequest]) -> list[Registration]:
    return list(await asyncio.gather(*(register(pool, vault, asked) for asked in requests)))


async def close(pool: asyncpg.Pool, vault: Vault, case: str, outcome: Outcome = Outcome.PERFORMED) -> None:
    await record(pool, vault, entry(case, *chain(1), phase=Phase.CLOSED, outcome=outcome))


async def test_fifty_windows_at_the_same_instant_make_one_case(pool: asyncpg.Pool, vault: Vault) -> None:
    name = fresh("虚构公司")
    answers = await all_at_once(pool, vault, [request(against(name, 1)) for _ in range(50)])
    assert Counter(answer.joined for answer in answers) == {True: 49, False: 1}
    [(case, times)] = Counter(answer.case for answer in answers).items()
    assert times == 50
    assert len({answer.case_number for answer in answers}) == 1
    held = await pool.fetchval("select count(*) from dispute where joined_to = $1 and outcome = $2", case, "merged")
    assert held == 49


async def test_numbers_have_no_gaps_even_when_registrations_fail(pool: asyncpg.Pool, vault: Vault) -> None:
    filed_at = datetime(2019, 6, 1, tzinfo=UTC)  # a series of this test's own
    good = [request(filed_at=filed_at) for _ in range(40)]
    taken = fresh("filed-t")
    await register(pool, vault, request(case=taken))
    fails = [
        register(pool, vault, request(filed_at=filed_at).model_copy(update={"complaint": unstorable()}))
        for _ in range(10)
    ]
    work = [*(register(pool, vault, asked) for asked in good), *fails]
    random.Random(1).shuffle(work)
    results = await asyncio.gather(*work, return_exceptions=True)
    assert sum(isinstance(result, asyncpg.PostgresError) for result in results) == 10
    numbers = sorted(result.case_number for result in results if isinstance(result, Registration))
    assert numbers == [f"RZ-2019-{n:06d}" for n in range(1, 41)]


def unstorable() -> Complaint:
    """A complaint that PostgreSQL refuses after the number was drawn: two claimants under one ref."""
    held = against(fresh("虚构公司"), 1, 2)
    return held.model_copy(update={"claimants": tuple(c.model_copy(update={"ref": "c1"}) for c in held.claimants)})


async def test_the_same_request_again_gets_the_same_answer(pool: asyncpg.Pool, vault: Vault) -> None:
    name = fresh("虚构公司")
    first, second = request(against(name, 1)), request(against(name, 1))
    accepted, joined = await register(pool, vault, first), await register(pool, vault, second)
    await close(pool, vault, first.case)
    assert await register(pool, vault, first) == accepted
    assert await register(pool, vault, second) == joined


async def test_a_closed_case_frees_its_claimants(pool: asyncpg.Pool, vault: Vault) -> None:
    name = fresh("虚构公司")
    first = await register(pool, vault, request(against(name, 1)))
    await close(pool, vault, first.case, Outcome.FAILED)
    again = await register(pool, vault, request(against(name, 1)))
    assert not again.joined
    assert again.case_number != first.case_number


async def test_a_complaint_with_one_more_person_joins_the_only_case_that_has_any_of_them(
    pool: asyncpg.Pool, vault: Vault
) -> None:
    name = fresh("虚构公司")
    first = await register(pool, vault, request(against(name, 1, 2)))
    wider = await register(pool, vault, request(against(name, 9, 2, 1)))
    assert (wider.joined, wider.case) == (True, first.case)


async def test_a_complaint_of_people_who_are_in_two_cases_is_a_third_that_names_the_overlap(
    pool: asyncpg.Pool, vault: Vault
) -> None:
    name = fresh("虚构公司")
    await register(pool, vault, request(against(name, 1)))
    await register(pool, vault, request(against(name, 2)))
    both = await register(pool, vault, request(against(name, 9, 2, 1)))
    assert (both.joined, both.overlaps) == (False, ("c2", "c3"))


async def test_a_complaint_that_is_kept_apart_gets_the_next_number_once(pool: asyncpg.Pool, vault: Vault) -> None:
    name = fresh("虚构公司")
    first = await register(pool, vault, request(against(name, 1, 2)))
    asked = request(against(name, 9, 2))
    assert (await register(pool, vault, asked)).joined
    apart = asked.model_copy(update={"apart": True})
    own = await register(pool, vault, apart)
    assert (own.joined, own.case, own.overlaps) == (False, asked.case, ("c2",))
    assert own.case_number != first.case_number
    assert await register(pool, vault, apart) == own == await register(pool, vault, asked)
    row = await pool.fetchrow('select joined_to, phase, outcome from dispute where "case" = $1', asked.case)
    assert row is not None and tuple(row) == (None, "intake", None)


async def test_some_of_the_people_of_a_case_are_joined_to_it(pool: asyncpg.Pool, vault: Vault) -> None:
    name = fresh("虚构公司")
    whole = await register(pool, vault, request(against(name, 1, 2, 3)))
    part = await register(pool, vault, request(against(name, 3)))
    assert (part.joined, part.case, part.case_number) == (True, whole.case, whole.case_number)


async def test_who_was_corrected_is_found_by_the_right_number_and_not_by_the_wrong_one(
    pool: asyncpg.Pool, vault: Vault
) -> None:
    name = fresh("虚构公司")
    first = await register(pool, vault, request(against(name, 1)))
    await keep_claimants(pool, vault, first.case, [claimant(7, ref="c1")])
    assert (await register(pool, vault, request(against(name, 7)))).case == first.case
    assert not (await register(pool, vault, request(against(name, 1)))).joined


async def test_the_same_people_against_another_employer_are_another_case(pool: asyncpg.Pool, vault: Vault) -> None:
    first, second = [await register(pool, vault, request(against(fresh("虚构公司"), 1))) for _ in range(2)]
    assert not second.joined
    assert second.overlaps == ()
    assert first.case != second.case


async def test_an_employer_is_one_by_its_credit_code_whatever_it_is_called(pool: asyncpg.Pool, vault: Vault) -> None:
    code = "91350100M000100Y43"
    first = await register(pool, vault, request(against("虚构有限公司", 71, credit_code=code)))
    second = await register(pool, vault, request(against("虚构公司（福州）", 71, credit_code=code)))
    assert (second.joined, second.case) == (True, first.case)


async def test_an_employer_is_one_by_a_name_that_it_had_however_it_is_typed(pool: asyncpg.Pool, vault: Vault) -> None:
    code, old, new = "91350100M000100Y43", fresh("虚构（旧）公司"), fresh("虚构新公司")
    first = await register(pool, vault, request(against(old, 72)))
    renamed = against(new, 72, credit_code=code, former_names=(old.replace("（", "(").replace("）", ")"),))
    second = await register(pool, vault, request(renamed))
    assert (second.joined, second.case) == (True, first.case)


async def test_two_employers_of_one_name_and_two_credit_codes_are_two(pool: asyncpg.Pool, vault: Vault) -> None:
    name = fresh("虚构同名公司")
    first = await register(pool, vault, request(against(name, 73, credit_code="91350100M000100Y43")))
    second = await register(pool, vault, request(against(name, 73, credit_code="91990000MA0000301C")))
    assert not first.joined and not second.joined


async def test_a_drill_never_joins_a_real_case_and_has_numbers_of_its_own(pool: asyncpg.Pool, vault: Vault) -> None:
    name = fresh("虚构公司")
    await register(pool, vault, request(against(name, 1)))
    drill = await register(pool, vault, request(against(name, 1), drill=True))
    assert not drill.joined
    assert drill.case_number.startswith("DRILL-2024-")


async def test_a_centre_numbers_its_cases_in_a_series_of_its_own(pool: asyncpg.Pool, vault: Vault) -> None:
    filed_at = datetime(2018, 3, 5, tzinfo=UTC)
    given = [
        await register(pool, vault, request(filed_at=filed_at, drill=drill), series="WH")
        for drill in (False, False, True)
    ]
    assert [one.case_number for one in given] == ["WH-2018-000001", "WH-2018-000002", "DRILL-2018-000001"]


@pytest.mark.parametrize(("at", "year"), [("2021-12-31T15:59:59Z", "2021"), ("2021-12-31T16:00:00Z", "2022")])
async def test_the_year_of_a_number_is_that_of_the_centres_clock(
    pool: asyncpg.Pool, vault: Vault, at: str, year: str
) -> None:
    answer = await register(pool, vault, request(filed_at=datetime.fromisoformat(at)))
    assert answer.case_number.startswith(f"RZ-{year}-")


async def test_names_and_numbers_of_people_and_employers_lie_sealed(pool: asyncpg.Pool, vault: Vault) -> None:
    asked = request(against(fresh("虚构公司"), 42))
    await register(pool, vault, asked)
    stored = str(
        [
            *map(dict, await pool.fetch('select * from claimant where "case" = $1', asked.case)),
            *map(dict, await pool.fetch('select * from dispute where "case" = $1', asked.case)),
        ]
    )
    person = asked.complaint.claimants[0]
    for secret in (person.identity_number, person.name, asked.complaint.employer.name):
        assert secret not in stored
    sealed = await pool.fetchval('select identity_number from claimant where "case" = $1', asked.case)
    assert vault.open(sealed, "identity_number") == person.identity_number
