from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.arrears.model import Arrears, MonthArrears, MonthDue
from domain.arrears.report import by_claimant, compute
from domain.arrears.terms import Place, last_day, term
from domain.deadlines.calendar import Calendar
from domain.rules.parameters import MissingParameter, Parameters, Row
from domain.words import InsuranceKind

PAY_DAY = date(2024, 12, 31)
KINDS = tuple(kind for kind in InsuranceKind if kind is not InsuranceKind.MATERNITY)


@cache
def tables() -> Parameters:
    return Parameters.load()


def due(
    month: str, wage: str | None = "5000.00", kind: InsuranceKind = InsuranceKind.PENSION, of: str = "c1"
) -> MonthDue:
    return MonthDue(claimant=of, employer="e1", kind=kind, month=month, wage=Decimal(wage) if wage else None)


def owed(*dues: MonthDue, place: str = "demo", paid: date = PAY_DAY) -> Arrears:
    return compute(dues, tables(), place, paid)


def only(one: MonthDue, place: str = "demo", paid: date = PAY_DAY) -> MonthArrears:
    return owed(one, place=place, paid=paid).lines[0]


@pytest.fixture(scope="module")
def worked() -> Arrears:
    """The worked example of docs/law.md: three workers, a month each, all four insurances."""
    months = {"A": ("2023-11", "3200.00"), "B": ("2023-12", "6543.21"), "C": ("2024-01", "25000.00")}
    return owed(*(due(month, wage, kind, of) for of, (month, wage) in months.items() for kind in KINDS))


@pytest.mark.parametrize(
    ("worker", "base", "employer", "employee", "days", "fee"),
    [
        ("A", "4000.00", "1004.00", "412.00", 397, "281.08"),
        ("B", "6543.21", "1642.34", "673.95", 366, "423.88"),
        ("C", "20000.00", "5020.00", "2060.00", 335, "1185.90"),
    ],
)
def test_the_worked_example_is_right_to_the_fen_for_each_worker(
    worked: Arrears, worker: str, base: str, employer: str, employee: str, days: int, fee: str
) -> None:
    lines = [line for line in worked.lines if line.claimant == worker]
    assert {(line.base, line.days_late) for line in lines} == {(Decimal(base), days)}
    assert sum(line.employer_share for line in lines) == Decimal(employer)
    assert sum(line.employee_share for line in lines) == Decimal(employee)
    assert sum(line.late_fee for line in lines) == Decimal(fee)
    assert by_claimant(worked.lines)[worker] == Decimal(employer) + Decimal(employee) + Decimal(fee)


def test_the_worked_example_is_right_to_the_fen_in_total(worked: Arrears) -> None:
    assert (worked.employer_share, worked.employee_share, worked.late_fee) == (
        Decimal("7666.34"),
        Decimal("3145.95"),
        Decimal("1890.86"),
    )
    assert worked.unverified == ()


@pytest.mark.parametrize(
    ("wage", "base"),
    [
        ("3999.99", "4000.00"),
        ("4000.00", "4000.00"),
        ("4000.01", "4000.01"),
        ("19999.99", "19999.99"),
        ("20000.00", "20000.00"),
        ("20000.01", "20000.00"),
        (None, "4000.00"),
    ],
)
def test_the_base_lies_between_floor_and_cap(wage: str | None, base: str) -> None:
    assert only(due("2024-01", wage)).base == Decimal(base)


def test_the_pension_rate_of_a_month_is_that_of_its_own_time() -> None:
    assert only(due("2019-04")).employer_share == Decimal("900.00")  # 18%
    assert only(due("2019-05")).employer_share == Decimal("800.00")  # 16%


def test_a_late_fee_uses_each_daily_rate_for_its_own_days() -> None:
    line = only(due("2011-05"), paid=date(2011, 7, 10))
    # 1 300.00 × (30 days × 0.2% in June + 10 days × 0.05% in July)
    assert (line.due, line.days_late, line.late_fee) == (date(2011, 5, 31), 40, Decimal("84.50"))
    assert {"demo-late-fee-old", "demo-late-fee"} <= set(line.rows)


def test_a_late_fee_of_the_last_day_of_the_old_rate_knows_only_the_old_rate() -> None:
    line = only(due("2011-05"), paid=date(2011, 6, 30))
    assert line.late_fee == Decimal("78.00")
    assert "demo-late-fee" not in line.rows


@pytest.mark.parametrize(
    ("paid", "days", "fee"), [("2024-02-28", 0, "0.00"), ("2024-02-29", 0, "0.00"), ("2024-03-01", 1, "0.60")]
)
def test_february_of_a_leap_year_is_due_on_its_29th_and_late_the_day_after(paid: str, days: int, fee: str) -> None:
    line = only(due("2024-02"), paid=date.fromisoformat(paid))  # 1 200.00 × 0.05%
    assert (line.due, line.days_late, line.late_fee) == (date(2024, 2, 29), days, Decimal(fee))


