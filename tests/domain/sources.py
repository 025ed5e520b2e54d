"""What the agencies say, in one line each; and any such thing, for properties."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from domain.assessment.months_owed import Dues, dues
from domain.assessment.reconcile import Decision, Discrepancy, reconcile
from domain.base import months
from domain.inquiry.findings import (
    Contribution,
    EmployerState,
    Employment,
    Finding,
    Insured,
    LaborFinding,
    MedicalInsuranceFinding,
    Retirement,
    TaxFinding,
)
from domain.intake.complaint import ClaimItem, Complaint
from domain.words import InsuranceKind, OperatingState
from tests.builders import arrears_item, complaint, employer

TODAY = date(2024, 12, 31)
MEDICAL, PENSION = InsuranceKind.MEDICAL, InsuranceKind.PENSION


def employed(first: str, last: str, of: str = "c1", by: str = "e1", wage: str | None = "5000.00") -> Employment:
    return Employment(
        claimant=of, employer=by, first_month=first, last_month=last, monthly_wage=Decimal(wage) if wage else None
    )


def insured(first: str, last: str, of: str = "c1", by: str = "e1") -> Insured:
    return Insured(claimant=of, employer=by, first_month=first, last_month=last)


def paid(
    first: str, last: str, kind: InsuranceKind = MEDICAL, base: str | None = "5000.00", of: str = "c1", by: str = "e1"
) -> Contribution:
    return Contribution(
        claimant=of,
        employer=by,
        insurance=kind,
        first_month=first,
        last_month=last,
        base=Decimal(base) if base else None,
    )


def labor(*employments: Employment, retirements: Sequence[Retirement] = ()) -> LaborFinding:
    return LaborFinding(employments=employments, retirements=tuple(retirements))


def medical(*booked: Insured) -> MedicalInsuranceFinding:
    return MedicalInsuranceFinding(insured=booked)


def tax(*contributions: Contribution, states: Sequence[EmployerState] = ()) -> TaxFinding:
    return TaxFinding(contributions=contributions, employers=tuple(states))


def claim(first: str = "2024-01", last: str = "2024-03", **changes: Any) -> ClaimItem:
    return arrears_item(**{"insurance": (MEDICAL,), "first_month": first, "last_month": last} | changes)


def two_employers() -> Complaint:
    return complaint(
        respondents=(employer(), employer("e2")),
        items=(claim(), claim(ref="i2", respondent="e2")),
    )


def found(filed: Complaint, *findings: Finding, as_of: date = TODAY, **more: Any) -> tuple[Discrepancy, ...]:
    return reconcile(filed, filed.items, findings, (), as_of, **more)


def said(discrepancies: Sequence[Discrepancy]) -> list[tuple[str, str | None, str | None, str]]:
    return [(d.kind, d.first_month, d.last_month, d.resolver) for d in discrepancies]


def owed(filed: Complaint, *findings: Finding, second: Sequence[str] = (), as_of: date = TODAY) -> Dues:
    """What is owed when the second source holds of some discrepancies."""
    contradictions = found(filed, *findings, as_of=as_of)
    decisions = [
        Decision(discrepancy=d.id, holds="second", decided_by="sup-1", reason="核实")
        for d in contradictions
        if d.kind in second
    ]
    return dues(filed, filed.items, findings, contradictions, decisions)


def owed_months(result: Dues) -> list[str]:
    return [month.due.month for month in result.owed]


CASES: dict[str, tuple[Complaint, tuple[Finding, ...], list[str], list[str]]] = {
    # kind: complaint, findings, months owed by the first source, months owed by the second
    "paid-not-booked": (
        complaint(items=(claim(),)),
        (labor(employed("2024-01", "2024-03")), medical(), tax(paid("2024-01", "2024-02"))),
        ["2024-03"],
        ["2024-01", "2024-02", "2024-03"],
    ),
    "booked-not-paid": (
        complaint(items=(claim(),)),
        (labor(employed("2024-01", "2024-03")), medical(insured("2024-01", "2024-02")), tax()),
        ["2024-01", "2024-02", "2024-03"],
        ["2024-03"],
    ),
    "claimed-not-employed": (
        complaint(items=(claim(),)),
        (labor(employed("2024-01", "2024-01")), medical(), tax()),
        ["2024-01"],
        ["2024-01", "2024-02", "2024-03"],
    ),
    "paid-not-employed": (
        complaint(items=(claim(),)),
        (labor(employed("2024-01", "2024-01")), tax(paid("2024-02", "2024-02", PENSION))),
        ["2024-01"],
        ["2024-01", "2024-02"],
    ),
    "retired-before-claim-end": (
        complaint(items=(claim(),)),
        (labor(employed("2024-01", "2024-03"), retirements=[Retirement(claimant="c1", on=date(2024, 1, 5))]), tax()),
        ["2024-01"],
        ["2024-01", "2024-02", "2024-03"],
    ),
    "employed-after-deregistration": (
        complaint(items=(claim(),)),
        (
            labor(employed("2024-01", "2024-03")),
            tax(states=[EmployerState(employer="e1", state=OperatingState.DEREGISTERED, since=date(2024, 2, 1))]),
        ),
        ["2024-01", "2024-02", "2024-03"],
        ["2024-01", "2024-02"],
    ),
    "overlapping-employers": (
        two_employers(),
        (labor(employed("2024-01", "2024-03"), employed("2024-03", "2024-03", by="e2")), tax()),
        ["2024-01", "2024-02", "2024-03", "2024-03"],
        ["2024-01", "2024-02", "2024-03"],
    ),
}


SPANS = st.tuples(st.integers(0, 17), st.integers(0, 5)).map(
    lambda span: (month_number(span[0]), month_number(min(17, span[0] + span[1])))
)


def month_number(number: int) -> str:
    return f"{2023 + number // 12}-{number % 12 + 1:02d}"


PLACES = st.tuples(st.sampled_from(["c1", "c2", "c3"]), st.sampled_from(["e1", "e2"]))
WAGES = st.sampled_from(["3000.00", "5000.00", "25000.00", None])
EMPLOYED = st.builds(
    lambda span, place, wage: employed(span[0], span[1], of=place[0], by=place[1], wage=wage), SPANS, PLACES, WAGES
)
INSURED = st.builds(lambda span, place: insured(span[0], span[1], of=place[0], by=place[1]), SPANS, PLACES)
PAID = st.builds(
    lambda span, place, kind, base: paid(span[0], span[1], kind, base, of=place[0], by=place[1]),
    SPANS,
    PLACES,
    st.sampled_from([MEDICAL, PENSION]),
    WAGES,
)
STATES = st.sampled_from(
    [(), (EmployerState(employer="e1", state=OperatingState.DEREGISTERED, since=date(2023, 9, 9)),)]
)
ITEMS = st.builds(
    lambda number, span, of, by: claim(
        span[0], span[1], ref=f"i{number}", claimant=of, respondent=by, insurance=(MEDICAL, PENSION)
    ),
    st.integers(1, 999),
    SPANS,
    st.sampled_from(["c1", "c2", "c3", None]),
    st.sampled_from(["e1", "e2"]),
)


@st.composite
def any_findings(draw: st.DrawFn) -> tuple[Finding, ...]:
    labour = labor(*draw(st.lists(EMPLOYED, max_size=4)), retirements=[Retirement(claimant="c1", on=date(2024, 3, 1))])
    booked = medical(*draw(st.lists(INSURED, max_size=4)))
    received = tax(*draw(st.lists(PAID, max_size=4)), states=draw(STATES))
    return tuple(f for f in (labour, booked, received) if draw(st.booleans()))


@st.composite
def any_complaint(draw: st.DrawFn) -> Complaint:
    items = draw(st.lists(ITEMS, min_size=1, max_size=4, unique_by=lambda item: item.ref))
    return complaint(3, respondents=(employer(), employer("e2")), items=tuple(items))


def demo_bounds(_: str) -> tuple[Decimal, Decimal]:
    """Floor and cap of the base."""
    return Decimal(4000), Decimal(20000)


def cut(finding: Finding) -> Finding:
    """The same finding with every span cut into months, in reverse."""
    parts = {
        name: tuple(
            row.model_copy(update={"first_month": month, "last_month": month})
            for row in reversed(getattr(finding, name))
            for month in months(row.first_month, row.last_month)
        )
        for name in ("employments", "insured", "contributions")
        if hasattr(finding, name)
    }
    return finding.model_copy(update=parts)


def keys(result: Dues) -> list[tuple[Any, ...]]:
    return sorted((m.due.claimant, m.due.employer, m.due.kind, m.due.month, m.due.wage or 0) for m in result.owed)
