"""Severance and damages for dismissal: years of service times a month's wage (劳动合同法 Art.40, 46-47, 87, 97)."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from domain.base import months_later, to_fen
from domain.entitlements.model import (
    DismissalFacts,
    Entitlement,
    Line,
    SeveranceFacts,
    added_up,
    last_months,
    whole_months,
)
from domain.entitlements.rules import Name, rule
from domain.rules.parameters import Parameters

_ACT: Final = date(2008, 1, 1)


def severance(facts: SeveranceFacts | DismissalFacts, parameters: Parameters, place: str) -> Entitlement:
    """What is owed when an employment ends, by the average wage of its last twelve months.

    Raises MissingParameter where the local average or minimum wage of that time is not in the tables.
    """
    minimum, local = parameters.all_of(("minimum-wage", "average-wage"), place, facts.until)
    average = average_wage(facts)
    cap = to_fen(local.value * rule("wage-cap").value)
    floor = min(to_fen(minimum.value * rule("wage-floor").value), cap)
    lines = list(_service(facts, average, min(max(average, floor), cap), capped=average > cap))
    used: set[Name] = {"wage-averaged-over", "year-of-service", "half-year-counts-whole", "less-than-half-a-year"}
    used |= {"wage-floor"} if average < floor else {"wage-cap"} if average > cap else set()
    if isinstance(facts, DismissalFacts):
        plain, times = sum((line.amount for line in lines), Decimal("0.00")), rule("unlawful-dismissal").value
        lines.append(Line(rule="unlawful-dismissal", count=times - 1, rate=plain, amount=to_fen(plain * (times - 1))))
    elif not facts.notice_given:
        last = facts.wage_of(f"{facts.until:%Y-%m}") or average
        lines.append(Line(rule="notice-pay", count=rule("notice-pay").value, rate=last, amount=last))
    return added_up(facts.what, lines, used, (minimum, local), monthly_wage=average)


def average_wage(facts: SeveranceFacts | DismissalFacts) -> Decimal:
    """The monthly wage of the last twelve months, or of all of a shorter employment (实施条例 Art.27)."""
    counted = last_months(facts.until, int(rule("wage-averaged-over").value))
    worked = [month for month in counted if month >= f"{facts.since:%Y-%m}"]
    known = [wage for month in worked if (wage := facts.wage_of(month)) is not None]
    if not known:  # An employment shorter than a month, or whose wages are all of another time.
        known = [one.wage for one in facts.wages] or [facts.monthly_wage or Decimal(0)]
    return to_fen(sum(known, Decimal(0)) / len(known))


def years_of(since: date, until: date) -> Decimal:
    """Years that count: what is over the full ones is a year from half a year on, and half a year below it."""
    years, months = divmod(whole_months(since, until), 12)
    if months >= rule("half-year-counts-whole").value:
        return Decimal(years + 1)
    return years + rule("less-than-half-a-year").value if _goes_on(since, years, until) else Decimal(years)


def _goes_on(since: date, years: int, until: date) -> bool:
    """Whether any day of an employment lies beyond so many full years."""
    return months_later(since, 12 * years) <= until


def _service(
    facts: SeveranceFacts | DismissalFacts, average: Decimal, wage: Decimal, *, capped: bool
) -> Iterator[Line]:
    """A line for each law that the service lies under; damages take all of it as one (实施条例 Art.25)."""
    since, until = facts.since, facts.until
    if since < _ACT and facts.what == "severance":
        old = min(until, _ACT - timedelta(days=1))
        full = whole_months(since, old) // 12
        years = Decimal(full + _goes_on(since, full, old))
        yield Line(rule="service-before-2008", of=_span(since, old), count=years, rate=average, amount=years * average)
        since = _ACT
    if since <= until:
        years = years_of(since, until)
        most = rule("years-cap").value
        name: Name = "years-cap" if capped and years > most else "year-of-service"
        years = min(years, most) if capped else years
        yield Line(rule=name, of=_span(since, until), count=years, rate=wage, amount=to_fen(years * wage))


def _span(since: date, until: date) -> str:
    return f"{since.isoformat()}/{until.isoformat()}"
