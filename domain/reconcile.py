"""The agencies' findings side by side: each contradiction named, with both sources and who resolves it."""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Literal

import yaml

from domain.base import Model, Month, Ref, month_of, months
from domain.complaint import ClaimItem, Complaint
from domain.findings import Finding, LaborFinding, MedicalInsuranceFinding, TaxFinding
from domain.words import Agency, ClaimKind, InsuranceKind, OperatingState

_TABLE: Final = Path(__file__).parent / "tables" / "reconcile.yaml"

Resolver = Literal["joint-meeting", "itself", "nobody"]
"""Who resolves it: the agencies' joint meeting, time, or nobody (a warning that changes no amount)."""


class Conflict(Model):
    """A row of the table: a kind of contradiction, which sources speak, and who resolves it."""

    kind: Ref
    first: str
    second: str
    resolver: Resolver
    booking_days: int = 0
    """For what resolves itself: the calendar days that booking may lag behind payment."""
    source: str


class Discrepancy(Model):
    """Two findings that cannot both be true, over a span of months."""

    id: Ref
    kind: Ref
    claimant: Ref | None
    employer: Ref | None
    first_month: Month | None = None
    last_month: Month | None = None
    months: int
    first: str
    """The source that stands if the joint meeting decides ``first``."""
    second: str
    resolver: Resolver
    resolves_on: date | None = None


class Decision(Model):
    """The joint meeting's decision on a discrepancy."""

    discrepancy: Ref
    holds: Literal["first", "second"]
    decided_by: Ref
    reason: str


@cache
def conflicts() -> Mapping[str, Conflict]:
    """The shipped table, by kind."""
    rows = [Conflict.model_validate(row) for row in yaml.safe_load(_TABLE.read_text())]
    return {row.kind: row for row in rows}


Place = tuple[str, str]
"""A claimant with an employer."""
MonthsOf = dict[Place, set[Month]]


class Ground(Model):
    """What the findings say, month by month, of each claimant with each employer."""

    model_config = {"arbitrary_types_allowed": True}

    employed: MonthsOf
    insured: MonthsOf
    paid: MonthsOf
    """Medical premiums received, by month."""
    claimed: MonthsOf
    states: dict[str, tuple[OperatingState, date | None]]
    labor_answered: bool
    medical_answered: bool
    tax_answered: bool


def ground(complaint: Complaint, items: Iterable[ClaimItem], findings: Iterable[Finding]) -> Ground:
    """Lay the findings side by side."""
    employed: MonthsOf = defaultdict(set)
    insured: MonthsOf = defaultdict(set)
    paid: MonthsOf = defaultdict(set)
    claimed: MonthsOf = defaultdict(set)
    states: dict[str, tuple[OperatingState, date | None]] = {}
    answered: set[Agency] = set()
    for item in items:
        if item.kind is ClaimKind.ARREARS and item.first_month and item.last_month:
            for claimant in complaint.claimants_of(item):
                claimed[claimant, item.respondent] |= set(months(item.first_month, item.last_month))
    for finding in findings:
        answered.add(finding.agency)
        match finding:
            case LaborFinding():
                for e in finding.employments:
                    employed[e.claimant, e.employer] |= set(months(e.first_month, e.last_month))
            case MedicalInsuranceFinding():
                for i in finding.insured:
                    insured[i.claimant, i.employer] |= set(months(i.first_month, i.last_month))
            case TaxFinding():
                states = {e.employer: (e.state, e.since) for e in finding.employers}
                for c in finding.contributions:
                    if c.insurance is InsuranceKind.MEDICAL:
                        paid[c.claimant, c.employer] |= set(months(c.first_month, c.last_month))
    return Ground(
        employed=dict(employed),
        insured=dict(insured),
        paid=dict(paid),
        claimed=dict(claimed),
        states=states,
        labor_answered=Agency.LABOR in answered,
        medical_answered=Agency.MEDICAL_INSURANCE in answered,
        tax_answered=Agency.TAX in answered,
    )


def reconcile(
    complaint: Complaint,
    items: Iterable[ClaimItem],
    findings: Iterable[Finding],
    lapsed: Collection[Agency],
    as_of: date,
) -> tuple[Discrepancy, ...]:
    """Every contradiction between the findings, in a stable order."""
    laid = ground(complaint, items, findings)
    found: list[Discrepancy] = []
    for agency in sorted(lapsed):
        found.append(_discrepancy("agency-silent", None, None, set(), as_of, suffix=agency))
    places = sorted({*laid.employed, *laid.insured, *laid.paid, *laid.claimed})
    for place in places:
        employed, insured = laid.employed.get(place, set()), laid.insured.get(place, set())
        paid, claimed = laid.paid.get(place, set()), laid.claimed.get(place, set())
        if laid.tax_answered and laid.medical_answered:
            found += _spans("paid-not-booked", place, paid - insured, as_of)
            found += _spans("booked-not-paid", place, insured - paid, as_of)
        if laid.labor_answered:
            found += _spans("claimed-not-employed", place, claimed - employed, as_of)
            if laid.tax_answered:
                found += _spans("paid-not-employed", place, paid - employed, as_of)
        state, since = laid.states.get(place[1], (None, None))
        if state is OperatingState.DEREGISTERED and since is not None:
            after = {month for month in employed if month > month_of(since)}
            found += _spans("employed-after-deregistration", place, after, as_of)
    found += _overlaps(laid, as_of)
    return tuple(found)


def _overlaps(laid: Ground, as_of: date) -> list[Discrepancy]:
    """Months that two employers have the same claimant employed in (hard case 3)."""
    found: list[Discrepancy] = []
    by_claimant: dict[str, list[str]] = defaultdict(list)
    for claimant, employer in sorted(laid.employed):
        by_claimant[claimant].append(employer)
    for claimant, employers in by_claimant.items():
        for earlier, later in itertools.pairwise(employers):
            both = laid.employed[claimant, earlier] & laid.employed[claimant, later]
            found += _spans("overlapping-employers", (claimant, later), both, as_of)
    return found


def _spans(kind: str, place: Place, found: set[Month], as_of: date) -> list[Discrepancy]:
    """One discrepancy for each stretch of adjacent months."""
    return [_discrepancy(kind, *place, span, as_of) for span in stretches(found)]


def stretches(found: Collection[Month]) -> list[set[Month]]:
    """The months in stretches without a gap."""
    spans: list[set[Month]] = []
    previous = ""
    for month in sorted(found):
        if spans and list(months(previous, month)) == [previous, month]:
            spans[-1].add(month)
        else:
            spans.append({month})
        previous = month
    return spans


def _discrepancy(
    kind: str,
    claimant: str | None,
    employer: str | None,
    span: set[Month],
    as_of: date,
    suffix: str | None = None,
) -> Discrepancy:
    row = conflicts()[kind]
    first, last = (min(span), max(span)) if span else (None, None)
    resolver, resolves_on = row.resolver, None
    if resolver == "itself" and last is not None:
        year, month = int(last[:4]), int(last[5:])
        month_end = date(year + month // 12, month % 12 + 1, 1)
        resolves_on = month_end + timedelta(days=row.booking_days)
        if as_of > resolves_on:
            resolver, resolves_on = "joint-meeting", None
    return Discrepancy(
        id="-".join(part for part in ("d", kind, claimant, employer, first, suffix) if part)[:64],
        kind=kind,
        claimant=claimant,
        employer=employer,
        first_month=first,
        last_month=last,
        months=len(span),
        first=row.first,
        second=row.second,
        resolver=resolver,
        resolves_on=resolves_on,
    )
