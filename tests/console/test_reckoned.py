"""What is reckoned at the counter: numbers checked by hand, and the claim that it becomes."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from client.reckoned_at_counter import ArrearsFacts, asks_for, reckon
from domain.entitlements.model import SeveranceFacts
from domain.words import ClaimKind, InsuranceKind
from runtime.rules import Rules

D = Decimal
TABLES = Rules(Path(__file__).parent / "no-tables-of-a-centre").tables
TODAY = date(2026, 11, 23)
PENSION = (InsuranceKind.PENSION,)


def worked(until: date = date(2024, 3, 31), wage: str = "5000.00") -> ArrearsFacts:
    return ArrearsFacts(since=date(2024, 1, 1), until=until, monthly_wage=D(wage), kinds=PENSION)


def test_three_months_of_pension_and_the_claim_that_asks_for_them() -> None:
    found = reckon(worked(), "demo", TODAY, TABLES)
    assert found.arrears is not None
    # 16 % of the employer and 8 % of the worker on three times 5,000 yuan.
    assert (found.arrears.employer_share, found.arrears.employee_share) == (D("2400.00"), D("1200.00"))
    item = asks_for(found, "i3", "e1", "c2")
    assert item is not None
    assert (item.ref, item.kind, item.insurance) == ("i3", ClaimKind.ARREARS, PENSION)
    assert (item.first_month, item.last_month, item.claimant) == ("2024-01", "2024-03", "c2")
    assert item.amount == found.amount == found.arrears.owed


def test_severance_becomes_a_claim_of_its_kind() -> None:
    facts = SeveranceFacts(since=date(2019, 3, 1), until=date(2025, 6, 30), monthly_wage=D("6500.00"))
    found = reckon(facts, "demo", TODAY, TABLES)
    # Six years and four months: six and a half months.
    assert found.amount == D("42250.00")
    item = asks_for(found, "i1", "e1")
    assert item is not None and (item.kind, item.amount) == (ClaimKind.SEVERANCE, D("42250.00"))


def test_what_comes_to_nothing_asks_for_nothing() -> None:
    begun = ArrearsFacts(since=TODAY, until=TODAY, monthly_wage=D("5000.00"), kinds=PENSION)
    assert asks_for(reckon(begun, "demo", TODAY, TABLES), "i1", "e1") is None


def test_nobody_ends_before_beginning() -> None:
    with pytest.raises(ValidationError, match="days-backwards"):
        worked(until=date(2023, 12, 31))


@given(st.integers(0, 20), st.decimals("1000", "60000", places=2))
def test_a_month_more_never_makes_less(months: int, wage: Decimal) -> None:
    days = [date(2024 + (month // 12), month % 12 + 1, 15) for month in (months, months + 1)]
    shorter, longer = (reckon(worked(day, f"{wage:.2f}"), "demo", TODAY, TABLES).amount for day in days)
    assert shorter < longer
