"""Directing a case: remarks, evidence, withdrawal, standing still, another class, other hands, referral."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from domain.base import CENTRE_ZONE
from domain.case.protocol import accepts
from domain.case.state import CaseState, Referral, Suspension
from domain.deadlines.deadline import GRANTED, prolonged
from domain.deadlines.messages import AdvanceClock
from domain.dialogue import Checked
from domain.direction.messages import Attach, Comment, Reassign, Reclassify, Refer, Resume, Retry, Suspend, Withdraw
from domain.inquiry.tasks import EVIDENCE_MAX, Task, hand_to
from domain.papers.kinds import PaperKind
from domain.procedure.inquiry.at_the_desk import AT_THE_DESKS, the_task
from domain.procedure.mediation import sessions
from domain.procedure.papers.drafting import can_issue
from domain.procedure.papers.effects import order
from domain.procedure.settlement import performing
from domain.procedure.settlement.signing import open_signing
from domain.refusal import LEADING, must
from domain.words import Outcome, Phase, Role

EVERYBODY = frozenset(Role)
BEFORE_PERFORMANCE = {Phase.INTAKE, Phase.TRIAGE, Phase.FACT_FINDING, Phase.PROGNOSIS, Phase.MEDIATION}


@accepts(Comment, roles=EVERYBODY)
def comment(case: CaseState, message: Comment, now: datetime) -> Checked:
    task = _inquiry(case, message.task)
    yield
    if task is not None:
        task.notes += 1
    case.note("commented", now, message.actor, message.message_id, text=message.text, **_about(task))


@accepts(Attach, roles=EVERYBODY)
def attach(case: CaseState, message: Attach, now: datetime) -> Checked:
    task = _inquiry(case, message.task)
    must(task is None or len(task.evidence) < EVIDENCE_MAX, "evidence.too_many", "task", most=EVIDENCE_MAX)
    yield
    if task is not None:
        task.evidence.append(message.sha256)
    case.note(
        "evidence_attached",
        now,
        message.actor,
        message.message_id,
        title=message.title,
        media_type=message.media_type,
        size=message.size,
        sha256=message.sha256,
        location=message.location,
        **_about(task),
    )


def _inquiry(case: CaseState, ref: str | None) -> Task | None:
    must(ref is None or ref in case.tasks, "task.unknown", "task", known=", ".join(case.tasks) or "-")
    return case.tasks[ref] if ref else None


def _about(task: Task | None) -> dict[str, str]:
    return {"task": task.ref} if task else {}


@accepts(Withdraw, roles={Role.CLAIMANT, Role.INTAKE, Role.SUPERVISOR}, phases=BEFORE_PERFORMANCE, own={"claimant"})
def withdraw(case: CaseState, message: Withdraw, now: datetime) -> Checked:
    must(case.complaint, "filing.nothing_filed", "name")
    going = (message.claimant,) if message.claimant else case.claimants
    must(set(going) <= set(case.claimants), "party.unknown", "claimant")
    yield
    case.withdrawn.update(dict.fromkeys(going, message.reason))
    case.note("withdrawn", now, message.actor, message.message_id, claimants=list(going), reason=message.reason)
    if not case.claimants:
        case.ending = Outcome.WITHDRAWN


@accepts(Suspend, roles={Role.SUPERVISOR, Role.MEDIATOR})
def suspend(case: CaseState, message: Suspend, now: datetime) -> Checked:
    must(case.suspension is None, "suspension.already", "name")
    today = case.day(now)
    latest = today + timedelta(days=case.rules.suspension_days_max)
    must(today < message.until <= latest, "suspension.until", "until", today=today, latest=latest)
    yield
    until = datetime.combine(message.until, time(), CENTRE_ZONE)
    case.suspension = Suspension(since=now, until=until, reason=message.reason)
    case.note(
        "suspended",
        now,
        message.actor,
        message.message_id,
        until=message.until.isoformat(),
        reason=message.reason,
    )
    if can_issue(case, PaperKind.SUSPENSION_NOTICE, None):
        order(case, PaperKind.SUSPENSION_NOTICE, None, message.actor.id, now)


@accepts(Resume, roles={Role.SUPERVISOR, Role.MEDIATOR})
def resume(case: CaseState, message: Resume, now: datetime) -> Checked:
    must(case.suspension, "suspension.none", "name")
    yield
    let_clocks_run(case, now)
    case.note("resumed", now, message.actor, message.message_id, reason=message.reason)


def let_clocks_run(case: CaseState, now: datetime) -> None:
    """End the suspension: every open deadline moves on by the days that the clocks stood still."""
    assert case.suspension is not None
    days = (case.day(now) - case.day(case.suspension.since)).days
    case.suspension = None
    case.recounting = case.recounting or GRANTED
    stood = timedelta(days=days)
    if case.material_deadline is not None and case.missing:
        case.material_deadline = prolonged(case.material_deadline, days)
    for task in case.open_tasks:
        task.postpone(days)
    if case.joint_meeting is not None:
        case.joint_meeting = prolonged(case.joint_meeting, days)
    if case.mediation is not None:
        case.mediation.deadline = prolonged(case.mediation.deadline, days)
    for proposal in case.open_proposals:
        proposal.expires_at += stood
    for due in case.unpaid:
        due.deadline = prolonged(due.deadline, days)
        due.postpone(stood)
    if case.settlement is not None:
        performing.stood_still(case.settlement, stood)
    if (being_signed := open_signing(case)) is not None:
        being_signed.deadline = prolonged(being_signed.deadline, days)
        being_signed.remind_at += stood


@accepts(
    Reclassify,
    roles=LEADING,
    phases={Phase.FACT_FINDING, Phase.PROGNOSIS, Phase.MEDIATION},
)
def reclassify(case: CaseState, message: Reclassify, now: datetime) -> Checked:
    must(case.triage, "message.phase", "name", name=message.name, phase=case.phase)
    must(
        (message.case_class, message.lane or case.lane) != (case.case_class, case.lane),
        "reclassify.same",
        "case_class",
        case_class=message.case_class,
    )
    yield
    before = case.case_class
    case.reclassified, case.lane = message.case_class, message.lane or case.lane
    case.note(
        "reclassified",
        now,
        message.actor,
        message.message_id,
        before=before,
        after=message.case_class,
        lane=case.lane,
        reason=message.reason,
    )


@accepts(Reassign, roles=LEADING, phases=AT_THE_DESKS)
def reassign(case: CaseState, message: Reassign, now: datetime) -> Checked:
    task = None
    if message.task is None:
        must(case.mediation and case.phase is Phase.MEDIATION, "mediation.not_open", "task")
        must(message.to != case.mediator, "reassign.same", "to")
        recused = {one.mediator for one in (case.assignment.exclusions if case.assignment else ())}
        recused |= case.sittings.recused
        must(message.to not in recused, "reassign.recused", "to", to=message.to)
    else:
        task = the_task(case, message.name, message.task, message.actor)
        must(message.to != task.officer, "reassign.same", "to")
    yield
    if task is None:
        before, case.mediator = case.mediator, message.to
        sessions.move(case)
    else:
        before = task.officer
        hand_to(task, message.to)
    case.note(
        "reassigned",
        now,
        message.actor,
        message.message_id,
        task=message.task,
        before=before,
        to=message.to,
        reason=message.reason,
    )


@accepts(
    Refer,
    roles=LEADING | {Role.MEDIATOR},
    phases={Phase.FACT_FINDING, Phase.PROGNOSIS, Phase.MEDIATION},
)
def refer(case: CaseState, message: Refer, now: datetime) -> Checked:
    items = {item.ref for item in case.items}
    referred = {referral.item for referral in case.referrals}
    must(message.item in items, "item.unknown", "item", known=", ".join(sorted(items)) or "-")
    must(message.item not in referred, "item.referred", "item")
    before_meeting = ", ".join(_hanging_on(case, message.item))
    known = message.although_undecided or not before_meeting
    must(known, "item.before_joint_meeting", "although_undecided", discrepancies=before_meeting)
    yield
    case.referrals.append(Referral(item=message.item, target=message.target, reason=message.reason))
    case.note(
        "item_referred",
        now,
        message.actor,
        message.message_id,
        item=message.item,
        target=message.target,
        reason=message.reason,
    )
    if items <= {*referred, message.item}:
        case.ending = Outcome.REFERRED


def _hanging_on(case: CaseState, ref: str) -> Iterator[str]:
    """The contradictions about an item's employer and people that wait for the joint meeting."""
    item, waiting = next(one for one in case.items if one.ref == ref), set(case.undecided)
    for one in case.assessment.discrepancies if case.assessment else ():
        of_employer = one.employer in (None, item.respondent)
        of_claimant = one.claimant is None or item.claimant in (None, one.claimant)
        if one.id in waiting and of_employer and of_claimant:
            yield one.id


@accepts(Retry, roles={Role.SUPERVISOR, Role.OFFICER, Role.MEDIATOR})
def retry(case: CaseState, message: Retry, now: datetime) -> Checked:
    must(case.blocked, "retry.not_blocked", "name")
    yield
    case.retry()
    case.note("retried", now, message.actor, message.message_id)


@accepts(AdvanceClock, roles={Role.SUPERVISOR})
def advance_clock(case: CaseState, message: AdvanceClock, now: datetime) -> Checked:
    must(case.drill, "drill.only", "name")
    yield
    case.clock_offset += timedelta(days=message.days)
    case.note(
        "clock_advanced",
        now,
        message.actor,
        message.message_id,
        days=message.days,
        to=case.day(now + timedelta(days=message.days)).isoformat(),
    )
