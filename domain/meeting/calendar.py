"""When the joint meeting meets, and who sits in it (``tables/meetings.yaml``)."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from domain.base import CENTRE_ZONE, Instant, Model, Ref, Text
from domain.deadlines.calendar import Calendar
from domain.meeting.messages import MeetingKind, Member
from domain.rules.rule_table import bad, read_table
from domain.words import Agency
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "meetings.yaml"
_DAY: Final = timedelta(days=1)
InOffice = Callable[[Agency, Ref, date], bool]


class Regular(Model):
    """On which days of the month, by the centre's clocks."""

    weeks: Annotated[frozenset[Annotated[int, Field(ge=1, le=5)]], Field(min_length=1)]
    weekday: Annotated[int, Field(ge=1, le=7)]
    """From Monday, 1."""
    at: time

    def falls_on(self, day: date) -> bool:
        """Whether the calendar names this day; it may be a day off."""
        return day.isoweekday() == self.weekday and (day.day + 6) // 7 in self.weeks


class Before(Model):
    """So many working days before each regular meeting."""

    days_before: Annotated[int, Field(ge=1, le=20)]
    at: time


class Within(Model):
    """Within so many working days of the call."""

    within_days: Annotated[int, Field(ge=0, le=10)]
    at: time


class Seat(Model):
    """Who sits for an agency, and who in their stead."""

    agency: Agency
    member: Ref
    deputy: Ref | None = None


class Planned(Model):
    """A meeting as the calendar has it: what calls it but for its name."""

    kind: MeetingKind
    starts: Instant
    place: Text
    chair: Ref
    recorder: Ref
    members: tuple[Member, ...]


class MeetingTable(Model):
    """The centre's calendar of meetings."""

    source: str
    verified: bool
    place: Text
    chair: Ref
    """One of the members; where they are away, their deputy chairs."""
    recorder: Ref
    regular: Regular
    liaison: Before
    urgent: Within
    late_share: Annotated[float, Field(gt=0, le=1)]
    """Of the term that a case waits for: beyond it the case comes on the agenda."""
    seats: Annotated[tuple[Seat, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _chaired(self) -> Self:
        if self.chair not in {seat.member for seat in self.seats}:
            raise bad("no_seat_of_chair", chair=self.chair)
        return self

    def coming(self, now: datetime, calendar: Calendar, in_office: InOffice, count: int) -> tuple[Planned, ...]:
        """The next regular and liaison meetings, the first one first."""
        found = (one for day in self._regular_days(now, calendar) for one in self._around(day, calendar))
        later = (one for one in found if one[1] > now)
        first = sorted(itertools.islice(later, 2 * count), key=lambda one: one[1])[:count]
        return tuple(self._planned(kind, starts, in_office) for kind, starts in first)

    def next(self, kind: MeetingKind, now: datetime, calendar: Calendar, in_office: InOffice) -> Planned:
        """The next meeting of a kind; an urgent one as soon as it may be."""
        if kind is MeetingKind.URGENT:
            today = now.astimezone(CENTRE_ZONE).date()
            days = itertools.count(self.urgent.within_days)
            starts = (_at(calendar.add_working_days(today, count), self.urgent.at) for count in days)
            return self._planned(kind, next(at for at in starts if at > now), in_office)
        found = (one for day in self._regular_days(now, calendar) for one in self._around(day, calendar))
        return self._planned(kind, next(at for which, at in found if which is kind and at > now), in_office)

    def _regular_days(self, now: datetime, calendar: Calendar) -> Iterator[date]:
        """Days of regular meetings, from well before today: one that was moved may still be to come."""
        first = now.astimezone(CENTRE_ZONE).date() - 31 * _DAY
        named = (day for day in (first + n * _DAY for n in itertools.count()) if self.regular.falls_on(day))
        return map(calendar.next_working_day, named)

    def _around(self, day: date, calendar: Calendar) -> Iterator[tuple[MeetingKind, datetime]]:
        yield MeetingKind.LIAISON, _at(calendar.add_working_days(day, -self.liaison.days_before), self.liaison.at)
        yield MeetingKind.REGULAR, _at(day, self.regular.at)

    def _planned(self, kind: MeetingKind, starts: datetime, in_office: InOffice) -> Planned:
        day = starts.astimezone(CENTRE_ZONE).date()
        members = {
            seat.member: Member(agency=seat.agency, member=seat.deputy, deputy=True)
            if seat.deputy and not in_office(seat.agency, seat.member, day)
            else Member(agency=seat.agency, member=seat.member)
            for seat in self.seats
        }
        return Planned(
            kind=kind,
            starts=starts,
            place=self.place,
            chair=members[self.chair].member,
            recorder=self.recorder,
            members=tuple(members.values()),
        )


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, CENTRE_ZONE)


def meeting_table(file: Path | None = None) -> MeetingTable:
    """The shipped table, or one from a file. Raises TableError, OSError."""
    return read_table(file or _TABLE, MeetingTable)
