"""Which months are owed, and what a decision makes of them."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.arrears.model import MonthDue
from domain.assessment.months_owed import dues, priced, stakes
from domain.assessment.reconcile import Decision, shipped
from domain.assessment.side_by_side import lay, lines
from domain.base import months
from domain.inquiry.findings import EmployerState, Finding, LaborFinding, TaxFinding
from domain.intake.complaint import Complaint
from domain.words import ClaimKind, OperatingState
from tests.builders import complaint
from tests.domain.sources import (
    CASES,
    MEDICAL,
    PENSION,
    any_complaint,
    any_findings,
    claim,
    cut,
    demo_bounds,
    employed,
    found,
    insured,
    keys,
    labor,
    medical,
    owed,
    owed_months,
    paid,
    tax,
    two_employers,
)


def test_owed_is_what_was_claimed_and_worked_and_not_received() -> None:
    filed = complaint(items=(claim("2024-01", "2024-06"),))

    result = owed(filed, labor(employed("2024-02", "2024-07")), tax(paid("2024-03", "2024-04")))

    assert [(month.item, month.due) for month in result.owed] == [
        ("i1", MonthDue(claimant="c1", employer="e1", kind=MEDICAL, month=month, wage=Decimal("5000.00")))
        for month in ("2024-02", "2024-05", "2024-06")
    ]
    assert not result.assumptions


def test_a_month_claimed_twice_is_owed_once_under_the_first_item() -> None:
    filed = complaint(items=(claim(), claim("2024-03", "2024-04", ref="i2", insurance=(MEDICAL, PENSION))))

    result = owed(filed, labor(employed("2024-01", "2024-04")), tax())

    assert [(month.item, month.due.kind, month.due.month) for month in result.owed] == [
        ("i1", MEDICAL, "2024-01"),
        ("i1", MEDICAL, "2024-02"),
        ("i1", MEDICAL, "2024-03"),
        ("i2", MEDICAL, "2024-04"),
        ("i2", PENSION, "2024-03"),
        ("i2", PENSION, "2024-04"),
    ]


def test_where_the_labour_bureau_is_silent_employment_is_as_claimed_and_said_so() -> None:
    filed = complaint(items=(claim(),))

    result = owed(filed)

    assert owed_months(result) == ["2024-01", "2024-02", "2024-03"]
    assert result.assumptions == ("employment-as-claimed", "nothing-received", "wage-unknown")


def test_of_two_wages_of_a_month_the_higher_counts() -> None:
    filed = complaint(items=(claim("2024-02", "2024-02"),))
    spans = employed("2024-01", "2024-02"), employed("2024-02", "2024-03", wage="6000.00")

    wages = {owed(filed, labor(*order), tax()).owed[0].due.wage for order in (spans, spans[::-1])}

    assert wages == {Decimal("6000.00")}


def test_an_item_about_the_base_yields_the_months_paid_on_less_than_the_wage() -> None:
    base_item = claim(kind=ClaimKind.CONTRIBUTION_BASE, insurance=(PENSION,))
    filed = complaint(items=(base_item,))

    result = owed(
        filed,
        labor(employed("2024-01", "2024-03")),
        medical(insured("2024-01", "2024-03")),
        tax(
            paid("2024-01", "2024-02", PENSION, "4000.00"),
            paid("2024-03", "2024-03", PENSION),
            paid("2024-01", "2024-03", MEDICAL, "4000.00"),
        ),
    )

    assert [(u.kind, u.month, u.declared, u.wage) for u in result.underpaid] == [
        (PENSION, "2024-01", Decimal("4000.00"), Decimal("5000.00")),
        (PENSION, "2024-02", Decimal("4000.00"), Decimal("5000.00")),
    ]
    assert not result.owed


@pytest.mark.parametrize("kind", CASES)
def test_a_decision_changes_the_months_owed(kind: str) -> None:
    filed, findings, by_first, by_second = CASES[kind]

    assert owed_months(owed(filed, *findings)) == by_first
    assert owed_months(owed(filed, *findings, second=[kind])) == by_second


def test_every_kind_on_which_money_hangs_has_such_a_case() -> None:
    assert set(CASES) == {row.kind for row in shipped().conflicts if row.if_first != row.if_second}


@pytest.mark.parametrize("kind", CASES)
def test_what_hangs_on_a_decision_is_the_difference_that_it_makes(kind: str) -> None:
    filed, findings, by_first, by_second = CASES[kind]
    contradictions = [d for d in found(filed, *findings) if d.kind == kind]

    (stake,) = stakes(filed, filed.items, findings, contradictions, ())

    added, dropped = ([due.month for due in dues_of] for dues_of in (stake.added, stake.dropped))
    assert Counter(added) == Counter(by_second) - Counter(by_first)
    assert Counter(dropped) == Counter(by_first) - Counter(by_second)
    (with_money,) = priced(contradictions, [stake], lambda months: Decimal(100) * len(months))
    assert with_money.money == 100 * (len(by_second) - len(by_first))


def test_two_decisions_that_drop_the_same_months_drop_them_once() -> None:
    filed = two_employers()
    findings = (
        labor(employed("2024-01", "2024-03"), employed("2024-01", "2024-03", by="e2")),
        tax(states=[EmployerState(employer="e2", state=OperatingState.DEREGISTERED, since=date(2023, 12, 1))]),
    )

    result = owed(filed, *findings, second=["overlapping-employers", "employed-after-deregistration"])

    assert {month.due.employer for month in result.owed} == {"e1"}


def test_adjacent_months_at_one_wage_are_one_span() -> None:
    filed = complaint(items=(claim("2024-01", "2024-06"),))
    labour = labor(employed("2024-01", "2024-02"), employed("2024-03", "2024-06", wage="6000.00"))

    result = owed(filed, labour, tax(paid("2024-05", "2024-05")))

    assert [(span.first_month, span.last_month, str(span.wage)) for span in result.spans] == [
        ("2024-01", "2024-02", "5000.00"),
        ("2024-03", "2024-04", "6000.00"),
        ("2024-06", "2024-06", "6000.00"),
    ]


@given(filed=any_complaint(), findings=any_findings())
def test_how_the_spans_were_cut_and_ordered_changes_nothing(filed: Complaint, findings: tuple[Finding, ...]) -> None:
    pieces = tuple(cut(f) for f in reversed(findings))

    whole, parts = found(filed, *findings, bounds=demo_bounds), found(filed, *pieces, bounds=demo_bounds)

    assert whole == parts
    assert dues(filed, filed.items, findings, whole, ()) == dues(filed, filed.items, pieces, parts, ())
    assert lines(lay(filed, filed.items, findings)) == lines(lay(filed, filed.items, pieces))


@given(filed=any_complaint(), findings=any_findings(), order=st.permutations(range(3)))
def test_a_permutation_of_claimants_changes_nothing(
    filed: Complaint, findings: tuple[Finding, ...], order: list[int]
) -> None:
    other = filed.model_copy(update={"claimants": tuple(filed.claimants[n] for n in order)})

    assert found(filed, *findings) == found(other, *findings)
    one, two = (dues(c, c.items, findings, found(c, *findings), ()) for c in (filed, other))
    assert keys(one) == keys(two)


@given(filed=any_complaint(), findings=any_findings())
def test_until_somebody_decides_the_first_source_holds(filed: Complaint, findings: tuple[Finding, ...]) -> None:
    contradictions = found(filed, *findings)
    decisions = [Decision(discrepancy=d.id, holds="first", decided_by="s", reason="r") for d in contradictions]

    assert dues(filed, filed.items, findings, contradictions, ()) == dues(
        filed, filed.items, findings, contradictions, decisions
    )


@given(filed=any_complaint(), findings=any_findings(), choice=st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_owed_agrees_with_a_naive_count(filed: Complaint, findings: tuple[Finding, ...], choice: Any) -> None:
    """A second computation: month by month, by asking each source anew."""
    contradictions = found(filed, *findings)
    holds = {d.id: choice.choice(["first", "second"]) for d in contradictions}
    decisions = [Decision(discrepancy=i, holds=h, decided_by="s", reason="r") for i, h in holds.items()]
    labour = [f for f in findings if isinstance(f, LaborFinding)]
    taxed = [f for f in findings if isinstance(f, TaxFinding)]

    def ruled(effect: str, who: str, by: str, month: str) -> bool:
        return any(
            (d.if_second if holds[d.id] == "second" else d.if_first) == effect
            and (d.claimant, d.employer) == (who, by)
            and d.first_month is not None
            and d.last_month is not None
            and d.first_month <= month <= d.last_month
            for d in contradictions
        )

    expected = set()
    for item in filed.items:
        for who in filed.claimants_of(item):
            assert item.first_month is not None and item.last_month is not None
            for month in months(item.first_month, item.last_month):
                place = who, item.respondent, month
                worked = not labour or any(
                    (e.claimant, e.employer) == place[:2] and e.first_month <= month <= e.last_month
                    for f in labour
                    for e in f.employments
                )
                worked = (worked or ruled("employment-added", *place)) and not ruled("employment-dropped", *place)
                for kind in item.insurance:
                    received = any(
                        (c.claimant, c.employer, c.insurance) == (who, item.respondent, kind)
                        and c.first_month <= month <= c.last_month
                        for f in taxed
                        for c in f.contributions
                    )
                    if kind is MEDICAL:
                        received = (received or ruled("receipt-added", *place)) and not ruled("receipt-dropped", *place)
                    if worked and not received:
                        expected.add((who, item.respondent, kind, month))

    result = dues(filed, filed.items, findings, contradictions, decisions)
    assert [key[:4] for key in keys(result)] == sorted(expected)
