"""What an agency is told of a case: as much as its inquiry needs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.inquiry.sharing import cut, sharing
from domain.intake.complaint import Circumstances, ClaimItem, Complaint
from domain.words import Agency, ClaimKind, InsuranceKind, RespondentKind
from tests.builders import arrears_item, claimant, complaint, employer
from texts import knows

MEDICAL, PENSION = InsuranceKind.MEDICAL, InsuranceKind.PENSION


def item(ref: str, kind: ClaimKind, **changes: Any) -> ClaimItem:
    """A claim item without months."""
    return ClaimItem(**{"ref": ref, "kind": kind, "respondent": "e1"} | changes)


def whole() -> Complaint:
    """A complaint that says much: of three people, one asks for severance only, one for medical costs only."""
    return complaint(
        claimants=3,
        respondents=(employer(unit="u-7"), employer("e2", name="虚构股东", kind=RespondentKind.SHAREHOLDER)),
        items=(
            arrears_item("i1", claimant="c1", insurance=(PENSION, MEDICAL), amount="4000.00", known_since="2026-01-05"),
            item("i2", ClaimKind.SEVERANCE, claimant="c2", respondent="e2", amount="21600.00"),
            item("i3", ClaimKind.MEDICAL_REIMBURSEMENT, claimant="c3", amount="7311.45"),
        ),
        statement="我的手机号是 000-0000-0101",
        circumstances=Circumstances(media_or_mass_risk=True, legal_aid_requested=True),
    ).model_copy(
        update={
            "claimants": tuple(
                claimant(n, phone="000-0000-0101", retires_on="2027-01-01", vulnerable=True) for n in (1, 2, 3)
            )
        }
    )


def told(agency: Agency, *withdrawn: str, of: Complaint | None = None) -> Complaint:
    """What an agency is told."""
    return cut(of or whole(), withdrawn, sharing()[agency])


def refs(things: Any) -> set[str]:
    """The refs of people or items."""
    return {thing.ref for thing in things}


@pytest.mark.parametrize("agency", Agency)
def test_every_agency_is_told_for_a_named_purpose_by_a_named_article(agency: Agency) -> None:
    row = sharing()[agency]
    assert knows(f"words.{row.purpose}") and "个人信息保护法 Art.23" in row.source


@pytest.mark.parametrize("agency", Agency)
def test_no_agency_is_told_phones_statements_amounts_or_what_the_intake_noticed(agency: Agency) -> None:
    known = told(agency)
    assert known.statement is None and not known.circumstances.media_or_mass_risk
    assert {c.phone for c in known.claimants} == {None} and {r.unit for r in known.respondents} == {None}
    assert {(i.amount, i.known_since) for i in known.items} <= {(None, None)}


def test_the_tax_bureau_is_told_nothing_of_medical_costs_or_of_who_asks_for_them() -> None:
    known = told(Agency.TAX)
    assert (refs(known.items), refs(known.claimants), refs(known.respondents)) == ({"i1"}, {"c1"}, {"e1"})
    assert {(c.retires_on, c.vulnerable) for c in known.claimants} == {(None, False)}


def test_the_medical_insurance_bureau_is_told_of_medical_insurance_only() -> None:
    known = told(Agency.MEDICAL_INSURANCE)
    assert refs(known.items) == {"i1", "i3"} and refs(known.claimants) == {"c1", "c3"}
    assert {i.insurance for i in known.items} == {(MEDICAL,), ()}


def test_the_labour_bureau_is_told_of_everybody_and_who_retires_when() -> None:
    known = told(Agency.LABOR)
    assert refs(known.claimants) == {"c1", "c2", "c3"} and refs(known.respondents) == {"e1", "e2"}
    assert all(c.retires_on for c in known.claimants)


def test_the_union_is_told_who_is_in_need_and_whether_legal_aid_was_asked_for_and_no_items() -> None:
    known = told(Agency.UNION)
    assert known.items == () and known.circumstances == Circumstances(legal_aid_requested=True)
    assert all(c.vulnerable and not c.retires_on for c in known.claimants)


def test_who_has_withdrawn_is_not_told_of() -> None:
    assert refs(told(Agency.LABOR, "c2").claimants) == {"c1", "c3"}
    assert refs(told(Agency.LABOR, "c2").items) == {"i1", "i3"}


def test_an_agency_to_which_no_item_is_addressed_is_told_who_claims_and_nothing_more() -> None:
    only_pension = complaint(claimants=2, items=(arrears_item(insurance=(PENSION,)),))
    known = told(Agency.MEDICAL_INSURANCE, of=only_pension)
    assert refs(known.claimants) == {"c1", "c2"} and known.items == ()


@given(
    kinds=st.lists(st.sampled_from(ClaimKind), max_size=5),
    withdrawn=st.sets(st.sampled_from(["c1", "c2", "c3"])),
    agency=st.sampled_from(Agency),
)
def test_whatever_is_cut_is_a_complaint_that_says_nothing_new(
    kinds: list[ClaimKind], withdrawn: set[str], agency: Agency
) -> None:
    items = [
        arrears_item(f"i{n}", claimant=f"c{n % 3 + 1}")
        if kind is ClaimKind.ARREARS
        else item(f"i{n}", kind, claimant=f"c{n % 3 + 1}")
        for n, kind in enumerate(kinds)
    ]
    before = complaint(claimants=3, items=tuple(items))
    known = told(agency, *withdrawn, of=before)
    assert Complaint.model_validate(known.model_dump()) == known
    assert refs(known.claimants) <= refs(before.claimants) and refs(known.items) <= refs(before.items)