@pytest.mark.parametrize(
    ("month", "after", "day"),
    [
        ("2023-02", 0, "2023-02-28"),
        ("2023-12", 0, "2023-12-31"),
        ("2023-12", 1, "2024-01-31"),
        ("2023-01", 13, "2024-02-29"),
    ],
)
def test_the_due_day_is_a_last_day_some_months_on(month: str, after: int, day: str) -> None:
    assert last_day(date.fromisoformat(f"{month}-01"), after) == date.fromisoformat(day)


def test_a_month_before_the_tables_is_refused_by_a_code_that_says_what_to_load() -> None:
    with pytest.raises(MissingParameter) as refused:
        owed(due("2007-12"))
    assert refused.value.code == "parameters.missing"
    assert refused.value.params["rows"].startswith("base-cap (demo, 2007-12-01); base-floor (demo, 2007-12-01)")


def test_all_rows_that_are_missing_are_named_at_once_each_with_its_months() -> None:
    with pytest.raises(MissingParameter) as refused:
        owed(*(due(month, kind=kind) for month in ("2023-10", "2023-12") for kind in KINDS), place="nowhere")
    named = {(one.name, one.key): (str(one.first), str(one.last)) for one in refused.value.missing}
    shares = {(f"{kind}/{payer}") for kind in KINDS for payer in ("employer", "employee")}
    assert {name for name, _ in named} == {"base-floor", "base-cap", "rate", "due-months-after", "late-fee"}
    assert {key for name, key in named if name == "rate"} == shares
    assert named["base-floor", ""] == named["rate", "pension/employer"] == ("2023-10-01", "2023-12-01")


def test_a_result_names_the_rows_that_nobody_has_confirmed() -> None:
    result = owed(due("2024-01"), place="CN-3711")
    assert result.unverified == (
        "cn-due-rolls",
        "cn-pension-employee",
        "cn-pension-employer",
        "sd-cap-2024",
        "sd-floor-2024",
    )
    assert set(result.rows) - set(result.unverified) == {"cn-due-day", "cn-late-fee"}


def test_nothing_due_is_nothing_owed() -> None:
    nothing = owed()
    assert not nothing.lines
    assert nothing.employer_share + nothing.employee_share + nothing.late_fee == 0


# --- properties -----------------------------------------------------------------------------------

WAGES = st.one_of(st.none(), st.integers(0, 3_000_000).map(lambda fen: f"{fen // 100}.{fen % 100:02d}"))
MONTHS = st.builds("{:04d}-{:02d}".format, st.integers(2008, 2026), st.integers(1, 12))
DUES = st.builds(due, MONTHS, WAGES, st.sampled_from(KINDS), st.sampled_from(["c1", "c2", "c3"]))
DAYS = st.dates(date(2008, 1, 1), date(2026, 12, 31))

PER_MILLE = {
    InsuranceKind.PENSION: (160, 80),
    InsuranceKind.MEDICAL: (80, 20),
    InsuranceKind.UNEMPLOYMENT: (7, 3),
    InsuranceKind.INJURY: (4, 0),
}


