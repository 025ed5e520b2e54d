"""One page of the people of a large case, and all of its pages as one again."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.assessment.opening_proposal import OpeningTerms, opening_proposal
from domain.base import Model
from domain.case.opening import Reading
from domain.case.state import CaseState
from domain.ledger import SYSTEM, Actor
from domain.procedure.mediation.bargain import BargainReading
from domain.procedure.settlement.performance_view import PerformanceReading
from domain.refusal import Refused
from domain.views.case_view import CaseView
from domain.views.paging import PAGE, WHOLE, everybody, joined
from domain.words import Phase, Role
from tests.domain import cases
from tests.domain.cases import TODAY, case, followed, instalment, mediated, proposal, settled
from workflows.readings import Readings

SUPERVISOR = Actor(id="boss", role=Role.SUPERVISOR)
AT = datetime(2026, 11, 2, 4, tzinfo=UTC)


def seen(of: CaseState, reader: Actor = SUPERVISOR) -> Readings:
    return Readings(of, reader, AT)


def pages_of(of: CaseState, numbers: range, **how: Any) -> list[CaseView]:
    return [seen(of).case_view(Reading(page=number, **how)) for number in numbers]


def test_the_pages_hold_every_claimant_once_and_in_order() -> None:
    whole = case(Phase.INTAKE, 2 * PAGE + 1)
    pages = pages_of(whole, range(1, 4))
    assert [c.ref for page in pages for c in page.claimants] == list(whole.claimants)
    assert [(p.page.number, p.page.pages, p.page.claimants) for p in pages if p.page] == [
        (1, 3, 101),
        (2, 3, 101),
        (3, 3, 101),
    ]


@pytest.mark.parametrize(("asked", "shown"), [(-1, 1), (0, 1), (1, 1), (2, 2), (99, 2)])
def test_a_page_that_is_not_there_is_the_nearest_one(asked: int, shown: int) -> None:
    view = seen(case(Phase.INTAKE, PAGE + 1)).case_view(Reading(page=asked))
    assert view.page is not None and view.page.number == shown
    assert len(view.claimants) == (PAGE if shown == 1 else 1)


@pytest.mark.parametrize(("size", "each"), [(None, PAGE), (-5, 1), (0, PAGE), (1, 1), (200, 200), (9999, WHOLE)])
def test_a_page_is_as_large_as_it_is_asked_for_within_bounds(size: int | None, each: int) -> None:
    assert len(seen(case(Phase.INTAKE, WHOLE + 7)).case_view(Reading(page=1, size=size)).claimants) == each


def test_answers_are_counted_for_all_and_named_for_the_page() -> None:
    claimants = PAGE + 10
    everyone: dict[str, Any] = {f"c{n}": "1.00" for n in range(1, claimants + 1)}
    offered = instalment(**everyone)
    whole = mediated(proposal("p1", offered), claimants=claimants)
    second = seen(whole).case_view(Reading(page=2))
    assert second.proposals[0].counted["silent"] == claimants + 1
    beyond = {f"c{n}" for n in range(PAGE + 1, claimants + 1)}
    assert set(second.proposals[0].silent) == {*beyond, "e1"}
    assert all(item.claimant in (None, *beyond) for item in second.items)


def test_a_page_of_thousands_is_as_small_as_that_of_a_hundred() -> None:
    large, small = (len(pages_of(case(Phase.INTAKE, n), range(1, 2))[0].model_dump_json()) for n in (5000, 100))
    assert large < 1.1 * small


def test_more_discrepancies_than_claimants_have_pages_of_their_own_the_undecided_first() -> None:
    found = [cases.contradiction(f"overlapping-employers:c1:e{n}") for n in range(PAGE + 3)]
    of = cases.judged(assessment=cases.assessment(*found, c1="1.00"))
    pages = pages_of(of, range(1, 3))
    assert [one.id for page in pages for one in page.discrepancies] == [one.id for one in found]
    assert [len(page.claimants) for page in pages] == [1, 0]


PEOPLE: dict[str, Any] = {f"c{n}": "8466.43" for n in range(1, WHOLE + 3)}
LISTS = ("case_view", "deadlines", "ends", "side_by_side", "owed", "bargain")
READINGS: dict[str, type[Reading]] = {"owed": PerformanceReading, "bargain": BargainReading}


@pytest.fixture(scope="module")
def many() -> CaseState:
    """A settlement with some more people than one answer may tell of."""
    judged = cases.assessment(cases.contradiction(), **PEOPLE)
    owed = {ref: Decimal(amount) for ref, amount in PEOPLE.items()}
    opening = opening_proposal(owed, Decimal("500000.00"), TODAY, ("c501", "c3"), OpeningTerms())
    judged = judged.model_copy(update={"prognosis": judged.prognosis.model_copy(update={"opening": opening})})
    return settled(followed(instalment(**PEOPLE)), claimants=len(PEOPLE), assessment=judged)


@pytest.mark.parametrize("query", LISTS)
async def test_whoever_asks_for_too_many_at_once_is_told_to_page_and_the_pages_make_the_whole(
    query: str, many: CaseState, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = READINGS.get(query, Reading)()
    with pytest.raises(Refused) as refused:
        getattr(seen(many), query)(reading)
    [told] = refused.value.problems
    assert (told.field, told.code) == ("page", "refusals.query.too_many")
    assert told.params == {"people": str(len(PEOPLE)), "at_most": str(WHOLE)}

    async def ask(asked: Any) -> Any:
        assert asked.page is not None
        return getattr(seen(many), query)(asked)

    paged = await everybody(ask, reading)
    monkeypatch.setattr("workflows.readings.WHOLE", 10**6)
    assert told_alike(paged) == told_alike(getattr(seen(many), query)(reading))


def told_alike(answer: Model) -> Any:
    """An answer whatever the order in which it lists; counts of a page are not in the whole."""

    def sorted_(value: Any) -> Any:
        if isinstance(value, list):
            return sorted((sorted_(one) for one in value), key=repr)
        if isinstance(value, dict):
            return {name: sorted_(one) for name, one in value.items() if name not in ("counted", "now")}
        return value

    return sorted_(answer.model_dump(mode="json"))


@pytest.mark.parametrize("query", LISTS)
def test_who_sees_only_their_own_asks_without_a_page_however_many_there_are(query: str, many: CaseState) -> None:
    first = Actor(id="c1", role=Role.CLAIMANT)
    answer = getattr(seen(many, first), query)(READINGS.get(query, Reading)())
    assert "c2" not in answer.model_dump_json()


def test_what_every_page_tells_alike_is_told_once() -> None:
    class Row(Model):
        ref: str
        of: dict[str, int]

    class Answer(Model):
        total: int
        rows: tuple[Row, ...]
        names: tuple[str, ...]

    whole = joined(
        [
            Answer(total=9, rows=(Row(ref="n1", of={"c1": 1}),), names=("c1", "e1")),
            Answer(total=9, rows=(Row(ref="n1", of={"c2": 2}), Row(ref="n2", of={"c2": 3})), names=("c2", "e1")),
        ]
    )
    assert whole == Answer(
        total=9, rows=(Row(ref="n1", of={"c1": 1, "c2": 2}), Row(ref="n2", of={"c2": 3})), names=("c1", "e1", "c2")
    )


def test_the_centre_itself_reads_by_the_page_too() -> None:
    with pytest.raises(Refused):
        seen(case(Phase.INTAKE, WHOLE + 1), SYSTEM).case_view()
    assert len(seen(case(Phase.INTAKE, WHOLE), SYSTEM).case_view().claimants) == WHOLE
