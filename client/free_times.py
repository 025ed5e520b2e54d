"""When the mediator of a case and a room for its talks are free."""

from datetime import timedelta

from activities.sessions import SessionService
from client.connection import Link
from domain.mediation.rooms import OFFERED, FreeTime
from domain.mediation.sessions import Booking, BookingRequest
from domain.views.case_view import CaseView
from domain.words import Room
from runtime.rules import Rules


async def free_times(
    at: Link, rules: Rules, view: CaseView, kind: Room, minutes: int, trade: str | None = None, at_most: int = OFFERED
) -> tuple[FreeTime, ...]:
    """The next of them, from the case's tomorrow on. ``trade``: whose model workers' room is wanted."""
    starts = view.now + timedelta(days=1)
    wanted = Booking(
        ref="free",
        mediator=view.mediator or "-",
        kind=kind,
        room=None,
        wished=None,
        starts=starts,
        ends=starts + timedelta(minutes=minutes),
        trade=trade,
    )
    asked = BookingRequest(
        case=view.case, drill=view.drill, now=view.now, jurisdiction="CN", district=None, bookings=(wanted,)
    )
    return await SessionService(at.pool, rules).free(asked, wanted, at_most)
