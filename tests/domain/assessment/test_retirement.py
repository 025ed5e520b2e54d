from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assessment.retirement import Who, age_rows, reached_on, retires_on
from tests.builders import complaint


@pytest.mark.parametrize(
    ("born", "who", "on"),
    [
        ("1964-12-31", "men", "2024-12-31"),  # the last day of before
        ("1965-01-01", "men", "2025-02-01"),
        ("1965-04-30", "men", "2025-05-30"),
        ("1965-05-15", "men", "2025-07-15"),
        ("1976-09-01", "men", "2039-09-01"),  # 63 years: it rises no more
        ("1990-02-28", "men", "2053-02-28"),
        ("1970-01-20", "women-55", "2025-02-20"),
        ("1975-01-20", "women-50", "2025-02-20"),
        ("1975-03-20", "women-50", "2025-05-20"),
        ("1984-11-01", "women-50", "2039-11-01"),
    ],
)
def test_the_age_rises_by_a_month_for_each_step(born: str, who: Who, on: str) -> None:
    assert reached_on(date.fromisoformat(born), who) == date.fromisoformat(on)


@given(born=st.dates(date(1940, 1, 1), date(2010, 1, 1)), who=st.sampled_from(sorted(age_rows())))
def test_it_is_reached_between_the_two_ages(born: date, who: Who) -> None:
    row, on = age_rows()[who], reached_on(born, who)
    assert row.age <= (on - born).days / 365.2425 + 0.01
    assert (on - born).days / 365.2425 <= row.until + 0.01


def test_what_the_complaint_says_goes_before_and_a_womans_age_is_not_guessed() -> None:
    [claimant] = complaint().claimants
    man = claimant.model_copy(update={"identity_number": "990000196505155013", "retires_on": None})
    assert retires_on(man) == date(2025, 7, 15)
    assert retires_on(man.model_copy(update={"retires_on": date(2025, 8, 1)})) == date(2025, 8, 1)
    assert retires_on(man.model_copy(update={"identity_number": "990000196505155021"})) is None
