"""Findings for some of the workers, under other refs, and two of one agency as one."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain.inquiry.cutting import cut, renamed, together
from domain.inquiry.findings import LaborFinding, Retirement, TaxFinding
from tests import builders

WHO = st.sets(st.sampled_from([f"c{n}" for n in range(1, 7)]))


def people(finding: LaborFinding) -> set[str]:
    return {row.claimant for row in finding.employments}


@given(WHO)
def test_what_is_cut_out_and_what_stays_make_the_whole(going: set[str]) -> None:
    whole = builders.labor_finding(6)
    staying = people(whole) - going
    first, second = cut(whole, going), cut(whole, staying)
    assert isinstance(first, LaborFinding) and isinstance(second, LaborFinding)
    assert people(first) == going and people(second) == staying
    both = together(first, second)
    assert isinstance(both, LaborFinding) and set(both.employments) == set(whole.employments)
    assert together(both, whole) == both, "a row stands once"


def test_a_remark_may_be_about_anybody_and_does_not_go_along() -> None:
    whole = builders.labor_finding(2).model_copy(update={"remark": "二号申请人另有说明"})
    assert cut(whole, {"c1"}).remark is None


def test_people_and_employers_stand_under_the_refs_of_the_other_case() -> None:
    there = renamed(builders.labor_finding(1), {"c1": "c1-2", "e1": "e3"})
    assert isinstance(there, LaborFinding)
    assert {(row.claimant, row.employer) for row in there.employments} == {("c1-2", "e3")}


def test_where_a_finding_has_one_row_for_each_the_first_one_stands() -> None:
    ours, theirs = builders.tax_finding(), builders.tax_finding()
    both = together(ours, theirs)
    assert isinstance(both, TaxFinding) and len(both.employers) == 1
    retired = LaborFinding(retirements=(Retirement(claimant="c1", on=date(2026, 1, 31)),))
    other = LaborFinding(retirements=(Retirement(claimant="c1", on=date(2027, 1, 31)),))
    kept = together(retired, other)
    assert isinstance(kept, LaborFinding) and kept.retirements == retired.retirements
