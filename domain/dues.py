"""Which months are owed: claimed, employed, and not received by the tax bureau."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from domain.arrears import MonthDue
from domain.base import Model, Month, months
from domain.complaint import ClaimItem, Complaint
from domain.findings import Finding, LaborFinding, TaxFinding
from domain.reconcile import Decision, Discrepancy, ground
from domain.words import ClaimKind, InsuranceKind


class OwedMonth(Model):
    """A month owed under a claim item."""

    item: str
    due: MonthDue


class Dues(Model):
    """The months owed, and what had to be assumed (codes of texts/assessment.yaml)."""

    owed: tuple[OwedMonth, ...]
    assumptions: tuple[str, ...]


def dues(
    complaint: Complaint,
    items: Sequence[ClaimItem],
    findings: Sequence[Finding],
    discrepancies: Iterable[Discrepancy],
    decisions: Iterable[Decision],
) -> Dues:
    """The months owed for every arrears item. A month claimed twice is owed once, under the first item."""
    laid = ground(complaint, items, findings)
    employed = {place: set(span) for place, span in laid.employed.items()}
    received = _received(findings)
    decided = {d.discrepancy: d.holds for d in decisions}
    for discrepancy in discrepancies:
        if (holds := decided.get(discrepancy.id)) is not None:
            _apply(discrepancy, holds, employed, received)
    wages = _wages(findings)
    assumptions: set[str] = set()
    if not laid.labor_answered:
        assumptions.add("employment-as-claimed")
    if not laid.tax_answered:
        assumptions.add("nothing-received")
    owed: dict[tuple[str, str, InsuranceKind, Month], OwedMonth] = {}
    for item in items:
        if item.kind is not ClaimKind.ARREARS or not (item.first_month and item.last_month):
            continue
        span = set(months(item.first_month, item.last_month))
        for claimant in complaint.claimants_of(item):
            place = claimant, item.respondent
            worked = span & employed.get(place, set()) if laid.labor_answered else span
            for kind in item.insurance:
                for month in sorted(worked - received.get((*place, kind), set())):
                    wage = wages.get((*place, month))
                    if wage is None:
                        assumptions.add("wage-unknown")
                    due = MonthDue(claimant=claimant, employer=item.respondent, kind=kind, month=month, wage=wage)
                    owed.setdefault((*place, kind, month), OwedMonth(item=item.ref, due=due))
    return Dues(owed=tuple(owed.values()), assumptions=tuple(sorted(assumptions)))


def _received(findings: Iterable[Finding]) -> dict[tuple[str, str, InsuranceKind], set[Month]]:
    received: dict[tuple[str, str, InsuranceKind], set[Month]] = {}
    for finding in findings:
        if isinstance(finding, TaxFinding):
            for c in finding.contributions:
                span = months(c.first_month, c.last_month)
                received.setdefault((c.claimant, c.employer, c.insurance), set()).update(span)
    return received


def _wages(findings: Iterable[Finding]) -> dict[tuple[str, str, Month], Decimal]:
    return {
        (e.claimant, e.employer, month): e.monthly_wage
        for finding in findings
        if isinstance(finding, LaborFinding)
        for e in finding.employments
        if e.monthly_wage is not None
        for month in months(e.first_month, e.last_month)
    }


def _apply(
    discrepancy: Discrepancy,
    holds: str,
    employed: dict[tuple[str, str], set[Month]],
    received: dict[tuple[str, str, InsuranceKind], set[Month]],
) -> None:
    """Let the source that the joint meeting chose prevail over the span of the discrepancy."""
    if not (discrepancy.claimant and discrepancy.employer and discrepancy.first_month):
        return
    place = discrepancy.claimant, discrepancy.employer
    span = set(months(discrepancy.first_month, discrepancy.last_month or discrepancy.first_month))
    match discrepancy.kind, holds:
        case "claimed-not-employed", "second":
            employed.setdefault(place, set()).update(span)
        case (("overlapping-employers" | "employed-after-deregistration"), "second"):
            employed.get(place, set()).difference_update(span)
        case "paid-not-employed", "second":
            employed.setdefault(place, set()).update(span)
        case "paid-not-booked", "second":
            received.get((*place, InsuranceKind.MEDICAL), set()).difference_update(span)
        case "booked-not-paid", "second":
            received.setdefault((*place, InsuranceKind.MEDICAL), set()).update(span)
