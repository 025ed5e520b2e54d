"""The calendar of mediators and rooms."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

import asyncpg

from domain.base import Model, Ref
from domain.mediation.rooms import Span, Why
from domain.mediation.sessions import Booking

_BOOK: Final = """
insert into booking ("case", ref, mediator, room, during, calendar) values ($1, $2, $3, $4, tstzrange($5, $6), $7)
on conflict ("case", ref) do update
set mediator = excluded.mediator, room = excluded.room, during = excluded.during
"""
_TAKEN_BY: Final = {"mediator_is_free": Why.MEDIATOR, "room_is_free": Why.ROOM}


class Entry(Model):
    """A line of the calendar."""

    case: Ref
    ref: Ref
    mediator: Ref
    room: Ref | None
    starts: datetime
    ends: datetime


async def book(pool: asyncpg.Pool, case: str, booking: Booking, room: Ref | None, *, drill: bool) -> Why | None:
    """Keep a time for a mediator and a room; None when it is kept, else who or what is taken. Again changes nothing."""
    times = booking.starts, booking.ends
    try:
        await pool.execute(_BOOK, case, booking.ref, booking.mediator, room, *times, _calendar(drill))
    except asyncpg.ExclusionViolationError as clash:
        return _TAKEN_BY[str(clash.constraint_name)]
    return None


def _calendar(drill: bool) -> str:
    return "drill" if drill else "real"


async def keep_only(pool: asyncpg.Pool, case: str, refs: Collection[str]) -> None:
    """Whatever else is kept for a case is free again."""
    await pool.execute('delete from booking where "case" = $1 and ref <> all($2)', case, list(refs))


async def entries(
    pool: asyncpg.Pool,
    since: datetime,
    until: datetime,
    mediator: Ref | None = None,
    room: Ref | None = None,
    *,
    drill: bool = False,
) -> list[Entry]:
    """What is booked between two instants, in order of time."""
    rows = await pool.fetch(
        """select "case", ref, mediator, room, lower(during) as starts, upper(during) as ends from booking
        where during && tstzrange($1, $2) and ($3::text is null or mediator = $3) and ($4::text is null or room = $4)
            and calendar = $5
        order by lower(during), room, "case", ref""",
        since,
        until,
        mediator,
        room,
        _calendar(drill),
    )
    return [Entry.model_validate(dict(row)) for row in rows]


def spans(found: Iterable[Entry]) -> list[Span]:
    """The times of entries."""
    return [Span(starts=one.starts, ends=one.ends) for one in found]
