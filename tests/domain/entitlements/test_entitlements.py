"""Severance, damages, double wages and wages, reckoned by hand; and what holds of them whatever the numbers are."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.entitlements.model import FACTS, Entitlement
from domain.entitlements.reckoning import reckoned
from domain.entitlements.severance import years_of
from domain.rules.parameters import MissingParameter, Parameters


@cache
def tables() -> Parameters:
    return Parameters.load()


def of(place: str = "demo", **facts: Any) -> Entitlement:
    return reckoned(FACTS.validate_python(facts), tables(), place)


@pytest.mark.parametrize(
    ("since", "until", "years"),
    [
        ("2020-01-01", "2022-12-31", "3"),
        ("2020-01-01", "2023-01-01", "3.5"),
        ("2020-01-01", "2023-06-29", "3.5"),
        ("2020-01-01", "2023-06-30", "4"),
        ("2020-01-01", "2020-01-01", "0.5"),
        ("2020-01-01", "2020-06-30", "1"),
        ("2020-02-29", "2021-02-28", "1.5"),
        ("2020-02-29", "2021-02-27", "1"),
        ("2020-08-31", "2021-02-27", "1"),
    ],
)
def test_half_a_year_counts_as_a_year_and_less_as_half_a_one(since: str, until: str, years: str) -> None:
    assert years_of(date.fromisoformat(since), date.fromisoformat(until)) == Decimal(years)


@pytest.mark.parametrize(
    ("what", "wage", "amount"),
    [
        ("severance", "6500.00", "22750.00"),  # 3.5 × 6,500
        ("severance", "1500.00", "7000.00"),  # below the minimum of 2,000
        ("severance", "18000.00", "63000.00"),  # three times the average of 6,000: not above it
        ("severance", "20000.00", "63000.00"),  # capped at 18,000
        ("dismissal", "6500.00", "45500.00"),
    ],
)
def test_a_year_of_service_is_a_months_wage_between_minimum_and_cap(what: str, wage: str, amount: str) -> None:
    found = of(what=what, since="2020-01-01", until="2023-05-31", monthly_wage=wage)
    assert found.amount == Decimal(amount)


def test_only_a_wage_above_the_cap_is_counted_for_twelve_years_at_most() -> None:
    plain = of(what="severance", since="2008-01-01", until="2025-12-31", monthly_wage="6500.00")
    high = of(what="severance", since="2008-01-01", until="2025-12-31", monthly_wage="20000.00")
    assert (plain.amount, high.amount) == (Decimal("117000.00"), Decimal("216000.00"))
    assert "years-cap" in high.rules and "years-cap" not in plain.rules


def test_service_before_2008_is_counted_by_full_years_without_a_cap() -> None:
    found = of(what="severance", since="2005-03-10", until="2009-12-31", monthly_wage="20000.00")
    assert [(str(line.rule), line.count, line.amount) for line in found.lines] == [
        ("service-before-2008", Decimal(3), Decimal("60000.00")),  # 2 years and 9 months
        ("year-of-service", Decimal(2), Decimal("36000.00")),
    ]


def test_damages_take_all_service_as_one() -> None:
    found = of(what="dismissal", since="2005-03-10", until="2009-12-31", monthly_wage="6000.00")
    assert found.amount == Decimal("60000.00")  # 4 years and 9 months: 2 × 5 × 6,000


def test_the_wage_is_the_average_of_the_last_twelve_whole_months() -> None:
    wages = [{"month": f"2024-{n:02d}", "wage": "3000.00"} for n in range(1, 7)]
    wages += [{"month": f"2024-{n:02d}", "wage": "5000.01"} for n in range(7, 13)]
    wages += [{"month": "2025-01", "wage": "900.00"}]
    found = of(what="severance", since="2020-01-01", until="2025-01-10", wages=wages)
    assert (found.monthly_wage, found.amount) == (Decimal("4000.01"), Decimal("22000.06"))  # 4,000.005 × 5.5


def test_a_months_wage_stands_in_for_notice_that_was_not_given() -> None:
    found = of(what="severance", since="2024-01-01", until="2024-12-31", monthly_wage="5000.00", notice_given=False)
    assert found.amount == Decimal("10000.00")


def test_a_place_without_its_average_wage_is_a_refusal_that_names_the_row() -> None:
    with pytest.raises(MissingParameter) as missing:
        of("CN-3711", what="severance", since="2020-01-01", until="2023-05-31", monthly_wage="5000.00")
    assert [one.name for one in missing.value.missing] == ["average-wage", "minimum-wage"]


def test_the_second_wage_runs_from_the_second_month_for_eleven_at_most() -> None:
    found = of(what="double-wage", since="2024-01-15", until="2026-01-31", monthly_wage="4350.00")
    assert [found.lines[0].of, found.lines[-1].of] == ["2024-02", "2025-01"]
    # February 15–29: 11 paid days of 200.00; ten whole months; January 1–14: 10 paid days.
    assert found.amount == Decimal("2200.00") + 10 * Decimal("4350.00") + Decimal("2000.00")


def test_a_contract_ends_the_second_wage_the_day_before() -> None:
    worked = {"what": "double-wage", "since": "2024-01-01", "until": "2025-01-31", "monthly_wage": "4350.00"}
    found = of(**worked, signed_on="2024-04-01")
    assert [(line.of, line.amount) for line in found.lines] == [
        ("2024-02", Decimal("4350.00")),
        ("2024-03", Decimal("4350.00")),
    ]
    assert not of(**worked, signed_on="2024-01-20").lines


def test_what_is_older_than_a_year_when_claimed_is_told_apart_and_not_dropped() -> None:
    found = of(
        what="double-wage", since="2024-01-01", until="2025-01-31", monthly_wage="1000.00", claimed_on="2025-06-30"
    )
    assert (found.amount, found.past_limit) == (Decimal("11000.00"), Decimal("4000.00"))  # February to May


def test_wages_are_what_was_to_come_less_what_came_and_overtime_by_the_hour() -> None:
    months = [
        {"month": "2025-01", "owed": "4350.00", "paid": "1350.00"},
        {"month": "2025-02", "owed": "4350.00", "paid": "4350.00", "overtime_workday": "8", "overtime_rest_day": "4"},
        {"month": "2025-03", "owed": "4350.00", "paid": "5000.00", "overtime_holiday": "8"},
    ]
    found = of(what="wages", months=months)
    # The hour is 25.00.
    assert [line.amount for line in found.lines] == [Decimal(x) for x in ("3000.00", "300.00", "200.00", "600.00")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": "severance", "since": "2024-02-01", "until": "2024-01-31", "monthly_wage": "1.00"},
        {"what": "severance", "since": "2024-02-01", "until": "2024-02-29"},
        {"what": "wages", "months": [{"month": "2024-01", "owed": "1.00"}] * 2},
    ],
)
def test_facts_that_say_nothing_or_two_things_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FACTS.validate_python(wrong)


DAYS = st.dates(date(2000, 1, 1), date(2030, 12, 31))
WAGES = st.integers(1, 9_999_999).map(lambda fen: Decimal(fen) / 100)


@given(DAYS, st.integers(0, 9000), st.integers(0, 400), WAGES)
def test_a_longer_employment_never_brings_less(since: date, days: int, more: int, wage: Decimal) -> None:
    for what in ("severance", "dismissal", "double-wage"):
        shorter, longer = (
            of(what=what, since=since, until=since + timedelta(days=n), monthly_wage=wage).amount
            for n in (days, days + more)
        )
        assert shorter <= longer


@given(DAYS, st.integers(0, 9000), WAGES)
def test_the_amount_is_the_sum_of_its_lines(since: date, days: int, wage: Decimal) -> None:
    found = of(what="severance", since=since, until=since + timedelta(days=days), monthly_wage=wage)
    assert found.amount == sum(line.amount for line in found.lines) and found.lines


@given(DAYS, st.integers(0, 9000), WAGES)
def test_damages_are_twice_the_severance_of_service_since_2008(since: date, days: int, wage: Decimal) -> None:
    since = max(since, date(2008, 1, 1))
    until = since + timedelta(days=days)
    plain, damages = (
        of(what=what, since=since, until=until, monthly_wage=wage).amount for what in ("severance", "dismissal")
    )
    assert damages == 2 * plain
