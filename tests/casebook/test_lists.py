from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from casebook.lists import CaseFilter, antecedents, cases, find, mediator_loads
from casebook.registry import register
from domain.steps import Antecedents
from domain.words import Agency, CaseClass, Outcome, Phase
from runtime.vault import Vault
from tests.builders import complaint, employer
from tests.casebook.desk import Desk
from tests.casebook.filing import FILED, request, task

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(pool: asyncpg.Pool, vault: Vault) -> Desk:
    return Desk(pool, vault)


async def test_the_latest_filed_case_stands_first(desk: Desk) -> None:
    first, last, between = [await desk.case(hours) for hours in (0, 2, 1)]
    assert await desk.listed() == [last, between, first]


async def test_each_filter_keeps_what_it_names_and_nothing_else(desk: Desk) -> None:
    wanted = await desk.case(
        tasks=(task(),),
        drill=True,
        phase=Phase.MEDIATION,
        case_class=CaseClass.SPECIAL,
        waits_until=FILED + HOUR,
    )
    closed = await desk.case(
        1, phase=Phase.CLOSED, outcome=Outcome.FAILED, waits_until=FILED, tasks=(task(state="done"),)
    )
    filters: list[dict[str, Any]] = [
        {"phase": Phase.MEDIATION},
        {"case_class": CaseClass.SPECIAL},
        {"agency": Agency.TAX},
        {"overdue_at": FILED + HOUR},
        {"drill": True},
    ]
    for one in filters:
        assert await desk.listed(**one) == [wanted]
    assert await desk.listed(outcome=Outcome.FAILED) == await desk.listed(drill=False) == [closed]
    assert await desk.listed(agency=Agency.LABOR) == await desk.listed(overdue_at=FILED) == []
    assert await desk.listed(phase=Phase.MEDIATION, outcome=Outcome.FAILED) == []


async def test_cases_are_found_by_mediator_and_by_the_exact_name_of_the_employer(desk: Desk) -> None:
    one = await desk.case()
    assert await desk.listed(employer=None, mediator=desk.mediator) == [one]
    assert await desk.listed(employer=desk.company.split("-")[0]) == []


async def test_pages_follow_each_other_without_gap_or_repeat_while_cases_come_in(desk: Desk) -> None:
    expected = [await desk.case(hours=n // 3) for n in range(10)]  # several in the same hour
    seen: list[str] = []
    after = None
    while page := await cases(desk.pool, desk.vault, CaseFilter(employer=desk.company, after=after, limit=3)):
        seen += [line.case for line in page]
        after = (page[-1].filed_at, page[-1].case)
        await desk.case(hours=100)
    assert len(seen) == len(set(seen))
    assert set(seen) == set(expected)


async def test_a_line_shows_the_employers_name_though_it_lies_sealed(desk: Desk) -> None:
    await desk.case()
    [line] = await cases(desk.pool, desk.vault, CaseFilter(employer=desk.company))
    assert line.employer == desk.company


async def test_a_mediators_load_counts_open_cases_only(desk: Desk) -> None:
    await desk.case()
    await desk.case(waits_since=FILED + timedelta(days=3))
    await desk.case(outcome=Outcome.PERFORMED, phase=Phase.CLOSED)
    load = (await mediator_loads(desk.pool))[desk.mediator]
    assert load.open_cases == 2
    assert load.last_assigned == (FILED + timedelta(days=3)).date()


async def test_a_case_is_found_by_its_number_its_id_and_a_joined_one_by_the_case_that_holds_it(desk: Desk) -> None:
    first = request()
    again = request(first.complaint)
    registered = await register(desk.pool, desk.vault, first)
    await register(desk.pool, desk.vault, again)
    for name in (registered.case_number, first.case, again.case):
        assert await find(desk.pool, name) == first.case
    assert await find(desk.pool, "RZ-1999-000001") is None


async def test_the_antecedents_of_an_employer_are_its_other_cases_and_those_that_it_broke(desk: Desk) -> None:
    for outcome in (Outcome.BREACHED, Outcome.PERFORMED):
        await desk.case(phase=Phase.CLOSED, outcome=outcome)
    await desk.case(drill=True, phase=Phase.CLOSED, outcome=Outcome.BREACHED)
    new = await desk.case()

    filed = complaint(respondents=(employer(name=desk.company),))

    assert await antecedents(desk.pool, desk.vault, new, filed) == Antecedents(cases=2, defaults=1)
