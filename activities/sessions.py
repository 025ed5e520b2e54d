"""The calendar of talks: keeps times for mediators and rooms, and finds others where they are taken."""

from collections.abc import Sequence
from datetime import timedelta

import asyncpg
from temporalio import activity

from casebook import bookings
from domain.base import Ref
from domain.mediation.rooms import OFFERED, FreeTime, RoomTable, Span, Why
from domain.mediation.sessions import Booking, BookingRequest, Calendar, Clash, Placed
from runtime.rules import Rules


class SessionService:
    """The centre's calendar."""

    def __init__(self, pool: asyncpg.Pool, rules: Rules) -> None:
        self._pool, self._rules = pool, rules

    @activity.defn(name="sessions.settle")
    async def settle(self, request: BookingRequest) -> Calendar:
        """Keep what a case asks for, and nothing else of it. What can't be kept is told with the next free times."""
        await bookings.keep_only(self._pool, request.case, [one.ref for one in request.bookings])
        placed, clashes = [], []
        for booking in request.bookings:
            found = await self._place(request, booking)
            if isinstance(found, Placed):
                placed.append(found)
            else:
                clashes.append(await self._clash(request, booking, found))
        await bookings.keep_only(self._pool, request.case, [one.ref for one in placed])
        rooms = self._rules.tables.rooms
        decision = self._rules.deadline("recusal-decision", request.now, request.jurisdiction)
        return Calendar(
            placed=tuple(placed),
            clashes=tuple(clashes),
            absences=rooms.absences,
            decide_by=decision.due_at if request.challenged else None,
            summons=rooms.summons,
        )

    async def _place(self, request: BookingRequest, booking: Booking) -> Placed | Why:
        table, tables = self._rules.tables.rooms, self._rules.tables
        if not table.open_at(Span(starts=booking.starts, ends=booking.ends), tables.calendar.is_working_day):
            return Why.CLOSED
        why = Why.NO_ROOM
        for room in self._rooms(request, booking):
            taken = await bookings.book(self._pool, request.case, booking, room, drill=request.drill)
            if taken is None:
                reply = self._rules.deadline("invitation-reply", request.now, request.jurisdiction)
                return Placed(ref=booking.ref, room=room, reply_until=min(reply.due_at, booking.starts))
            why = taken
            if taken is Why.MEDIATOR:
                break
        return why

    def _rooms(self, request: BookingRequest, booking: Booking) -> Sequence[Ref | None]:
        """The room that is kept already, the one wished for, or all that serve, the nearest first."""
        table = self._rules.tables.rooms
        if booking.room is not None:
            return [booking.room]
        if booking.wished is not None:
            return [booking.wished] if table.knows(booking.wished, booking.kind) else []
        return _nearest(table, request, booking)

    async def _clash(self, request: BookingRequest, booking: Booking, why: Why) -> Clash:
        return Clash(ref=booking.ref, why=why, free=await self.free(request, booking))

    async def free(self, request: BookingRequest, booking: Booking, at_most: int = OFFERED) -> tuple[FreeTime, ...]:
        """The next times at which the mediator and a room of the kind are free."""
        tables, since = self._rules.tables, max(request.now, booking.starts - timedelta(days=1))
        until = since + timedelta(days=7 * tables.rooms.search_days)
        found = await bookings.entries(self._pool, since, until, drill=request.drill)
        rooms = _nearest(tables.rooms, request, booking)
        length: timedelta = booking.ends - booking.starts
        return tables.rooms.free(
            rooms,
            {room: bookings.spans([one for one in found if one.room == room and room is not None]) for room in rooms},
            bookings.spans([one for one in found if one.mediator == booking.mediator]),
            since,
            int(length.total_seconds() // 60),
            tables.calendar.is_working_day,
            at_most,
        )


def _nearest(table: RoomTable, request: BookingRequest, booking: Booking) -> Sequence[Ref | None]:
    trades = () if booking.trade is None else (booking.trade,)
    return table.for_talks(booking.kind, trades, request.district)
