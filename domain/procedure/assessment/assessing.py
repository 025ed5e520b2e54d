"""From findings to an assessment: contradictions, money, prognosis, and an opening proposal."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Self

from domain.arrears.ledger import Setting, reckon
from domain.arrears.model import Deferral, MonthDue, Payment
from domain.arrears.terms import Place, term
from domain.assessment.assessment import Assessment, OwedItem, Reckoned
from domain.assessment.insolvency import insolvency_table, ranked
from domain.assessment.limitation import LimitationClock
from domain.assessment.months_owed import Underpaid, dues, priced, stakes
from domain.assessment.opening_proposal import OpeningProposal, opening_proposal
from domain.assessment.prognosis import PrognosisTable, prognose
from domain.assessment.reconcile import ConflictTable, reconcile
from domain.base import Month, last_day, month_of, months, to_fen
from domain.case.requests import Known
from domain.deadlines.calendar import Calendar
from domain.entitlements.model import MonthWage, SeveranceFacts
from domain.entitlements.severance import severance
from domain.inquiry.findings import LaborFinding, MedicalInsuranceFinding
from domain.intake.claims import claim_rows
from domain.procedure.triage.facts import (
    employer_state,
    insolvent_since,
    monthly_capacity,
    near_retirement,
    prognosis_facts,
    triage_facts,
)
from domain.rules.parameters import MissingParameter, Parameters
from domain.words import ClaimKind, Nature, OperatingState, Relation

_NIL: Final = Decimal("0.00")


def assess(
    known: Known,
    parameters: Parameters,
    prognosis: PrognosisTable,
    clocks: Iterable[LimitationClock] = (),
    calendar: Calendar | None = None,
    conflicts: ConflictTable | None = None,
) -> Assessment:
    """Everything that follows from the complaint, the findings and the joint meeting's decisions.

    Raises MissingParameter for months that are owed; what a source would make owed is left unpriced instead.
    """
    complaint, items = known.complaint, (*known.complaint.items, *known.supplied)
    prices = _Prices(parameters, known, calendar or Calendar())
    found = reconcile(complaint, items, known.findings, known.lapsed, known.today, conflicts, prices.bounds)
    at_stake = stakes(complaint, items, known.findings, found, known.decisions)
    owed_months = dues(complaint, items, known.findings, found, known.decisions)
    short = [_Short.of(month, prices) for month in owed_months.underpaid]
    insolvent = insolvent_since(known)
    ledger = reckon(
        (*(span.due for span in owed_months.spans), *(one.month.due.span() for one in short)),
        prices.setting,
        deferrals=[
            Deferral(employer=employer, since=since, ground="insolvency", source=insolvency_table().stops.source)
            for employer, since in insolvent.items()
            if since is not None
        ],
        payments=[one.payment for one in short],
    )
    arrears, rows = ledger.total(), ledger.rows_used()
    whose = (*((s.item, s.claimant) for s in owed_months.spans), *((s.month.item, s.month.claimant) for s in short))
    part_a = {key: total.owed for key, total in ledger.by_span(whose).items()}
    part_b, severances = _private_law(known), dict(_severances(known, parameters))
    warnings = {
        "unverified-rows": not all(row.verified for row in rows),
        "late-fee-above-principal": ledger.fee_exceeds_principal,
        "bases-not-judged": bool(prices.months_without_bounds),
        "interest-stopped": any(insolvent.values()),
        "insolvent-since-unknown": not all(insolvent.values()),
        "under-working-age": bool(complaint.under_age),
    }
    computed = Assessment(
        as_of=known.today,
        owed=tuple(
            OwedItem(
                item=item.ref,
                claimant=claimant,
                part_a=part_a.get((item.ref, claimant), _NIL),
                part_b=part_b.get((item.ref, claimant), _NIL),
                reckoned=severances.get((item.ref, claimant)),
            )
            for item in items
            for claimant in complaint.claimants_of(item)
            if claimant not in known.withdrawn
        ),
        employer_share=arrears.employer_share - sum(one.employer_share for one in short),
        employee_share=arrears.employee_share - sum(one.employee_share for one in short),
        late_fee=arrears.late_fee,
        discrepancies=priced(found, at_stake, prices.of),
        prognosis=prognose(triage_facts(known), prognosis),
        warnings=(*owed_months.assumptions, *(code for code, holds in warnings.items() if holds)),
        ranks=ranked(insolvent, ledger.lines(), items, part_b) if insolvent else (),
        rows=tuple(row.id for row in rows),
    )
    judged = known.model_copy(update={"assessment": computed})
    outlook = prognose(prognosis_facts(judged, clocks), prognosis)
    opening = _opening(judged, computed, prognosis)
    return computed.model_copy(update={"prognosis": outlook.model_copy(update={"opening": opening})})


@dataclass(frozen=True)
class _Short:
    """A month that was paid for in time, but on less than the wage: the rest of its premiums is owed."""

    month: Underpaid
    employer_share: Decimal
    """What was paid of each share, in yuan."""
    employee_share: Decimal
    due: date

    @classmethod
    def of(cls, month: Underpaid, prices: "_Prices") -> Self:
        """What was paid on the declared base. Raises MissingParameter."""
        first, place = date.fromisoformat(f"{month.month}-01"), Place(prices.setting.jurisdiction)
        held = term(prices.parameters, prices.calendar, place, month.kind, first)
        employer, employee = (to_fen(month.declared * rate / 100) for rate in (held.employer, held.employee))
        return cls(month, employer, employee, min(held.due, prices.setting.as_of))

    @property
    def payment(self) -> Payment:
        """The same as the engine takes it: received when it was due."""
        month = self.month
        return Payment(
            claimant=month.claimant,
            employer=month.employer,
            kind=month.kind,
            first_month=month.month,
            last_month=month.month,
            paid_on=self.due,
            amount=self.employer_share + self.employee_share,
        )


@dataclass
class _Prices:
    """What months cost by the tables, where the tables reach."""

    parameters: Parameters
    known: Known
    calendar: Calendar
    months_without_bounds: set[Month] = field(default_factory=set)

    @property
    def setting(self) -> Setting:
        """The case's place and day."""
        labor = (finding for finding in self.known.findings if isinstance(finding, LaborFinding))
        worked = (one for finding in labor for one in finding.employments)
        return Setting(
            self.parameters,
            self.known.complaint.jurisdiction,
            self.known.today,
            self.calendar,
            peasants=frozenset(one.claimant for one in worked if one.peasant_contract),
        )

    def bounds(self, month: Month) -> tuple[Decimal, Decimal] | None:
        """Floor and cap of the contribution base in a month."""
        first, place = date.fromisoformat(f"{month}-01"), self.known.complaint.jurisdiction
        try:
            floor, cap = self.parameters.all_of(("base-floor", "base-cap"), place, first)
        except MissingParameter:
            self.months_without_bounds.add(month)
            return None
        return floor.value, cap.value

    def of(self, months: Sequence[MonthDue]) -> Decimal | None:
        """Premiums of both payers and the late fee; None where a row is missing."""
        try:
            return reckon((month.span() for month in months), self.setting).total().owed
        except MissingParameter:
            return None


