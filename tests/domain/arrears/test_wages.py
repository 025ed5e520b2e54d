"""From employments and wages to months and bases; and a file's whole computation with its alternatives."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from domain.arrears.columns import month_text, ordinal
from domain.arrears.model import Arrears
from domain.arrears.options import Options
from domain.arrears.records import Records, assess_records
from domain.arrears.wages import owed_spans
from domain.deadlines.calendar import Calendar
from domain.rules.parameters import Parameters, Row
from domain.words import InsuranceKind

PENSION = InsuranceKind.PENSION


@cache
def tables() -> Parameters:
    return Parameters.load()


def months(records: dict[str, Any], **options: str) -> dict[str, tuple[str | None, tuple[int, int]]]:
    """Month → wage and days, of pension."""
    read = Records.model_validate(records)
    spans = owed_spans(
        read.employments, read.wages, read.received, (PENSION,), Options.model_validate(options), date(2024, 5, 20)
    )
    return {
        f"{s.employer} {month_text(n)}": (None if s.wage is None else f"{s.wage.normalize():f}", s.days)
        for s in spans
        for n in range(ordinal(s.first_month), ordinal(s.last_month) + 1)
    }


def wages_of(records: dict[str, Any], **options: str) -> dict[str, str | None]:
    return {month.removeprefix("e1 "): wage for month, (wage, _) in months(records, **options).items()}


def employed(since: str, until: str | None, **more: Any) -> dict[str, Any]:
    return {"claimant": "c1", "employer": "e1", "since": since, "until": until} | more


def wage(month: str, amount: str, employer: str = "e1") -> dict[str, Any]:
    return {"claimant": "c1", "employer": employer, "month": month, "amount": amount}


def assessed(records: dict[str, Any], on: date = date(2024, 12, 31)) -> Arrears:
    return assess_records(Records.model_validate(records), tables(), Calendar(), on)


def test_several_wages_of_a_month_from_one_employer_are_added() -> None:
    two = {
        "employments": [employed("2024-01-01", "2024-01-31")],
        "wages": [wage("2024-01", "3000"), wage("2024-01", "0.5")],
    }
    assert wages_of(two) == {"2024-01": "3000.5"}


def test_a_wage_paid_in_a_month_comes_before_the_one_agreed() -> None:
    both = {"employments": [employed("2024-01-01", "2024-02-29", wage="5000")], "wages": [wage("2024-02", "4500")]}
    assert wages_of(both, base_from="month") == {"2024-01": "5000", "2024-02": "4500"}


def test_the_base_is_the_average_month_of_the_year_before_and_in_the_year_of_joining_the_first_month() -> None:
    joined = {
        "employments": [employed("2022-11-01", "2023-02-28")],
        "wages": [
            wage("2022-11", "5000"),
            wage("2022-12", "5000.01"),
            wage("2023-01", "9000"),
            wage("2023-02", "9100"),
        ],
    }
    # in 2023: (5 000.00 + 5 000.01) / 2 = 5 000.005, half up
    assert wages_of(joined) == {"2022-11": "5000", "2022-12": "5000", "2023-01": "5000.01", "2023-02": "5000.01"}
    assert wages_of(joined, base_from="month") == {
        "2022-11": "5000", "2022-12": "5000.01", "2023-01": "9000", "2023-02": "9100",
    }  # fmt: skip


def test_a_month_without_any_wage_has_none() -> None:
    assert wages_of({"employments": [employed("2024-01-01", "2024-01-31")]}) == {"2024-01": None}


@pytest.mark.parametrize(
    ("part_month", "found"),
    [
        ("whole", {"e1 2024-01": (1, 1), "e1 2024-02": (1, 1), "e1 2024-03": (1, 1)}),
        ("by-days", {"e1 2024-01": (17, 31), "e1 2024-02": (1, 1), "e1 2024-03": (1, 31)}),
        ("left-out", {"e1 2024-02": (1, 1)}),
    ],
)
def test_a_month_partly_worked_counts_as_chosen(part_month: str, found: dict[str, tuple[int, int]]) -> None:
    part = {"employments": [employed("2024-01-15", "2024-03-01", wage="5000")]}
    assert {month: days for month, (_, days) in months(part, part_month=part_month).items()} == found


def test_the_29th_of_february_makes_the_month_whole_only_in_a_leap_year() -> None:
    for year, whole in ((2023, True), (2024, False)):
        worked = {"employments": [employed(f"{year}-02-01", f"{year}-02-28", wage="5000")]}
        assert bool(months(worked, part_month="left-out")) is whole


def test_employments_that_follow_or_overlap_each_other_make_a_month_once() -> None:
    changed = {
        "employments": [
            employed("2024-01-01", "2024-01-20", wage="5000"),
            employed("2024-01-10", "2024-01-31", wage="6000"),
        ]
    }
    assert months(changed, part_month="by-days") == {"e1 2024-01": ("6000", (1, 1))}


def test_an_employment_that_goes_on_is_owed_through_the_month_of_the_computation() -> None:
    assert list(wages_of({"employments": [employed("2024-04-15", None)]}, part_month="by-days")) == [
        "2024-04",
        "2024-05",
    ]


def test_a_month_received_is_not_owed() -> None:
    said = {
        "employments": [employed("2024-01-01", "2024-03-31", wage="5000")],
        "received": [
            {"claimant": "c1", "employer": "e1", "kind": "pension", "first_month": "2024-02", "last_month": "2024-02"}
        ],
    }
    assert list(wages_of(said)) == ["2024-01", "2024-03"]


def test_a_month_received_is_not_owed_as_a_due_either() -> None:
    due = {"claimant": "c1", "employer": "e1", "kind": "pension", "wage": "5000"}
    read = {"claimant": "c1", "employer": "e1", "kind": "pension", "first_month": "2024-02", "last_month": "2024-02"}
    said = {"dues": [due | {"month": "2024-02"}, due | {"month": "2024-03"}], "received": [read]}
    result = assessed(said)
    assert [line.month for line in result.lines] == ["2024-03"]


def test_two_employers_in_one_month_are_two_ledgers() -> None:
    two = {
        "employments": [
            employed("2024-01-01", "2024-01-31", wage="5000"),
            employed("2024-01-15", "2024-01-31", employer="e2", wage="1000"),
        ],
        "kinds": ["pension"],
    }
    result = assessed(two)
    assert {employer: total.employer_share for employer, total in result.by_employer.items()} == {
        "e1": Decimal("800.00"),
        "e2": Decimal("640.00"),
    }


def test_by_days_the_base_after_floor_and_cap_counts_the_days_worked() -> None:
    joined = {
        "employments": [employed("2024-02-20", "2024-02-29", wage="3000")],
        "kinds": ["pension"],
        "options": {"part_month": "by-days"},
    }
    line = assessed(joined).lines[0]
    # 4 000.00 × 10/29 = 1 379.31; 16% = 220.6896, 8% = 110.3448
    assert (str(line.base), str(line.employer_share), str(line.employee_share)) == ("1379.31", "220.69", "110.34")
    assert line.marks == ("by-days",)


def choices(result: Arrears) -> Sequence[str]:
    return [f"{other.chosen.option}={other.chosen.choice}" for other in result.alternatives]


def test_only_where_a_contested_point_makes_a_difference_is_the_other_result_shown() -> None:
    whole = {"employments": [employed("2024-01-01", "2024-01-31", wage="5000")], "kinds": ["pension"]}
    assert choices(assessed(whole)) == []
    part = {"employments": [employed("2024-01-02", "2024-01-31", wage="5000")], "kinds": ["pension"]}
    result = assessed(part)
    assert choices(result) == ["part_month=by-days", "part_month=left-out"]
    by_days, left_out = result.alternatives
    assert by_days.by_claimant["c1"].employer_share == Decimal("774.19")  # 5 000 × 30/31 = 4 838.71 × 16%
    assert left_out.total.owed == 0


def test_a_late_fee_above_its_principal_shows_the_capped_result_and_the_other_way_round() -> None:
    old: dict[str, Any] = {"employments": [employed("2012-03-01", "2012-03-31", wage="5000")], "kinds": ["pension"]}
    free, bound = assessed(old), assessed(old | {"options": {"late_fee_cap": "principal"}})
    assert (choices(free), choices(bound)) == (["late_fee_cap=principal"], ["late_fee_cap=none"])
    assert free.alternatives[0].total.owed == bound.owed == Decimal("2600.00")
    assert bound.alternatives[0].total.owed == free.owed


def test_provisional_and_wages_are_shown_beside_each_other_where_the_last_amounts_are_known() -> None:
    known = {
        "employments": [employed("2024-02-01", "2024-03-31", wage="5000")],
        "kinds": ["pension"],
        "received": [
            {
                "claimant": "c1",
                "employer": "e1",
                "kind": "pension",
                "first_month": "2024-02",
                "last_month": "2024-02",
                "employer_share": "800",
                "employee_share": "400",
            }
        ],
    }
    result = assessed(known, date(2024, 3, 31))
    assert (result.owed, choices(result)) == (Decimal("1200.00"), ["undeclared=provisional"])
    assert result.alternatives[0].total.owed == Decimal("1320.00")


def test_months_of_a_relief_are_pointed_out() -> None:
    assert assessed(
        {"employments": [employed("2020-03-01", "2020-03-31", wage="5000")], "kinds": ["pension"]}
    ).reliefs == ("relief-2020",)


def test_the_rows_used_come_with_their_sources_and_doubts() -> None:
    here = {
        "jurisdiction": "CN-371102",
        "employments": [employed("2024-06-01", "2024-06-30", wage="5000")],
        "kinds": ["pension"],
    }
    result = assessed(here)
    assert {row.id for row in result.sources if not row.verified} == set(result.unverified)
    assert "unverified" in result.lines[0].marks
    assert result.lines[0].due == date(2024, 7, 1)


def test_a_worker_who_comes_back_starts_with_the_first_months_wage() -> None:
    """Left in March 2022, back in June 2023: the average of 2022 is of another employment."""
    came_back = {
        "employments": [employed("2022-01-01", "2022-03-31"), employed("2023-06-01", "2024-01-31")],
        "wages": [
            *(wage(f"2022-0{month}", "9000") for month in (1, 2, 3)),
            wage("2023-06", "5000"),
            *(wage(f"2023-{month:02d}", "6000") for month in range(7, 13)),
        ],
    }
    found = wages_of(came_back)
    assert found["2023-06"] == found["2023-12"] == "5000"
    assert found["2024-01"] == "5857.14"  # (5 000 + 6 × 6 000) / 7


def test_the_part_of_a_month_in_which_somebody_joined_is_no_average() -> None:
    joined = {
        "employments": [employed("2023-11-20", "2024-01-31")],
        "wages": [wage("2023-11", "2000"), wage("2023-12", "6000"), wage("2024-01", "6000")],
    }
    assert wages_of(joined)["2024-01"] == "6000"
    alone = {
        "employments": [employed("2023-12-20", "2024-01-31")],
        "wages": [wage("2023-12", "2000"), wage("2024-01", "6000")],
    }
    assert wages_of(alone)["2024-01"] == "6000"


@pytest.mark.parametrize(
    ("deferral", "wrong"),
    [
        ({"since": "2024-02-01", "until": "2024-03-31"}, "arrears.deferral-without-paper"),
        ({"since": "2024-02-01", "source": "批复1号"}, "arrears.deferral-open"),
        ({"since": "2024-02-01", "until": "2025-02-01", "source": "批复1号"}, "arrears.deferral-too-long"),
        ({"since": "2024-02-01", "until": "2025-01-31", "source": "批复1号"}, None),
        ({"since": "2022-04-01", "until": "2023-12-31", "source": "人社部发〔2022〕31号", "ground": "relief"}, None),
        ({"since": "2024-02-01", "source": "（2024）鲁11破1号", "ground": "insolvency"}, None),
    ],
)
def test_a_deferral_names_its_paper_and_ends_within_the_time_of_its_rule(
    deferral: dict[str, str], wrong: str | None
) -> None:
    said = {"employments": [employed("2024-01-01", "2024-01-31", wage="5000")], "deferrals": [deferral]}
    if wrong is None:
        assert Records.model_validate(said).deferrals
    else:
        with pytest.raises(ValidationError, match=wrong):
            Records.model_validate(said)


def of_places_with(*rows: dict[str, Any]) -> Parameters:
    """The shipped rows, and some of the synthetic place's own."""
    common = {"jurisdiction": "demo", "since": "2008-01-01", "source": "t", "verified": True, "unit": ""}
    return Parameters([*tables().rows(), *(Row.model_validate(common | row) for row in rows)])


