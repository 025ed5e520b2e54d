"""Desks and lists: what waits for whoever has signed in, the most urgent first."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

import texts
from casebook import bookings, saved_filters
from casebook.bookings import Entry
from casebook.health import SOON
from casebook.inbox import TaskFilter
from casebook.lists import CaseFilter, CaseOrder
from casebook.saved_filters import SavedFilter
from client.mediators import loads
from console import reading
from console.look import SECURITY, Look, to
from console.many_pages import offered
from domain.base import CENTRE_ZONE
from domain.refusal import PARTIES, Problem, Refused
from domain.views.waiting import WaitedFor
from domain.words import Agency, CaseClass, Phase, Role

_GROWS: Final = ("done", "closed")
"""Tabs that only grow: nobody waits for their number."""
_FILTERED: Final = ("/inquiries", "/cases")
_NAME: Final = 40
_QUERY: Final = 1000
_WEEK: Final = timedelta(days=7)
_PAYMENTS: Final = (
    WaitedFor.INSTALMENT,
    WaitedFor.OVERDUE_INSTALMENT,
    WaitedFor.DEMANDED_PAYMENT,
    WaitedFor.LATE_FEE,
)
"""What a case waits for while money is to come."""


async def desk(look: Look) -> Response:
    """What waits for the one who has signed in, the most urgent first."""
    actor = look.visitor.actor
    if actor.role in PARTIES:
        several = len(await look.door.own_cases(look.visitor)) > 1
        return to("/mine") if several else to(f"/cases/{look.visitor.scope}")
    if actor.role is Role.OFFICER:
        return await inquiries(look)
    return await (queues(look) if actor.role is Role.SUPERVISOR else cases(look))


async def queues(look: Look) -> Response:
    """How every queue stands, each number with the list behind it."""
    drill = {"drill": True, "earnest": False}.get(look.request.query_params.get("of", ""))
    return look.page("queues.html", health=await reading.queues(look.door, look.visitor, drill=drill))


async def mediators(look: Look) -> Response:
    """How busy the mediators are, and who is on duty or away today."""
    drill = look.request.query_params.get("of") == "drill"
    queues = await reading.queues(look.door, look.visitor, drill=drill)
    today = datetime.now(CENTRE_ZONE).date()
    return look.page("mediators.html", loads=loads(look.door.rules.tables.roster, queues.mediators, today))


async def inquiries(look: Look) -> Response:
    """An agency's inquiries: to be claimed, mine, all, late, done; with how many there are of each."""
    query, actor, now = look.request.query_params, look.visitor.actor, datetime.now(UTC)
    said = _said(query, ("employer", "agency", "officer", "case_class", "text"))
    tabs: dict[str, dict[str, Any]] = {
        "open": {"state": "offered"},
        "mine": {"officer": actor.id},
        "waiting": {"waiting": True},
        "agency": {},
        "late": {"due_until": now},
        "soon": {"due_from": now, "due_until": now + SOON},
        "records-away": {"records_away": True},
        "done": {"state": "done"} | ({"officer": actor.id} if actor.role is Role.OFFICER else {}),
    }
    if actor.role is Role.SUPERVISOR:
        del tabs["mine"]
    wanted = {name: _filter(TaskFilter, said | own) for name, own in tabs.items()}
    counts = await _counted(look, wanted)
    chosen = _chosen(query, wanted, "open")
    page = _filter(TaskFilter, said | tabs[chosen] | _after(query))
    lines = await reading.inquiries(look.door, look.visitor, page)
    last = lines[-1].key if len(lines) == page.limit else None
    return look.page(
        "inquiries.html",
        acts=offered(look, "inquiries"),
        saved=await look.saved(),
        orders=await reading.orders(look.door, look.visitor) if actor.role is Role.OFFICER else (),
        tabs=counts,
        chosen=chosen,
        lines=lines,
        said=said,
        agencies=list(Agency),
        classes=list(CaseClass),
        query=urlencode(said),
        more=_more(query, last),
    )


