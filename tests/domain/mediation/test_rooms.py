"""Free times: within the hours of working days, where neither mediator nor room is taken."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.base import CENTRE_ZONE
from domain.mediation.rooms import Span, room_table
from domain.words import Room

TABLE = room_table()
MONDAY = datetime(2026, 11, 23, 8, tzinfo=CENTRE_ZONE)


def weekday(day: date) -> bool:
    return day.weekday() < 5


def span(start: str, minutes: int = 90) -> Span:
    at = datetime.fromisoformat(f"2026-11-{start}+08:00")
    return Span(starts=at, ends=at + timedelta(minutes=minutes))


def test_talks_lie_within_the_hours_of_a_working_day() -> None:
    assert TABLE.open_at(span("23T10:30"), weekday)
    assert not TABLE.open_at(span("23T11:00"), weekday)  # It would last into the break at noon.
    assert not TABLE.open_at(span("28T09:00"), weekday)  # A Saturday.
    assert TABLE.open_at(Span(starts=datetime(2026, 11, 23, 1, tzinfo=UTC), ends=datetime(2026, 11, 23, 2, tzinfo=UTC)), weekday)  # fmt: skip  # noqa: E501


def test_the_next_free_times_pass_over_what_is_taken() -> None:
    busy = [span("23T09:00", 60)]
    found = TABLE.free(["room-1"], {"room-1": [span("23T10:00", 60)]}, busy, MONDAY, 60, weekday)
    assert [f"{one.starts:%d %H:%M}" for one in found] == ["23 11:00", "23 14:00", "23 14:30"]
    second = TABLE.free(["room-1", "room-2"], {"room-1": [span("23T10:00", 60)]}, busy, MONDAY, 60, weekday)
    assert [(f"{one.starts:%H:%M}", one.room) for one in second][:2] == [("10:00", "room-2"), ("10:30", "room-2")]


def test_nothing_is_free_where_no_room_serves_and_online_needs_none() -> None:
    assert TABLE.free([], {}, [], MONDAY, 60, weekday) == ()
    online = TABLE.free(TABLE.for_talks(Room.ONLINE), {}, [], MONDAY, 60, weekday)
    assert [(f"{one.starts:%H:%M}", one.room) for one in online] == [("09:00", None), ("09:30", None), ("10:00", None)]


def test_the_model_worker_room_of_the_trade_and_then_of_the_district_comes_first() -> None:
    assert TABLE.for_talks(Room.MODEL_WORKER, trades=["steel"])[0] == "model-worker-steel"
    assert TABLE.for_talks(Room.MODEL_WORKER, district="371102")[0] == "model-worker-port"
    assert TABLE.for_talks(Room.MODEL_WORKER)[0] == "model-worker-home"


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(15, 180)), max_size=12),
    st.integers(15, 180),
    st.integers(0, 3000),
)
def test_whatever_is_offered_is_open_and_free(taken: list[tuple[int, int]], minutes: int, after: int) -> None:
    since = MONDAY + timedelta(minutes=after)
    spans = [
        Span(starts=MONDAY + timedelta(minutes=start), ends=MONDAY + timedelta(minutes=start + length))
        for start, length in taken
    ]
    for one in TABLE.free(["room-1"], {"room-1": spans[::2]}, spans[1::2], since, minutes, weekday):
        offered = Span(starts=one.starts, ends=one.starts + timedelta(minutes=minutes))
        assert one.starts > since and TABLE.open_at(offered, weekday)
        assert not any(offered.meets(other) for other in spans)