def test_a_contribution_year_from_july_takes_the_average_of_the_calendar_year_before_it_began() -> None:
    paid = {2022: "4000.00", 2023: "6000.00", 2024: "7000.00"}
    records = Records.model_validate(
        {
            "employments": [employed("2022-03-01", "2024-12-31")],
            "kinds": ["pension"],
            "wages": [wage(f"{y}-{m:02}", paid[y]) for y in paid for m in range(3 if y == 2022 else 1, 13)],
        }
    )
    from_july = of_places_with({"id": "july", "name": "year-begins", "value": 7})

    def bases(parameters: Parameters) -> dict[str, str]:
        result = assess_records(records, parameters, Calendar(), date(2025, 6, 30))
        return {line.month: f"{line.base:.0f}" for line in result.lines}

    july, january = bases(from_july), bases(tables())
    months_shown = ("2022-03", "2022-07", "2023-01", "2023-06", "2023-07", "2024-06", "2024-07", "2024-12")
    assert [july[month] for month in months_shown] == ["4000"] * 6 + ["6000"] * 2
    assert [january[month] for month in months_shown] == ["4000"] * 5 + ["6000"] * 3


def test_a_peasant_contract_worker_pays_no_share_for_unemployment_unless_the_place_decides_otherwise() -> None:
    records = {"employments": [employed("2024-01-01", "2024-01-31", wage="5000.00", peasant_contract=True)]}
    exempt = assessed(records)
    pays = assessed(records | {"options": {"peasant_unemployment": "pays"}})

    def shares(result: Arrears) -> dict[str, tuple[str, str]]:
        return {line.kind: (str(line.employer_share), str(line.employee_share)) for line in result.lines}

    assert shares(exempt)["unemployment"] == ("35.00", "0.00") and shares(pays)["unemployment"] == ("35.00", "15.00")
    assert {k: v for k, v in shares(exempt).items() if k != "unemployment"} == {
        k: v for k, v in shares(pays).items() if k != "unemployment"
    }
    [other] = [one for one in exempt.alternatives if one.chosen.option == "peasant_unemployment"]
    assert other.total.employee_share == sum(line.employee_share for line in pays.lines)


def test_a_contribution_year_that_begins_otherwise_later_leaves_the_months_before_as_they_were() -> None:
    paid = {2022: "4000.00", 2023: "6000.00"}
    records = Records.model_validate(
        {
            "employments": [employed("2022-01-01", "2024-12-31")],
            "kinds": ["pension"],
            "wages": [wage(f"{y}-{m:02}", paid[y]) for y in paid for m in range(1, 13)],
        }
    )
    from_2024 = of_places_with({"id": "july", "name": "year-begins", "value": 7, "since": "2024-01-01"})
    lines = assess_records(records, from_2024, Calendar(), date(2025, 6, 30)).lines
    bases = {line.month: f"{line.base:.0f}" for line in lines}
    assert [bases[month] for month in ("2023-01", "2023-12", "2024-06", "2024-07")] == ["4000", "4000", "4000", "6000"]
