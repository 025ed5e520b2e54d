"""Double wages for work without a contract (劳动合同法 Art.82), and wages and overtime that did not come."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from domain.base import Month, last_day, months, months_later, to_fen
from domain.entitlements.model import DoubleWageFacts, Entitlement, Line, WageMonth, WagesFacts, added_up
from domain.entitlements.rules import Name, rule

_DAY: Final = timedelta(days=1)
_OVERTIME: Final[tuple[Name, ...]] = ("overtime-workday", "overtime-rest-day", "overtime-holiday")


def double_wage(facts: DoubleWageFacts) -> Entitlement:
    """The second wage from the day after the first month until a contract, or for a full year (实施条例 Art.6-7)."""
    first = months_later(facts.since, 1)
    ends = [facts.until, months_later(first, int(rule("double-wage-months").value)) - _DAY]
    last = min(ends if facts.signed_on is None else [*ends, facts.signed_on - _DAY])
    lines = [_second_wage(facts, month, first, last) for month in months(f"{first:%Y-%m}", f"{last:%Y-%m}")]
    kept = [line for line in lines if line is not None] if first <= last else []
    used: set[Name] = {"double-wage", "double-wage-months", "paid-days-of-a-month"}
    return added_up(facts.what, kept, used | ({"claim-within"} if facts.claimed_on else set()))


def _second_wage(facts: DoubleWageFacts, month: Month, first: date, last: date) -> Line | None:
    """Of a whole month the wage; of a part of one its paid days, public holidays among them."""
    wage = facts.wage_of(month)
    if wage is None:
        return None
    begin, end = max(first, date.fromisoformat(f"{month}-01")), min(last, last_day(month))
    whole = begin.day == 1 and end == last_day(month)
    days = rule("paid-days-of-a-month").value
    amount = wage if whole else min(wage, to_fen(wage * _weekdays(begin, end) / days))
    count = Decimal(1) if whole else (_weekdays(begin, end) / days).quantize(Decimal("0.0001"))
    limit = months_later(end, 12 * int(rule("claim-within").value))
    barred = facts.claimed_on is not None and limit < facts.claimed_on
    return Line(rule="double-wage", of=month, count=count, rate=wage, amount=amount, past_limit=barred)


def _weekdays(first: date, last: date) -> Decimal:
    return Decimal(sum((first + _DAY * n).weekday() < 5 for n in range((last - first).days + 1)))


def unpaid_wages(facts: WagesFacts) -> Entitlement:
    """What was to come and did not, month by month; overtime by the hourly wage of its month."""
    return added_up(facts.what, [line for one in facts.months for line in _of(one)], set())


def _of(month: WageMonth) -> Iterator[Line]:
    if month.paid < month.owed:
        lacks = month.owed - month.paid
        yield Line(rule="wages-unpaid", of=month.month, count=Decimal(1), rate=lacks, amount=lacks)
    hour = month.owed / rule("paid-days-of-a-month").value / rule("hours-of-a-day").value
    for name, hours in zip(
        _OVERTIME, (month.overtime_workday, month.overtime_rest_day, month.overtime_holiday), strict=True
    ):
        if hours:
            rate = hour * rule(name).value / 100
            yield Line(rule=name, of=month.month, count=hours, rate=to_fen(rate), amount=to_fen(rate * hours))
