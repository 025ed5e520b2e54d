"""What contradicts what, who resolves it, and the table that says so."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given

import texts
from domain.assessment.contradictions import RULES
from domain.assessment.reconcile import Conflict, ConflictTable, load_conflicts, reconcile, shipped, statements
from domain.base import months
from domain.inquiry.findings import EmployerState, Finding, Retirement
from domain.intake.complaint import Circumstances, Complaint
from domain.rules.rule_table import TableError
from domain.words import Agency, OperatingState
from tests.builders import claimant, complaint, employer
from tests.domain.sources import (
    CASES,
    PENSION,
    TODAY,
    any_complaint,
    any_findings,
    claim,
    demo_bounds,
    employed,
    found,
    insured,
    labor,
    medical,
    paid,
    said,
    tax,
)


def test_records_that_agree_contradict_nothing() -> None:
    filed = complaint(items=(claim(),))

    assert not found(
        filed,
        labor(employed("2024-01", "2024-03")),
        medical(insured("2024-01", "2024-02")),
        tax(paid("2024-01", "2024-02")),
        bounds=demo_bounds,
    )


def test_paid_but_not_booked_is_waited_for_sixty_days_after_the_month_and_then_goes_to_the_joint_meeting() -> None:
    filed = complaint(items=(claim(),))
    findings = labor(employed("2024-01", "2024-03")), medical(), tax(paid("2024-03", "2024-03"))

    (waiting,) = found(filed, *findings, as_of=date(2024, 5, 30))  # 31 March + 60 days
    (late,) = found(filed, *findings, as_of=date(2024, 5, 31))

    assert (waiting.resolver, waiting.resolves_on) == ("itself", date(2024, 5, 30))
    assert (late.resolver, late.resolves_on) == ("joint-meeting", None)
    assert waiting.id == late.id == "d-paid-not-booked-c1-e1-2024-03"


def test_a_long_stretch_is_cut_where_booking_may_still_follow() -> None:
    filed = complaint(items=(claim(),))

    discrepancies = found(
        filed,
        labor(employed("2024-01", "2024-03")),
        medical(),
        tax(paid("2024-01", "2024-03")),
        as_of=date(2024, 4, 20),
    )

    # 31 January + 60 days is 31 March; 29 February + 60 days is 29 April
    assert said(discrepancies) == [
        ("paid-not-booked", "2024-01", "2024-01", "joint-meeting"),
        ("paid-not-booked", "2024-02", "2024-03", "itself"),
    ]


def test_months_with_a_gap_are_discrepancies_of_their_own() -> None:
    filed = complaint(items=(claim(),))

    discrepancies = found(
        filed,
        labor(employed("2023-11", "2024-03")),
        medical(insured("2023-11", "2024-01"), insured("2024-03", "2024-03")),
        tax(),
    )

    assert said(discrepancies) == [
        ("booked-not-paid", "2023-11", "2024-01", "joint-meeting"),
        ("booked-not-paid", "2024-03", "2024-03", "joint-meeting"),
    ]
    assert [d.months for d in discrepancies] == [3, 1]


def test_a_claimed_month_without_employment_is_a_contested_relation() -> None:
    filed = complaint(items=(claim("2024-01", "2024-04"),))

    discrepancies = found(filed, labor(employed("2024-01", "2024-02")), medical(), tax())

    assert said(discrepancies) == [("claimed-not-employed", "2024-03", "2024-04", "joint-meeting")]


def test_premiums_of_any_kind_without_employment_contradict_the_labour_bureau() -> None:
    filed = complaint(items=(claim(),))

    discrepancies = found(
        filed, labor(employed("2024-01", "2024-03")), medical(), tax(paid("2024-04", "2024-05", PENSION))
    )

    assert said(discrepancies) == [("paid-not-employed", "2024-04", "2024-05", "joint-meeting")]


def test_of_overlapping_employers_each_later_one_is_named_with_those_before_it() -> None:
    filed = complaint(respondents=(employer(), employer("e2"), employer("e3")), items=(claim(),))

    discrepancies = found(
        filed,
        labor(
            employed("2024-01", "2024-03"),
            employed("2024-05", "2024-06", by="e2"),
            employed("2024-03", "2024-05", by="e3"),
        ),
    )

    assert [(d.employer, d.first_month, d.params) for d in discrepancies] == [
        ("e3", "2024-03", {"others": "e1"}),
        ("e2", "2024-05", {"others": "e3"}),
    ]


@pytest.mark.parametrize(
    ("wage", "base", "lawful"),
    [
        ("5000.00", "4999.99", "5000.00"),
        ("5000.00", "5000.00", None),
        ("3200.00", "3200.00", "4000.00"),  # below the floor
        ("3200.00", "4000.00", None),
        ("25000.00", "20000.00", None),  # the cap is enough
        ("25000.00", "19000.00", "20000.00"),
    ],
)
def test_a_declared_base_is_held_against_the_wage_between_floor_and_cap(
    wage: str, base: str, lawful: str | None
) -> None:
    filed = complaint(items=(claim(),))
    findings = labor(employed("2024-01", "2024-03", wage=wage)), tax(paid("2024-01", "2024-03", PENSION, base))

    discrepancies = found(filed, *findings, bounds=demo_bounds)

    expected = [{"wage": wage, "lawful": lawful, "base": base}] if lawful else []
    assert [d.params for d in discrepancies] == expected


def test_without_floor_and_cap_no_base_is_judged() -> None:
    filed = complaint(items=(claim(),))

    assert not found(filed, labor(employed("2024-01", "2024-03")), tax(paid("2024-01", "2024-03", base="1.00")))


def test_a_change_of_base_cuts_the_span() -> None:
    filed = complaint(items=(claim(),))

    discrepancies = found(
        filed,
        labor(employed("2024-01", "2024-03")),
        tax(paid("2024-01", "2024-01", base="4000.00"), paid("2024-02", "2024-03", base="4500.00")),
        bounds=demo_bounds,
    )

    assert [(d.first_month, d.last_month, d.params["base"]) for d in discrepancies] == [
        ("2024-01", "2024-01", "4000.00"),
        ("2024-02", "2024-03", "4500.00"),
    ]


def test_two_wages_of_one_month_are_the_labour_bureaus_to_explain() -> None:
    filed = complaint(items=(claim(),))
    labour = labor(employed("2024-01", "2024-02"), employed("2024-02", "2024-03", wage="6000.00"))

    (discrepancy,) = found(filed, labour)

    assert (discrepancy.kind, discrepancy.first_month, discrepancy.last_month) == ("wages-differ", "2024-02", "2024-02")
    assert discrepancy.resolver == "labor"
    assert discrepancy.params == {"highest": "6000.00", "lowest": "5000.00"}


def test_months_after_the_retirement_age_are_held_against_the_claim() -> None:
    filed = complaint(items=(claim("2024-01", "2024-04"),))
    retired = Retirement(claimant="c1", on=date(2024, 2, 29))

    (discrepancy,) = found(filed, labor(employed("2024-01", "2024-03"), retirements=[retired]), tax())[:1]

    assert (discrepancy.kind, discrepancy.first_month, discrepancy.last_month) == (
        "retired-before-claim-end",
        "2024-03",
        "2024-03",
    )


def test_the_labour_bureaus_retirement_day_goes_before_the_complaints() -> None:
    retired = claimant(retires_on=date(2023, 1, 1))
    filed = complaint(items=(claim(),)).model_copy(update={"claimants": (retired,)})

    by_complaint = found(filed)
    by_labour = found(
        filed, labor(employed("2024-01", "2024-03"), retirements=[Retirement(claimant="c1", on=date(2030, 1, 1))])
    )

    assert said(by_complaint) == [("retired-before-claim-end", "2024-01", "2024-03", "joint-meeting")]
    assert not by_labour


def test_nobody_works_for_or_is_insured_through_a_deregistered_employer() -> None:
    filed = complaint(items=(claim(),))
    gone = EmployerState(employer="e1", state=OperatingState.DEREGISTERED, since=date(2024, 1, 31))

    discrepancies = found(
        filed,
        labor(employed("2024-01", "2024-03")),
        medical(insured("2024-01", "2024-02")),
        tax(paid("2024-01", "2024-02"), states=[gone]),
    )

    assert said(discrepancies) == [
        ("employed-after-deregistration", "2024-02", "2024-03", "joint-meeting"),
        ("insured-after-deregistration", "2024-02", "2024-02", "medical-insurance"),
    ]
    assert discrepancies[0].params == {"since": "2024-01-31"}


@pytest.mark.parametrize(("state", "contradicts"), [("normal", True), ("abnormal", True), ("insolvent", False)])
def test_an_insolvency_that_the_register_does_not_know_is_the_tax_bureaus_to_check(
    state: OperatingState, contradicts: bool
) -> None:
    filed = complaint(items=(claim(),), circumstances=Circumstances(insolvency=True))

    discrepancies = found(filed, tax(states=[EmployerState(employer="e1", state=OperatingState(state))]))

    assert [(d.kind, d.resolver) for d in discrepancies] == (
        [("insolvency-not-registered", "tax")] if contradicts else []
    )


def test_a_silent_agency_is_named() -> None:
    filed = complaint()

    discrepancies = reconcile(filed, filed.items, [], [Agency.TAX, Agency.LABOR], TODAY)

    assert [d.id for d in discrepancies] == ["d-agency-silent-labor", "d-agency-silent-tax"]
    assert [d.params for d in discrepancies] == [{"agency": "labor"}, {"agency": "tax"}]


def test_where_an_agency_is_silent_nothing_is_held_against_the_others() -> None:
    filed = complaint(items=(claim(),))

    assert not found(filed, tax(paid("2024-01", "2024-03")))
    assert not found(filed, medical(insured("2024-01", "2024-03")))


def test_ids_of_long_refs_stay_apart() -> None:
    long = "c" * 60
    filed = complaint(items=(claim(),)).model_copy(
        update={"claimants": (claimant(1, ref=long + "1"), claimant(2, ref=long + "2"))}
    )

    ids = [d.id for d in found(filed, labor())]

    assert len(set(ids)) == 2
    assert max(map(len, ids)) <= 64


@given(filed=any_complaint(), findings=any_findings())
def test_ids_are_unique_and_spans_of_a_kind_never_overlap(filed: Complaint, findings: tuple[Finding, ...]) -> None:
    contradictions = found(filed, *findings, bounds=demo_bounds)

    assert len({d.id for d in contradictions}) == len(contradictions)
    covered = [
        (d.kind, d.claimant, d.employer, month)
        for d in contradictions
        if d.first_month and d.last_month
        for month in months(d.first_month, d.last_month)
    ]
    assert len(covered) == len(set(covered)) == sum(d.months for d in contradictions)


def row(**changes: Any) -> dict[str, Any]:
    given_row = {"kind": "booked-not-paid", "first": "tax", "second": "medical-insurance", "resolver": "joint-meeting"}
    return given_row | {"source": "s", "verified": True} | changes


def table_with(*rows: dict[str, Any]) -> dict[str, Any]:
    shipped_rows = [r.model_dump(mode="json") for r in shipped().conflicts]
    return {"conflicts": [*shipped_rows, *rows]}


@pytest.mark.parametrize(
    ("content", "code", "params"),
    [
        (table_with(row(kind="moon-phase")), "unknown_kind", {"kind": "moon-phase"}),
        ({"conflicts": []}, "kind_without_row", {"kind": "agency-silent"}),
        (table_with(row()), "rows_overlap", {"kind": "booked-not-paid", "jurisdiction": "*"}),
        (
            table_with(row(resolver="tax", if_second="receipt-added", jurisdiction="CN")),
            "undecidable",
            {"resolver": "tax"},
        ),
        (
            table_with(row(jurisdiction="CN", until="2024-06-30"), row(jurisdiction="CN", since="2024-06-30")),
            "rows_overlap",
            {"jurisdiction": "CN"},
        ),
        (table_with(row(resolver="itself", jurisdiction="CN")), "booking_days", {"kind": "booked-not-paid"}),
        (table_with(row(booking_days=3, jurisdiction="CN")), "booking_days", {"kind": "booked-not-paid"}),
        (table_with(row(resolver="the-moon")), "invalid", {"where": "conflicts.12.resolver"}),
        ([], "not_yaml", {"file": "reconcile.yaml"}),
    ],
)
def test_a_bad_table_is_refused_when_it_is_read(
    tmp_path: Path, content: Any, code: str, params: dict[str, str]
) -> None:
    file = tmp_path / "reconcile.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")

    with pytest.raises(TableError) as caught:
        load_conflicts(file)

    assert caught.value.code == f"rule_table.{code}"
    assert params.items() <= caught.value.params.items()
    assert texts.say(caught.value.code, **caught.value.params)


def test_a_places_own_row_goes_before_the_general_one_while_it_is_in_force() -> None:
    own = Conflict.model_validate(
        row(kind="paid-not-booked", resolver="itself", booking_days=10, jurisdiction="CN-37", since="2024-01-01")
    )
    table = ConflictTable(conflicts=(*shipped().conflicts, own))

    days = {
        (place, day): table.row("paid-not-booked", place, day).booking_days
        for place in ("CN-3711", "CN", "demo")
        for day in (date(2023, 12, 31), date(2024, 1, 1))
    }

    assert days.pop(("CN-3711", date(2024, 1, 1))) == 10
    assert set(days.values()) == {60}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_each_source_says_can_be_read(language: str) -> None:
    seen = {kind: d for kind, (filed, findings, *_) in CASES.items() for d in found(filed, *findings) if d.kind == kind}
    everything = complaint(items=(claim(),), circumstances=Circumstances(insolvency=True))
    gone = EmployerState(employer="e1", state=OperatingState.NORMAL)
    dead = EmployerState(employer="e1", state=OperatingState.DEREGISTERED, since=date(2023, 1, 1))
    different = labor(employed("2024-01", "2024-01"), employed("2024-01", "2024-01", wage="6000.00"))
    underpaid = tax(paid("2024-01", "2024-01", base="1.00"), states=[dead])
    for findings in ((different, medical(insured("2024-01", "2024-01")), underpaid), (tax(states=[gone]),)):
        contradictions = reconcile(everything, everything.items, findings, [Agency.UNION], TODAY, bounds=demo_bounds)
        seen |= {d.kind: d for d in contradictions}

    assert set(seen) == {*RULES, "agency-silent"}
    for discrepancy in seen.values():
        for statement in statements(discrepancy):
            assert "{" not in texts.sentence(statement.code, statement.params, language)
