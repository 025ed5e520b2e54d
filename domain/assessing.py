"""From findings to an assessment: contradictions, money, prognosis."""

from collections import defaultdict
from decimal import Decimal
from typing import Final

from domain.arrears import compute
from domain.assessment import Assessment, OwedItem
from domain.case_facts import triage_facts
from domain.claims import claim_rows
from domain.dues import dues
from domain.findings import MedicalInsuranceFinding
from domain.parameters import Parameters
from domain.prognosis import PrognosisTable, prognose
from domain.reconcile import reconcile
from domain.steps import Known
from domain.words import ClaimKind, Nature

_NIL: Final = Decimal("0.00")


def assess(known: Known, parameters: Parameters, prognosis: PrognosisTable) -> Assessment:
    """Everything that follows from the complaint, the findings and the joint meeting's decisions.

    Raises MissingParameter.
    """
    complaint, items = known.complaint, (*known.complaint.items, *known.supplied)
    found = reconcile(complaint, items, known.findings, known.lapsed, known.today)
    owed_months = dues(complaint, items, known.findings, found, known.decisions)
    arrears = compute((month.due for month in owed_months.owed), parameters, complaint.jurisdiction, known.today)
    part_a: dict[tuple[str, str], Decimal] = defaultdict(lambda: _NIL)
    for month, line in zip(owed_months.owed, arrears.lines, strict=True):
        part_a[month.item, line.claimant] += line.total
    part_b = _private_law(known)
    owed = tuple(
        OwedItem(
            item=item.ref,
            claimant=claimant,
            part_a=part_a.get((item.ref, claimant), _NIL),
            part_b=part_b.get((item.ref, claimant), _NIL),
        )
        for item in items
        for claimant in complaint.claimants_of(item)
        if claimant not in known.withdrawn
    )
    unproven = Assessment(
        as_of=known.today,
        owed=owed,
        employer_share=arrears.employer_share,
        employee_share=arrears.employee_share,
        late_fee=arrears.late_fee,
        discrepancies=found,
        prognosis=prognose(triage_facts(known), prognosis),
        warnings=(*owed_months.assumptions, *(("unverified-rows",) if arrears.unverified else ())),
        rows=arrears.rows,
    )
    facts = triage_facts(known.model_copy(update={"assessment": unproven}))
    return unproven.model_copy(update={"prognosis": prognose(facts, prognosis)})


def _private_law(known: Known) -> dict[tuple[str, str], Decimal]:
    """Part B: as claimed; for medical costs as the medical insurance bureau found them, where it answered."""
    losses: dict[str, Decimal] | None = None
    for finding in known.findings:
        if isinstance(finding, MedicalInsuranceFinding):
            losses = {loss.claimant: loss.amount for loss in finding.losses}
    amounts: dict[tuple[str, str], Decimal] = {}
    for item in (*known.complaint.items, *known.supplied):
        row = claim_rows()[item.kind]
        if row.nature is Nature.PRIVATE_LAW and row.money:
            for claimant in known.complaint.claimants_of(item):
                amount = item.amount or _NIL
                if item.kind is ClaimKind.MEDICAL_REIMBURSEMENT and losses:
                    amount = losses.get(claimant, amount)
                amounts[item.ref, claimant] = amount
    return amounts