def _opening(known: Known, computed: Assessment, table: PrognosisTable) -> OpeningProposal:
    return opening_proposal(
        computed.part_a_of(),
        monthly_capacity(known),
        known.today,
        near_retirement(known),
        table.opening,
        insolvent=employer_state(known) is OperatingState.INSOLVENT or known.complaint.circumstances.insolvency,
    )


def _severances(known: Known, parameters: Parameters) -> Iterator[tuple[tuple[str, str], Reckoned]]:
    """What severance comes to by the months and wages found, where the place has its local wages."""
    found = [one for finding in known.findings if isinstance(finding, LaborFinding) for one in finding.employments]
    for item in (*known.complaint.items, *known.supplied):
        for claimant in known.complaint.claimants_of(item) if item.kind is ClaimKind.SEVERANCE else ():
            theirs = sorted(
                (one for one in found if (one.claimant, one.employer) == (claimant, item.respondent)),
                key=lambda one: one.first_month,
            )
            paid = {
                month: one.monthly_wage
                for one in theirs
                for month in months(one.first_month, one.last_month)
                if one.monthly_wage and one.relation is Relation.FULL
            }
            if not paid:
                continue
            last = max(paid)
            facts = SeveranceFacts(
                since=date.fromisoformat(f"{_unbroken_since(set(paid), last)}-01"),
                until=last_day(last),
                wages=tuple(MonthWage(month=month, wage=wage) for month, wage in paid.items()),
            )
            with contextlib.suppress(MissingParameter):
                made = severance(facts, parameters, known.complaint.jurisdiction)
                years = sum((line.count for line in made.lines), Decimal(0))
                yield (item.ref, claimant), Reckoned(amount=made.amount, months=years, wage=made.lines[-1].rate)


def _unbroken_since(worked: set[Month], last: Month) -> Month:
    """The first month of the spell of months without a break that ends with the last one."""
    first = last
    while (before := month_of(date.fromisoformat(f"{first}-01") - timedelta(days=1))) in worked:
        first = before
    return first


def _private_law(known: Known) -> dict[tuple[str, str], Decimal]:
    """Part B: as claimed; for medical costs as the medical insurance bureau found them, where it answered."""
    losses: dict[str, Decimal] = {}
    for finding in known.findings:
        if isinstance(finding, MedicalInsuranceFinding):
            for loss in finding.losses:
                losses[loss.claimant] = losses.get(loss.claimant, _NIL) + loss.amount
    amounts: dict[tuple[str, str], Decimal] = {}
    for item in (*known.complaint.items, *known.supplied):
        row = claim_rows()[item.kind]
        if row.nature is Nature.PRIVATE_LAW and row.money:
            for claimant in known.complaint.claimants_of(item):
                amount = item.amount or _NIL
                if item.kind is ClaimKind.MEDICAL_REIMBURSEMENT and claimant in losses:
                    amount, losses[claimant] = losses[claimant], _NIL  # A second claim brings no second loss.
                amounts[item.ref, claimant] = -amount if row.counter else amount
    return amounts
