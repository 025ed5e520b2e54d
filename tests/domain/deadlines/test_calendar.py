"""Working days: real years by hand, provisional years, notices of the centre's own."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.deadlines.calendar import LAST_NOTICE, Calendar, DayKind, Notice, OutsideCalendar

OFFICIAL = Calendar()
DAYS = st.dates(date(2005, 1, 1), date(2030, 12, 31))


def span(first: str, last: str) -> set[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + timedelta(days=n) for n in range((end - start).days + 1)}


def notice(year: int = 2027, **changes: Any) -> Notice:
    """An invented notice of 2027: Spring Festival 5-11 February, worked on Sunday 31 January."""
    return Notice(
        **{
            "year": year,
            "source": "虚构通知",
            "holidays": span("2027-01-01", "2027-01-03") | span("2027-02-05", "2027-02-11"),
            "working_days_in_lieu": {date(2027, 1, 31)},
        }
        | changes
    )


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2024-02-09", DayKind.WORKING),  # New Year's Eve was worked in 2024
        ("2024-02-10", DayKind.HOLIDAY),
        ("2024-02-18", DayKind.IN_LIEU),
        ("2024-02-24", DayKind.WEEKEND),
        ("2025-01-26", DayKind.IN_LIEU),
        ("2025-10-08", DayKind.HOLIDAY),
        ("2025-10-11", DayKind.IN_LIEU),
        ("2026-01-04", DayKind.IN_LIEU),
        ("2026-02-28", DayKind.IN_LIEU),
        ("2026-10-07", DayKind.HOLIDAY),
        ("2018-12-29", DayKind.IN_LIEU),  # exchanged by the notice of 2019
        ("2018-12-31", DayKind.HOLIDAY),
    ],
)
def test_real_days_are_what_the_notices_say(day: str, kind: DayKind) -> None:
    assert OFFICIAL.kind(date.fromisoformat(day)) is kind


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_real_years_have_their_working_days(year: int, days: int) -> None:
    assert OFFICIAL.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == days


def test_the_notice_of_2025_copied_by_hand_says_what_the_library_says() -> None:
    copied = Notice(
        year=2025,
        source="国办发明电〔2024〕12号",
        holidays=frozenset(
            {date(2025, 1, 1)}
            | span("2025-01-28", "2025-02-04")
            | span("2025-04-04", "2025-04-06")
            | span("2025-05-01", "2025-05-05")
            | span("2025-05-31", "2025-06-02")
            | span("2025-10-01", "2025-10-08")
        ),
        working_days_in_lieu=frozenset(
            {date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11)}
        ),
    )
    ours = Calendar([copied])
    for day in sorted(span("2025-01-01", "2025-12-31")):
        assert ours.kind(day) is OFFICIAL.kind(day)


@pytest.mark.parametrize(
    ("day", "count", "lands"),
    [
        ("2024-02-09", 1, "2024-02-18"),  # over the Spring Festival onto a Sunday worked in lieu
        ("2024-02-09", 2, "2024-02-19"),
        ("2025-09-30", 3, "2025-10-11"),  # 9, 10 and Saturday 11 October
        ("2026-02-13", 2, "2026-02-24"),  # Saturday 14 February is worked
        ("2024-02-28", 2, "2024-03-01"),  # 29 February counts
        ("2025-10-10", -3, "2025-09-29"),
        ("2025-10-05", 0, "2025-10-05"),
    ],
)
def test_working_days_are_added_by_hand(day: str, count: int, lands: str) -> None:
    assert OFFICIAL.add_working_days(date.fromisoformat(day), count) == date.fromisoformat(lands)


def test_a_span_that_touches_a_year_without_notice_is_provisional_from_either_side() -> None:
    assert OFFICIAL.is_provisional(date(2026, 12, 1), date(2027, 1, 4))
    assert OFFICIAL.is_provisional(date(2027, 1, 4), date(2026, 12, 1))
    only_2028 = Calendar([notice(2028, holidays={date(2028, 1, 1)}, working_days_in_lieu=frozenset())])
    assert not only_2028.is_provisional(date(2028, 5, 1))
    assert only_2028.is_provisional(date(2026, 5, 1), date(2028, 5, 1))


def test_a_loaded_notice_settles_its_year(tmp_path: Path) -> None:
    (tmp_path / "notice-2027.yaml").write_text(
        "year: 2027\nsource: 虚构通知\nholidays: [2027-01-01, 2027-02-08]\nworking_days_in_lieu: [2027-01-31]\n"
    )
    calendar = Calendar.load(tmp_path)
    assert not calendar.is_provisional(date(2027, 6, 1))
    assert not calendar.is_working_day(date(2027, 2, 8))
    assert calendar.is_working_day(date(2027, 1, 31))
    assert calendar.is_working_day(date(2027, 10, 1)), "the notice stands alone: it names no holiday in October"


def test_a_later_folder_wins(tmp_path: Path) -> None:
    for name, holiday in (("a", "2027-02-08"), ("b", "2027-02-09")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "notice-2027.yaml").write_text(
            f"year: 2027\nsource: x\nholidays: [{holiday}]\nworking_days_in_lieu: []\n"
        )
    calendar = Calendar.load(tmp_path / "a", tmp_path / "b")
    assert calendar.is_working_day(date(2027, 2, 8))
    assert not calendar.is_working_day(date(2027, 2, 9))


def test_a_notice_may_exchange_days_of_the_december_before_it() -> None:
    calendar = Calendar(
        [
            notice(
                holidays={date(2026, 12, 31), date(2027, 1, 1)},
                working_days_in_lieu={date(2026, 12, 27)},
            )
        ]
    )
    assert not calendar.is_working_day(date(2026, 12, 31))
    assert calendar.is_working_day(date(2026, 12, 27))


@pytest.mark.parametrize(
    "changes",
    [
        {"holidays": frozenset()},
        {"holidays": {date(2028, 5, 1)}},
        {"working_days_in_lieu": {date(2027, 2, 6)}},  # a holiday too
        {"working_days_in_lieu": {date(2027, 3, 1)}},  # a Monday
        {"source": " "},
    ],
)
def test_a_notice_that_cannot_be_one_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        notice(**changes)


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2003, 12, 31), "deadlines.before-calendar"), (date(2201, 1, 1), "deadlines.beyond-calendar")],
)
def test_outside_the_calendar_it_refuses(day: date, code: str) -> None:
    with pytest.raises(OutsideCalendar) as refusal:
        OFFICIAL.is_working_day(day)
    assert refusal.value.code == code


@given(DAYS, st.integers(0, 120))
def test_what_is_added_can_be_counted(day: date, count: int) -> None:
    assert OFFICIAL.working_days_between(day, OFFICIAL.add_working_days(day, count)) == count


@given(DAYS, st.integers(0, 120))
def test_adding_and_taking_away_comes_back_to_a_working_day(day: date, count: int) -> None:
    start = OFFICIAL.next_working_day(day)
    assert OFFICIAL.add_working_days(OFFICIAL.add_working_days(start, count), -count) == start


@given(DAYS, DAYS, st.integers(1, 60))
def test_starting_later_never_ends_earlier(one: date, other: date, count: int) -> None:
    earlier, later = sorted((one, other))
    assert OFFICIAL.add_working_days(earlier, count) <= OFFICIAL.add_working_days(later, count)


@given(DAYS, st.integers(1, 60))
def test_where_adding_lands_the_offices_are_open(day: date, count: int) -> None:
    assert OFFICIAL.is_working_day(OFFICIAL.add_working_days(day, count))
    assert OFFICIAL.is_working_day(OFFICIAL.add_working_days(day, -count))


@pytest.mark.parametrize(
    ("month", "days"),
    # The tax calendar of 2013 with day 15: 18 January, 22 February, 15 March, 18 April.
    [("2013-01", 3), ("2013-02", 7), ("2013-03", 0), ("2013-04", 3)],
)
def test_holidays_of_three_days_or_more_within_a_term_are_counted(month: str, days: int) -> None:
    first = date.fromisoformat(f"{month}-01")
    assert OFFICIAL.long_holidays(first, first.replace(day=15)) == days


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2027, "01-01 02-05 02-06 02-07 02-08 04-05 05-01 05-02 06-09 09-15 10-01 10-02 10-03"),
        (2028, "01-01 01-25 01-26 01-27 01-28 04-04 05-01 05-02 05-28 10-01 10-02 10-03"),
    ],
)
def test_a_year_without_a_notice_rests_on_the_days_that_statute_gives(year: int, days: str) -> None:
    every = span(f"{year}-01-01", f"{year}-12-31")
    off = sorted(day for day in every if OFFICIAL.kind(day) is DayKind.HOLIDAY)
    assert [f"{day:%m-%d}" for day in off] == days.split()
    assert all(map(OFFICIAL.is_provisional, every))
    assert not OFFICIAL.is_provisional(date(LAST_NOTICE, 12, 31))
