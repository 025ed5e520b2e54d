"""On whom a case waits, for what, since when and until when."""

from enum import StrEnum

from domain.base import Instant, Model
from domain.case.state import CaseState, InstalmentState, ProposalState
from domain.mediation.sessions import SessionState
from domain.procedure.settlement.signing import open_signing, unsigned
from domain.words import Phase


class WaitedFor(StrEnum):
    """For what a case waits; texts/waiting.yaml says it."""

    PROCESSING = "processing"
    MATERIAL = "material"
    INQUIRY = "inquiry"
    INQUIRY_ESCALATED = "inquiry-escalated"
    INQUIRY_WITHOUT_TAKER = "inquiry-without-taker"
    DECISION = "decision"
    PROPOSAL = "proposal"
    INVITATION = "invitation"
    TALKS = "talks"
    ANSWER = "answer"
    SIGNATURES = "signatures"
    SEAL = "seal"
    RECUSAL = "recusal"
    INSTALMENT = "instalment"
    OVERDUE_INSTALMENT = "overdue-instalment"
    DEMANDED_PAYMENT = "demanded-payment"
    LATE_FEE = "late-fee"
    RESUMPTION = "resumption"
    BLOCKED_STEP = "blocked-step"
    CLOSED = "closed"
    REPLY_SIGNATURE = "reply-signature"


class Waiting(Model):
    """On whom a case waits, for what, since when and until when."""

    on: tuple[str, ...]
    """Agencies, party refs, or one of: mediator, supervisor, joint-meeting, centre, nobody."""
    what: WaitedFor
    since: Instant
    until: Instant | None
    provisional: bool = False
    """The deadline reaches into a year whose calendar has not been published (暂定)."""


def waiting(case: CaseState) -> Waiting:
    """On whom the case waits."""
    if case.suspension is not None:
        return Waiting(
            on=("supervisor",), what=WaitedFor.RESUMPTION, since=case.suspension.since, until=case.suspension.until
        )
    if case.blocked is not None:
        return Waiting(
            on=("supervisor",), what=WaitedFor.BLOCKED_STEP, since=case.blocked.since, until=case.blocked.retry_at
        )
    since = case.phase_since
    match case.phase:
        case Phase.INTAKE if case.missing and case.material_deadline is not None:
            deadline = case.material_deadline
            return Waiting(
                on=tuple(case.claimants),
                what=WaitedFor.MATERIAL,
                since=since,
                until=deadline.due_at,
                provisional=deadline.provisional,
            )
        case Phase.FACT_FINDING | Phase.PROGNOSIS if tasks := case.open_tasks:
            if orphan := next((t for t in tasks if t.has_no_taker), None):
                return Waiting(
                    on=("supervisor",),
                    what=WaitedFor.INQUIRY_WITHOUT_TAKER,
                    since=orphan.opened_at,
                    until=orphan.lapse_at,
                )
            first = min(tasks, key=lambda t: t.deadline.due_at)
            return Waiting(
                on=tuple(t.agency for t in tasks),
                what=WaitedFor.INQUIRY_ESCALATED if any(t.escalated for t in tasks) else WaitedFor.INQUIRY,
                since=min(t.opened_at for t in tasks),
                until=first.lapse_at if first.escalated else first.deadline.due_at,
                provisional=first.deadline.provisional,
            )
        case Phase.PROGNOSIS if case.undecided and case.joint_meeting is not None:
            return Waiting(
                on=("joint-meeting",),
                what=WaitedFor.DECISION,
                since=since,
                until=case.joint_meeting.due_at,
                provisional=case.joint_meeting.provisional,
            )
        case Phase.MEDIATION if (
            case.mediation is not None
            and case.mediation.ended is None
            and not _agreed(case)
            and not case.assessment_stale
        ):
            return _waiting_in_mediation(case)
        case Phase.PERFORMANCE if (being_signed := open_signing(case)) is not None:
            missing = tuple(unsigned(case))
            return Waiting(
                on=missing or ("mediator",),
                what=WaitedFor.SIGNATURES if missing else WaitedFor.SEAL,
                since=since,
                until=being_signed.deadline.due_at,
                provisional=being_signed.deadline.provisional,
            )
        case Phase.PERFORMANCE if case.settlement is not None and case.unpaid:
            due, demanded = case.unpaid[0], case.settlement.demanded_until
            if demanded is not None:
                return Waiting(
                    on=(case.settlement.payer,),
                    what=WaitedFor.DEMANDED_PAYMENT,
                    since=due.deadline.due_at,
                    until=demanded,
                )
            overdue = due.state is InstalmentState.OVERDUE
            return Waiting(
                on=(case.settlement.payer,),
                what=WaitedFor.OVERDUE_INSTALMENT if overdue else WaitedFor.INSTALMENT,
                since=due.deadline.due_at if overdue else since,
                until=due.default_at if overdue else due.deadline.due_at,
                provisional=due.deadline.provisional,
            )
        case Phase.PERFORMANCE if case.settlement is not None and case.settlement.late_fee_until is not None:
            return Waiting(
                on=(case.settlement.payer,), what=WaitedFor.LATE_FEE, since=since, until=case.settlement.late_fee_until
            )
        case Phase.CLOSURE if case.ends.signing is not None and not case.ends.signing.done:
            terms = case.ends.signing.terms
            return Waiting(
                on=tuple(case.ends.signing.unsigned),
                what=WaitedFor.REPLY_SIGNATURE,
                since=since,
                until=terms.lapse_at if case.ends.signing.escalated else terms.deadline.due_at,
                provisional=terms.deadline.provisional,
            )
        case Phase.CLOSED:
            return Waiting(on=("nobody",), what=WaitedFor.CLOSED, since=since, until=None)
    return Waiting(on=("centre",), what=WaitedFor.PROCESSING, since=since, until=None)


def centres_turn(case: CaseState) -> bool:
    """Whether the centre itself is at work on the case, and will be done by itself in a moment."""
    return case.complaint is not None and waiting(case).what == WaitedFor.PROCESSING


def _agreed(case: CaseState) -> bool:
    """Whether terms have been accepted, and the centre plans how they are performed."""
    return case.mediation is not None and any(
        proposal.state is ProposalState.ACCEPTED for proposal in case.mediation.proposals.values()
    )


def _waiting_in_mediation(case: CaseState) -> Waiting:
    assert case.mediation is not None
    if (challenge := case.sittings.challenge) is not None:
        return Waiting(on=("supervisor",), what=WaitedFor.RECUSAL, since=challenge.at, until=challenge.decide_by)
    proposals = case.open_proposals
    coming = [one for one in case.sittings.talks if one.state is SessionState.SCHEDULED]
    if not proposals and coming:
        talks = min(coming, key=lambda one: one.starts)
        return Waiting(
            on=talks.silent or ("mediator",),
            what=WaitedFor.INVITATION if talks.silent else WaitedFor.TALKS,
            since=talks.called_at,
            until=talks.reply_until if talks.silent else talks.starts,
        )
    if not proposals:
        deadline = case.mediation.deadline
        return Waiting(
            on=("mediator",),
            what=WaitedFor.PROPOSAL,
            since=max([case.phase_since, *(a.at for p in case.mediation.proposals.values() for a in [p])]),
            until=deadline.due_at,
            provisional=deadline.provisional,
        )
    proposal = min(proposals, key=lambda p: p.expires_at)
    silent = sorted((proposal.claimants | {proposal.payer}) - proposal.answers.keys() - case.withdrawn.keys())
    return Waiting(on=tuple(silent), what=WaitedFor.ANSWER, since=proposal.at, until=proposal.expires_at)