async def cases(look: Look) -> Response:
    """Cases, with the tabs that a supervisor looks at; found by number (typed, or read from its QR code by a scanner),
    employer, phase, class or mediator.
    """
    query, now = look.request.query_params, datetime.now(UTC)
    if number := query.get("number"):
        return to(f"/cases/{number.strip().rpartition('/')[2]}")
    said = _said(query, ("employer", "phase", "case_class", "mediator", "waits_on", "agency", "waits_for"))
    tabs: dict[str, dict[str, Any]] = {
        "all": {"open": True, "order": CaseOrder.DUE},
        "overdue": {"due_until": now, "open": True, "order": CaseOrder.DUE},
        "week": {"due_until": now + _WEEK, "open": True, "order": CaseOrder.DUE},
        "payments": {"waits_for": _PAYMENTS, "open": True, "order": CaseOrder.DUE},
    }
    if look.visitor.actor.role is Role.SUPERVISOR:
        tabs |= {"blocked": {"blocked": True, "open": True}, "to-merge": {"to_merge": True, "open": True}}
    tabs["closed"] = {"open": False}
    asked: dict[str, Any] = said | ({"waits_for": (said["waits_for"],)} if "waits_for" in said else {})
    wanted = {name: _filter(CaseFilter, asked | own) for name, own in tabs.items()}
    parts = {name: one for name, one in wanted.items() if name not in _GROWS}
    numbers = await reading.count_cases(look.door, look.visitor, wanted["all"], list(parts.values()))
    counts = dict.fromkeys(wanted) | dict(zip(parts, numbers, strict=True))
    chosen = _chosen(query, wanted, "all")
    page = _filter(CaseFilter, asked | tabs[chosen] | _after(query))
    found = await reading.cases(look.door, look.visitor, page)
    last = found[-1].key(page.order) if len(found) == page.limit else None
    return look.page(
        "cases.html",
        acts=offered(look, "cases"),
        talks=await _talks_today(look) if look.visitor.actor.role is Role.MEDIATOR else (),
        saved=await look.saved(),
        tabs=counts,
        chosen=chosen,
        lines=found,
        said=said,
        phases=list(Phase),
        awaited=[(one, texts.say(f"waiting.for.{one}", look.language)) for one in WaitedFor],
        classes=list(CaseClass),
        query=urlencode(said),
        more=_more(query, last),
    )


async def _talks_today(look: Look) -> list[Entry]:
    """The mediator's talks of today, in earnest and in drills."""
    since = datetime.combine(datetime.now(CENTRE_ZONE).date(), time(), CENTRE_ZONE)
    pool, mediator, until = look.door.pool, look.visitor.actor.id, since + timedelta(days=1)
    both = [await bookings.entries(pool, since, until, mediator, drill=drill) for drill in (False, True)]
    return sorted((one for of in both for one in of), key=lambda one: one.starts)


async def keep_filter(look: Look) -> Response:
    """Keep the filter of a list by a name, or forget one."""
    form = await look.request.form()
    page, name = str(form.get("page", "")), str(form.get("name", "")).strip()[:_NAME]
    if page not in _FILTERED:
        raise Refused(Problem(field="page", code="refusals.message.unknown", params={"known": ", ".join(_FILTERED)}))
    if not name:
        raise Refused(Problem(field="name", code="input.missing"))
    if form.get("forget"):
        await saved_filters.drop(look.door.pool, look.owner, page, name)
        return to(page)
    known = parse_qsl(str(form.get("query", ""))[:_QUERY])
    query = urlencode([(field, value) for field, value in known if field not in ("after", "done")])
    await saved_filters.save(look.door.pool, look.door.vault, look.owner, page, SavedFilter(name, query))
    return RedirectResponse(f"{page}?{query}", HTTPStatus.SEE_OTHER, SECURITY)


def _said(query: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: query[name].strip() for name in names if query.get(name, "").strip()}


def _filter(model: Any, said: Mapping[str, Any]) -> Any:
    """A filter as an address says it; what none of its kind can be is left out."""
    try:
        return model.model_validate(dict(said))
    except ValidationError as error:
        wrong = {str(one["loc"][0]) for one in error.errors()}
        return model.model_validate({name: value for name, value in said.items() if name not in wrong})


async def _counted(look: Look, wanted: Mapping[str, TaskFilter]) -> dict[str, int | None]:
    """How many inquiries each tab has; None for what only grows."""
    asked = {name: one for name, one in wanted.items() if name not in _GROWS}
    counts = await asyncio.gather(*(reading.count_inquiries(look.door, look.visitor, one) for one in asked.values()))
    return dict.fromkeys(wanted) | dict(zip(asked, counts, strict=True))


def _chosen(query: Mapping[str, str], tabs: Mapping[str, Any], usual: str) -> str:
    return chosen if (chosen := query.get("show", usual)) in tabs else usual


def _after(query: Mapping[str, str]) -> dict[str, list[str]]:
    """Behind which line a page begins, as the link to it says."""
    return {"after": query["after"].split("|")} if query.get("after") else {}


def _more(query: Mapping[str, str], last: tuple[Any, ...] | None) -> str | None:
    """The address of the next page."""
    if last is None:
        return None
    key = "|".join((last[0].isoformat(), *map(str, last[1:])))
    return "?" + urlencode({**{name: value for name, value in query.items() if name != "done"}, "after": key})
