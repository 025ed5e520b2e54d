"""The one view of a case: what queries return, what the API serves, what the console draws.

Its first field says on whom the case waits, for what, since when and until when.
"""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Final

from domain.assessment.limitation import LimitationClock, later
from domain.assessment.prognosis import Prognosis
from domain.assessment.reconcile import Discrepancy
from domain.assessment.side_by_side import Line, lay, lines
from domain.base import Instant, Model, Month, Ref, Yuan
from domain.case.opening import Page
from domain.case.requests import OpenDeadline
from domain.case.state import CaseState, InstalmentState
from domain.closure.reopening import ReopenedFrom, from_which
from domain.collective.parting import Kin
from domain.deadlines.deadline import Deadline
from domain.identifiers import DocumentKind, document_kind, masked
from domain.inquiry.findings import Finding
from domain.inquiry.records import RecordsTrouble
from domain.inquiry.tasks import SUSPENDED, Task
from domain.ledger import Event
from domain.papers.kinds import Paper
from domain.procedure.deadlines.counting_anew import open_deadlines
from domain.procedure.settlement.allocation import allocate, owed
from domain.procedure.settlement.signing import extent, parties
from domain.settlement.confirmation import ConfirmationView, confirmation_view
from domain.settlement.instalments import Instalment
from domain.settlement.signature import SigningView, signing_view
from domain.triage.classification import Triage, group_of
from domain.triage.roster import Assignment
from domain.views.waiting import Waiting, waiting
from domain.words import (
    Agency,
    CaseClass,
    ClaimKind,
    Extent,
    InsuranceKind,
    Lane,
    Outcome,
    Phase,
    ReferralTarget,
    RespondentKind,
)


class ClaimantView(Model):
    """A claimant with the identity number masked."""

    ref: Ref
    name: str
    identity_number: str
    document: DocumentKind | None = None
    """By which document they are known; None for whoever does not see the number."""
    withdrawn: bool
    part_a: Yuan
    part_b: Yuan


class RespondentView(Model):
    """A respondent."""

    ref: Ref
    name: str
    kind: RespondentKind


class ItemView(Model):
    """A claim item."""

    ref: Ref
    kind: ClaimKind
    claimant: Ref | None
    respondent: Ref
    insurance: tuple[InsuranceKind, ...]
    first_month: Month | None
    last_month: Month | None


class TaskView(Model):
    """An inquiry with its deadline."""

    ref: Ref
    agency: Agency
    state: str
    officer: Ref | None
    opened_at: Instant
    due: date
    due_at: Instant
    provisional: bool
    escalated: bool
    escalated_to: Ref | None
    """The head of the agency, or ``supervisor``."""
    remind_at: Instant
    priority: int | None
    delegated_by: tuple[Ref, ...]
    """Officers who gave it away, the first one first."""
    days_asked: int | None
    """Calendar days more that the officer has asked for."""
    signed: tuple[Ref, ...]
    corrections: int
    """How many times a finding was sent back."""
    evidence: tuple[Ref, ...]
    notes: int
    records: str
    records_trouble: RecordsTrouble | None = None
    """Why the agency's records have not been read yet: since when, by which try, and when they are asked for again."""
    draft: Finding | None
    finding: Finding | None


class ProposalView(Model):
    """A proposal and how far its answers have come."""

    ref: Ref
    by: Ref
    state: str
    expires_at: Instant
    payer: Ref
    total: Yuan
    """All that is offered to those whom the reader may see."""
    accepted: tuple[Ref, ...]
    rejected: tuple[Ref, ...]
    silent: tuple[Ref, ...]
    counted: dict[str, int] = {}
    """How many accepted, rejected and are silent, where the view shows one page of them only."""


class InstalmentView(Model):
    """An agreed instalment."""

    ref: Ref
    due: date
    amount: Yuan
    paid: Yuan
    state: InstalmentState


class SettlementView(Model):
    """What was agreed, and the money so far."""

    proposal: Ref
    payer: Ref
    claimants: tuple[Ref, ...]
    agreed_on: date
    extent: Extent | None = None
    """Whether it settles everything for everybody."""
    unsettled: tuple[Ref, ...] = ()
    """Claim items that it leaves to whoever decides them."""
    total: Yuan
    paid: Yuan
    late_fees: Yuan | None
    """None for a claimant: they are paid for all together."""
    late_fee_owed: Yuan | None = None
    """What has run up on late instalments and has not come; None for a claimant."""
    instalments: tuple[InstalmentView, ...]


