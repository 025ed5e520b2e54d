"""One page of the people of a large case."""

import pytest

from domain.views.case_view import CaseView, case_view
from domain.views.paging import PAGE, paged
from domain.words import Phase
from tests.domain.cases import NOW, case, mediated, proposal


def of(claimants: int) -> CaseView:
    return case_view(case(Phase.INTAKE, claimants), NOW)


def test_the_pages_hold_every_claimant_once_and_in_order() -> None:
    whole = of(2 * PAGE + 1)
    pages = [paged(whole, number) for number in (1, 2, 3)]
    assert [c.ref for page in pages for c in page.claimants] == [c.ref for c in whole.claimants]
    assert [(p.page.number, p.page.pages, p.page.claimants) for p in pages if p.page] == [
        (1, 3, 101),
        (2, 3, 101),
        (3, 3, 101),
    ]


@pytest.mark.parametrize(("asked", "shown"), [(-1, 1), (0, 1), (1, 1), (2, 2), (99, 2)])
def test_a_page_that_is_not_there_is_the_nearest_one(asked: int, shown: int) -> None:
    page = paged(of(PAGE + 1), asked).page
    assert page is not None and page.number == shown


def test_answers_are_counted_for_all_and_named_for_the_page() -> None:
    claimants = PAGE + 10
    terms = proposal("p1")
    whole = case_view(mediated(terms, claimants=claimants), NOW)
    refs = tuple(c.ref for c in whole.claimants)
    whole = whole.model_copy(update={"proposals": (whole.proposals[0].model_copy(update={"silent": (*refs, "e1")}),)})
    second = paged(whole, 2)
    assert second.proposals[0].counted["silent"] == claimants + 1
    assert second.proposals[0].silent == (*refs[PAGE:], "e1")
    assert all(item.claimant in (None, *refs[PAGE:]) for item in second.items)


def test_a_page_of_thousands_is_as_small_as_that_of_a_hundred() -> None:
    large, small = (len(paged(of(n), 1).model_dump_json()) for n in (5000, 100))
    assert large < 1.1 * small
