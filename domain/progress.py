"""How each answer of the centre's services carries a case on. The workflow asks, this module applies."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from domain import case_clocks, confirming, signing
from domain.assessment import Assessment
from domain.case import (
    CaseState,
    Due,
    Mediation,
    Proposal,
    ProposalState,
    Referral,
    Settlement,
)
from domain.intake import Admission
from domain.messages import Instalment
from domain.receipts import Decision, Receipt
from domain.sharing import IDENTIFYING, cut
from domain.steps import Closing, InquiryPlan, Judgement, Known, MediationPlan, PerformancePlan
from domain.taking_up import less_paid
from domain.tasks import Task, TaskState
from domain.triage import Triage
from domain.words import Outcome, Phase


def jurisdiction(case: CaseState) -> str:
    """Whose rules the case is under."""
    assert case.complaint is not None
    return case.complaint.jurisdiction


def known(case: CaseState, now: datetime) -> Known:
    """What a service is told of the case. An inquiry that was skipped tells as little as one that lapsed."""
    assert case.complaint is not None and case.filed_at is not None
    unanswered = {TaskState.LAPSED, TaskState.SKIPPED}
    return Known(
        case=case.case,
        complaint=case.complaint,
        supplied=case.supplied,
        withdrawn=tuple(case.withdrawn),
        filed_on=case.day(case.filed_at),
        today=case.day(now),
        findings=tuple(case.findings.values()),
        lapsed=tuple(t.agency for t in case.tasks.values() if t.state in unanswered and t.finding is None),
        decisions=tuple(case.decisions.values()),
        assessment=case.assessment,
        clocks=case_clocks.asked(case, case.day(now)),
    )


def admit(case: CaseState, admission: Admission, now: datetime) -> Receipt:
    """Register, join or refuse the complaint, and write the receipt."""
    case.receipt = _admit(case, admission, now)
    return case.receipt


def _admit(case: CaseState, admission: Admission, now: datetime) -> Receipt:
    assert case.complaint is not None
    registration, refused = admission.registration, admission.refused
    case.rules, case.missing = admission.rules, admission.missing
    case.material_deadline = admission.material_deadline
    case.case_number = None if registration.joined else registration.case_number
    receipt = Receipt(
        decision=Decision.ACCEPTED,
        case=registration.case,
        case_number=registration.case_number,
        complaint_id=case.complaint.complaint_id,
        text="",
    )
    if registration.joined:
        case.ending = Outcome.MERGED
        case.note("complaint_joined", now, case=registration.case, case_number=registration.case_number)
        return receipt.model_copy(update={"decision": Decision.JOINED})
    case.note("case_registered", now, case_number=registration.case_number, overlaps=list(registration.overlaps))
    if registration.merge_with:
        case.note("to_be_merged", now, cases=list(registration.merge_with), claimants=list(registration.overlaps))
    if refused is not None:
        case.ending = refused.outcome
        case.note("complaint_refused", now, why=refused.id, refer_to=refused.refer_to, source=refused.source)
        if refused.outcome is Outcome.REFERRED and refused.refer_to is not None:
            for item in case.items:
                sent = Referral(item=item.ref, target=refused.refer_to, reason=refused.id, source=refused.source)
                case.referrals.append(sent)
                _note_referral(case, sent, now)
        return receipt.model_copy(
            update={"decision": Decision.REFUSED, "refer_to": refused.refer_to, "source": refused.source}
        )
    if case.missing and case.material_deadline is not None:
        due = case.material_deadline.due
        case.note("material_requested", now, missing=list(case.missing), until=due.isoformat())
        return receipt.model_copy(
            update={"decision": Decision.NEEDS_MATERIAL, "missing": case.missing, "supply_until": due}
        )
    return receipt


def take_triage(case: CaseState, triage: Triage, now: datetime) -> None:
    """The triage, and why."""
    before = case.case_class
    case.triage = triage
    if case.reclassified is None:
        case.lane = triage.lane
    case.note(
        "triaged",
        now,
        case_class=triage.case_class,
        lane=triage.lane,
        group=triage.group,
        priority=triage.priority,
        rules=[rule.rule for rule in triage.fired],
        before=before,
    )


def open_task(case: CaseState, plan: InquiryPlan, now: datetime) -> None:
    """Offer an inquiry to its agency."""
    case.tasks[plan.agency] = Task(
        ref=plan.agency,
        agency=plan.agency,
        opened_at=now,
        deadline=plan.deadline,
        remind_at=plan.remind_at,
        escalate_at=plan.escalate_at,
        lapse_at=plan.lapse_at,
        desk=case.desks.get(plan.agency),
        priority=case.triage.priority if case.triage else None,
    )
    case.note("task_opened", now, task=plan.agency, due=plan.deadline.due.isoformat())


def tell(case: CaseState, task: Task, now: datetime) -> Known:
    """What an agency is told when its inquiry opens, noted as a transfer: of whom, what, for what, by which article.

    A case that began before there was a table of what is shared tells everything.
    """
    everything, row = known(case, now), case.sharing.get(task.agency)
    if row is None:
        return everything
    complaint = everything.complaint.model_copy(update={"items": case.items})
    told = cut(complaint, case.withdrawn, row)
    case.note(
        "data_transferred",
        now,
        task=task.ref,
        recipient=task.agency,
        purpose=row.purpose,
        source=row.source,
        persons=len(told.claimants),
        data=[*IDENTIFYING, *row.claimant],
    )
    return Known(
        case=everything.case,
        complaint=told,
        supplied=(),
        withdrawn=(),
        filed_on=everything.filed_on,
        today=everything.today,
    )


def take_judgement(case: CaseState, judgement: Judgement, now: datetime) -> None:
    """What is owed, what contradicts, how hard it will be; and the class that the findings now give."""
    assessment, before = less_paid(case, judgement.assessment), case.assessment
    joined = bool(case.newcomers)
    case.clocks = judgement.clocks or case.clocks
    case.assessment, case.decisions_assessed = assessment, len(case.decisions)
    case.corrections_assessed = case.corrections
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
    """Something was decided or corrected, or somebody joined, that the assessment does not reflect yet."""
    decided, corrected = len(case.decisions) > case.decisions_assessed, case.corrections > case.corrections_assessed
    return decided or corrected or bool(case.newcomers)


def close_inquiries(case: CaseState, now: datetime) -> None:
    """The procedure has gone on: nobody need act on an inquiry that was still open."""
    for task in case.open_tasks:
        task.state = TaskState.SKIPPED
        if task.earlier:
            task.finding = task.earlier[-1].finding
        case.note("task_closed", now, task=task.ref, officer=task.officer)


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


def instalments_of(case: CaseState, proposal: Proposal) -> tuple[Instalment, ...]:
    """The proposal's instalments, for those claimants who accepted."""
    accepted = {ref for ref, given in proposal.answers.items() if given.accept} - case.withdrawn.keys()
    kept = (
        instalment.model_copy(
            update={
                "part_a": {c: yuan for c, yuan in instalment.part_a.items() if c in accepted},
                "part_b": {c: yuan for c, yuan in instalment.part_b.items() if c in accepted},
            }
        )
        for instalment in proposal.instalments
    )
    return tuple(instalment for instalment in kept if instalment.total > 0)


