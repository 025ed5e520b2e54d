"""The columns against a plain computation day by day, and what must hold for any facts."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.arrears.columns import month_text, ordinal
from domain.arrears.ledger import Ledger, Setting, reckon
from domain.arrears.model import Deferral, DueSpan, MonthDue, Payment, Received, Total
from domain.arrears.options import Options
from domain.rules.parameters import Parameters
from domain.words import InsuranceKind
from tests.domain.arrears import plain

FIRST, LAST = "2010-11", "2012-03"
MONTHS = st.sampled_from([month_text(n) for n in range(ordinal(FIRST), ordinal(LAST) + 1)])
MONEY = st.integers(0, 900_000).map(lambda fen: Decimal(fen).scaleb(-2))
KINDS = st.sampled_from(InsuranceKind)
CLAIMANTS, EMPLOYERS = st.sampled_from(["c1", "c2", "c3"]), st.sampled_from(["e1", "e2"])
DAYS = st.dates(date(2010, 11, 1), date(2012, 12, 31))
SCOPES: dict[str, Any] = {
    "claimant": st.none() | CLAIMANTS,
    "employer": st.none() | EMPLOYERS,
    "kind": st.none() | KINDS,
    "first_month": st.none() | st.just("2011-03"),
    "last_month": st.none() | st.just("2011-09"),
}
DUES = st.lists(
    st.builds(
        MonthDue,
        claimant=CLAIMANTS,
        employer=EMPLOYERS,
        kind=KINDS,
        month=MONTHS,
        wage=st.none() | st.integers(0, 3_000_000).map(lambda fen: Decimal(fen).scaleb(-2)),
    ),
    max_size=8,
    unique_by=lambda due: (due.claimant, due.employer, due.kind, due.month),
)
PAYMENTS = st.lists(
    st.builds(Payment, paid_on=DAYS, amount=MONEY, **SCOPES), max_size=4, unique_by=lambda payment: payment.paid_on
)
DEFERRALS = st.lists(
    st.tuples(DAYS, st.none() | st.integers(0, 200), st.fixed_dictionaries(SCOPES)).map(
        lambda d: Deferral(since=d[0], until=None if d[1] is None else d[0] + timedelta(days=d[1]), **d[2])
    ),
    max_size=3,
)
RECEIVED = st.lists(
    st.builds(
        lambda month, **rest: Received(first_month=month, last_month=month, **rest),
        month=MONTHS,
        claimant=CLAIMANTS,
        employer=EMPLOYERS,
        kind=KINDS,
        employer_share=MONEY,
        employee_share=MONEY,
    ),
    max_size=5,
    unique_by=lambda r: (r.claimant, r.employer, r.kind, r.last_month),
)
OPTIONS = st.builds(Options)


@cache
def tables() -> Parameters:
    return Parameters.load()


def owed(
    dues: Sequence[MonthDue],
    as_of: date,
    options: Options,
    received: Sequence[Received] = (),
    deferrals: Sequence[Deferral] = (),
    payments: Sequence[Payment] = (),
) -> Ledger:
    setting = Setting(tables(), "demo", as_of, options=options)
    spans = (due.span() for due in dues)
    return reckon(spans, setting, received=received, deferrals=deferrals, payments=payments)


def by_name(ledger: Ledger) -> dict[str, Total]:
    return ledger.totals(ledger.columns.claimants, ledger.columns.claimant)


@settings(deadline=None, max_examples=150)
@given(DUES, DAYS, OPTIONS, RECEIVED, DEFERRALS, PAYMENTS)
def test_every_line_agrees_with_the_plain_computation(
    dues: list[MonthDue],
    as_of: date,
    options: Options,
    received: list[Received],
    deferrals: list[Deferral],
    payments: list[Payment],
) -> None:
    ours = [
        (x.employer_share, x.employee_share, x.late_fee, x.days_late, x.paid_principal, x.paid_fee)
        for x in owed(dues, as_of, options, received, deferrals, payments).lines()
    ]
    theirs = [line.result(options) for line in plain.compute(dues, received, deferrals, payments, options, as_of)]
    assert ours == theirs


@settings(deadline=None)
@given(DUES, DAYS, OPTIONS, RECEIVED, DEFERRALS, PAYMENTS, st.randoms(use_true_random=False))
def test_the_order_in_which_anything_is_listed_changes_nothing(
    dues: list[MonthDue],
    as_of: date,
    options: Options,
    received: list[Received],
    deferrals: list[Deferral],
    payments: list[Payment],
    shuffler: Any,
) -> None:
    before = by_name(owed(dues, as_of, options, received, deferrals, payments))
    for listed in (dues, received, deferrals, payments):
        shuffler.shuffle(listed)
    assert by_name(owed(dues, as_of, options, received, deferrals, payments)) == before


@settings(deadline=None, max_examples=200)
@given(DUES, DAYS, OPTIONS, DEFERRALS, PAYMENTS, st.builds(Payment, paid_on=DAYS, amount=MONEY, **SCOPES))
def test_a_payment_never_raises_what_is_owed(
    dues: list[MonthDue],
    as_of: date,
    options: Options,
    deferrals: list[Deferral],
    payments: list[Payment],
    one_more: Payment,
) -> None:
    before = owed(dues, as_of, options, deferrals=deferrals, payments=payments).total()
    after = owed(dues, as_of, options, deferrals=deferrals, payments=[*payments, one_more]).total()
    assert after.owed <= before.owed
    assert Decimal(0) <= after.owed


@settings(deadline=None)
@given(DUES, DAYS, OPTIONS, DEFERRALS, PAYMENTS, st.integers(0, 300))
def test_a_later_day_never_lowers_a_late_fee(
    dues: list[MonthDue],
    as_of: date,
    options: Options,
    deferrals: list[Deferral],
    payments: list[Payment],
    longer: int,
) -> None:
    today = owed(dues, as_of, options, deferrals=deferrals, payments=payments)
    later = owed(dues, as_of + timedelta(days=longer), options, deferrals=deferrals, payments=payments)
    assert (later.fee >= today.fee).all()


@settings(deadline=None)
@given(DUES, DAYS, OPTIONS, DEFERRALS, PAYMENTS)
def test_totals_are_sums_of_lines_and_payments_are_used_or_told(
    dues: list[MonthDue], as_of: date, options: Options, deferrals: list[Deferral], payments: list[Payment]
) -> None:
    ledger = owed(dues, as_of, options, deferrals=deferrals, payments=payments)
    lines, total = list(ledger.lines()), ledger.total()
    assert total.owed == sum((line.total for line in lines), Decimal(0))
    for keys in (by_name(ledger), ledger.by_span([due.kind for due in dues])):
        assert sum((of.owed for of in keys.values()), Decimal(0)) == total.owed
    unused = sum((one.amount for one in ledger.unused), Decimal(0))
    assert total.paid_principal + total.paid_fee + unused == sum((p.amount for p in payments), Decimal(0))


@settings(deadline=None)
@given(
    st.tuples(MONTHS, MONTHS).map(sorted),
    st.lists(MONTHS, max_size=3),
    st.sets(KINDS, min_size=1),
    DAYS,
    OPTIONS,
    DEFERRALS,
    PAYMENTS,
)
def test_splitting_a_span_of_months_or_kinds_changes_nothing(
    bounds: list[str],
    cuts: list[str],
    kinds: set[InsuranceKind],
    as_of: date,
    options: Options,
    deferrals: list[Deferral],
    payments: list[Payment],
) -> None:
    wage, first, last = Decimal("5432.10"), ordinal(bounds[0]), ordinal(bounds[1])
    whole = [DueSpan("c1", "e1", tuple(sorted(kinds)), bounds[0], bounds[1], wage)]
    pieces = [
        DueSpan("c1", "e1", (kind,), month_text(piece[0]), month_text(piece[-1]), wage)
        for kind in kinds
        for _, piece in (
            (cut, list(months))
            for cut, months in groupby(range(first, last + 1), lambda n: sum(n >= ordinal(cut) for cut in cuts))
        )
    ]
    setting = Setting(tables(), "demo", as_of, options=options)
    one, many = (reckon(spans, setting, deferrals=deferrals, payments=payments) for spans in (whole, pieces))
    assert one.total() == many.total()
    assert one.rows_used() == many.rows_used()
    assert sorted(map(repr, one.lines())) == sorted(map(repr, many.lines()))
