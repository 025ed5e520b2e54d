"""The calendar: neither a mediator nor a room is booked twice at the same time, whoever comes first."""

import asyncio
from datetime import datetime, timedelta
from itertools import count

import asyncpg

from casebook import bookings
from domain.base import CENTRE_ZONE
from domain.mediation.rooms import Why
from domain.mediation.sessions import Booking
from domain.words import Room

_days = count(1)


def booking(day: datetime, mediator: str = "m-1", ref: str = "s1", minutes: int = 60) -> Booking:
    ends = day + timedelta(minutes=minutes)
    return Booking(ref=ref, mediator=mediator, kind=Room.ORDINARY, room=None, wished=None, starts=day, ends=ends)


def fresh() -> datetime:
    """Nine in the morning of a day that no other test knows."""
    return datetime(2030, 1, 1, 9, tzinfo=CENTRE_ZONE) + timedelta(days=next(_days))


async def book(pool: asyncpg.Pool, case: str, wanted: Booking, room: str | None, drill: bool = False) -> Why | None:
    return await bookings.book(pool, case, wanted, room, drill=drill)


async def test_a_mediator_and_a_room_are_taken_once(pool: asyncpg.Pool) -> None:
    day = fresh()
    assert await book(pool, "case-1", booking(day), "room-1") is None
    assert await book(pool, "case-2", booking(day + timedelta(minutes=30)), "room-2") is Why.MEDIATOR
    assert await book(pool, "case-2", booking(day + timedelta(minutes=30), "m-2"), "room-1") is Why.ROOM
    assert await book(pool, "case-2", booking(day + timedelta(minutes=60)), "room-1") is None


async def test_the_same_booking_again_changes_nothing_and_a_moved_one_moves(pool: asyncpg.Pool) -> None:
    day = fresh()
    for _ in range(2):
        assert await book(pool, "case-3", booking(day), "room-1") is None
    later = day + timedelta(hours=2)
    assert await book(pool, "case-3", booking(later), "room-1") is None
    found = await bookings.entries(pool, day, day + timedelta(hours=8))
    assert [(one.case, one.starts) for one in found] == [("case-3", later)]


async def test_online_talks_take_no_room_and_a_drill_takes_nobodys_time(pool: asyncpg.Pool) -> None:
    day = fresh()
    assert await book(pool, "case-4", booking(day, "m-1"), None) is None
    assert await book(pool, "case-5", booking(day, "m-2"), None) is None
    assert await book(pool, "case-6", booking(day, "m-1"), "room-1", drill=True) is None
    assert len(await bookings.entries(pool, day, day + timedelta(hours=1))) == 2


async def test_what_a_case_needs_no_more_is_free_again(pool: asyncpg.Pool) -> None:
    day = fresh()
    await book(pool, "case-7", booking(day), "room-1")
    await bookings.keep_only(pool, "case-7", [])
    assert await book(pool, "case-8", booking(day), "room-1") is None


async def test_of_many_at_once_exactly_one_gets_the_room(pool: asyncpg.Pool) -> None:
    day = fresh()
    wanted = [book(pool, f"case-r{n}", booking(day, f"m-r{n}"), "room-1") for n in range(20)]
    found = await asyncio.gather(*wanted)
    assert sorted(map(str, found)) == ["None", *["room"] * 19]