class ReferralView(Model):
    """A claim item sent on."""

    item: Ref
    target: ReferralTarget
    reason: str
    source: str | None


class ReplyView(Model):
    """The unified reply on one claim item for one claimant."""

    item: Ref
    claimant: Ref
    answer: str
    amount: Yuan
    referred_to: ReferralTarget | None


class BlockedView(Model):
    """Why a step of the centre can't be done: the key of a text, and its parameters."""

    step: str
    code: str
    params: dict[str, str]


class CaseView(Model):
    """A case, before it is cut to its reader (domain.views.masking)."""

    public_payload: ClassVar[bool] = True

    waits: Waiting
    line: str = ""
    """``waits`` as a sentence in the reader's language."""
    case: Ref
    case_number: str | None
    drill: bool
    now: Instant
    """The case's clock; in a drill ahead of the real one."""
    phase: Phase
    phase_since: Instant
    case_class: CaseClass | None
    lane: Lane | None
    group: Ref | None
    priority: int | None
    mediator: Ref | None
    assignment: Assignment | None = None
    """How the mediator was chosen from the roster; None before that, and when the supervisor chose another."""
    assigned_because: tuple[str, ...] = ()
    """The assignment as sentences in the reader's language."""
    suspended_until: Instant | None
    blocked: BlockedView | None
    outcome: Outcome | None
    page: Page | None = None
    """Which claimants these are, where not all of them were asked for."""
    claimants: tuple[ClaimantView, ...]
    respondents: tuple[RespondentView, ...]
    items: tuple[ItemView, ...]
    missing: tuple[str, ...]
    linked: tuple[Ref, ...]
    tasks: tuple[TaskView, ...]
    discrepancies: tuple[Discrepancy, ...]
    undecided: tuple[Ref, ...]
    part_a: Yuan | None
    part_b: Yuan | None
    late_fee: Yuan | None
    difficulty: int | None
    prognosis: Prognosis | None
    warnings: tuple[str, ...]
    mediation_due: date | None
    deadlines: tuple[Deadline, ...]
    """Every deadline that runs now, each with the steps by which it was counted."""
    sessions: int
    proposals: tuple[ProposalView, ...]
    settlement: SettlementView | None
    signing: SigningView | None = None
    confirmations: tuple[ConfirmationView, ...] = ()
    referrals: tuple[ReferralView, ...]
    reply: tuple[ReplyView, ...]
    papers: tuple[Paper, ...] = ()
    ledger_head: str
    ledger_length: int
    reopened_from: ReopenedFrom | None = None
    kin: tuple[Kin, ...] = ()
    """Cases that workers came from or went to."""


class CaseDeadlines(Model):
    """Every date of a case, each with how it came about."""

    public_payload: ClassVar[bool] = True

    case: Ref
    page: Page | None = None
    deadlines: tuple[OpenDeadline, ...]
    """Those that run now; ``deadline.row`` says how long, from what, by which article, and what happens then."""
    clocks: tuple[LimitationClock, ...]
    """Limitation, one for each claim item; it warns and never refuses."""


class Timeline(Model):
    """Events of the ledger, oldest first; earlier ones are in the casebook."""

    public_payload: ClassVar[bool] = True

    case: Ref
    first_seq: int
    events: tuple[Event, ...]
    lines: tuple[str, ...] = ()
    """The same events as sentences in the reader's language."""
    names: dict[Ref, str] = {}
    """What the people of the case are called; empty where they are very many."""


class SideBySide(Model):
    """What is claimed and what each agency found, month by month; the months that read alike in one line."""

    public_payload: ClassVar[bool] = True

    case: Ref
    page: Page | None = None
    lines: tuple[Line, ...]


class TriageExplanation(Model):
    """Why a case is in its class."""

    public_payload: ClassVar[bool] = True

    case: Ref
    triage: Triage | None
    reclassified: CaseClass | None
    """The supervisor's class, where it differs from what the rules give."""
    lines: tuple[str, ...] = ()
    """Why each rule fired, in the reader's language."""
    nearly: tuple[str, ...] = ()
    """Which rules nearly fired, and by which conditions they missed."""


