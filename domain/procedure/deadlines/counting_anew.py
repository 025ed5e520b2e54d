"""The open deadlines of a case, and how they are set anew when the calendar or the time granted has changed."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from domain.case.requests import OpenDeadline, Recount, RecountRequest
from domain.case.state import CaseState, InstalmentState
from domain.deadlines.deadline import end_of, not_before
from domain.procedure.deadlines import limitation_clocks
from domain.procedure.inquiry.at_the_desk import AT_THE_DESKS
from domain.procedure.settlement.signing import open_signing
from domain.settlement.confirmation import ConfirmationKind
from domain.words import Phase

STEP: Final = "DeadlineService.recount"
"""The step that counts anew."""


def open_deadlines(case: CaseState, now: datetime) -> Iterator[OpenDeadline]:
    """Every deadline that runs now, in the order of the procedure."""
    if case.phase is Phase.CLOSED or case.ending is not None:
        return
    if case.missing and case.material_deadline is not None:
        yield OpenDeadline(what="material", deadline=case.material_deadline)
    for task in case.open_tasks:
        yield OpenDeadline(
            what="inquiry",
            about=task.ref,
            deadline=task.deadline,
            passed=task.escalated or task.deadline.due_at <= now,
            remind_at=None if task.reminded else task.remind_at,
            escalate_at=task.escalate_at,
            final_at=task.lapse_at,
        )
    if case.joint_meeting is not None and case.undecided:
        yield OpenDeadline(what="joint-meeting", deadline=case.joint_meeting)
    if case.application_term is not None and case.phase in AT_THE_DESKS:
        yield OpenDeadline(what="mediation", deadline=case.application_term, passed=case.arbitration_told)
    if case.mediation is not None and case.phase is Phase.MEDIATION and case.mediation.ended is None:
        yield OpenDeadline(what="mediation-talks", deadline=case.mediation.deadline)
    for due in case.unpaid:
        if due.state is not InstalmentState.DEFAULTED:
            yield OpenDeadline(
                what="instalment",
                about=due.instalment.ref,
                deadline=due.deadline,
                passed=due.state is not InstalmentState.PENDING or due.deadline.due_at <= now,
                remind_at=None if due.reminded else due.remind_at,
                final_at=due.default_at if due.grace_from is None else None,
            )
    if (being_signed := open_signing(case)) is not None:
        yield OpenDeadline(
            what="agreement-signing",
            deadline=being_signed.deadline,
            passed=being_signed.deadline.due_at <= now,
            remind_at=None if being_signed.reminded else being_signed.remind_at,
        )
    for one in case.confirmations.values():
        if one.runs and not one.over:
            yield OpenDeadline(
                what=one.kind,
                deadline=one.deadline,
                passed=one.deadline.due_at <= now,
                remind_at=None if one.reminded else one.remind_at,
            )


def request(case: CaseState, now: datetime) -> RecountRequest:
    """What has to be counted anew, and why."""
    assert case.recounting is not None
    today = case.day(now)
    return RecountRequest(
        deadlines=tuple(open_deadlines(case, now)),
        because=case.recounting,
        clocks=limitation_clocks.asked(case, today),
        jurisdiction=case.complaint.jurisdiction if case.complaint else "CN",
        today=today,
    )


def take_recount(case: CaseState, asked: RecountRequest, answer: Recount, now: datetime) -> bool:
    """Set what was counted anew, and note each day that changed, with why.

    Returns False, and changes nothing, when the case went on meanwhile and has to ask again. No day is moved
    to one that is over: it is held open until the end of today.
    """
    if case.recounting is None or request(case, now) != asked:
        return False
    for before, anew in zip(asked.deadlines, answer.deadlines, strict=True):
        held = _not_over(anew, case.day(now))
        if held != before:
            _set(case, held)
            _note(case, before, held, now)
    case.clocks = answer.clocks
    case.recounting = None
    return True


def leave(case: CaseState) -> None:
    """Nothing is counted anew any more: the case goes to its closure."""
    case.recounting = None
    case.blocks.pop(STEP, None)


def _not_over(anew: OpenDeadline, today: date) -> OpenDeadline:
    due = anew.deadline if anew.passed else not_before(anew.deadline, today)
    final = anew.final_at and max(anew.final_at, end_of(today))
    return anew.model_copy(update={"deadline": due, "final_at": final})


def _set(case: CaseState, anew: OpenDeadline) -> None:
    match anew.what:
        case "material":
            case.material_deadline = anew.deadline
        case "inquiry":
            task = case.tasks[anew.about or ""]
            task.deadline = anew.deadline
            task.escalate_at = anew.escalate_at
            task.remind_at, task.lapse_at = anew.remind_at or task.remind_at, anew.final_at or task.lapse_at
        case "joint-meeting":
            case.joint_meeting = anew.deadline
        case "mediation":
            case.application_term = anew.deadline
        case "mediation-talks":
            assert case.mediation is not None
            case.mediation.deadline = anew.deadline
        case "agreement-signing":
            assert case.signing is not None
            case.signing.deadline = anew.deadline
            case.signing.remind_at = anew.remind_at or case.signing.remind_at
        case kind if kind in case.confirmations:
            one = case.confirmations[ConfirmationKind(kind)]
            one.deadline, one.remind_at = anew.deadline, anew.remind_at or one.remind_at
        case "instalment":
            due = next(due for due in case.unpaid if due.instalment.ref == anew.about)
            due.deadline = anew.deadline
            due.postpone((anew.final_at or due.default_at) - due.default_at)
            due.remind_at = anew.remind_at or due.remind_at


def _note(case: CaseState, before: OpenDeadline, anew: OpenDeadline, now: datetime) -> None:
    was, due = before.deadline, anew.deadline
    if (was.due, was.provisional, before.final_at) == (due.due, due.provisional, anew.final_at):
        return
    because = case.recounting
    assert because is not None
    case.note(
        "deadline_recounted",
        now,
        what=anew.what,
        about=anew.about,
        before=was.due.isoformat(),
        due=due.due.isoformat(),
        standing="provisional" if due.provisional else "settled-day",
        final=case.day(anew.final_at).isoformat() if anew.final_at else None,
        why=because.why,
        source=because.source,
    )
