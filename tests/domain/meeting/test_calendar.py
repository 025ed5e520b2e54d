"""When the joint meeting meets by its calendar, and who sits in it."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.base import CENTRE_ZONE
from domain.deadlines.calendar import Calendar
from domain.meeting.calendar import MeetingTable, Regular, meeting_table
from domain.meeting.messages import CallMeeting, MeetingKind
from domain.words import Agency, Role
from tests import builders

TABLE = meeting_table()
CALENDAR = Calendar()
NOON = datetime(2026, 1, 5, 12, tzinfo=CENTRE_ZONE)


def everybody(agency: Agency, who: str, on: date) -> bool:
    return True


def coming(now: datetime, count: int = 4) -> list[tuple[MeetingKind, str]]:
    found = TABLE.coming(now, CALENDAR, everybody, count)
    return [(one.kind, one.starts.astimezone(CENTRE_ZONE).strftime("%Y-%m-%d %H:%M")) for one in found]


def test_the_liaison_officers_meet_five_working_days_before_the_second_thursday() -> None:
    # 8 January 2026 is the second Thursday; five working days before it lie 31 December (1 to 3 January are off, and
    # Sunday the 4th is worked in lieu: 7, 6, 5, 4 January, 31 December). That has passed on the 5th.
    assert coming(NOON) == [
        (MeetingKind.REGULAR, "2026-01-08 09:00"),
        (MeetingKind.LIAISON, "2026-02-05 14:30"),
        (MeetingKind.REGULAR, "2026-02-12 09:00"),
        (MeetingKind.LIAISON, "2026-03-05 14:30"),
    ]


def test_a_meeting_that_falls_on_a_day_off_moves_to_the_next_working_day() -> None:
    # 1 October 2026 is the first Thursday and a holiday until the 7th.
    first = TABLE.model_copy(update={"regular": Regular(weeks=frozenset({1}), weekday=4, at=TABLE.regular.at)})
    found = first.next(MeetingKind.REGULAR, datetime(2026, 9, 20, tzinfo=CENTRE_ZONE), CALENDAR, everybody)
    assert found.starts.astimezone(CENTRE_ZONE).date() == date(2026, 10, 8)


def test_a_meeting_that_was_moved_past_its_day_is_still_to_come_after_it() -> None:
    first = TABLE.model_copy(update={"regular": Regular(weeks=frozenset({1}), weekday=4, at=TABLE.regular.at)})
    found = first.next(MeetingKind.REGULAR, datetime(2026, 10, 3, tzinfo=CENTRE_ZONE), CALENDAR, everybody)
    assert found.starts.astimezone(CENTRE_ZONE).date() == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("now", "starts"),
    [
        (datetime(2026, 1, 5, 12, tzinfo=CENTRE_ZONE), date(2026, 1, 6)),
        (datetime(2026, 1, 9, 17, tzinfo=CENTRE_ZONE), date(2026, 1, 12)),
    ],
)
def test_an_urgent_meeting_is_on_the_next_working_day(now: datetime, starts: date) -> None:
    found = TABLE.next(MeetingKind.URGENT, now, CALENDAR, everybody)
    assert found.starts.astimezone(CENTRE_ZONE).date() == starts


def test_a_deputy_sits_where_the_member_is_away_that_day() -> None:
    found = TABLE.next(MeetingKind.REGULAR, NOON, CALENDAR, lambda agency, who, on: who != "tax-head")
    seats = {one.agency: (one.member, one.deputy) for one in found.members}
    assert seats[Agency.TAX] == ("tax-01", True) and seats[Agency.LABOR] == ("lab-head", False)
    assert found.chair == "lab-head"
    assert TABLE.next(MeetingKind.REGULAR, NOON, CALENDAR, lambda agency, who, on: False).chair == "lab-01"


def test_nobody_chairs_who_has_no_seat() -> None:
    with pytest.raises(ValidationError, match="no_seat_of_chair"):
        MeetingTable.model_validate(TABLE.model_dump() | {"chair": "somebody"})


@given(
    hours=st.integers(-15_000, 35_000),
    weeks=st.frozensets(st.integers(1, 5), min_size=1),
    weekday=st.integers(1, 7),
)
def test_whatever_the_calendar_says_meetings_are_ahead_on_working_days_and_in_order(
    hours: int, weeks: frozenset[int], weekday: int
) -> None:
    at = NOON + timedelta(hours=hours)
    table = TABLE.model_copy(update={"regular": Regular(weeks=weeks, weekday=weekday, at=TABLE.regular.at)})
    found = table.coming(at, CALENDAR, everybody, 6)
    assert len(found) == 6
    starts = [one.starts for one in found]
    assert all(one > at and CALENDAR.is_working_day(one.astimezone(CENTRE_ZONE).date()) for one in starts)
    assert starts == sorted(starts)
    assert starts[0] - at < timedelta(days=130)
    for kind in (MeetingKind.REGULAR, MeetingKind.LIAISON):
        first = table.next(kind, at, CALENDAR, everybody)
        assert first.starts == next((one.starts for one in found if one.kind is kind), first.starts)


def test_what_the_calendar_plans_can_be_called_as_it_is() -> None:
    planned = TABLE.next(MeetingKind.LIAISON, NOON, CALENDAR, everybody)
    assert builders.SUPERVISOR.role is Role.SUPERVISOR
    called = CallMeeting(message_id="c", actor=builders.SUPERVISOR, **dict(planned))
    assert (called.kind, called.starts) == (MeetingKind.LIAISON, planned.starts)
