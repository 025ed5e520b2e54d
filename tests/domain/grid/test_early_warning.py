"""Who is warned of: whose premiums stopped long enough ago, not too long ago, and for whom people still work."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.grid.early_warning import NamedEmployer, PaidUntil, WatchTerms, early_warnings, grid_table, stoppages
from domain.words import PostKind

CODE = "91990000MA0531079N"


def paid_until(month: str, people: int = 3, code: str | None = None) -> PaidUntil:
    return PaidUntil(employer=NamedEmployer(name="虚构公司", credit_code=code), last_month=month, people=people)


def terms(today: str, least: int = 3, most: int = 12) -> WatchTerms:
    return WatchTerms(today=date.fromisoformat(today), stopped_months=least, longest_months=most)


def test_a_stop_is_counted_in_months_that_are_over() -> None:
    # Paid through May; June, July and August are missing, September may still come.
    [stop] = stoppages([paid_until("2026-05")], terms("2026-09-30"))
    assert (stop.since, stop.months, stop.people) == ("2026-06", 3, 3)
    assert stoppages([paid_until("2026-05")], terms("2026-08-31")) == ()


def test_a_stop_of_more_than_a_year_is_nothing_new() -> None:
    assert [s.months for s in stoppages([paid_until("2025-08")], terms("2026-09-01"))] == [12]
    assert stoppages([paid_until("2025-07")], terms("2026-09-01")) == ()


def test_over_the_turn_of_the_year() -> None:
    [stop] = stoppages([paid_until("2025-10")], terms("2026-02-10"))
    assert (stop.since, stop.months) == ("2025-11", 3)


def test_nobody_is_warned_of_for_whom_nobody_works_on() -> None:
    stopped = stoppages([paid_until("2026-05", 9), paid_until("2026-04", 2, CODE)], terms("2026-09-30"))
    [warning] = early_warnings(stopped, [2, 0])
    assert (warning.credit_code, warning.months, warning.workers) == (CODE, 4, 2)


def test_an_employer_without_a_name_in_the_records_is_called_by_its_code() -> None:
    nameless = PaidUntil(employer=NamedEmployer(credit_code=CODE), last_month="2026-05", people=1)
    [warning] = early_warnings(stoppages([nameless], terms("2026-09-30")), [1])
    assert warning.employer == CODE


def test_the_post_is_that_of_the_place_in_the_credit_code() -> None:
    table = grid_table()
    assert table.post_for("91990000MA0531079N").id == "park-7"
    assert table.post_for("91371103MA3C000000").id == "village-3"
    assert (table.post_for("91110000MA3C000000").id, table.post_for(None).kind) == ("centre-desk", PostKind.PARK)


@given(st.integers(0, 40), st.integers(1, 12), st.integers(0, 12))
def test_exactly_the_stops_between_the_shortest_and_the_longest_are_found(ago: int, least: int, more: int) -> None:
    months = 12 * 2026 + 8 - 1 - ago  # The last paid month, so many months before September 2026.
    last = f"{months // 12:04d}-{months % 12 + 1:02d}"
    found = stoppages([paid_until(last)], terms("2026-09-15", least, least + more))
    assert bool(found) == (least <= ago <= least + more)
    assert all(stop.months == ago for stop in found)
    first, until = terms("2026-09-15", least, least + more).last_paid
    assert (first <= last <= until) == bool(found)  # An agency is asked for no employer that is not warned of.


@pytest.mark.parametrize(
    ("since", "workers", "colour"),
    [
        ("2026-08", 3, "blue"),  # three months by November
        ("2026-07", 3, "yellow"),  # four
        ("2026-08", 20, "yellow"),  # three, but twenty people
        ("2026-05", 1, "red"),  # six
        ("2026-08", 50, "red"),
    ],
)
def test_the_colour_is_by_how_long_it_lasts_or_whom_it_hits(since: str, workers: int, colour: str) -> None:
    assert grid_table().grade(since, workers, date(2026, 11, 30)) == colour


@given(st.integers(1, 11), st.integers(1, 100), st.integers(0, 30))
def test_a_warning_never_grows_milder_while_premiums_stay_away(month: int, workers: int, later: int) -> None:
    order, table = ["blue", "yellow", "red"], grid_table()
    today = date(2026, 12, 1)
    before = table.grade(f"2026-{month:02d}", workers, today)
    after = table.grade(f"2026-{month:02d}", workers + later, today + timedelta(days=31 * later))
    assert order.index(after) >= order.index(before)
