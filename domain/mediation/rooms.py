"""Rooms for talks and their hours: which free time suits a mediator and a kind of room (``tables/rooms.yaml``)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from domain.base import CENTRE_ZONE, Instant, Model, Ref
from domain.grid.early_warning import District
from domain.rules.rule_table import read_table
from domain.words import Room
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "rooms.yaml"
OFFERED: Final = 3
"""Free times that are told to whom no place could be given."""


class Span(Model):
    """Somebody or something is taken, from and until."""

    starts: Instant
    ends: Instant

    def meets(self, other: "Span") -> bool:
        """Whether the two have an instant in common."""
        return self.starts < other.ends and other.starts < self.ends


class Hours(Model):
    """Part of a working day, by the centre's clocks."""

    opens: Annotated[time, Field(alias="from")]
    closes: Annotated[time, Field(alias="until")]


class RoomRow(Model):
    """A room, what kinds of talks it serves, and whom it lies near."""

    id: Ref
    kinds: frozenset[Room]
    trades: frozenset[str] = frozenset()
    districts: frozenset[District] = frozenset()


class FreeTime(Model):
    """A time at which a mediator and a room are free."""

    starts: Instant
    room: Ref | None
    """None for talks online."""


class Why(StrEnum):
    """Why talks can't be held as asked."""

    CLOSED = "closed"
    MEDIATOR = "mediator"
    ROOM = "room"
    NO_ROOM = "no-room"


class RoomTable(Model):
    """Every room and the hours of them all."""

    source: str
    verified: bool
    hours: Annotated[tuple[Hours, ...], Field(min_length=1)]
    slot_minutes: Annotated[int, Field(ge=5)]
    search_days: Annotated[int, Field(ge=1)]
    absences: Annotated[int, Field(ge=1)]
    summons: Annotated[int, Field(ge=0)]
    rooms: tuple[RoomRow, ...]

    def open_at(self, span: Span, working: Callable[[date], bool]) -> bool:
        """Whether talks lie within the hours of a working day."""
        starts, ends = span.starts.astimezone(CENTRE_ZONE), span.ends.astimezone(CENTRE_ZONE)
        return (
            starts.date() == ends.date()
            and working(starts.date())
            and any(part.opens <= starts.time() and ends.time() <= part.closes for part in self.hours)
        )

    def for_talks(self, kind: Room, trades: Collection[str] = (), district: str | None = None) -> list[Ref | None]:
        """The rooms that serve a kind of talks, the nearest to trade and place first; [None] for talks online."""
        if kind is Room.ONLINE:
            return [None]
        serving = [row for row in self.rooms if kind in row.kinds]
        return [
            row.id
            for row in sorted(
                serving, key=lambda row: (not row.trades & set(trades), district not in row.districts, bool(row.trades))
            )
        ]

    def knows(self, room: Ref, kind: Room) -> bool:
        """Whether a room serves a kind of talks."""
        return any(row.id == room and kind in row.kinds for row in self.rooms)

    def free(
        self,
        rooms: Sequence[Ref | None],
        taken: Mapping[Ref | None, Sequence[Span]],
        busy: Sequence[Span],
        after: datetime,
        minutes: int,
        working: Callable[[date], bool],
        at_most: int = OFFERED,
    ) -> tuple[FreeTime, ...]:
        """The next times at which the mediator is not ``busy`` and one of the rooms is not ``taken``."""
        found: list[FreeTime] = []
        for span in self._slots(after, minutes, working):
            if any(span.meets(one) for one in busy):
                continue
            room = next((r for r in rooms if not any(span.meets(one) for one in taken.get(r, ()))), ...)
            if room is not ...:
                found.append(FreeTime(starts=span.starts, room=room))
            if len(found) == at_most:
                break
        return tuple(found)

    def _slots(self, after: datetime, minutes: int, working: Callable[[date], bool]) -> Iterator[Span]:
        day, left = after.astimezone(CENTRE_ZONE).date(), self.search_days
        while left > 0:
            if working(day):
                left -= 1
                for part in self.hours:
                    yield from self._within(day, part, after, minutes)
            day += timedelta(days=1)

    def _within(self, day: date, part: Hours, after: datetime, minutes: int) -> Iterator[Span]:
        starts = datetime.combine(day, part.opens, CENTRE_ZONE)
        until = datetime.combine(day, part.closes, CENTRE_ZONE)
        while (ends := starts + timedelta(minutes=minutes)) <= until:
            if starts > after:
                yield Span(starts=starts, ends=ends)
            starts += timedelta(minutes=self.slot_minutes)


def room_table(file: Path | None = None) -> RoomTable:
    """The shipped table, or one from a file. Raises TableError, OSError."""
    return read_table(file or _TABLE, RoomTable)