class OpenTasks(Model):
    """The inquiries that somebody still has to act on."""

    public_payload: ClassVar[bool] = True

    case: Ref
    tasks: tuple[TaskView, ...]


_NIL: Final = Decimal("0.00")


class Share(Model):
    """What of an agreed instalment is one claimant's."""

    amount: Yuan = _NIL
    paid: Yuan = _NIL


class Shares(Model):
    """What of the terms of a case is one claimant's."""

    proposals: dict[Ref, Yuan] = {}
    instalments: dict[Ref, Share] = {}


NO_SHARES: Final = Shares()


def shares(case: CaseState, claimant: Ref) -> Shares:
    """What a claimant is offered by each proposal, and has of each agreed instalment."""

    def own(terms: Instalment) -> Decimal:
        return terms.part_a.get(claimant, _NIL) + terms.part_b.get(claimant, _NIL)

    proposals = case.mediation.proposals.values() if case.mediation else ()
    paid: dict[Ref, Decimal] = {}
    for one in allocate(case.settlement) if case.settlement else ():
        if one.claimant == claimant and one.payment is not None:
            ref = one.due.instalment.ref
            paid[ref] = paid.get(ref, _NIL) + one.amount
    return Shares(
        proposals={p.ref: sum((own(i) for i in p.instalments), _NIL) for p in proposals},
        instalments={
            due.instalment.ref: Share(amount=own(due.instalment), paid=paid.get(due.instalment.ref, _NIL))
            for due in (case.settlement.dues if case.settlement else ())
        },
    )


def case_view(case: CaseState, now: datetime, shown: Collection[Ref] | None = None) -> CaseView:
    """The view of a case at an instant; ``shown``: of the claimants these only."""
    assessment, mediation = case.assessment, case.mediation
    part_a = assessment.part_a_of() if assessment else {}
    part_b = assessment.part_b_of() if assessment else {}
    zero = Decimal("0.00")
    return CaseView(
        waits=waiting(case),
        case=case.case,
        case_number=case.case_number,
        drill=case.drill,
        now=now,
        phase=case.phase,
        phase_since=case.phase_since,
        case_class=case.case_class,
        lane=case.lane,
        group=group(case),
        priority=case.triage.priority if case.triage else None,
        mediator=case.mediator,
        assignment=case.assignment if case.assignment and case.assignment.mediator == case.mediator else None,
        suspended_until=case.suspension.until if case.suspension else None,
        blocked=BlockedView(step=case.blocked.step, code=case.blocked.code, params=case.blocked.params)
        if case.blocked
        else None,
        outcome=case.outcome,
        claimants=tuple(
            ClaimantView(
                ref=c.ref,
                name=c.name,
                identity_number=masked(c.identity_number),
                document=document_kind(c.identity_number),
                withdrawn=c.ref in case.withdrawn,
                part_a=part_a.get(c.ref, zero),
                part_b=part_b.get(c.ref, zero),
            )
            for c in (case.complaint.claimants if case.complaint else ())
            if shown is None or c.ref in shown
        ),
        respondents=tuple(
            RespondentView(ref=r.ref, name=r.name, kind=r.kind)
            for r in (case.complaint.respondents if case.complaint else ())
        ),
        items=tuple(ItemView(**item.model_dump(include=set(ItemView.model_fields))) for item in case.items),
        missing=case.missing,
        linked=tuple(link.complaint_id for link in case.linked),
        tasks=tuple(task_view(task, still=case.suspension is not None) for task in case.tasks.values()),
        discrepancies=assessment.discrepancies if assessment else (),
        undecided=tuple(case.undecided),
        part_a=sum(part_a.values(), zero) if assessment else None,
        part_b=sum(part_b.values(), zero) if assessment else None,
        late_fee=assessment.late_fee if assessment else None,
        difficulty=assessment.prognosis.difficulty if assessment else None,
        prognosis=assessment.prognosis if assessment else None,
        warnings=assessment.warnings if assessment else (),
        mediation_due=mediation.deadline.due if mediation else None,
        deadlines=tuple(running.deadline for running in open_deadlines(case, now)),
        sessions=len(mediation.sessions) if mediation else 0,
        proposals=tuple(_proposal_views(case)),
        settlement=_settlement_view(case, now),
        signing=signing_view(case.signing, parties(case)) if case.signing else None,
        confirmations=tuple(confirmation_view(one) for one in case.confirmations.values()),
        referrals=tuple(
            ReferralView(item=r.item, target=r.target, reason=r.reason, source=r.source) for r in case.referrals
        ),
        reply=tuple(
            ReplyView(item=r.item, claimant=r.claimant, answer=r.answer, amount=r.amount, referred_to=r.referred_to)
            for r in case.reply
        ),
        papers=tuple(case.papers),
        ledger_head=case.head,
        ledger_length=case.next_seq - 1,
        reopened_from=from_which(case.reopening),
        kin=tuple(case.kin),
    )


