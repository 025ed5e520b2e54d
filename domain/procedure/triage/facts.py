"""What triage and prognosis look at, drawn from the complaint and from what the agencies found."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from domain.assessment.limitation import LimitationClock
from domain.assessment.prognosis import PrognosisFacts
from domain.assessment.retirement import retires_on
from domain.base import Ref
from domain.case.requests import Known
from domain.inquiry.findings import LaborFinding, TaxFinding
from domain.triage.classification import TriageFacts
from domain.words import EMPLOYING, ClaimKind, OperatingState, Relation, RespondentKind

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


def insolvent_since(known: Known) -> dict[Ref, date | None]:
    """The insolvent employers, with the day on which the court accepted the application, by the tax register."""
    return {
        e.employer: e.since
        for finding in known.findings
        if isinstance(finding, TaxFinding)
        for e in finding.employers
        if e.state is OperatingState.INSOLVENT
    }


def relations(known: Known) -> dict[tuple[Ref, Ref], Relation]:
    """The relation of each claimant with each employer, as the labour bureau found it."""
    return {
        (e.claimant, e.employer): e.relation
        for finding in known.findings
        if isinstance(finding, LaborFinding)
        for e in finding.employments
    }


def near_retirement(known: Known) -> tuple[str, ...]:
    """Claimants who retire soon, the soonest first: as the labour bureau found, or else as far as it can be told."""
    retires = {c.ref: on for c in known.complaint.claimants if (on := retires_on(c)) is not None}
    for finding in known.findings:
        if isinstance(finding, LaborFinding):
            retires.update({r.claimant: r.on for r in finding.retirements})
    soonest = sorted((on, ref) for ref, on in retires.items())
    return tuple(ref for on, ref in soonest if (on - known.today).days <= NEAR_RETIREMENT_DAYS)


def monthly_capacity(known: Known) -> Decimal | None:
    """What those who answer for the claim can put aside in a month by their filed figures, in yuan; None if unknown."""
    figures = {
        e.employer: e.monthly_surplus
        for finding in known.findings
        if isinstance(finding, TaxFinding)
        for e in finding.employers
        if e.monthly_surplus is not None
    }
    return sum(figures.values(), Decimal("0.00")) if figures else None


def _for_the_joint_meeting(known: Known) -> list[Ref]:
    discrepancies = known.assessment.discrepancies if known.assessment else ()
    return [d.id for d in discrepancies if d.resolver == "joint-meeting"]


def triage_facts(known: Known) -> TriageFacts:
    """The facts that the triage rules speak of, as far as they are known."""
    complaint, circumstances = known.complaint, known.complaint.circumstances
    items = (*complaint.items, *known.supplied)
    amounts = [item.amount for item in items if item.amount is not None]
    if known.assessment is not None:
        amount: Decimal | None = sum(known.assessment.part_a_of().values(), Decimal("0.00"))
    else:
        amount = sum(amounts, Decimal("0.00")) if amounts else None
    return TriageFacts(
        claimants=max(1, len(complaint.claimants) - len(known.withdrawn)),
        amount=amount,
        employer_state=employer_state(known),
        insurance_kinds=tuple(sorted({kind for item in items for kind in item.insurance})),
        claim_kinds=tuple(sorted({item.kind for item in items})),
        respondents=sum(r.kind in EMPLOYING for r in complaint.respondents),
        contested_relation=circumstances.contested_relation
        or any(item.kind is ClaimKind.LABOR_RELATIONSHIP for item in items),
        policy_question=circumstances.policy_question,
        cross_jurisdiction=circumstances.cross_jurisdiction,
        near_retirement=len(near_retirement(known)),
        insolvency=circumstances.insolvency,
        foreign_element=circumstances.foreign_element,
        earlier_cases=max(circumstances.earlier_cases, known.antecedents.cases),
        vulnerable=sum(c.vulnerable for c in complaint.claimants),
        media_or_mass_risk=circumstances.media_or_mass_risk,
        legal_aid_requested=circumstances.legal_aid_requested,
        discrepancies=len(_for_the_joint_meeting(known)),
        other_proceedings=circumstances.other_proceedings,
        insurance_waived=circumstances.insurance_waived,
        platform_work=circumstances.platform_work,
        dispatch=any(r.kind is RespondentKind.DISPATCH_AGENCY for r in complaint.respondents),
    )


def prognosis_facts(known: Known, clocks: Iterable[LimitationClock] = ()) -> PrognosisFacts:
    """What the prognosis looks at: the facts of triage, and what fact-finding and earlier cases add to them."""
    respondents = known.complaint.respondents
    decided = {decision.discrepancy for decision in known.decisions}
    disputed = _for_the_joint_meeting(known)
    return PrognosisFacts(
        **triage_facts(known).model_dump(),
        late_fee=known.assessment.late_fee if known.assessment else None,
        open_discrepancies=sum(ref not in decided for ref in disputed),
        decided_discrepancies=sum(ref in decided for ref in disputed),
        silent_agencies=len(known.lapsed),
        respondents_willing=sum(r.attitude == "willing" for r in respondents),
        respondents_declined=sum(r.attitude == "declined" for r in respondents),
        others_liable=sum(r.kind not in {*EMPLOYING, RespondentKind.USER_UNIT} for r in respondents),
        earlier_defaults=known.antecedents.defaults,
        days_to_limitation=min(
            ((clock.lapses_on - clock.as_of).days for clock in clocks if clock.lapses_on is not None), default=None
        ),
        monthly_capacity=monthly_capacity(known),
    )
