"""What a person writes down to have arrears computed without a case, and the whole computation of it."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.arrears.columns import ordinal
from domain.arrears.ledger import Ledger, Setting, reckon
from domain.arrears.model import (
    Alternative,
    Arrears,
    Deferral,
    DueSpan,
    MonthArrears,
    MonthDue,
    Payment,
    Received,
    Site,
)
from domain.arrears.options import Options, deferral_rule, others
from domain.arrears.report import report
from domain.arrears.terms import Place
from domain.arrears.wages import Employment, Wage, YearBegins, owed_spans, received_months
from domain.base import Model, Month, Ref, months_later
from domain.deadlines.calendar import Calendar
from domain.rules.parameters import Parameters
from domain.words import InsuranceKind


class Records(Model):
    """Employments, wages, months received, payments, deferrals, and how contested points are to be decided."""

    jurisdiction: Ref = "demo"
    kinds: Annotated[tuple[InsuranceKind, ...], Field(min_length=1)] = tuple(
        kind for kind in InsuranceKind if kind is not InsuranceKind.MATERNITY
    )
    """The insurances owed for an employment that names none; maternity is merged into medical."""
    employers: tuple[Site, ...] = ()
    employments: tuple[Employment, ...] = ()
    wages: tuple[Wage, ...] = ()
    dues: tuple[MonthDue, ...] = ()
    """Months owed that are known one by one, besides those of the employments."""
    received: tuple[Received, ...] = ()
    payments: tuple[Payment, ...] = ()
    deferrals: tuple[Deferral, ...] = ()
    options: Options = Options()

    @property
    def peasants(self) -> frozenset[Ref]:
        """Claimants who are peasant contract workers."""
        return frozenset(one.claimant for one in self.employments if one.peasant_contract)

    @model_validator(mode="after")
    def _deferred_on_a_ground(self) -> Self:
        """A deferral names its paper and ends; one that was approved, within the time that the rule gives."""
        longest = deferral_rule().longest_years
        for one in self.deferrals:
            if not one.source:
                raise ValueError("arrears.deferral-without-paper")
            if one.until is None and one.ground != "insolvency":
                raise ValueError("arrears.deferral-open")
            if one.ground == "approved" and one.until and one.until >= months_later(one.since, 12 * longest):
                raise ValueError("arrears.deferral-too-long")
        return self

    @model_validator(mode="after")
    def _each_month_once(self) -> Self:
        seen: set[tuple[Ref, Ref, InsuranceKind, Month]] = set()
        worked: dict[tuple[Ref, Ref], list[Employment]] = {}
        for one in self.employments:
            worked.setdefault((one.claimant, one.employer), []).append(one)
        for due in self.dues:
            month = due.claimant, due.employer, due.kind, due.month
            spans = worked.get((due.claimant, due.employer), ())
            employed = any(
                one.since.isoformat()[:7] <= due.month <= (one.until.isoformat()[:7] if one.until else due.month)
                and due.kind in (one.kinds or self.kinds)
                for one in spans
            )
            if month in seen or employed:
                raise ValueError("arrears.month-twice")
            seen.add(month)
        return self


def line_by_line(
    records: Records, parameters: Parameters, calendar: Calendar, as_of: date
) -> tuple[Arrears, Iterator[MonthArrears]]:
    """What ``assess_records`` makes, and its lines apart, one at a time: there may be a million. Raises the same."""
    ledger = reckoned(records, records.options, parameters, calendar, as_of)
    return report(ledger, _alternatives(records, ledger), with_lines=False), ledger.lines()


def assess_records(
    records: Records, parameters: Parameters, calendar: Calendar, as_of: date, *, with_lines: bool = True
) -> Arrears:
    """What is owed on a day by the records, and beside it what would be owed if a contested point went the other way.

    Raises MissingParameter, and OutsideCalendar when a due day before 2004 would have to roll.
    """
    ledger = reckoned(records, records.options, parameters, calendar, as_of)
    return report(ledger, _alternatives(records, ledger), with_lines=with_lines)


def reckoned(records: Records, options: Options, parameters: Parameters, calendar: Calendar, as_of: date) -> Ledger:
    places = {
        site.employer: Place(site.jurisdiction or records.jurisdiction, site.industry) for site in records.employers
    }
    setting = Setting(parameters, records.jurisdiction, as_of, calendar, places, options, records.peasants)
    return reckon(
        _spans(records, options, as_of, YearBegins(parameters, records.jurisdiction, places)),
        setting,
        received=records.received,
        deferrals=records.deferrals,
        payments=records.payments,
    )


def _spans(records: Records, options: Options, as_of: date, year_begins: YearBegins) -> Iterator[DueSpan]:
    yield from owed_spans(
        records.employments, records.wages, records.received, records.kinds, options, as_of, year_begins
    )
    received = received_months(records.received)
    for due in records.dues:
        if ordinal(due.month) not in received.get((due.claimant, due.employer, due.kind), ()):
            yield due.span()


def _alternatives(records: Records, ledger: Ledger) -> Iterator[Alternative]:
    """What each choice not taken would give, where it would give something else."""
    setting = ledger.setting
    taken = ledger.totals(ledger.columns.claimants, ledger.columns.claimant)
    for choice, options in others(setting.options):
        if not _bears(choice.option, records, ledger):
            continue
        other = reckoned(records, options, setting.parameters, setting.calendar, setting.as_of)
        by_claimant = other.totals(other.columns.claimants, other.columns.claimant)
        if by_claimant != taken:
            differing = {who: total for who, total in by_claimant.items() if total != taken.get(who)}
            yield Alternative(chosen=choice, total=other.total(), by_claimant=differing)


def _bears(option: str, records: Records, ledger: Ledger) -> bool:
    """Whether the facts are such that a contested point can make a difference."""
    match option:
        case "undeclared":
            return any(one.employer_share is not None for one in records.received)
        case "peasant_unemployment":
            return bool(records.peasants)
        case "payment_order":
            return bool(records.payments)
        case "late_fee_cap":
            return ledger.fee_exceeds_principal
        case _:
            return bool(records.employments)