def deadlines(case: CaseState, now: datetime) -> CaseDeadlines:
    """The open deadlines, and the limitation clock of each claim item as of today."""
    kinds = {item.ref: item.kind for item in case.items}
    return CaseDeadlines(
        case=case.case,
        deadlines=tuple(open_deadlines(case, now)),
        clocks=tuple(later(clock, kinds[clock.item], case.day(now)) for clock in case.clocks),
    )


def side_by_side(case: CaseState) -> SideBySide:
    """The claim and the findings so far, side by side."""
    if case.complaint is None:
        return SideBySide(case=case.case, lines=())
    return SideBySide(case=case.case, lines=lines(lay(case.complaint, case.items, case.findings.values())))


def task_view(task: Task, *, still: bool = False) -> TaskView:
    """The view of an inquiry; ``still`` when its case is suspended."""
    return TaskView(
        ref=task.ref,
        agency=task.agency,
        state=SUSPENDED if still and task.is_open else task.state,
        officer=task.officer,
        opened_at=task.opened_at,
        due=task.deadline.due,
        due_at=task.deadline.due_at,
        provisional=task.deadline.provisional,
        escalated=task.escalated,
        escalated_to=task.escalated_to,
        remind_at=task.remind_at,
        priority=task.priority,
        delegated_by=tuple(d.by for d in task.delegations),
        days_asked=task.asked.days if task.asked else None,
        signed=tuple(task.signed),
        corrections=len(task.earlier),
        evidence=tuple(task.evidence),
        notes=task.notes,
        records=task.records if task.is_open or task.records != "awaited" else "unavailable",
        records_trouble=task.trouble if task.is_open else None,
        draft=task.draft if task.is_open else None,
        finding=task.finding,
    )


def group(case: CaseState) -> str | None:
    """The mediation group of the class in force."""
    return group_of(case.triage, case.reclassified) if case.triage else None


def _proposal_views(case: CaseState) -> list[ProposalView]:
    views = []
    for p in case.mediation.proposals.values() if case.mediation else ():
        accepted = tuple(ref for ref, a in p.answers.items() if a.accept)
        rejected = tuple(ref for ref, a in p.answers.items() if not a.accept)
        views.append(
            ProposalView(
                ref=p.ref,
                by=p.by.id,
                state=p.state,
                expires_at=p.expires_at,
                payer=p.payer,
                total=sum((i.total for i in p.instalments), Decimal("0.00")),
                accepted=accepted,
                rejected=rejected,
                silent=tuple(sorted((p.claimants | {p.payer}) - p.answers.keys())),
            )
        )
    return views


def _settlement_view(case: CaseState, now: datetime) -> SettlementView | None:
    settlement = case.settlement
    if settlement is None:
        return None
    zero = Decimal("0.00")
    return SettlementView(
        proposal=settlement.proposal,
        payer=settlement.payer,
        claimants=settlement.claimants,
        agreed_on=settlement.agreed_on,
        extent=extent(case),
        unsettled=tuple(one.item for one in settlement.unsettled),
        total=sum((d.instalment.total for d in settlement.dues), zero),
        paid=sum((d.paid for d in settlement.dues), zero),
        late_fees=sum((p.late_fee for p in settlement.payments), zero),
        late_fee_owed=(settlement.enforcement or owed(settlement, case.day(now))).late_fee,
        instalments=tuple(
            InstalmentView(
                ref=d.instalment.ref,
                due=d.deadline.due,
                amount=d.instalment.total,
                paid=d.paid,
                state=d.state,
            )
            for d in settlement.dues
        ),
    )
