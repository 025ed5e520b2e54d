"""The findings side by side, month by month."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.assessment.side_by_side import Line, lay, lines
from domain.inquiry.findings import EmployerState
from domain.words import OperatingState
from tests.builders import complaint
from tests.domain.sources import MEDICAL, PENSION, claim, employed, insured, labor, medical, paid, tax


def test_the_findings_stand_side_by_side_and_months_that_read_alike_are_one_line() -> None:
    filed = complaint(items=(claim("2024-01", "2024-04"),))
    ground = lay(
        filed,
        filed.items,
        [
            labor(employed("2024-01", "2024-03")),
            medical(insured("2024-01", "2024-01")),
            tax(
                paid("2024-01", "2024-01"),
                states=[EmployerState(employer="e1", state=OperatingState.ABNORMAL, since=date(2024, 4, 10))],
            ),
        ],
    )

    common: dict[str, Any] = {"claimant": "c1", "employer": "e1", "claimed": True}
    wage = Decimal("5000.00")
    assert lines(ground) == (
        Line(
            first_month="2024-01",
            last_month="2024-01",
            employed=True,
            wage=wage,
            insured=True,
            received=(MEDICAL,),
            base=wage,
            state=None,
            **common,
        ),
        Line(
            first_month="2024-02",
            last_month="2024-03",
            employed=True,
            wage=wage,
            insured=False,
            received=(),
            base=None,
            state=None,
            **common,
        ),
        Line(
            first_month="2024-04",
            last_month="2024-04",
            employed=False,
            wage=None,
            insured=False,
            received=(),
            base=None,
            state=OperatingState.ABNORMAL,
            **common,
        ),
    )


def test_what_a_silent_agency_would_know_is_unknown_rather_than_false() -> None:
    filed = complaint()

    (line,) = lines(lay(filed, filed.items, []))

    assert (line.employed, line.insured, line.received, line.state) == (None, None, None, None)


@pytest.mark.parametrize("bases", [("4000.00", "4500.00", None), (None, "4500.00", "4000.00"), ("4500.00", None, None)])
def test_of_a_month_declared_more_than_once_the_highest_base_counts(bases: tuple[str | None, ...]) -> None:
    filed = complaint()

    (line, *_) = lines(lay(filed, filed.items, [tax(*(paid("2024-01", "2024-03", base=base) for base in bases))]))

    assert line.base == Decimal("4500.00")


def test_of_the_kinds_of_a_month_the_lowest_base_is_shown() -> None:
    filed = complaint()
    taxed = tax(paid("2024-01", "2024-03", base="4500.00"), paid("2024-01", "2024-03", PENSION, "4000.00"))

    (line,) = lines(lay(filed, filed.items, [taxed]))

    assert (line.base, line.received) == (Decimal("4000.00"), (PENSION, MEDICAL))
