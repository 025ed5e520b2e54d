"""What each message does to a joint meeting, and what time brings to its orders."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final

from pydantic import JsonValue

from domain.base import Instant, Model, Ref, Yuan
from domain.deadlines.alarm import Alarm
from domain.dialogue import Checked, Dialogue
from domain.direction.messages import Comment, Retry
from domain.ledger import SYSTEM
from domain.meeting import messages as m
from domain.meeting.state import (
    Act,
    Colour,
    Decision,
    Item,
    ItemState,
    Meeting,
    MeetingStage,
    Order,
    OrderState,
    OrderTerm,
)
from domain.refusal import Problem, must, refusal
from domain.running_ledger import FLOOD_LASTS
from domain.words import Role

MEETING: Final[Dialogue[Meeting]] = Dialogue()
"""What may be said to a joint meeting, and by whom."""
CASE_OVER: Final[Problem] = refusal("meeting.case_over", "case").problems[0]
"""What is answered for a case that has ended, or is none."""
ACTS: Final = (
    "decide_discrepancy",
    "correct_decision",
    "reclassify",
    "extend_task",
    "reassign",
    "refer",
    "merge",
    "skip_task",
)
"""What a decision may tell a case to do."""
_LEADS: Final = {Role.SUPERVISOR}
_TAKES_PART: Final = {Role.SUPERVISOR, Role.OFFICER, Role.MEDIATOR}


class Found(Model):
    """Something that waits for a meeting."""

    kind: m.ItemKind
    title: str
    case: Ref | None = None
    case_number: str | None = None
    about: Ref | None = None
    sources: tuple[str, ...] = ()
    """What each of two sources says, as a sentence."""
    money: Yuan | None = None
    """By how much part A changes where the second source holds, in yuan; None where it was not counted."""


class Answered(Model):
    """What a case answered to an act."""

    seq: int | None = None
    refused: tuple[Problem, ...] = ()


def called(meeting: Meeting) -> None:
    """Raise Refused for a meeting that nobody has called."""
    must(meeting.kind is not None, "meeting.not_called", "name")


def _sitting(meeting: Meeting) -> None:
    called(meeting)
    must(meeting.stage is MeetingStage.HELD, "meeting.not_sitting", "name", stage=meeting.stage)


@MEETING.accepts(m.CallMeeting, _LEADS)
def call_meeting(meeting: Meeting, message: m.CallMeeting, now: datetime) -> Checked:
    must(meeting.kind is None, "meeting.called", "name")
    people = {member.member for member in message.members}
    must(message.chair in people, "meeting.chair_no_member", "chair", chair=message.chair)
    yield
    meeting.kind, meeting.starts, meeting.place = message.kind, message.starts, message.place
    meeting.chair, meeting.recorder = message.chair, message.recorder
    meeting.members, meeting.guests, meeting.drill = message.members, message.guests, message.drill
    meeting.to_gather = True
    meeting.note(
        "meeting_called",
        now,
        message.actor,
        message.message_id,
        meeting=message.kind,
        starts=message.starts.isoformat(),
        place=message.place,
        chair=message.chair,
        members=len(message.members),
    )


@MEETING.accepts(m.GatherAgenda, _LEADS)
def gather_agenda(meeting: Meeting, message: m.GatherAgenda, now: datetime) -> Checked:
    called(meeting)
    must(meeting.stage is MeetingStage.CALLED, "meeting.agenda_fixed", "name")
    yield
    meeting.to_gather = True
    meeting.note("agenda_asked_for", now, message.actor, message.message_id)


def take_found(meeting: Meeting, found: tuple[Found, ...], now: datetime) -> None:
    """What waits is on the agenda, each once."""
    meeting.to_gather = False
    held = {(item.kind, item.case, item.about) for item in meeting.items.values()}
    fresh = [one for one in found if (one.kind, one.case, one.about) not in held]
    for one in fresh:
        ref = f"i{len(meeting.items) + 1}"
        meeting.items[ref] = Item(
            ref=ref,
            kind=one.kind,
            title=one.title,
            case=one.case,
            case_number=one.case_number,
            about=one.about,
            sources=one.sources,
            money=one.money,
            by=SYSTEM,
            at=now,
        )
    kinds: dict[str, int] = {}
    for one in fresh:
        kinds[one.kind] = kinds.get(one.kind, 0) + 1
    meeting.note("agenda_filled", now, count=len(fresh), kinds=[f"{kind} {count}" for kind, count in kinds.items()])


@MEETING.accepts(m.ProposeItem, _TAKES_PART)
def propose_item(meeting: Meeting, message: m.ProposeItem, now: datetime) -> Checked:
    called(meeting)
    must(meeting.stage is not MeetingStage.ISSUED, "meeting.over", "name")
    must(message.item not in meeting.items, "meeting.item_known", "item", item=message.item)
    yield
    admitted = meeting.stage is not MeetingStage.CALLED
    for number, case in enumerate(message.cases or (None,)):
        ref = message.item if number == 0 else f"{message.item}-{number + 1}"
        meeting.items[ref] = Item(
            ref=ref,
            kind=message.kind,
            title=message.title,
            case=case,
            by=message.actor,
            at=now,
            state=ItemState.ADMITTED if admitted else ItemState.PROPOSED,
        )
    meeting.note("item_proposed", now, message.actor, message.message_id, item=message.item, title=message.title)


@MEETING.accepts(m.FixAgenda, _LEADS)
def fix_agenda(meeting: Meeting, message: m.FixAgenda, now: datetime) -> Checked:
    called(meeting)
    must(meeting.stage is MeetingStage.CALLED, "meeting.agenda_fixed", "name")
    must(not meeting.to_gather, "meeting.still_gathering", "name")
    _known(meeting, message.put_off, "put_off")
    yield
    meeting.stage = MeetingStage.FIXED
    for item in meeting.items.values():
        item.state = ItemState.PUT_OFF if item.ref in message.put_off else ItemState.ADMITTED
    meeting.note(
        "agenda_fixed",
        now,
        message.actor,
        message.message_id,
        count=len(meeting.items) - len(set(message.put_off)),
        items=list(message.put_off),
    )


def _known(meeting: Meeting, refs: tuple[Ref, ...], field: str) -> None:
    unknown = sorted(set(refs) - meeting.items.keys())
    must(not unknown, "meeting.item_unknown", field, items=", ".join(unknown[:20]))


@MEETING.accepts(m.OpenSitting, _LEADS)
def open_sitting(meeting: Meeting, message: m.OpenSitting, now: datetime) -> Checked:
    called(meeting)
    must(meeting.stage is MeetingStage.FIXED, "meeting.agenda_open", "name", stage=meeting.stage)
    may = {member.member for member in meeting.members} | {*meeting.guests, meeting.chair, meeting.recorder}
    unknown = sorted(set(message.present) - may)
    must(not unknown, "meeting.stranger", "present", people=", ".join(unknown[:20]))
    agencies = {member.agency for member in meeting.members if member.member in message.present}
    must(len(agencies) >= _QUORUM, "meeting.no_quorum", "present", least=_QUORUM, agencies=len(agencies))
    yield
    meeting.stage, meeting.held_at, meeting.present = MeetingStage.HELD, now, message.present
    absent = sorted({member.agency for member in meeting.members} - agencies)
    meeting.note(
        "sitting_opened", now, message.actor, message.message_id, present=list(message.present), absent=list(absent)
    )


_QUORUM: Final = 2
"""Agencies without which nobody meets jointly."""


@MEETING.accepts(m.NoteDiscussion, _TAKES_PART)
def note_discussion(meeting: Meeting, message: m.NoteDiscussion, now: datetime) -> Checked:
    _sitting(meeting)
    _known(meeting, (message.item,), "item")
    yield
    meeting.items[message.item].said.append(message.text)
    meeting.note("item_discussed", now, message.actor, message.message_id, item=message.item, text=message.text)


@MEETING.accepts(m.DecideItems, _LEADS)
def decide_items(meeting: Meeting, message: m.DecideItems, now: datetime) -> Checked:
    _sitting(meeting)
    must(message.decision not in meeting.decisions, "meeting.decision_known", "decision", decision=message.decision)
    _known(meeting, message.items, "items")
    items = [meeting.items[ref] for ref in message.items]
    done = [item.ref for item in items if item.state not in (ItemState.ADMITTED, ItemState.REFUSED)]
    must(not done, "meeting.item_done", "items", items=", ".join(done[:20]))
    must(message.act is None or message.act in ACTS, "meeting.no_such_act", "act", known=", ".join(ACTS))
    without = [item.ref for item in items if item.case is None]
    must(message.act is None or not without, "meeting.item_without_case", "items", items=", ".join(without[:20]))
    yield
    decision = Decision(
        ref=message.decision,
        items=message.items,
        text=message.text,
        article=message.article,
        dissent=message.dissent,
        at=now,
        by=message.actor,
    )
    meeting.decisions[message.decision] = decision
    for item in items:
        item.state, item.decision = ItemState.DECIDED, message.decision
        if message.act is not None and item.case is not None:
            decision.acts.append(
                Act(item=item.ref, case=item.case, name=message.act, fields=_fields(meeting, item, message))
            )
    meeting.note(
        "items_decided",
        now,
        message.actor,
        message.message_id,
        decision=message.decision,
        items=list(message.items),
        text=message.text,
        act=message.act,
        dissent=len(message.dissent),
    )


def _fields(meeting: Meeting, item: Item, message: m.DecideItems) -> dict[str, Any]:
    reason = f"{meeting.number}：{message.text}" if meeting.number else message.text
    own = {"discrepancy": item.about} if message.act == "decide_discrepancy" and item.about else {}
    return {**message.fields, **own, "reason": reason[:1000]}


def take_answer(meeting: Meeting, act: Act, answer: Answered, now: datetime) -> None:
    """A case has carried out what was decided, or refused it: then the item is on the agenda again."""
    act.seq, act.refused = answer.seq, answer.refused
    item = meeting.items[act.item]
    if answer.refused:
        item.state = ItemState.REFUSED
        problems: list[JsonValue] = [problem.model_dump(mode="json") for problem in answer.refused]
        meeting.note("act_refused", now, item=item.ref, case=act.case, name=act.name, problems=problems)
        return
    meeting.note("act_done", now, item=item.ref, case=act.case, name=act.name, seq=act.seq)


@MEETING.accepts(m.PutOffItems, _LEADS)
def put_off_items(meeting: Meeting, message: m.PutOffItems, now: datetime) -> Checked:
    _sitting(meeting)
    _known(meeting, message.items, "items")
    yield
    for ref in message.items:
        meeting.items[ref].state = ItemState.PUT_OFF
    meeting.note(
        "items_put_off", now, message.actor, message.message_id, items=list(message.items), reason=message.reason
    )


@MEETING.accepts(m.SetOrder, _LEADS)
def set_order(meeting: Meeting, message: m.SetOrder, now: datetime) -> Checked:
    _sitting(meeting)
    must(message.order not in meeting.orders, "meeting.order_known", "order", order=message.order)
    must(message.agency not in message.helping, "meeting.helps_itself", "helping")
    yield
    meeting.orders[message.order] = Order(
        ref=message.order,
        what=message.what,
        agency=message.agency,
        helping=message.helping,
        days=message.days,
        cases=message.cases,
        at=now,
    )
    meeting.note(
        "order_set",
        now,
        message.actor,
        message.message_id,
        order=message.order,
        what=message.what,
        agency=message.agency,
        helping=list(message.helping),
        days=message.days,
    )


def take_term(meeting: Meeting, order: Order, term: OrderTerm, now: datetime) -> None:
    """It is known until when an order is to be done."""
    order.term, order.state = term, OrderState.OPEN
    meeting.note("order_due", now, order=order.ref, agency=order.agency, due=term.due.isoformat())


def _order(meeting: Meeting, ref: Ref) -> Order:
    must(ref in meeting.orders, "meeting.order_unknown", "order", known=", ".join(meeting.orders) or "-")
    return meeting.orders[ref]


@MEETING.accepts(m.ReportOrder, {Role.OFFICER})
def report_order(meeting: Meeting, message: m.ReportOrder, now: datetime) -> Checked:
    order = _order(meeting, message.order)
    must(message.actor.agency is order.agency, "meeting.order_of_another", "actor.agency", agency=order.agency)
    must(order.state is OrderState.OPEN, "meeting.order_not_open", "order", state=order.state)
    yield
    order.state = OrderState.REPORTED
    order.reports.append(message.text)
    meeting.note(
        "order_reported",
        now,
        message.actor,
        message.message_id,
        order=order.ref,
        agency=order.agency,
        text=message.text,
    )


@MEETING.accepts(m.JudgeReport, _LEADS)
def judge_report(meeting: Meeting, message: m.JudgeReport, now: datetime) -> Checked:
    order = _order(meeting, message.order)
    must(order.state is OrderState.REPORTED, "meeting.not_reported", "order", state=order.state)
    yield
    by = message.actor, message.message_id
    if message.accept:
        order.state = OrderState.CLOSED
        meeting.note("order_closed", now, *by, order=order.ref, agency=order.agency, reason=message.reason)
        return
    order.state, order.sent_back = OrderState.OPEN, order.sent_back + 1
    meeting.note("order_sent_back", now, *by, order=order.ref, agency=order.agency, reason=message.reason)


@MEETING.accepts(m.IssueMinutes, _LEADS)
def issue_minutes(meeting: Meeting, message: m.IssueMinutes, now: datetime) -> Checked:
    _sitting(meeting)
    must(not meeting.pending, "meeting.acts_pending", "name")
    waiting = [item.ref for item in meeting.items.values() if item.state in (ItemState.ADMITTED, ItemState.REFUSED)]
    must(not waiting, "meeting.items_open", "name", items=", ".join(waiting[:20]))
    yield
    meeting.stage, meeting.issued_at = MeetingStage.ISSUED, now
    meeting.note(
        "minutes_issued",
        now,
        message.actor,
        message.message_id,
        number=meeting.number,
        decisions=len(meeting.decisions),
        orders=len(meeting.orders),
    )


@MEETING.accepts(Comment, _TAKES_PART)
def comment(meeting: Meeting, message: Comment, now: datetime) -> Checked:
    called(meeting)
    yield
    meeting.note("commented", now, message.actor, message.message_id, text=message.text)


@MEETING.accepts(Retry, _LEADS)
def retry(meeting: Meeting, message: Retry, now: datetime) -> Checked:
    must(meeting.blocked, "retry.not_blocked", "name")
    yield
    meeting.retry()
    meeting.note("retried", now, message.actor, message.message_id)


def alarms(meeting: Meeting) -> Iterator[Alarm]:
    """What time brings: colours of orders, and what is blocked is tried again."""
    for step, blocked in meeting.blocks.items():
        if blocked.waits:
            yield Alarm(blocked.retry_at, partial(_retry, meeting, step))
    if meeting.flood is not None:
        yield Alarm(meeting.flood.since + FLOOD_LASTS, meeting.end_flood)
    for order in meeting.orders.values():
        if order.open and order.term is not None and (turns := _next_colour(order, order.term)) is not None:
            colour, at = turns
            yield Alarm(at, partial(_turn, meeting, order, colour))


def _next_colour(order: Order, term: OrderTerm) -> tuple[Colour, Instant] | None:
    turning = {Colour.GREEN: (Colour.BLUE, term.blue_at), Colour.BLUE: (Colour.YELLOW, term.yellow_at)}
    return turning.get(order.colour) or ((Colour.RED, term.red_at) if order.colour is Colour.YELLOW else None)


def _turn(meeting: Meeting, order: Order, colour: Colour, now: datetime) -> None:
    order.colour = colour
    meeting.note("order_turned", now, order=order.ref, agency=order.agency, colour=colour)


def _retry(meeting: Meeting, step: str, now: datetime) -> None:  # noqa: ARG001 - an alarm is told the time
    meeting.retry(step)


def ring(meeting: Meeting, now: datetime) -> None:
    """Do what is due."""
    while due := [one for one in alarms(meeting) if one.at <= now]:
        min(due, key=lambda one: one.at).happens(now)
