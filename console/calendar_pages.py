"""Talks by the calendar: what is booked, and when a mediator and a room are free."""

from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from pydantic import Field
from starlette.responses import Response

from casebook import bookings
from casebook.bookings import Entry
from client.free_times import free_times
from client.telling import asked
from console import reading
from console.look import Look
from domain.base import CENTRE_ZONE, Model
from domain.case.opening import Reading
from domain.case.protocol import MESSAGES
from domain.mediation.session_messages import ScheduleSession
from domain.procedure.mediation.sessions_view import SittingsView
from domain.words import Role, Room

_SHOWN: Final = timedelta(days=14)
_TIMES: Final = 24
"""Free times that a page offers: two or three days of them."""


class Wanted(Model):
    """What talks are looked for: in which room, for how many minutes."""

    kind: Room = Room.ORDINARY
    minutes: int = Field(default=90, ge=15, le=480)


async def calendar_page(look: Look) -> Response:
    """Two weeks of talks: a mediator's own, or everybody's for the supervisor."""
    actor, query = look.visitor.actor, look.request.query_params
    reading.must_be(actor, {Role.MEDIATOR, Role.SUPERVISOR})
    first = _day(query.get("since")) or datetime.now(CENTRE_ZONE).date()
    since = datetime.combine(first, time(), CENTRE_ZONE)
    mediator = actor.id if actor.role is Role.MEDIATOR else query.get("mediator") or None
    drill = query.get("of") == "drill"
    found = await bookings.entries(look.door.pool, since, since + _SHOWN, mediator, drill=drill)
    days = [(day, list(entries)) for day, entries in groupby(found, _of_day)]
    turned = {"before": first - _SHOWN, "after": first + _SHOWN}
    name = look.door.rules.tables.roster.name_of
    return look.page(
        "calendar.html", days=days, since=first, mediator=mediator or "", drill=drill, name_of=name, **turned
    )


async def free_page(look: Look) -> Response:
    """When the mediator of a case and a room are free; each time leads to the form that calls the talks."""
    reading.must_be(look.visitor.actor, MESSAGES[ScheduleSession.name].roles)
    case, query = look.request.path_params["case"], look.request.query_params
    wanted = Wanted.model_validate({name: query[name] for name in Wanted.model_fields if query.get(name)})
    seen, at = await look.case(case), look.door.link(look.visitor)
    found = await free_times(at, look.door.rules, seen, wanted.kind, wanted.minutes, at_most=_TIMES)
    told: SittingsView = await asked(at, case, "sittings", Reading(language=look.language), SittingsView)
    return look.page(
        "free.html",
        case=case,
        seen=seen,
        wanted=wanted,
        rooms=list(Room),
        times=[(one, one.starts.astimezone(CENTRE_ZONE)) for one in found],
        session=f"s{len(told.talks) + 1}",
    )


def _of_day(entry: Entry) -> date:
    return entry.starts.astimezone(CENTRE_ZONE).date()


def _day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said or "")
    except ValueError:
        return None
