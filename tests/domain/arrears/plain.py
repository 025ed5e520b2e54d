"""Arrears in the synthetic jurisdiction written out again, plainly: day by day, in fractions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from domain.arrears.model import Deferral, MonthDue, Payment, Received, Scope
from domain.arrears.options import Options
from domain.words import InsuranceKind

PER_MILLE = {
    InsuranceKind.PENSION: (160, 80),
    InsuranceKind.MEDICAL: (80, 20),
    InsuranceKind.UNEMPLOYMENT: (7, 3),
    InsuranceKind.INJURY: (4, 0),
    InsuranceKind.MATERNITY: (0, 0),
}
DAY = timedelta(days=1)


def rounded(yuan: Fraction) -> Decimal:
    """Half up to the fen."""
    return (Decimal(yuan.numerator) / Decimal(yuan.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass
class Line:
    """A month of a kind, as it grows and is paid."""

    due: MonthDue
    employer: Decimal
    employee: Decimal
    due_day: date
    exact: Fraction = field(default_factory=Fraction)
    days: int = 0
    paid_principal: Decimal = Decimal("0.00")
    paid_fee: Decimal = Decimal("0.00")

    @property
    def unpaid(self) -> Decimal:
        return self.employer + self.employee - self.paid_principal

    def fee(self, options: Options) -> Decimal:
        fee = rounded(self.exact)
        return min(fee, self.employer + self.employee) if options.late_fee_cap == "principal" else fee

    def result(self, options: Options) -> tuple[object, ...]:
        """What the engine is to say of this line."""
        return self.employer, self.employee, self.fee(options), self.days, self.paid_principal, self.paid_fee


def shares(due: MonthDue, received: Sequence[Received], options: Options) -> tuple[Decimal, Decimal]:
    """What each payer owes for a month."""
    if options.undeclared == "provisional":
        known = [
            r
            for r in received
            if (r.claimant, r.employer, r.kind) == (due.claimant, due.employer, due.kind) and r.last_month < due.month
        ]
        if known:
            last = max(known, key=lambda r: r.last_month)
            assert last.employer_share is not None and last.employee_share is not None
            return rounded(Fraction(last.employer_share) * 11 / 10), rounded(Fraction(last.employee_share) * 11 / 10)
    employer, employee = PER_MILLE[due.kind]
    if due.kind is InsuranceKind.PENSION and due.month < "2019-05":
        employer = 180
    base = Fraction(sorted([Decimal(4000), due.wage if due.wage is not None else Decimal(4000), Decimal(20000)])[1])
    return rounded(base * employer / 1000), rounded(base * employee / 1000)


def bears_on(scope: Scope, due: MonthDue) -> bool:
    """Whether a scope takes a month in."""
    return (
        scope.claimant in (None, due.claimant)
        and scope.employer in (None, due.employer)
        and scope.kind in (None, due.kind)
        and (scope.first_month or "0000") <= due.month <= (scope.last_month or "9999")
    )


def compute(
    dues: Sequence[MonthDue],
    received: Sequence[Received],
    deferrals: Sequence[Deferral],
    payments: Sequence[Payment],
    options: Options,
    as_of: date,
) -> list[Line]:
    """Every line, after every day up to ``as_of``."""
    lines = []
    for due in dues:
        day = date.fromisoformat(f"{due.month}-01")
        while f"{day + DAY:%Y-%m}" == due.month:
            day += DAY
        owed = shares(due, received, options) if day <= as_of else (Decimal("0.00"), Decimal("0.00"))
        lines.append(Line(due, *owed, due_day=day))
    firsts = [line.due_day for line in lines] + [payment.paid_on for payment in payments]
    day = min(firsts, default=as_of)
    while day <= as_of:
        for line in lines:
            deferred = any(d.since <= day <= (d.until or date.max) and bears_on(d, line.due) for d in deferrals)
            if day > line.due_day and not deferred and line.unpaid:
                line.days += 1
                line.exact += Fraction(line.unpaid) * (20 if day < date(2011, 7, 1) else 5) / 10_000
        for payment in payments:
            if payment.paid_on == day:
                pay(payment, lines, options)
        day += DAY
    return lines


def pay(payment: Payment, lines: Sequence[Line], options: Options) -> None:
    """Use up a payment."""
    left = payment.amount
    kinds = list(InsuranceKind)
    oldest = sorted(
        (line for line in lines if bears_on(payment, line.due)),
        key=lambda line: (
            line.due_day,
            line.due.month,
            kinds.index(line.due.kind),
            line.due.claimant,
            line.due.employer,
        ),
    )
    principals = [("principal", line) for line in oldest]
    fees = [("fee", line) for line in oldest]
    orders = {
        "principal-first": principals + fees,
        "fee-first": fees + principals,
        "month-by-month": [step for both in zip(principals, fees, strict=True) for step in both],
    }
    for what, line in orders[options.payment_order]:
        if what == "principal":
            taken = min(left, line.unpaid)
            line.paid_principal += taken
        else:
            taken = min(left, line.fee(options) - line.paid_fee)
            line.paid_fee += taken
        left -= taken
