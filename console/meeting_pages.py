"""The joint meeting in the browser: which there are, the agenda, decisions with what came of them, orders."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.responses import Response
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

import texts
from casebook import meetings
from client.connection import NoSuchCase
from client.telling import refused
from console import reading
from console.forms import ENVELOPE, MORE, Choice, Named, fields_of, with_another
from console.look import Look, to
from console.problems import ProblemDetails, by_field, told
from domain.case.opening import Reading
from domain.case.receipts import Acknowledgement
from domain.meeting.effects import ACTS, MEETING
from domain.meeting.messages import CallMeeting, MeetingKind
from domain.meeting.state import ItemState
from domain.meeting.view import MeetingReceipt, MeetingView
from domain.message import Message
from domain.refusal import Problem, Refused
from papers import minutes
from papers.document import WORD
from runtime import beginning

_OFFERED: Final = (
    "propose_item",
    "gather_agenda",
    "fix_agenda",
    "open_sitting",
    "note_discussion",
    "decide_items",
    "put_off_items",
    "set_order",
    "report_order",
    "judge_report",
    "issue_minutes",
)
"""What can be said to a meeting, in the order of its life."""


_COMING: Final = 4
"""Meetings by the calendar that are shown ahead."""


async def meetings_page(look: Look) -> Response:
    """Meetings and open orders; an officer sees the orders of the own agency."""
    reading.must_work_here(look.visitor)
    tables = look.door.rules.tables
    return look.page(
        "meetings.html",
        meetings=await meetings.lines(look.door.pool),
        coming=tables.meetings.coming(datetime.now(UTC), tables.calendar, look.door.rules.in_office, _COMING),
        orders=await reading.orders(look.door, look.visitor),
    )


async def meeting_page(look: Look) -> Response:
    """A meeting: its agenda, decisions with what each case answered, orders, and what can be said to it."""
    seen, role = await _seen(look), look.visitor.actor.role
    answers = {act.item: act for decision in seen.decisions for act in decision.acts}
    may = [name for name in _OFFERED if role in MEETING.kinds[name].roles]
    counted = [one.money for one in seen.items if one.money is not None and one.state is not ItemState.DECIDED]
    return look.page("meeting.html", meeting=seen, answers=answers, may=may, counted=counted)


async def minutes_file(look: Look) -> Response:
    """The minutes as a Word document."""
    seen = await _seen(look)
    name = {"Content-Disposition": f'attachment; filename="{seen.meeting}.docx"'}
    return Response(minutes.minutes(seen, look.language), media_type=WORD, headers=name)


async def slip_file(look: Look) -> Response:
    """The slip of an order as a Word document."""
    seen = await _seen(look)
    order = next((one for one in seen.orders if one.ref == look.request.path_params["order"]), None)
    if order is None:
        raise NoSuchCase(look.request.path_params["order"])
    name = {"Content-Disposition": f'attachment; filename="{seen.meeting}-{order.ref}.docx"'}
    return Response(minutes.slip(seen, order, look.language), media_type=WORD, headers=name)


async def _seen(look: Look) -> MeetingView:
    reading.must_work_here(look.visitor)
    name = look.request.path_params["meeting"]
    handle = look.door.link(look.visitor).client.get_workflow_handle(name)
    try:
        seen: MeetingView = await handle.query("meeting_view", Reading(language=look.language), result_type=MeetingView)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise NoSuchCase(name) from None
    return seen


async def call_page(look: Look) -> Response:
    """A form that calls a meeting: filled in by the calendar, for the kind that is asked for."""
    reading.must_lead(look.visitor)
    asked = look.request.query_params.get("kind", "")
    if asked not in list(MeetingKind):
        return await _form(look, CallMeeting, {"members": [{}, {}]})
    rules = look.door.rules
    tables = rules.tables
    planned = tables.meetings.next(MeetingKind(asked), datetime.now(UTC), tables.calendar, rules.in_office)
    return await _form(look, CallMeeting, planned.model_dump(mode="json"))


async def call(look: Look) -> Response:
    """Call it; wrong, the form comes back as it was filled in."""
    reading.must_lead(look.visitor)
    form, said = await look.typed(CallMeeting)
    if more := form.get(MORE):
        return await _form(look, CallMeeting, with_another(said, str(more)))
    name = f"meeting-{form.get('message_id') or uuid.uuid4().hex}"
    try:
        message = CallMeeting.model_validate({**said, **look.envelope(form)})
        client = look.door.link(look.visitor).client
        receipt = await beginning.begin(client, "MeetingWorkflow", name, message, MeetingReceipt)
    except (Refused, ValidationError) as error:
        return await _form(look, CallMeeting, said, told(error, look.language))
    except WorkflowUpdateFailedError as failure:
        return await _form(look, CallMeeting, said, told(refused(failure.cause) or failure, look.language))
    return to(f"/meetings/{receipt.meeting}")


async def say_page(look: Look) -> Response:
    """A form of what can be said to a meeting."""
    return await _form(look, _kind(look), {})


async def say(look: Look) -> Response:
    """Say it; wrong, the form comes back as it was filled in."""
    kind = _kind(look)
    form, said = await look.typed(kind)
    if more := form.get(MORE):
        return await _form(look, kind, with_another(said, str(more)))
    name = look.request.path_params["meeting"]
    try:
        message = kind.model_validate({**said, **look.envelope(form)})
        handle = look.door.link(look.visitor).client.get_workflow_handle(name)
        answer: Acknowledgement = await handle.execute_update(
            kind.name, message, id=message.message_id, result_type=Acknowledgement
        )
    except (Refused, ValidationError) as error:
        return await _form(look, kind, said, told(error, look.language))
    except WorkflowUpdateFailedError as failure:
        return await _form(look, kind, said, told(refused(failure.cause) or failure, look.language))
    return to(f"/meetings/{name}", done=answer.seq)


def _kind(look: Look) -> type[Message]:
    name = look.request.path_params["name"]
    if name not in _OFFERED or look.visitor.actor.role not in MEETING.kinds[name].roles:
        raise Refused(Problem(field="name", code="refusals.message.unknown", params={"known": "-"}))
    return MEETING.kinds[name].model


async def _form(
    look: Look, kind: type[Message], values: Mapping[str, Any], wrong: ProblemDetails | None = None
) -> Response:
    seen = await _seen(look) if "meeting" in look.request.path_params else None
    fields = list(
        fields_of(kind, look.language, dict(values), by_field(wrong), without=ENVELOPE, named=_named(seen, look))
    )
    back = f"/meetings/{seen.meeting}" if seen else "/meetings"
    status = wrong.status if wrong else HTTPStatus.OK
    return look.page("meeting_message.html", status, name=kind.name, fields=fields, wrong=wrong, back=back)


def _named(seen: MeetingView | None, look: Look) -> Named:
    """The choices of fields that name something of the meeting."""
    if seen is None:
        return {}
    items = tuple(Choice(i.ref, f"{i.ref} {i.title} {i.case_number or ''}".strip()) for i in seen.items)
    people = tuple(
        dict.fromkeys(
            Choice(one, one)
            for one in (*(m.member for m in seen.members), *seen.guests, seen.chair, seen.recorder)
            if one is not None
        )
    )
    return {
        "items": items,
        "item": () if seen.stage == "called" else items,
        "put_off": items,
        "present": people,
        "order": tuple(Choice(o.ref, f"{o.ref} {o.what}") for o in seen.orders if o.open),
        "act": tuple(Choice(act, texts.deed(act, look.language)) for act in ACTS),
    }