def settle(
    case: CaseState, proposal: Proposal, claimants: tuple[str, ...], plan: PerformancePlan, now: datetime
) -> None:
    """Accepted terms become a settlement whose instalments are followed."""
    case.settlement = Settlement(
        proposal=proposal.ref,
        payer=proposal.payer,
        claimants=claimants,
        agreed_on=case.day(now),
        guarantee=proposal.guarantee,
        unsettled=proposal.unsettled,
        dues=[
            Due(
                instalment=due.instalment,
                deadline=due.deadline,
                remind_at=due.remind_at,
                default_at=due.default_at,
                remind_again_at=due.remind_again_at,
                enforce_at=due.enforce_at,
            )
            for due in plan.dues
        ],
        terms=plan.terms,
    )
    case.note(
        "settled",
        now,
        proposal=proposal.ref,
        payer=proposal.payer,
        claimants=list(claimants),
        total=f"{sum((d.instalment.total for d in plan.dues), Decimal(0)):.2f}",
        instalments=[
            {
                "ref": d.instalment.ref,
                "due": d.deadline.due.isoformat(),
                "amount": f"{d.instalment.total:.2f}",
            }
            for d in plan.dues
        ],
    )
    if plan.signing is not None:  # What hangs on its effect comes with that.
        signing.take_plan(case, plan.signing, now)
    else:
        confirming.take_plan(case, plan.confirmations, now)


def take_reply(case: CaseState, closing: Closing, now: datetime) -> None:
    """The unified reply closes the case for every party and every agency."""
    case.outcome, case.reply, known = closing.outcome, list(closing.reply), list(case.referrals)
    case.ends.remedies = closing.remedies
    for referral in closing.referrals:
        if referral not in known:
            case.referrals.append(referral)
            _note_referral(case, referral, now)
    case.note(
        "replied",
        now,
        outcome=closing.outcome,
        items=[
            {"item": r.item, "claimant": r.claimant, "answer": r.answer, "amount": f"{r.amount:.2f}"}
            for r in closing.reply
        ],
    )


def _note_referral(case: CaseState, referral: Referral, now: datetime) -> None:
    case.note(
        "item_referred",
        now,
        item=referral.item,
        claimant=referral.claimant,
        target=referral.target,
        reason=referral.reason,
        source=referral.source,
    )
