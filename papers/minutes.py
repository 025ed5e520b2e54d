"""Papers of a joint meeting as Word documents: its minutes (会议纪要), and a slip for each order (督办单)."""

import io
from collections.abc import Iterable, Iterator

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

import texts
from domain.meeting.state import Act, Decision, Item, ItemState, Order
from domain.meeting.view import MeetingView
from domain.words import Language
from texts import sentences


def minutes(meeting: MeetingView, language: Language) -> bytes:
    """The document: who sat, what was before them, what was decided and what became of it, the orders."""
    return _document("title", meeting.number or "", _lines(meeting, language), language)


def slip(meeting: MeetingView, order: Order, language: Language) -> bytes:
    """The document that an agency is given: what it is to do, with whose help, by when, and how it answers."""
    return _document("order_title", slip_number(meeting, order), _slip(meeting, order, language), language)


def slip_number(meeting: MeetingView, order: Order) -> str:
    """The number of an order's slip: the meeting's, and which of its orders it is."""
    return f"{meeting.number or meeting.meeting}督办{[one.ref for one in meeting.orders].index(order.ref) + 1}"


def _document(title: str, number: str, lines: Iterable[str], language: Language) -> bytes:
    document = Document()
    for text in (texts.label("the-centre", language), texts.say(f"meeting.minutes.{title}", language), number):
        document.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for line in lines:
        document.add_paragraph(line)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _slip(meeting: MeetingView, order: Order, language: Language) -> Iterator[str]:
    def say(name: str, **params: object) -> str:
        return texts.tell(f"meeting.slip.{name}", params, language)

    due = sentences.written(order.term.due, language) if order.term else ""
    yield say("to", agency=texts.label(order.agency, language))
    helping = texts.label(list(order.helping), language) if order.helping else ""
    yield say("asked", meeting=meeting.number or meeting.meeting, helping=helping)
    yield order.what
    if order.cases:
        yield say("cases", cases=texts.label(list(order.cases), language))
    yield say("due", due=due, days=order.days)
    yield say("answer")
    yield say("signed", day=sentences.written(sentences.day(order.at), language))
    yield say("receipt")


def _lines(meeting: MeetingView, language: Language) -> Iterator[str]:
    def say(name: str, **params: object) -> str:
        return texts.say(f"meeting.minutes.{name}", language, **params)

    def listed(values: list[str]) -> str:
        return texts.label(values, language) if values else texts.say("meeting.none", language)

    at = meeting.held_at or meeting.starts
    yield say("where", at=sentences.written(at, language) if at else "", place=meeting.place)
    yield say("chair", chair=texts.label(meeting.chair, language), recorder=texts.label(meeting.recorder, language))
    yield say("present", people=listed(list(meeting.present)))
    there = {member.agency for member in meeting.members if member.member in meeting.present}
    yield say("absent", agencies=listed(sorted({member.agency for member in meeting.members} - there)))
    decisions = {decision.ref: decision for decision in meeting.decisions}
    for number, item in enumerate(meeting.items, 1):
        yield say(
            "item",
            number=number,
            kind=texts.say(f"meeting.kind.{item.kind}", language),
            title=item.title,
            case=item.case_number or item.case or texts.say("meeting.none", language),
        )
        yield from _of_item(item, decisions.get(item.decision or ""), language)
    for order in meeting.orders:
        told = {
            "order": order.ref,
            "agency": texts.label(order.agency, language),
            "helping": listed(list(order.helping)) if order.helping else "",
            "due": sentences.written(order.term.due, language) if order.term else "",
            "what": order.what,
        }
        yield texts.tell("meeting.minutes.order", told, language)
    yield say("signatures")


def _of_item(item: Item, decision: Decision | None, language: Language) -> Iterator[str]:
    def say(name: str, **params: object) -> str:
        return texts.say(f"meeting.minutes.{name}", language, **params)

    yield from (say("source", text=text) for text in item.sources)
    if item.money is not None:
        yield say("money", money=f"{item.money:+,.2f}")
    yield from (say("said", text=text) for text in item.said)
    if item.state is ItemState.PUT_OFF:
        yield say("put_off")
    if decision is None:
        return
    yield say("decided", text=decision.text)
    if decision.article:
        yield say("article", article=decision.article)
    yield from (say("dissent", person=one.member, text=one.text) for one in decision.dissent)
    yield from (_act(act, item, language) for act in decision.acts if act.item == item.ref)


def _act(act: Act, item: Item, language: Language) -> str:
    told = {"case": item.case_number or act.case, "deed": texts.deed(act.name, language)}
    if not act.refused:
        return texts.say("meeting.minutes.act", language, seq=act.seq, **told)
    why = "；".join(sentences.problem_line(p.field, p.code, p.params, language, path=False) for p in act.refused)
    return texts.say("meeting.minutes.act_refused", language, why=why, **told)
