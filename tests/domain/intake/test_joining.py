"""What a second complaint brings to the case that it joins: nothing twice, nothing lost."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.protocol import carry_out, check
from domain.intake.complaint import ClaimItem, Complaint
from domain.intake.joining import Brought, OtherAmount, brought
from domain.intake.messages import LinkComplaint
from domain.ledger import SYSTEM
from domain.procedure.collective.effects import take_in
from domain.refusal import Refused
from domain.words import ClaimKind
from tests import builders
from tests.builders import arrears_item, claimant, employer
from tests.domain.cases import NOW, mediated


def against(*people: int, items: tuple[ClaimItem, ...] = (arrears_item(),), **changes: Any) -> Complaint:
    return Complaint(
        **{
            "complaint_id": "other",
            "channel": "tax-hall",
            "claimants": tuple(claimant(n) for n in people),
            "respondents": (employer(name="虚构公司"),),
            "items": items,
        }
        | changes
    )


def to(held: Complaint, complaint: Complaint) -> Brought:
    return brought(held, held.items, complaint)


def wages(amount: str, ref: str = "w", **changes: Any) -> ClaimItem:
    return ClaimItem(ref=ref, kind=ClaimKind.WAGES, respondent="e1", amount=Decimal(amount), **changes)


def test_the_same_complaint_brings_nothing_whatever_it_calls_people() -> None:
    held = against(1, 2)
    renamed = against(
        items=(arrears_item(respondent="x"),),
        claimants=(claimant(2, ref="a"), claimant(1, ref="b")),
        respondents=(employer("x", name="虚构公司"),),
    )
    assert to(held, held).nothing
    assert to(held, renamed).nothing
    assert to(held, renamed).known == {"c1", "c2"}


def test_one_more_person_comes_with_what_they_claim_beyond_what_is_claimed_for_everybody() -> None:
    held = against(1)
    new = to(held, against(1, 2, items=(arrears_item(), wages("500.00", claimant="c2"))))
    assert [c.ref for c in new.claimants] == ["c2"]
    assert [(i.ref, i.kind, i.claimant) for i in new.items] == [("w", ClaimKind.WAGES, "c2")]


def test_a_ref_that_somebody_else_has_is_numbered() -> None:
    held = against(1, items=(arrears_item(claimant="c1"),))
    new = to(held, against(items=(arrears_item(),), claimants=(claimant(7, ref="c1"),)))
    assert [(c.ref, c.identity_number) for c in new.claimants] == [("c1-2", builders.identity_number(7))]
    assert [(i.ref, i.claimant) for i in new.items] == [("i1-2", "c1-2")]


def test_more_months_and_other_insurance_are_brought_and_fewer_are_not() -> None:
    held = against(1)  # Pension, January to March 2024.
    fewer = arrears_item(first_month="2024-02", last_month="2024-02")
    more = arrears_item(last_month="2024-05")
    medical = arrears_item(insurance=("medical",))
    assert to(held, against(1, items=(fewer,))).nothing
    for item in (more, medical):
        [added] = to(held, against(1, items=(item,))).items
        assert (added.ref, added.claimant, added.insurance, added.last_month) == (
            "i1-2",
            "c1",
            item.insurance,
            item.last_month,
        )


def test_wages_of_another_amount_are_one_claim_about_which_somebody_has_to_ask() -> None:
    held = against(1, items=(wages("500.00"),))
    new = to(held, against(1, items=(wages("800.00"),)))
    assert new.nothing
    assert new.other_amounts == (
        OtherAmount(item="w", claimant="c1", held=Decimal("500.00"), brought=Decimal("800.00")),
    )
    assert to(held, held).other_amounts == ()


def test_a_shareholder_whom_only_the_second_complaint_names_is_added() -> None:
    held = against(1)
    owner = employer("s1", name="虚构股东", kind="shareholder")
    new = to(held, against(1, respondents=(*held.respondents, owner)))
    assert [r.ref for r in new.respondents] == ["s1"]


@given(
    st.sets(st.integers(1, 12), min_size=1),
    st.sets(st.integers(1, 12), min_size=1),
    st.lists(st.sampled_from([arrears_item("a"), arrears_item("b", last_month="2024-09"), wages("9.00")]), unique=True),
)
def test_after_it_has_joined_a_complaint_brings_nothing_and_everybody_is_there_once(
    first: set[int], second: set[int], items: list[ClaimItem]
) -> None:
    running, complaint = mediated(), against(*sorted(second), items=tuple(items))
    running.complaint = against(*sorted(first))
    link = LinkComplaint(message_id="l", actor=SYSTEM, complaint_id="other", channel="tax-hall", case="d")
    take_in(running, brought(running.complaint, running.items, complaint), link, NOW)
    numbers = [c.identity_number for c in running.complaint.claimants]
    assert len(numbers) == len(set(numbers)) == len(first | second)
    Complaint.model_validate(running.complaint.model_dump())
    assert brought(running.complaint, running.items, complaint).nothing


def linked(complaint: Complaint) -> LinkComplaint:
    return LinkComplaint(
        message_id="l", actor=SYSTEM, complaint_id="other", channel="tax-hall", case="d-2", complaint=complaint
    )


def test_what_a_linked_complaint_adds_waits_for_a_new_assessment_and_is_told() -> None:
    running = mediated()
    assert running.complaint is not None
    carry_out(running, linked(against(1, 2, respondents=running.complaint.respondents)), NOW)
    assert list(running.claimants) == ["c1", "c2"]
    assert running.newcomers == ["c2"]
    assert [e.kind for e in running.events][-2:] == ["complaint_linked", "claimants_joined"]


def test_people_who_withdrew_are_not_taken_back_by_filing_again() -> None:
    running = mediated(claimants=2)
    assert running.complaint is not None
    running.withdrawn["c2"] = "settled privately"
    with pytest.raises(Refused) as why:
        check(running, linked(against(2, respondents=running.complaint.respondents)), NOW)
    assert [p.code for p in why.value.problems] == ["refusals.join.withdrawn"]
