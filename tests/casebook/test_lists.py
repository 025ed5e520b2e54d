from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from casebook import lists
from casebook.antecedents import antecedents, earlier_mediators
from casebook.ledger import record
from casebook.lists import CaseFilter, CaseOrder, cases, changes, find, mediator_loads
from casebook.registry import register
from domain.base import CENTRE_ZONE
from domain.case.requests import Antecedents
from domain.words import Agency, CaseClass, Outcome, Phase
from runtime.vault import Vault
from tests.builders import claimant, complaint, employer
from tests.casebook.desk import Desk
from tests.casebook.filing import FILED, chain, entry, fresh, request, task
from tests.patience import seen

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
        {"due_until": FILED + HOUR},
        {"drill": True},
    ]
    for one in filters:
        assert await desk.listed(**one) == [wanted]
    assert await desk.listed(outcome=Outcome.FAILED) == await desk.listed(drill=False) == [closed]
    assert await desk.listed(agency=Agency.LABOR) == await desk.listed(due_until=FILED) == []
    assert await desk.listed(phase=Phase.MEDIATION, outcome=Outcome.FAILED) == []


async def test_cases_are_found_by_mediator_and_by_the_employers_name_or_a_part_of_it(desk: Desk) -> None:
    one = await desk.case()
    assert await desk.listed(employer=None, mediator=desk.mediator) == [one]
    assert await desk.listed() == await desk.listed(employer=f" {desk.company} ") == [one]
    assert one in await desk.listed(employer=desk.company[2:], limit=500)
    assert await desk.listed(employer=f"{desk.company}店") == []


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


async def test_cases_are_listed_by_what_they_wait_for_and_by_deadline_those_without_last(
    desk: Desk,
) -> None:
    undated, late, soon = [
        await desk.case(hours, waits_until=until, waits_for=what)
        for hours, until, what in ((3, None, "proposal"), (0, FILED + HOUR, "instalment"), (1, FILED, "late-fee"))
    ]
    for limit in (1, 2, 3):
        seen, after = list[str](), None
        while page := await cases(
            desk.pool, desk.vault, CaseFilter(employer=desk.company, order=CaseOrder.DUE, after=after, limit=limit)
        ):
            seen += [line.case for line in page]
            after = page[-1].key(CaseOrder.DUE)
        assert seen == [soon, late, undated]
    assert await desk.listed(waits_for=("instalment", "late-fee"), order=CaseOrder.DUE) == [soon, late]
    assert await desk.listed(waits_for=("proposal",)) == [undated]
    assert await desk.listed(waits_for=("decision",)) == []


async def test_changes_are_told_after_a_mark_and_none_is_left_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    own = CaseFilter(employer=desk.company)
    mark, begun = await changes(desk.pool, desk.vault, own, None)
    assert begun is None
    case = await desk.case()

    async def told() -> Any:  # Other tests' transactions hold the mark back for a moment.
        return (await changes(desk.pool, desk.vault, own, mark))[1]

    assert [one.case for one in await seen(told)] == [case]
    mark, _ = await changes(desk.pool, desk.vault, own, mark)
    async with desk.pool.acquire() as slow, slow.transaction():
        await slow.execute(
            'update dispute set seq = 8, changed = pg_current_xact_id()::text::bigint where "case" = $1', case
        )
        await desk.case()
        after, early = await changes(desk.pool, desk.vault, own, mark)
        assert early == []  # What began later waits for it, so that no mark ever passes it by.
    assert [one.seq for one in await seen(told, lambda found: len(found) == 2)] == [8, 1]
    assert (await changes(desk.pool, desk.vault, own, after + 10**9))[1] is None
    monkeypatch.setattr(lists, "_CHANGES_MOST", 1)
    assert (await changes(desk.pool, desk.vault, own, mark))[1] is None  # Two: too many, the lists are read anew.


async def test_a_line_shows_the_employers_name_though_it_lies_sealed(desk: Desk) -> None:
    await desk.case()
    [line] = await cases(desk.pool, desk.vault, CaseFilter(employer=desk.company))
    assert line.employer == desk.company


async def test_a_mediators_load_counts_open_cases_only(desk: Desk) -> None:
    await desk.case()
    last = await desk.case()
    await desk.case(outcome=Outcome.PERFORMED, phase=Phase.CLOSED)
    first, later = chain(1)[0], chain(3)[1:]
    assert first.at < later[-1].at
    load = (await mediator_loads(desk.pool))[desk.mediator]
    assert (load.open_cases, load.last_assigned) == (2, first.at.astimezone(CENTRE_ZONE).date())
    await record(desk.pool, desk.vault, entry(last, *later, mediator=desk.mediator, waits_since=FILED + 90 * HOUR))
    assert (await mediator_loads(desk.pool))[desk.mediator] == load
    other = fresh("m")
    await record(desk.pool, desk.vault, entry(last, *chain(4)[3:], mediator=other))
    loads = await mediator_loads(desk.pool)
    assert (loads[desk.mediator].open_cases, loads[other].open_cases) == (1, 1)


async def test_who_mediated_a_closed_case_of_the_same_parties_is_found(desk: Desk) -> None:
    person, stranger = claimant(600, ref="c1"), claimant(601, ref="c1")
    filed = complaint(respondents=(employer(name=desk.company),)).model_copy(update={"claimants": (person,)})
    elsewhere = filed.model_copy(update={"respondents": (employer(name=fresh("虚构别家")),)})
    by_another = filed.model_copy(update={"claimants": (stranger,)})
    mediators = {name: fresh("m") for name in ("same", "other-employer", "other-claimant", "open")}
    for name, earlier, outcome in (
        ("same", filed, Outcome.FAILED),
        ("other-employer", elsewhere, Outcome.FAILED),
        ("other-claimant", by_another, Outcome.FAILED),
        ("open", filed, None),
    ):
        asked = request(earlier, filed_at=FILED)
        await register(desk.pool, desk.vault, asked)
        await record(desk.pool, desk.vault, entry(asked.case, *chain(1), mediator=mediators[name], outcome=outcome))
    now = request(filed, filed_at=FILED + HOUR)
    await register(desk.pool, desk.vault, now)
    assert await earlier_mediators(desk.pool, desk.vault, now.case, filed) == (mediators["same"],)


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
