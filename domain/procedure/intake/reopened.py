"""How a reopened case takes up what the closed one handed over: complaint, findings, limitation, money paid."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from domain.assessment.assessment import Assessment
from domain.case.requests import InquiryPlan, TriagePlan
from domain.case.state import CaseState, LimitationNoted
from domain.closure.reopening import Ground, Paid, Reopen, Reopening
from domain.inquiry.tasks import TaskState
from domain.procedure.closure.handover import Handover, paid
from domain.refusal import Refused, refusal
from domain.words import Agency

_NIL: Final = Decimal("0.00")


def take_up(case: CaseState, of: Handover | None, now: datetime) -> None:
    """The case begins with all that the closed one knew, or says why it can't. A drill's clock goes on from the old."""
    reopening = case.reopening
    assert reopening is not None
    if (found := refused(reopening, of)) is not None or of is None:
        assert found is not None
        reopening.refused = found.problems[0].code
        case.reopening = None  # Whoever mends what was wrong may ask again.
        case.note("reopening_refused", now, of=reopening.of, why=reopening.refused)
        return
    now += of.clock_offset - case.clock_offset
    case.drill, case.clock_offset = of.drill, of.clock_offset
    case.complaint = of.complaint.model_copy(update={"complaint_id": case.case})
    case.filed_at = now
    case.windows = list(of.windows)
    case.withdrawn = {ref: why for ref, why in of.withdrawn.items() if ref != reopening.at_request_of}
    case.limitation = [LimitationNoted(item=clock.item, event=event) for clock in of.clocks for event in clock.events]
    case.decisions = {decision.discrepancy: decision for decision in of.decisions}
    asked = set(reopening.ask or (Agency if reopening.ground is Ground.NEW_FACTS else ()))
    case.kept = {finding.agency: finding for finding in of.findings if finding.agency not in asked}
    case.paid_before = still_counting(paid(of.settlement), case.kept)
    reopening.case_number, reopening.outcome = of.case_number, of.outcome
    case.note(
        "case_taken_up",
        now,
        number=of.case_number,
        outcome=of.outcome,
        events=of.ledger_length,
        kept=[str(agency) for agency in sorted(case.kept)],
        asked=[str(agency) for agency in sorted(asked)],
        part_a=f"{sum((one.part_a for one in paid(of.settlement)), _NIL):.2f}",
        part_b=f"{sum((one.part_b for one in paid(of.settlement)), _NIL):.2f}",
    )


def refused(reopening: Reopen | Reopening, of: Handover | None) -> Refused | None:
    """Why a closed case can't be reopened so; None: it can."""
    if of is None:
        return refusal("reopen.not_closed", "case")
    if of.ledger_head != reopening.ledger_head:
        return refusal("reopen.other_ledger", "ledger_head")
    claimants = {c.ref for c in of.complaint.claimants}
    if reopening.at_request_of not in (None, *claimants, *(r.ref for r in of.complaint.respondents)):
        return refusal("reopen.no_party", "at_request_of")
    if not claimants - (of.withdrawn.keys() - {reopening.at_request_of}):
        return refusal("reopen.nobody", "at_request_of")
    return None


def inquiries(case: CaseState, plan: TriagePlan) -> tuple[InquiryPlan, ...]:
    """The inquiries that a triage asks for, and one for each agency whose finding stands."""
    missing = case.kept.keys() - {inquiry.agency for inquiry in plan.inquiries}
    like = plan.inquiries[:1]
    return (*plan.inquiries, *(one.model_copy(update={"agency": agency}) for one in like for agency in sorted(missing)))


def keep_found(case: CaseState, now: datetime) -> None:
    """Inquiries whose findings stand need nobody."""
    for agency, finding in case.kept.items():
        if agency in case.tasks:
            task = case.tasks[agency]
            task.state, task.finding, task.records = TaskState.DONE, finding, "kept"
            case.note("finding_kept", now, task=task.ref)


def still_counting(before: Iterable[Paid], kept: Collection[Agency]) -> tuple[Paid, ...]:
    """What was paid before, as far as no finding holds it: a tax bureau that is asked again tells what it received."""
    return tuple(one if Agency.TAX in kept else one.model_copy(update={"part_a": _NIL}) for one in before)


def less_paid(case: CaseState, assessment: Assessment) -> Assessment:
    """What is owed after what was paid before."""
    if not case.paid_before:
        return assessment
    rest = {one.claimant: one for one in case.paid_before}
    owed = []
    for line in assessment.owed:
        before = rest.get(line.claimant, Paid(claimant=line.claimant))
        part_a, part_b = min(before.part_a, max(line.part_a, _NIL)), min(before.part_b, max(line.part_b, _NIL))
        left = {"part_a": before.part_a - part_a, "part_b": before.part_b - part_b}
        rest[line.claimant] = before.model_copy(update=left)
        owed.append(line.model_copy(update={"part_a": line.part_a - part_a, "part_b": line.part_b - part_b}))
    warnings = (*assessment.warnings, "paid-before")
    return assessment.model_copy(update={"owed": tuple(owed), "warnings": warnings})
