"""What goes on after a case has closed: its referrals until each has come back, the visit, and whatever comes late.

The case's own ledger is sealed; this one begins with the digest of its last event. Nothing that comes after the
closure is lost: it lands here, and a reopened case begins with it.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from pydantic import JsonValue

from domain.aftercare.messages import (
    QUESTIONS,
    RecordReferralReceipt,
    RecordReferralReturn,
    RecordSatisfaction,
    ReferralResult,
)
from domain.base import CENTRE_ZONE, Ref
from domain.closure.ends import offices
from domain.deadlines.alarm import Alarm
from domain.deadlines.messages import AdvanceClock
from domain.dialogue import Checked, Dialogue
from domain.direction.messages import Attach, Comment, Retry
from domain.ledger import SYSTEM, Actor
from domain.message import Message
from domain.papers.kinds import Issued, Paper, PaperKind, PaperOrder
from domain.papers.messages import IssuePaper
from domain.procedure.aftercare.state import Aftercare, Letter, LetterTerms, SentItem, Visited
from domain.refusal import PARTIES, must
from domain.running_ledger import FLOOD_LASTS
from domain.settlement.confirmation import Confirmation, ConfirmationState, RecordConfirmationResult
from domain.settlement.messages import ReturnSurplus, ReversePayment
from domain.words import Agency, ReferralTarget, Role

_VISITORS: Final = {Role.SUPERVISOR, Role.INTAKE, Role.MEDIATOR}


AFTER: Final[Dialogue[Aftercare]] = Dialogue()
"""What may be said after a case has closed, and by whom."""


def send(after: Aftercare, target: ReferralTarget, terms: LetterTerms, now: datetime) -> None:
    """A letter has gone out to an office with everything that waited for it, or the parties know what to apply for."""
    items = after.to_send.pop(target)
    ref = f"l{len(after.letters) + 1}"
    after.letters.append(Letter(ref=ref, target=target, sent_on=_day(now), terms=terms, items=items))
    listed: list[JsonValue] = list(dict.fromkeys(sent.item for sent in items))
    applied = offices()[target].on_application
    if applied:
        after.note("told_to_apply", now, target=target, items=listed)
    else:
        after.note("referral_sent", now, target=target, items=listed, due=terms.receipt_due.isoformat())
    if after.letters[-1].onward:
        kind = PaperKind.APPLICATION_NOTICE if applied else PaperKind.REFERRAL
        after.paper_orders.append(PaperOrder(kind=kind, about=target, by=SYSTEM.id, at=now))


def alarms(after: Aftercare) -> Iterator[Alarm]:
    """Everything that time will bring if nobody acts."""
    for step, blocked in after.blocks.items():
        if blocked.waits:
            yield Alarm(blocked.retry_at, partial(_retry, after, step))
    if after.flood is not None:
        yield Alarm(after.flood.since + FLOOD_LASTS, after.end_flood)
    for letter in after.letters:
        yield from _of_letter(after, letter)
    visits = after.visits
    if visits is not None and visits.open:

        def missed(now: datetime) -> None:
            visits.missed = True
            after.note("visit_missed", now, visited=len(visits.found), of=len(visits.claimants))

        yield Alarm(visits.until, missed)
    for one in after.confirmations:
        if one.runs and not one.over:
            if after.confirming and not one.reminded:
                yield Alarm(one.remind_at, partial(_remind, after, one))
            yield Alarm(one.deadline.due_at, partial(_term_over, after, one))


def _retry(after: Aftercare, step: str, now: datetime) -> None:  # noqa: ARG001 - an alarm is told the time
    after.retry(step)


def _remind(after: Aftercare, one: Confirmation, now: datetime) -> None:
    one.reminded = True
    if missing := [party for party in after.confirming if party not in one.asked]:
        due = one.deadline.due.isoformat()
        after.note("confirmation_reminded", now, confirmation=one.kind, due=due, parties=list(missing))


def _term_over(after: Aftercare, one: Confirmation, now: datetime) -> None:
    """Nobody can ask for it any more; what was asked for still waits for its result."""
    one.over = True
    if one.state is ConfirmationState.OPEN:
        one.state = ConfirmationState.LAPSED
        after.note("confirmation_ran_out", now, confirmation=one.kind, due=one.deadline.due.isoformat())


def ring(after: Aftercare, now: datetime) -> None:
    """Do everything that is due by now, in order of time."""
    while due := [alarm for alarm in alarms(after) if alarm.at <= now]:
        min(due, key=lambda alarm: alarm.at).happens(now)


def _of_letter(after: Aftercare, letter: Letter) -> Iterator[Alarm]:
    def remind(now: datetime) -> None:
        letter.reminded = True
        after.note("referral_reminded", now, target=letter.target, due=letter.terms.receipt_due.isoformat())

    def escalate(now: datetime) -> None:
        letter.reminded = letter.escalated = True
        after.note("referral_unreceived", now, target=letter.target, due=letter.terms.receipt_due.isoformat())

    def give_up(now: datetime) -> None:
        letter.silent = True
        after.note("referral_silent", now, target=letter.target, due=letter.terms.return_due.isoformat())

    if not letter.followed:
        return
    if not letter.escalated and any(sent.unreceived for sent in letter.items):
        if not letter.reminded:
            yield Alarm(letter.terms.remind_at, remind)
        yield Alarm(letter.terms.receipt_until, escalate)
    if not letter.silent and any(sent.open for sent in letter.items):
        yield Alarm(letter.terms.return_until, give_up)


@AFTER.accepts(RecordReferralReceipt, {Role.OFFICER, Role.SUPERVISOR})
def receipt(after: Aftercare, message: RecordReferralReceipt, now: datetime) -> Checked:
    letter = _letter(after, message.target, message.actor)
    must(letter.followed, "referral.on_application", "target", target=message.target)
    arrived = [sent for sent in letter.items if message.item in (None, sent.item)]
    must(arrived, "referral.unknown", "item", target=message.target)
    fresh = [sent for sent in arrived if sent.received_on is None]
    must(fresh, "referral.received", "number", number=arrived[0].receipt or "-")
    must(letter.sent_on <= message.received_on <= _day(now), "referral.day", "received_on", sent=letter.sent_on)
    yield
    for sent in fresh:
        sent.receipt, sent.received_by, sent.received_on = message.number, message.received_by, message.received_on
    after.note(
        "referral_received",
        now,
        message.actor,
        message.message_id,
        target=message.target,
        items=list(dict.fromkeys(sent.item for sent in fresh)),
        number=message.number,
        by=message.received_by,
        on=message.received_on.isoformat(),
    )


@AFTER.accepts(RecordReferralReturn, {Role.OFFICER, Role.SUPERVISOR})
def returned(after: Aftercare, message: RecordReferralReturn, now: datetime) -> Checked:
    letter = _letter(after, message.target, message.actor)
    about = [
        sent
        for sent in letter.items
        if sent.item == message.item and message.claimant in (None, sent.claimant) and sent.result is not message.result
    ]
    must(about, "referral.unknown", "item", target=message.target)
    must(all(sent.open for sent in about), "referral.returned", "item", result=about[0].result)
    must(letter.sent_on <= message.returned_on <= _day(now), "referral.day", "returned_on", sent=letter.sent_on)
    to = message.forwarded_to or offices()[message.target].misdirected
    must(message.result is not ReferralResult.MISDIRECTED or to is not message.target, "referral.same", "forwarded_to")
    yield
    for sent in about:
        sent.result, sent.document, sent.remark = message.result, message.document, message.reason
        sent.returned_on = message.returned_on
    after.note(
        "referral_returned",
        now,
        message.actor,
        message.message_id,
        target=message.target,
        item=message.item,
        claimant=message.claimant,
        result=message.result,
        document=message.document,
        reason=message.reason,
    )
    if message.result is ReferralResult.MISDIRECTED:
        source = offices()[message.target].source
        on_their_way = after.to_send.setdefault(to, [])
        for sent in about:
            on_their_way.append(
                SentItem(item=sent.item, claimant=sent.claimant, reason=ReferralResult.MISDIRECTED, source=source)
            )
        after.note("referral_transferred", now, item=message.item, before=message.target, to=to, source=source)


@AFTER.accepts(RecordSatisfaction, _VISITORS)
def satisfaction(after: Aftercare, message: RecordSatisfaction, now: datetime) -> Checked:
    must(after.visits, "visit.none", "name")
    assert after.visits is not None
    visits = after.visits
    must(message.claimant in visits.claimants, "party.unknown", "claimant")
    must(message.claimant not in visits.found, "visit.recorded", "claimant")
    yield
    asked = {name: getattr(message, name) for name in ("satisfaction", *QUESTIONS)}
    visits.found[message.claimant] = Visited(
        **asked,
        performed=message.performed,
        remark=message.remark,
        on=_day(now),
        by=message.actor.id,
    )
    after.note(
        "satisfaction_recorded",
        now,
        message.actor,
        message.message_id,
        claimant=message.claimant,
        **asked,
        performed="performed" if message.performed else "breached",
        remark=message.remark,
    )
    after.paper_orders.append(_record_of(message.claimant, message, now))


@AFTER.accepts(IssuePaper, {Role.MEDIATOR, Role.SUPERVISOR})
def issue_paper(after: Aftercare, message: IssuePaper, now: datetime) -> Checked:
    must(message.kind is PaperKind.FOLLOW_UP_RECORD, "paper.too_late", "kind")
    found = after.visits.found if after.visits else {}
    must(found if message.about is None else message.about in found, "visit.nobody", "about")
    yield
    after.paper_orders.append(_record_of(message.about, message, now))
    after.note("paper_ordered", now, message.actor, message.message_id, paper=message.kind, about=message.about)


def _record_of(claimant: Ref | None, asked: Message, now: datetime) -> PaperOrder:
    return PaperOrder(kind=PaperKind.FOLLOW_UP_RECORD, about=claimant, by=asked.actor.id, at=now)


def take_issued(after: Aftercare, issued: Issued, now: datetime) -> None:
    """The first order on the list has become a paper."""
    done = after.paper_orders.pop(0)
    paper = Paper(kind=done.kind, about=done.about, number=issued.number, sha256=issued.sha256, issued_on=_day(now))
    after.papers.append(paper)
    after.note("paper_issued", now, paper=paper.kind, about=paper.about, number=paper.number, sha256=paper.sha256)


@AFTER.accepts(RecordConfirmationResult, {Role.MEDIATOR, Role.SUPERVISOR})
def confirmed_later(after: Aftercare, message: RecordConfirmationResult, now: datetime) -> Checked:
    one = next((one for one in after.confirmations if one.kind is message.kind), None)
    must(one is not None, "confirmation.unknown", "kind", known=", ".join(c.kind for c in after.confirmations) or "-")
    assert one is not None
    must(one.runs, "confirmation.not_applied_for", "kind", state=one.state)
    must(message.decided_on <= _day(now), "date.in_future", "decided_on")
    yield
    one.result, one.state = message.told(), ConfirmationState(message.result)
    after.note("confirmation_decided", now, message.actor, message.message_id, **message.facts())


@AFTER.accepts(ReversePayment, {Role.OFFICER})
def reversed_later(after: Aftercare, message: ReversePayment, now: datetime) -> Checked:
    must(message.actor.agency is Agency.TAX, "payment.tax_only", "actor.agency")
    must(message.receipt in after.payments, "payment.unknown", "receipt", receipt=message.receipt)
    before = after.payments[message.receipt]
    must(before is None, "payment.reversed", "receipt", receipt=message.receipt, day=before)
    must(message.reversed_on <= _day(now), "date.in_future", "reversed_on")
    yield
    after.payments[message.receipt] = message.reversed_on
    after.note(
        "payment_reversed_after_closure",
        now,
        message.actor,
        message.message_id,
        receipt=message.receipt,
        reversed_on=message.reversed_on.isoformat(),
        reason=message.reason,
    )


@AFTER.accepts(ReturnSurplus, roles={Role.OFFICER, Role.MEDIATOR, Role.SUPERVISOR})
def return_surplus(after: Aftercare, message: ReturnSurplus, now: datetime) -> Checked:
    left = after.surplus.get(message.receipt, Decimal("0.00"))
    must(message.on <= _day(now), "date.in_future", "on")
    must(message.amount <= left, "payment.no_surplus", "amount", surplus=f"{left:.2f}")
    yield
    after.surplus[message.receipt] = left - message.amount
    after.note(
        "surplus_returned",
        now,
        message.actor,
        message.message_id,
        receipt=message.receipt,
        amount=f"{message.amount:.2f}",
        how=message.how,
        on=message.on.isoformat(),
        document=message.document,
    )


@AFTER.accepts(Comment, frozenset(Role) - PARTIES)
def comment(after: Aftercare, message: Comment, now: datetime) -> Checked:
    yield
    after.note("commented", now, message.actor, message.message_id, text=message.text)


@AFTER.accepts(Attach, frozenset(Role) - PARTIES)
def attach(after: Aftercare, message: Attach, now: datetime) -> Checked:
    must(message.task is None, "task.unknown", "task", known="-")
    yield
    after.note(
        "evidence_attached",
        now,
        message.actor,
        message.message_id,
        title=message.title,
        media_type=message.media_type,
        size=message.size,
        sha256=message.sha256,
        location=message.location,
    )


@AFTER.accepts(Retry, {Role.SUPERVISOR, Role.OFFICER, Role.MEDIATOR})
def retry(after: Aftercare, message: Retry, now: datetime) -> Checked:
    must(after.blocked, "retry.not_blocked", "name")
    yield
    after.retry()
    after.note("retried", now, message.actor, message.message_id)


@AFTER.accepts(AdvanceClock, {Role.SUPERVISOR})
def advance_clock(after: Aftercare, message: AdvanceClock, now: datetime) -> Checked:
    must(after.drill, "drill.only", "name")
    yield
    moved = timedelta(days=message.days)
    after.clock_offset += moved
    to = _day(now + moved).isoformat()
    after.note("clock_advanced", now, message.actor, message.message_id, days=message.days, to=to)


def _letter(after: Aftercare, target: ReferralTarget, actor: Actor) -> Letter:
    """The letter to an office that is open, or the last one; only its own officers and the supervisor speak for it."""
    letters = [letter for letter in after.letters if letter.target is target]
    must(letters, "referral.no_letter", "target", target=target)
    if actor.role is Role.OFFICER:
        must(actor.agency is offices()[target].agency, "referral.other_office", "target", target=target)
    return next((one for one in letters if any(sent.open for sent in one.items)), letters[-1])


def _day(at: datetime) -> date:
    return at.astimezone(CENTRE_ZONE).date()
