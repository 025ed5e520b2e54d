"""The shipped roster stays balanced over a year."""

import pytest

from bench.roster import gini, simulate


def test_a_year_of_cases_is_shared_out_evenly_by_mediators_on_duty() -> None:
    year = simulate(3000)
    [everybody] = [shares for shares in year.shares if shares.group == "all"]
    assert everybody.mediators == 160
    assert round(everybody.mean * 160) == year.cases == year.on_duty
    assert everybody.gini < 0.12
    assert everybody.least > 0
    assert year.skills_met > 0.5


def test_the_same_year_comes_out_the_same() -> None:
    assert simulate(300).shares == simulate(300).shares
    assert simulate(300).shares != simulate(300, seed=2).shares


@pytest.mark.parametrize(
    ("counts", "expected"), [([3, 3, 3], 0.0), ([0, 0, 0, 4], 0.75), ([1, 3], 0.25), ([0, 0], 0.0)]
)
def test_the_gini_coefficient_is_0_for_equal_shares_and_grows_with_the_greatest(
    counts: list[int], expected: float
) -> None:
    assert gini(counts) == pytest.approx(expected)
