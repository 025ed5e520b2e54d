"""The judgement as it comes to the case, and when it has fallen behind."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.assessment.assessment import Assessment
from domain.case.requests import Judgement
from domain.case.state import CaseState, ProposalState
from domain.procedure.intake.reopened import less_paid
from domain.procedure.triage.result import take_triage
from domain.words import Phase


@dataclass(frozen=True)
class Reflected:
    """How much of what was decided and corrected a judgement goes by: what stood on the case when it was asked for."""

    decisions: int = 0
    corrections: int = 0

    @classmethod
    def of(cls, case: CaseState) -> "Reflected":
        """All that stands on the case now."""
        return cls(case.decided, case.corrections)


def take_judgement(case: CaseState, judgement: Judgement, reflected: Reflected, now: datetime) -> None:
    """What is owed, what contradicts, how hard it will be; and the class that the findings now give."""
    assessment, before = less_paid(case, judgement.assessment), case.assessment
    joined = bool(case.newcomers)
    case.clocks = judgement.clocks or case.clocks
    case.assessment, case.assessment_fresh_until, case.assessment_stale = assessment, judgement.fresh_until, False
    case.decisions_assessed, case.corrections_assessed = reflected.decisions, reflected.corrections
    judged = {owed.claimant for owed in assessment.owed}
    case.newcomers = [ref for ref in case.newcomers if ref not in judged and ref not in case.withdrawn]
    case.note(
        "assessed",
        now,
        part_a=f"{sum(assessment.part_a_of().values(), Decimal(0)):.2f}",
        part_b=f"{sum(assessment.part_b_of().values(), Decimal(0)):.2f}",
        late_fee=f"{assessment.late_fee:.2f}",
        difficulty=assessment.prognosis.difficulty,
        discrepancies=[d.id for d in assessment.discrepancies],
        warnings=list(assessment.warnings),
    )
    if assessment.ranks:
        rank = {one.rank: f"{one.amount:.2f}" for one in assessment.ranks}
        first, second, third = (rank.get(number, "0.00") for number in (1, 2, 3))
        case.note("insolvency_ranked", now, first=first, second=second, third=third)
    if case.triage is None or judgement.triage.case_class is not case.triage.case_class:
        take_triage(case, judgement.triage, now)
    else:  # The same class, for what reasons there are now.
        told = judgement.triage
        case.triage = case.triage.model_copy(update={"fired": told.fired, "nearly": told.nearly})
    if case.phase is Phase.MEDIATION:
        for proposal in case.open_proposals:
            if joined and before is not None and _owes_alike(before, assessment, proposal.claimants):
                continue  # Who joins does not take their terms from those who were there before.
            proposal.state = ProposalState.REPLACED
            case.note("proposal_overtaken", now, proposal=proposal.ref)
    elif case.undecided and case.joint_meeting is None:
        case.joint_meeting = judgement.joint_meeting
        case.note(
            "joint_meeting_called",
            now,
            discrepancies=list(case.undecided),
            due=judgement.joint_meeting.due.isoformat(),
        )


def _owes_alike(before: Assessment, after: Assessment, claimants: Collection[str]) -> bool:
    """Whether each of the claimants is owed what was owed before."""
    parts = ((before.part_a_of(), after.part_a_of()), (before.part_b_of(), after.part_b_of()))
    return all(old.get(c) == new.get(c) for old, new in parts for c in claimants)


def assessment_is_behind(case: CaseState) -> bool:
    """Something was decided or corrected, somebody joined, or late fees have run on since."""
    decided, corrected = case.decided > case.decisions_assessed, case.corrections > case.corrections_assessed
    return decided or corrected or bool(case.newcomers) or case.assessment_stale


def runs_on(assessment: Assessment | None) -> bool:
    """Whether late fees go on running on what was assessed."""
    stopped = assessment is not None and "interest-stopped" in assessment.warnings
    return assessment is not None and not stopped and any(one.part_a for one in assessment.owed)
