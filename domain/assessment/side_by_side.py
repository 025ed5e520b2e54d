"""The agencies' findings side by side, month by month, for each claimant with each employer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.assessment.retirement import retires_on
from domain.base import Model, Month, Ref, Yuan, month_of, months
from domain.inquiry.findings import Finding, LaborFinding, MedicalInsuranceFinding, TaxFinding
from domain.intake.complaint import ClaimItem, Complaint
from domain.triage.relations import relation_rows
from domain.words import Agency, ClaimKind, InsuranceKind, OperatingState

Place = tuple[Ref, Ref]
"""A claimant with an employer."""
MonthsOf = defaultdict[Place, set[Month]]
Declared = dict[Month, Decimal | None]
"""Months for which a premium was received, with the base that was declared, in yuan."""

MONTHLY = (ClaimKind.ARREARS, ClaimKind.CONTRIBUTION_BASE)
"""Kinds of claim that are judged month by month."""


def _months() -> MonthsOf:
    return defaultdict(set)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is claimed and what the findings say. How the spans were cut in the findings makes no difference."""

    claimed: MonthsOf = field(default_factory=_months)
    employed: MonthsOf = field(default_factory=_months)
    wages: defaultdict[Place, dict[Month, set[Decimal]]] = field(default_factory=lambda: defaultdict(dict))
    """Every wage recorded for a month, in yuan: more than one where employments differ."""
    insured: MonthsOf = field(default_factory=_months)
    received: defaultdict[Place, dict[InsuranceKind, Declared]] = field(default_factory=lambda: defaultdict(dict))
    """Where a month was declared more than once, the highest base."""
    retirement: dict[Ref, date] = field(default_factory=dict)
    """As the labour bureau found, or else as the complaint or the birth date says."""
    states: dict[Ref, tuple[OperatingState, date | None]] = field(default_factory=dict)
    answered: set[Agency] = field(default_factory=set)

    def places(self) -> list[Place]:
        """Every claimant with every employer that anything is said of, in a stable order."""
        return sorted({*self.claimed, *self.employed, *self.insured, *self.received})

    def paid(self, place: Place) -> set[Month]:
        """Months for which the tax bureau received a premium of any kind."""
        return {month for declared in self.received.get(place, {}).values() for month in declared}

    def wage(self, place: Place, month: Month) -> Decimal | None:
        """The wage of a month in yuan; the highest where the records give several; None when unknown."""
        return max(self.wages.get(place, {}).get(month, ()), default=None)

    def base(self, place: Place, month: Month) -> Decimal | None:
        """The lowest base that was declared for a month, in yuan; None when none is known."""
        declared = (of.get(month) for of in self.received.get(place, {}).values())
        return min((base for base in declared if base is not None), default=None)

    def retired(self, place: Place, span: Iterable[Month]) -> set[Month]:
        """The months of a span that lie after the month in which the claimant reached retirement age."""
        on = self.retirement.get(place[0])
        return set() if on is None else {month for month in span if month > month_of(on)}


def lay(complaint: Complaint, items: Iterable[ClaimItem], findings: Iterable[Finding]) -> Ground:
    """Lay the claim and the findings side by side."""
    ground = Ground(retirement={c.ref: on for c in complaint.claimants if (on := retires_on(c)) is not None})
    for item in items:
        if item.kind in MONTHLY and item.first_month and item.last_month:
            span = set(months(item.first_month, item.last_month))
            for claimant in complaint.claimants_of(item):
                ground.claimed[claimant, item.respondent] |= span
    for finding in findings:
        ground.answered.add(finding.agency)
        match finding:
            case LaborFinding():
                _lay_labor(ground, finding)
            case MedicalInsuranceFinding():
                for i in finding.insured:
                    ground.insured[i.claimant, i.employer].update(months(i.first_month, i.last_month))
            case TaxFinding():
                _lay_tax(ground, finding)
    return ground


def _lay_labor(ground: Ground, finding: LaborFinding) -> None:
    ground.retirement.update({r.claimant: r.on for r in finding.retirements})
    for e in finding.employments:
        if not relation_rows()[e.relation].premiums:
            continue
        place = e.claimant, e.employer
        ground.employed[place].update(months(e.first_month, e.last_month))
        if e.monthly_wage is not None:
            for month in months(e.first_month, e.last_month):
                ground.wages[place].setdefault(month, set()).add(e.monthly_wage)


def _lay_tax(ground: Ground, finding: TaxFinding) -> None:
    ground.states.update({e.employer: (e.state, e.since) for e in finding.employers})
    for c in finding.contributions:
        declared = ground.received[c.claimant, c.employer].setdefault(c.insurance, {})
        for month in months(c.first_month, c.last_month):
            known = declared.get(month)
            declared[month] = c.base if known is None else max(known, c.base or known)


class Line(Model):
    """A span of months in which all sources say the same of a claimant with an employer.

    ``None`` stands for an agency that has not answered, or for a figure that nobody knows.
    """

    claimant: Ref
    employer: Ref
    first_month: Month
    last_month: Month
    claimed: bool
    employed: bool | None
    wage: Yuan | None
    insured: bool | None
    received: tuple[InsuranceKind, ...] | None
    base: Yuan | None
    state: OperatingState | None
    """The employer's operating state, from the month in which it began."""


def lines(ground: Ground) -> tuple[Line, ...]:
    """The findings side by side, months that read alike joined into one line."""
    return tuple(line for place in ground.places() for line in _lines(ground, place))


def _lines(ground: Ground, place: Place) -> Iterator[Line]:
    known = ground.claimed[place] | ground.employed[place] | ground.insured[place] | ground.paid(place)
    said = {month: _says(ground, place, month) for month in known}
    for span in stretches(said):
        yield Line(claimant=place[0], employer=place[1], first_month=span[0], last_month=span[-1], **said[span[0]])


def _says(ground: Ground, place: Place, month: Month) -> dict[str, object]:
    state, since = ground.states.get(place[1], (None, None))
    kinds = ground.received.get(place, {})
    return {
        "claimed": month in ground.claimed[place],
        "employed": month in ground.employed[place] if Agency.LABOR in ground.answered else None,
        "wage": ground.wage(place, month),
        "insured": month in ground.insured[place] if Agency.MEDICAL_INSURANCE in ground.answered else None,
        "received": tuple(k for k in InsuranceKind if month in kinds.get(k, {}))
        if Agency.TAX in ground.answered
        else None,
        "base": ground.base(place, month),
        "state": state if since is None or month >= month_of(since) else None,
    }


def stretches(said: Mapping[Month, object]) -> list[list[Month]]:
    """The months in order, cut where there is a gap or where what is said of them changes."""
    spans: list[list[Month]] = []
    for month in sorted(said):
        if spans and _follows(spans[-1][-1], month) and said[spans[-1][-1]] == said[month]:
            spans[-1].append(month)
        else:
            spans.append([month])
    return spans


def _follows(earlier: Month, later: Month) -> bool:
    return _ordinal(later) - _ordinal(earlier) == 1


def _ordinal(month: Month) -> int:
    return int(month[:4]) * 12 + int(month[5:])
