"""What a closed case hands over: enough to follow what it sent on, and to reopen it with everything that was found."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from domain.assessment.limitation import ClockAsked
from domain.assessment.reconcile import Decision
from domain.base import Instant, Model, Ref
from domain.case.state import CaseState, Referral, Settlement
from domain.closure.reopening import Paid
from domain.inquiry.findings import Finding
from domain.intake.complaint import Complaint
from domain.procedure.deadlines import limitation_clocks
from domain.procedure.settlement.allocation import allocate
from domain.procedure.settlement.confirming import running
from domain.settlement.confirmation import Confirmation
from domain.words import Outcome

_NIL: Final = Decimal("0.00")


class Handover(Model):
    """A closed case, as its casebook keeps it, sealed."""

    case: Ref
    case_number: str
    drill: bool
    clock_offset: timedelta
    """How far a drill's clock was ahead."""
    outcome: Outcome
    filed_on: date
    closed_at: Instant
    ledger_head: str
    """The digest of the last event that stood on the ledger when it was handed over."""
    ledger_length: int
    complaint: Complaint
    """With the claim items that were supplied later."""
    withdrawn: dict[Ref, str]
    clocks: tuple[ClockAsked, ...]
    """What has acted on the limitation of each claim item."""
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...]
    mediator: Ref | None
    settlement: Settlement | None
    referrals: tuple[Referral, ...]
    windows: tuple[Ref, ...] = ()
    """The intake services that may act in it."""
    confirmations: tuple[Confirmation, ...] = ()
    """Those of its settlement of which something is still to come."""
    state: CaseState
    """The whole case as it closed, for whoever reads it when Temporal has dropped it."""

    @property
    def closed_on(self) -> date:
        """The legal day of the closure."""
        return CaseState.day(self.closed_at)


def handover(case: CaseState, now: datetime) -> Handover:
    """What a case that is about to close hands over."""
    assert case.complaint is not None and case.case_number is not None and case.outcome is not None
    assert case.filed_at is not None
    return Handover(
        case=case.case,
        case_number=case.case_number,
        drill=case.drill,
        clock_offset=case.clock_offset,
        outcome=case.outcome,
        filed_on=case.received_on,
        closed_at=now,
        ledger_head=case.head,
        ledger_length=case.next_seq - 1,
        complaint=case.complaint.model_copy(update={"items": case.items}),
        withdrawn=dict(case.withdrawn),
        clocks=limitation_clocks.asked(case, case.day(now)),
        findings=tuple(case.findings.values()),
        decisions=tuple(case.decisions.values()),
        mediator=case.mediator,
        settlement=case.settlement,
        referrals=tuple(case.referrals),
        windows=tuple(case.windows),
        confirmations=running(case),
        state=case.model_copy(update={"recorded": case.next_seq - 1}, deep=False),
    )


def paid(settlement: Settlement | None) -> tuple[Paid, ...]:
    """What each claimant has got under a settlement; a payment that was taken back never came."""
    sums: dict[tuple[Ref, str], Decimal] = {}
    for one in allocate(settlement) if settlement else ():
        if one.payment is not None:
            sums[one.claimant, one.part] = sums.get((one.claimant, one.part), _NIL) + one.amount
    claimants = dict.fromkeys(claimant for claimant, _ in sums)
    return tuple(Paid(claimant=c, part_a=sums.get((c, "A"), _NIL), part_b=sums.get((c, "B"), _NIL)) for c in claimants)
