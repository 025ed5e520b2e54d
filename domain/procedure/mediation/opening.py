"""Mediation opens with its mediator; what it comes to."""

from datetime import datetime

from domain.case.requests import MediationPlan
from domain.case.state import CaseState, Mediation, Proposal, ProposalState


def open_mediation(case: CaseState, plan: MediationPlan, now: datetime) -> None:
    """The mediator takes over, and the statutory clock is shown."""
    case.assignment = plan.assignment
    case.mediator = plan.assignment.mediator if plan.assignment else None
    case.mediation = Mediation(opened_at=now, deadline=plan.deadline)
    case.note(
        "mediation_opened",
        now,
        mediator=case.mediator,
        due=plan.deadline.due.isoformat(),
    )


def agreed(case: CaseState) -> Proposal | None:
    """The accepted proposal, if there is one."""
    proposals = case.mediation.proposals.values() if case.mediation else ()
    return next((p for p in proposals if p.state is ProposalState.ACCEPTED), None)


def mediation_over(case: CaseState) -> bool:
    """Mediation ended without settlement, or there is nothing left to settle."""
    return case.mediation is not None and case.mediation.ended is not None