def rounded(yuan: Fraction) -> Decimal:
    return (Decimal(yuan.numerator) / Decimal(yuan.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def by_hand(one: MonthDue, paid: date) -> tuple[Decimal, Decimal, Decimal]:
    """The synthetic jurisdiction written out again, plainly: one day after the other, in fractions."""
    employer, employee = PER_MILLE[one.kind]
    if one.kind is InsuranceKind.PENSION and one.month < "2019-05":
        employer = 180
    base = Fraction(sorted([Decimal(4000), one.wage if one.wage is not None else Decimal(4000), Decimal(20000)])[1])
    shares = rounded(base * employer / 1000), rounded(base * employee / 1000)
    day = date.fromisoformat(f"{one.month}-01")
    while f"{day:%Y-%m}" == one.month:
        day += timedelta(days=1)
    if paid < day - timedelta(days=1):
        return Decimal("0.00"), Decimal("0.00"), Decimal("0.00")
    ten_thousandths = 0
    while day <= paid:
        ten_thousandths += 20 if day < date(2011, 7, 1) else 5
        day += timedelta(days=1)
    return *shares, rounded(Fraction(sum(shares)) * ten_thousandths / 10_000)


@given(DUES, DAYS)
def test_each_line_agrees_with_a_plain_computation_day_by_day(one: MonthDue, paid: date) -> None:
    line = only(one, paid=paid)
    assert (line.employer_share, line.employee_share, line.late_fee) == by_hand(one, paid)


@given(st.lists(DUES, max_size=12), DAYS)
def test_totals_are_sums_of_rounded_parts(dues: list[MonthDue], paid: date) -> None:
    result = owed(*dues, paid=paid)
    for part in ("employer_share", "employee_share", "late_fee"):
        assert getattr(result, part) == sum((getattr(line, part) for line in result.lines), Decimal(0))
    everything = result.employer_share + result.employee_share + result.late_fee
    assert sum(by_claimant(result.lines).values(), Decimal(0)) == everything


@given(st.lists(DUES, max_size=8).flatmap(lambda dues: st.tuples(st.just(dues), st.permutations(dues))), DAYS)
def test_the_order_of_the_months_changes_nothing(orders: tuple[list[MonthDue], list[MonthDue]], paid: date) -> None:
    first, second = (owed(*dues, paid=paid) for dues in orders)
    assert Counter(map(repr, first.lines)) == Counter(map(repr, second.lines))
    assert first.model_copy(update={"lines": ()}) == second.model_copy(update={"lines": ()})


@given(DUES, DAYS, st.integers(0, 800))
def test_a_later_pay_day_never_lowers_a_late_fee(one: MonthDue, paid: date, longer: int) -> None:
    assert only(one, paid=paid).late_fee <= only(one, paid=paid + timedelta(days=longer)).late_fee


def test_a_month_is_owed_from_its_due_day_on_and_told_apart_before() -> None:
    before, on = (owed(due("2024-12"), paid=date(2024, 12, day)) for day in (30, 31))
    assert (before.owed, before.to_come, before.lines[0].marks) == (
        Decimal("0.00"),
        Decimal("1200.00"),
        ("not-yet-due",),
    )
    assert (on.owed, on.to_come, on.lines[0].marks) == (Decimal("1200.00"), Decimal("0.00"), ())


def test_before_july_2011_injury_insurance_ran_up_a_quarter_of_what_the_others_did() -> None:
    """Of May 2010, due on Monday the 31st, paid on 2011-07-31: 395 days to the end of June 2011, and 31 more.

    Pension 0.2 % a day and then 0.05 %: 395 × 0.2 + 31 × 0.05 = 80.55 %. Injury 0.05 % all along: 426 × 0.05 = 21.3 %.
    """
    local = (
        ("base-floor", "", "1000"),
        ("base-cap", "", "9000"),
        ("rate", "injury/employer", "1"),
        ("rate", "injury/employee", "0"),
        ("rate", "pension/employer", "1"),
        ("rate", "pension/employee", "0"),
    )
    said = {"unit": "x", "jurisdiction": "CN-37", "since": "2000-01-01", "source": "x", "verified": True}
    rows = [
        Row.model_validate({"id": f"x-{n}", "name": name, "key": key, "value": value} | said)
        for n, (name, key, value) in enumerate(local)
    ]
    parameters = Parameters([*tables().rows("CN"), *rows])
    fees = {}
    for kind in (InsuranceKind.PENSION, InsuranceKind.INJURY):
        [line] = compute([due("2010-05", "1000.00", kind)], parameters, "CN-37", date(2011, 7, 31)).lines
        fees[kind] = (line.days_late, str(line.late_fee))
    assert fees == {InsuranceKind.PENSION: (426, "8.06"), InsuranceKind.INJURY: (426, "2.13")}


@pytest.mark.parametrize(
    ("month", "put_off", "on"),
    [
        ("2012-12", True, date(2013, 1, 18)),
        ("2013-01", True, date(2013, 2, 22)),
        ("2013-02", True, date(2013, 3, 15)),
        ("2013-03", True, date(2013, 4, 18)),
        ("2012-12", False, date(2013, 1, 15)),
        ("2013-01", False, date(2013, 2, 16)),  # the 15th is a holiday, the 16th is worked in lieu
    ],
)
def test_long_holidays_put_a_due_day_off_where_that_is_chosen(month: str, put_off: bool, on: date) -> None:
    """Due on the 15th of the month after, as the tax calendar of 2013 has it (税收征收管理法实施细则 Art.109)."""
    said = {"unit": "x", "jurisdiction": "CN-37", "since": "2000-01-01", "source": "x", "verified": True}
    values = {
        "base-floor": ("", "1"),
        "base-cap": ("", "9"),
        "rate": ("pension/employer", "1"),
        "due-day": ("", "15"),
        "due-months-after": ("", "1"),
        "due-rolls": ("", "1"),
    }
    rows = [
        Row.model_validate({"id": f"x-{name}", "name": name, "key": key, "value": value} | said)
        for name, (key, value) in values.items()
    ]
    employee = Row.model_validate({"id": "x-e", "name": "rate", "key": "pension/employee", "value": "0"} | said)
    held = term(
        Parameters([*rows, employee]),
        Calendar(),
        Place("CN-37"),
        InsuranceKind.PENSION,
        date.fromisoformat(f"{month}-01"),
        put_off=put_off,
    )
    assert held.due == on
