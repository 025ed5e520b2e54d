"""Payments, deferrals, the cap of the late fee, due days and places: by hand, to the fen."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from domain.arrears.ledger import Ledger, Setting, reckon
from domain.arrears.model import Deferral, DueSpan, MonthArrears, Payment, Received
from domain.arrears.options import Options, contested, others
from domain.arrears.terms import Place
from domain.rules.parameters import MissingParameter, Parameters, Row
from domain.words import InsuranceKind

PENSION, MEDICAL, INJURY = InsuranceKind.PENSION, InsuranceKind.MEDICAL, InsuranceKind.INJURY
JANUARY = DueSpan("c1", "e1", (PENSION,), "2024-01", "2024-01", Decimal(5000))  # 800.00 + 400.00, due 2024-01-31
FEBRUARY = JANUARY._replace(first_month="2024-02", last_month="2024-02")  # due 2024-02-29


@cache
def tables() -> Parameters:
    return Parameters.load()


def elsewhere(*changes: dict[str, Any], place: str = "elsewhere") -> Parameters:
    """The synthetic jurisdiction under another name, with rows of its own."""
    base = [row.model_copy(update={"id": f"x-{row.id}", "jurisdiction": place}) for row in tables().rows("demo")]
    own = [
        Row.model_validate(
            {
                "id": f"own-{n}",
                "unit": "",
                "jurisdiction": place,
                "since": "2008-01-01",
                "source": "t",
                "verified": True,
            }
            | change
        )
        for n, change in enumerate(changes)
    ]
    replaced = {(row.name, row.key) for row in own}
    return Parameters([*tables().rows(), *own, *(row for row in base if (row.name, row.key) not in replaced)])


def ledger(
    *spans: DueSpan,
    on: str,
    place: str = "demo",
    parameters: Parameters | None = None,
    places: dict[str, Place] | None = None,
    options: dict[str, Any] | None = None,
    **facts: Any,
) -> Ledger:
    setting = Setting(
        parameters or tables(),
        place,
        date.fromisoformat(on),
        places=places or {},
        options=Options.model_validate(options or {}),
    )
    return reckon(spans, setting, **facts)


def line(*spans: DueSpan, on: str, **facts: Any) -> MonthArrears:
    return next(ledger(*spans, on=on, **facts).lines())


def paid(on: str, amount: str, **scope: Any) -> Payment:
    return Payment(paid_on=date.fromisoformat(on), amount=Decimal(amount), **scope)


def test_the_late_fee_runs_on_what_a_part_payment_left() -> None:
    one = line(JANUARY, on="2024-03-31", payments=[paid("2024-03-01", "600")])
    # 1 200.00 × 0.05% × 30 days = 18.00, then 600.00 × 0.05% × 30 days = 9.00
    assert (one.late_fee, one.paid_principal, one.paid_fee) == (Decimal("27.00"), Decimal("600.00"), Decimal("0.00"))
    assert (one.days_late, one.total) == (60, Decimal("627.00"))


def test_a_late_fee_paid_first_leaves_more_to_run_on() -> None:
    one = line(JANUARY, on="2024-03-31", payments=[paid("2024-03-01", "600")], options={"payment_order": "fee-first"})
    # 18.00 and 582.00 paid; 618.00 × 0.05% × 30 days = 9.27
    assert (one.late_fee, one.paid_fee, one.total) == (Decimal("27.27"), Decimal("18.00"), Decimal("627.27"))


@pytest.mark.parametrize(
    ("order", "january", "february"),
    [
        ("principal-first", ("1200.00", "0.00"), ("100.00", "0.00")),
        ("fee-first", ("1200.00", "18.00"), ("81.40", "0.60")),
        ("month-by-month", ("1200.00", "18.00"), ("82.00", "0.00")),
    ],
)
def test_a_payment_is_taken_for_the_oldest_month_in_the_order_chosen(
    order: str, january: tuple[str, str], february: tuple[str, str]
) -> None:
    for spans in ((JANUARY, FEBRUARY), (FEBRUARY, JANUARY)):
        lines = ledger(
            *spans, on="2024-03-01", payments=[paid("2024-03-01", "1300")], options={"payment_order": order}
        ).lines()
        took = {x.month: (str(x.paid_principal), str(x.paid_fee)) for x in lines}
        assert took == {"2024-01": january, "2024-02": february}


def test_a_month_paid_in_full_carries_no_fee_from_the_next_day_on() -> None:
    payments = [paid("2024-03-01", "1200.00")]
    for on in ("2024-03-01", "2024-03-02", "2026-01-01"):
        one = line(JANUARY, on=on, payments=payments)
        assert (one.days_late, one.late_fee, one.total) == (30, Decimal("18.00"), Decimal("18.00"))


def test_a_month_paid_before_its_due_day_carries_no_fee_and_names_no_rate_of_it() -> None:
    result = ledger(JANUARY, on="2024-12-31", payments=[paid("2024-01-20", "1200")])
    assert result.total().owed == 0
    assert "demo-late-fee" not in {row.id for row in result.rows_used()}
    assert "demo-late-fee" not in next(result.lines()).rows


def test_a_payment_after_the_day_is_left_out_and_an_excess_is_told() -> None:
    result = ledger(JANUARY, on="2024-01-31", payments=[paid("2024-01-31", "1300"), paid("2024-02-01", "5")])
    assert [(u.payment, u.amount, u.later) for u in result.unused] == [
        (0, Decimal("100.00"), False),
        (1, Decimal("5.00"), True),
    ]


def test_a_payment_bears_only_on_what_it_is_for() -> None:
    spans = (JANUARY, JANUARY._replace(claimant="c2"), JANUARY._replace(employer="e2"))
    result = ledger(*spans, on="2024-01-31", payments=[paid("2024-01-31", "5000", claimant="c1", employer="e2")])
    assert [str(x.paid_principal) for x in result.lines()] == ["0.00", "0.00", "1200.00"]
    assert result.unused[0].amount == Decimal("3800.00")


def test_instalments_make_what_is_owed_right_on_any_day() -> None:
    payments = [paid("2024-03-01", "500"), paid("2024-03-11", "500"), paid("2024-03-21", "500")]
    owed = {on: ledger(JANUARY, on=on, payments=payments).total().owed for on in ("2024-03-11", "2024-03-21")}
    # 1 200 × 30 days + 700 × 10 days + 200 × 10 days, at 0.05%: 18.00 + 3.50 + 1.00
    assert owed == {"2024-03-11": Decimal("221.50"), "2024-03-21": Decimal("0.00")}
    last = ledger(JANUARY, on="2024-03-21", payments=payments)
    assert (last.total().late_fee, last.unused[0].amount) == (Decimal("22.50"), Decimal("277.50"))


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2024-02-10", "2024-02-19", 20),
        ("2024-01-01", "2024-02-19", 11),
        ("2024-02-29", "2024-02-29", 29),
        ("2024-02-20", None, 19),
        ("2024-03-02", "2024-12-31", 30),
    ],
)
def test_nothing_runs_inside_a_deferral(since: str, until: str | None, days: int) -> None:
    deferral = Deferral.model_validate({"since": since, "until": until})
    one = line(JANUARY, on="2024-03-01", deferrals=[deferral])
    assert (one.days_late, one.late_fee) == (days, Decimal("0.60") * days)


def test_deferrals_that_overlap_count_once_and_bear_only_on_their_months() -> None:
    deferrals = [
        Deferral(since=date(2024, 2, 1), until=date(2024, 2, 20), last_month="2024-01"),
        Deferral(since=date(2024, 2, 10), until=date(2024, 3, 10), claimant="c1"),
    ]
    result = ledger(JANUARY, FEBRUARY, JANUARY._replace(claimant="c2"), on="2024-03-31", deferrals=deferrals)
    assert [x.days_late for x in result.lines()] == [21, 21, 40]


def test_the_late_fee_stops_at_the_principal_where_it_is_capped() -> None:
    old = JANUARY._replace(first_month="2015-01", last_month="2015-01")  # 900.00 + 400.00, due 2015-01-31
    for on, fee, capped in (("2020-07-23", "1300.00", False), ("2020-07-24", "1300.65", True)):
        free, bound = (line(old, on=on, options={"late_fee_cap": cap}) for cap in ("none", "principal"))
        assert (free.late_fee, bound.late_fee) == (Decimal(fee), Decimal("1300.00"))
        assert ("capped" in bound.marks) is capped
        assert "capped" not in free.marks


def test_an_undeclared_month_is_provisionally_110_percent_of_the_last_amounts_known() -> None:
    known = [
        received("2023-11", "600.00", "300.00"),
        received("2023-12", "700.05", "350.05"),
        received("2024-03", "1.00", "1.00"),
    ]
    spans = (JANUARY._replace(last_month="2024-02"), JANUARY._replace(claimant="c2"))
    result = ledger(*spans, on="2024-02-29", received=known, options={"undeclared": "provisional"})
    shares = [(str(x.employer_share), str(x.employee_share), x.marks) for x in result.lines()]
    assert shares == [
        ("770.06", "385.06", ("provisional",)),
        ("770.06", "385.06", ("provisional",)),
        ("800.00", "400.00", ()),
    ]
    assert "demo-provisional" in {row.id for row in result.rows_used()}
    assert [("demo-provisional" in x.rows) for x in result.lines()] == [True, True, False]


def received(month: str, employer: str, employee: str) -> Received:
    return Received(
        claimant="c1",
        employer="e1",
        kind=PENSION,
        first_month=month,
        last_month=month,
        employer_share=Decimal(employer),
        employee_share=Decimal(employee),
    )


@pytest.mark.parametrize(
    ("month", "rows", "due"),
    [
        ("2024-06", {}, "2024-06-30"),  # a Sunday
        ("2024-06", {"due-rolls": 1}, "2024-07-01"),
        ("2024-01", {"due-months-after": 1, "due-day": 15}, "2024-02-15"),  # Spring Festival, 10 to 17 February
        ("2024-01", {"due-months-after": 1, "due-day": 15, "due-rolls": 1}, "2024-02-18"),  # a Sunday worked in lieu
        ("2024-01", {"due-months-after": 1, "due-day": 31}, "2024-02-29"),
        ("2023-01", {"due-months-after": 1, "due-day": 30}, "2023-02-28"),
    ],
)
def test_the_due_day_is_as_the_table_says(month: str, rows: dict[str, int], due: str) -> None:
    own = elsewhere(*({"name": name, "value": value} for name, value in rows.items()))
    span = JANUARY._replace(first_month=month, last_month=month)
    assert line(span, on="2024-12-31", place="elsewhere", parameters=own).due == date.fromisoformat(due)


def test_a_due_day_beyond_the_last_notice_is_provisional() -> None:
    own = elsewhere({"name": "due-rolls", "value": 1})
    span = JANUARY._replace(first_month="2030-06", last_month="2030-06")
    one = line(span, on="2030-12-31", place="elsewhere", parameters=own)
    assert (one.due, one.marks) == (date(2030, 7, 1), ("due-provisional",))


def test_bounds_may_differ_by_kind_and_the_injury_rate_by_industry() -> None:
    own = elsewhere(
        {"name": "base-floor", "key": "medical", "value": "6000"},
        {"name": "rate", "key": "injury/employer/mining", "value": "1.9"},
        place="own",
    )
    span = JANUARY._replace(kinds=(PENSION, MEDICAL, INJURY))
    result = ledger(span, on="2024-01-31", parameters=own, places={"e1": Place("own", "mining")})
    assert [(str(x.base), str(x.employer_share)) for x in result.lines()] == [
        ("5000.00", "800.00"),
        ("6000.00", "480.00"),
        ("5000.00", "95.00"),
    ]


def test_two_employers_in_one_month_each_pay_on_their_own_base() -> None:
    result = ledger(JANUARY, JANUARY._replace(employer="e2", wage=Decimal(1000)), on="2024-01-31")
    assert [(x.employer, str(x.base)) for x in result.lines()] == [("e1", "5000.00"), ("e2", "4000.00")]
    by_employer = result.totals(result.columns.employers, result.columns.employer)
    assert {employer: str(total.owed) for employer, total in by_employer.items()} == {"e1": "1200.00", "e2": "960.00"}


def test_a_wage_of_zero_is_assessed_at_the_floor_and_is_not_called_unknown() -> None:
    nothing = line(JANUARY._replace(wage=Decimal(0)), on="2024-01-31")
    unknown = line(JANUARY._replace(wage=None), on="2024-01-31")
    assert (nothing.base, nothing.marks) == (Decimal("4000.00"), ())
    assert (unknown.base, unknown.marks) == (Decimal("4000.00"), ("wage-unknown",))


@pytest.mark.parametrize(
    ("span", "missing"),
    [
        (JANUARY._replace(first_month="2007-12", last_month="2008-01"), ("base-floor", "", "2007-12-01")),
        (JANUARY._replace(kinds=(INJURY,)), ("rate", "injury/employer/fishing", "2024-01-01")),
    ],
)
def test_a_missing_row_is_refused_with_place_name_and_month(span: DueSpan, missing: tuple[str, str, str]) -> None:
    with pytest.raises(MissingParameter) as refused:
        ledger(span, on="2024-12-31", places={"e1": Place("demo", "fishing")})
    first = next(one for one in refused.value.missing if one.name == missing[0])
    assert (first.name, first.key, str(first.first)) == missing
    assert first.jurisdiction == "demo"


def test_a_local_late_fee_that_begins_later_takes_over_from_the_nations() -> None:
    local = {"name": "late-fee", "value": "0.03", "since": "2024-02-11", "jurisdiction": "CN-45"}
    rest = [r.model_copy(update={"jurisdiction": "CN", "id": f"n-{r.id}"}) for r in tables().rows("demo")]
    own = Parameters([*rest, Row.model_validate({"id": "l", "unit": "", "source": "t", "verified": True} | local)])
    one = line(JANUARY, on="2024-02-20", place="CN-4501", parameters=own)
    assert one.late_fee == Decimal("9.60")  # 1 200.00 × (10 × 0.05% + 10 × 0.03%)
    assert one.rows[-2:] == ("n-demo-late-fee", "l")


def test_the_table_of_contested_points_has_every_option_with_its_default_and_choices() -> None:
    schema = Options.model_json_schema()["properties"]
    assert {name: (point.default, set(point.choices)) for name, point in contested().items()} == {
        name: (field["default"], set(field["enum"])) for name, field in schema.items()
    }
    assert len(list(others(Options()))) == sum(len(point.choices) - 1 for point in contested().values())
