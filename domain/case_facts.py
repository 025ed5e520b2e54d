"""What triage and prognosis look at, drawn from the complaint and from what the agencies found."""

from datetime import date
from decimal import Decimal

from domain.findings import LaborFinding, TaxFinding
from domain.steps import Known
from domain.triage import TriageFacts
from domain.words import ClaimKind, OperatingState, RespondentKind

NEAR_RETIREMENT_DAYS = 730
"""A claimant counts as near retirement when it is at most this many calendar days away."""

_WORST_FIRST = (
    OperatingState.INSOLVENT,
    OperatingState.REVOKED,
    OperatingState.DEREGISTERED,
    OperatingState.ABNORMAL,
    OperatingState.NORMAL,
)


def employer_state(known: Known) -> OperatingState | None:
    """The worst operating state that the tax bureau found among the respondents; None when unknown."""
    found = {e.state for f in known.findings if isinstance(f, TaxFinding) for e in f.employers}
    return next((state for state in _WORST_FIRST if state in found), None)


def near_retirement(known: Known) -> tuple[str, ...]:
    """Claimants who retire soon: as the labour bureau found, or else as the complaint says."""
    retires: dict[str, date] = {c.ref: c.retires_on for c in known.complaint.claimants if c.retires_on is not None}
    for finding in known.findings:
        if isinstance(finding, LaborFinding):
            retires.update({r.claimant: r.on for r in finding.retirements})
    return tuple(ref for ref, on in sorted(retires.items()) if (on - known.today).days <= NEAR_RETIREMENT_DAYS)


def triage_facts(known: Known) -> TriageFacts:
    """The facts that the triage rules speak of, as far as they are known."""
    complaint, circumstances = known.complaint, known.complaint.circumstances
    items = (*complaint.items, *known.supplied)
    amounts = [item.amount for item in items if item.amount is not None]
    if known.assessment is not None:
        amount: Decimal | None = sum(known.assessment.part_a_of().values(), Decimal("0.00"))
    else:
        amount = sum(amounts, Decimal("0.00")) if amounts else None
    employers = [
        r for r in complaint.respondents if r.kind in (RespondentKind.EMPLOYER, RespondentKind.DISPATCH_AGENCY)
    ]
    return TriageFacts(
        claimants=len(complaint.claimants) - len(known.withdrawn),
        amount=amount,
        employer_state=employer_state(known),
        insurance_kinds=tuple(sorted({kind for item in items for kind in item.insurance})),
        claim_kinds=tuple(sorted({item.kind for item in items})),
        respondents=len(employers),
        contested_relation=circumstances.contested_relation
        or any(item.kind is ClaimKind.LABOR_RELATIONSHIP for item in items),
        policy_question=circumstances.policy_question,
        cross_jurisdiction=circumstances.cross_jurisdiction,
        near_retirement=len(near_retirement(known)),
        insolvency=circumstances.insolvency,
        foreign_element=circumstances.foreign_element,
        earlier_cases=circumstances.earlier_cases,
        vulnerable=sum(c.vulnerable for c in complaint.claimants),
        media_or_mass_risk=circumstances.media_or_mass_risk,
        legal_aid_requested=circumstances.legal_aid_requested,
        discrepancies=len(known.assessment.discrepancies) if known.assessment else 0,
        other_proceedings=circumstances.other_proceedings,
    )
