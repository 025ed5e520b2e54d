"""Before a window files: who stands in which case, whichever window filed it."""

import asyncpg
import pytest
from pydantic import ValidationError

from casebook.people import Sought, standing
from casebook.registry import register
from domain.words import Outcome
from runtime.vault import Vault
from tests.builders import identity_number
from tests.casebook.filing import fresh, request
from tests.casebook.test_registry import against, close


async def test_people_are_found_in_the_cases_that_hold_them_running_ones_first(
    pool: asyncpg.Pool, vault: Vault
) -> None:
    name, other = fresh("虚构查询公司"), fresh("虚构旁边公司")
    ended = await register(pool, vault, request(against(name, 8_101, 8_102)))
    await close(pool, vault, ended.case, Outcome.PERFORMED)
    running = await register(pool, vault, request(against(name, 8_101)))
    elsewhere = await register(pool, vault, request(against(other, 8_102, 8_103)))
    sought = Sought(identity_numbers=(identity_number(8_101), identity_number(8_102)), employer=name)
    found = await standing(pool, vault, sought)
    assert [(one.line.case, one.people, one.employer) for one in found] == [
        (running.case, (0,), True),
        (elsewhere.case, (1,), False),
        (ended.case, (0, 1), True),
    ]
    assert found[1].line.employer == other
    assert not any(one.own for one in found)
    window = [one.own for one in await standing(pool, vault, sought, "counter")]
    assert window == [True, True, True] and not any(one.own for one in await standing(pool, vault, sought, "hotline"))


async def test_a_complaint_that_joined_another_case_is_found_there_alone(pool: asyncpg.Pool, vault: Vault) -> None:
    name = fresh("虚构查询公司")
    first = await register(pool, vault, request(against(name, 8_201)))
    again = await register(pool, vault, request(against(name, 8_201)))
    assert again.joined and again.case == first.case
    [one] = await standing(pool, vault, Sought(identity_numbers=(identity_number(8_201),)))
    assert (one.line.case, one.people, one.employer) == (first.case, (0,), False)


async def test_an_employer_is_found_by_its_name_by_a_part_of_it_and_whoever_is_unknown_is_not(
    pool: asyncpg.Pool, vault: Vault
) -> None:
    name = fresh("日照虚构远洋渔业公司")
    case = (await register(pool, vault, request(against(name, 8_301)))).case
    for said in (name, name[4:]):
        assert case in [one.line.case for one in await standing(pool, vault, Sought(employer=said))]
    assert await standing(pool, vault, Sought(identity_numbers=(identity_number(8_399),))) == []


def test_somebody_has_to_be_sought() -> None:
    with pytest.raises(ValidationError, match="nobody_sought"):
        Sought()
    with pytest.raises(ValidationError):
        Sought(identity_numbers=("123",))
