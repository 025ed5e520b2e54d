"""From employments and wages to the months owed and the wage that the base of each is taken from."""

import contextlib
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from typing import Self

from pydantic import model_validator

from domain.arrears.columns import first_day, month_text, ordinal
from domain.arrears.model import Amount, DueSpan, Received
from domain.arrears.options import Options
from domain.arrears.terms import Place
from domain.base import Model, Month, Ref, month_of, to_fen
from domain.rules.parameters import MissingParameter, Parameters
from domain.words import InsuranceKind

Whom = tuple[Ref, Ref]
"""A claimant with an employer."""
Sums = Mapping[int, Decimal]
"""Wages in yuan by month."""


def in_order(since: date, until: date | None) -> None:
    """Raise ValueError where a span of work ends before it begins."""
    if until is not None and until < since:
        raise ValueError("arrears.days-backwards")


class Employment(Model):
    """A claimant worked for an employer from a day through another."""

    claimant: Ref
    employer: Ref
    since: date
    until: date | None = None
    """Open when left out: through the month of the computation."""
    wage: Amount | None = None
    """The wage of a month, where no wages of months are known."""
    kinds: tuple[InsuranceKind, ...] = ()
    """Which insurances are owed; those of the whole computation when left out."""
    peasant_contract: bool = False
    """A peasant contract worker (农民合同制工人): no share for unemployment, unless the place decides otherwise."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.since, self.until)
        return self


class Wage(Model):
    """A wage for a month. Several of one month from one employer are added."""

    claimant: Ref
    employer: Ref
    month: Month
    amount: Amount


@dataclass(frozen=True)
class YearBegins:
    """The month with which a contribution year begins where an employer is insured: January, or by the place's row."""

    parameters: Parameters | None = None
    jurisdiction: str = ""
    places: Mapping[Ref, Place] = field(default_factory=dict)

    def at(self, employer: Ref, day: date) -> int:
        """The month's number, 1 to 12."""
        place = self.places.get(employer, Place(self.jurisdiction))
        if self.parameters is not None:
            with contextlib.suppress(MissingParameter):
                return int(self.parameters.find("year-begins", "", place.jurisdiction, day).value)
        return 1


def owed_spans(
    employments: Sequence[Employment],
    wages: Iterable[Wage],
    received: Iterable[Received],
    kinds: Sequence[InsuranceKind],
    options: Options,
    as_of: date,
    year_begins: YearBegins = YearBegins(),
) -> Iterator[DueSpan]:
    """The months of the employments that were not received, in the order of claimants, employers and kinds.

    Employments that overlap or follow each other with one employer count a month once; each employer counts on its own.
    """
    paid: dict[Whom, Sums] = _sums(wages)
    received_in = received_months(received)
    by_whom: dict[Whom, list[Employment]] = defaultdict(list)
    for employment in employments:
        by_whom[employment.claimant, employment.employer].append(employment)
    for whom, known in sorted(by_whom.items()):
        worked = _days_worked(known, as_of)
        wage_in = _bases(_wages(known, paid.get(whom, {}), as_of), worked, options, partial(year_begins.at, whom[1]))
        alike: dict[frozenset[int], list[InsuranceKind]] = defaultdict(list)
        for kind, months in _by_kind(known, kinds, as_of).items():
            alike[frozenset(months - received_in.get((*whom, kind), set()))].append(kind)
        for owed, of_kinds in alike.items():
            counted = {
                month: (wage_in.get(month), _counts(month, worked[month], options))
                for month in sorted(owed)
                if options.part_month != "left-out" or _whole(month, worked[month])
            }
            yield from _joined(whom, tuple(of_kinds), counted)


def _sums(wages: Iterable[Wage]) -> dict[Whom, Sums]:
    sums: dict[Whom, dict[int, Decimal]] = defaultdict(dict)
    for wage in wages:
        of, month = sums[wage.claimant, wage.employer], ordinal(wage.month)
        of[month] = of[month] + wage.amount if month in of else wage.amount
    return dict(sums)


def received_months(received: Iterable[Received]) -> dict[tuple[Ref, Ref, InsuranceKind], set[int]]:
    """The months that were paid for, by claimant, employer and kind."""
    found: dict[tuple[Ref, Ref, InsuranceKind], set[int]] = defaultdict(set)
    for one in received:
        found[one.claimant, one.employer, one.kind] |= set(range(ordinal(one.first_month), ordinal(one.last_month) + 1))
    return found


def _months(employment: Employment, as_of: date) -> range:
    until = as_of if employment.until is None else employment.until
    return range(ordinal(month_of(employment.since)), ordinal(month_of(until)) + 1)


def _by_kind(known: Iterable[Employment], kinds: Sequence[InsuranceKind], as_of: date) -> dict[InsuranceKind, set[int]]:
    months: dict[InsuranceKind, set[int]] = defaultdict(set)
    for employment in known:
        for kind in employment.kinds or kinds:
            months[kind].update(_months(employment, as_of))
    return {kind: months[kind] for kind in InsuranceKind if kind in months}


def _days_worked(known: Iterable[Employment], as_of: date) -> dict[int, int]:
    """The days worked of each month, a day of two employments counted once."""
    worked: dict[int, int] = defaultdict(int)
    counted_to = date.min
    for employment in sorted(known, key=lambda one: one.since):
        for month in _months(employment, as_of):
            first = first_day(month)
            last = first + timedelta(days=_length(month) - 1)
            begins = max(first, employment.since, counted_to + timedelta(days=1))
            ends = last if employment.until is None else min(last, employment.until)
            worked[month] += max(0, (ends - begins).days + 1)
        counted_to = max(counted_to, employment.until or date.max - timedelta(days=1))
    return worked


def _wages(known: Iterable[Employment], paid: Sums, as_of: date) -> Sums:
    """The wage of each month: what was paid in it, or else the highest that an employment names."""
    named: dict[int, Decimal] = {}
    for employment in known:
        if employment.wage is not None:
            for month in _months(employment, as_of):
                named[month] = max(named.get(month, employment.wage), employment.wage)
    return {**named, **paid}


def _bases(
    wages: Sums, worked: Mapping[int, int], options: Options, january: Callable[[date], int]
) -> dict[int, Decimal]:
    """The wage that the base of each month is taken from.

    Of the year before: the average of the months with a wage; the part of a month in which somebody joined is none. In
    the year in which a worker joins, or comes back after months without work, the wage of the first month
    (劳社险中心函〔2006〕60号), and failing that, the month's own wage. A contribution year that begins later
    than January takes the average of the calendar year before it begins.
    """
    if options.base_from == "month":
        return dict(wages)
    of_year: dict[int, list[Decimal]] = defaultdict(list)
    for month in sorted(wages):
        joined = month in worked and month - 1 not in worked and not _whole(month, worked[month])
        if not joined:
            of_year[month // 12].append(wages[month])
    average = {year: to_fen(sum(sums, Decimal(0)) / len(sums)) for year, sums in of_year.items()}
    bases: dict[int, Decimal] = {}

    def year(month: int) -> int:
        return (month - january(first_day(month)) + 1) // 12

    begins = first = -1
    for month in sorted(worked):
        begins = begins if month - 1 in worked else month
        first = first if month - 1 in worked and year(first) == year(month) else month
        of_before = average.get(year(month) - 1) if year(begins) < year(month) else None
        found = of_before if of_before is not None else wages.get(first, wages.get(month))
        if found is not None:
            bases[month] = found
    return bases


def _counts(month: int, worked: int, options: Options) -> tuple[int, int]:
    by_days = options.part_month == "by-days" and not _whole(month, worked)
    return (worked, _length(month)) if by_days else (1, 1)


def _whole(month: int, worked: int) -> bool:
    return worked >= _length(month)


@cache
def _length(month: int) -> int:
    return monthrange(month // 12, month % 12 + 1)[1]


def _joined(
    whom: Whom, kinds: tuple[InsuranceKind, ...], counted: Mapping[int, tuple[Decimal | None, tuple[int, int]]]
) -> Iterator[DueSpan]:
    """Adjacent months that read alike as one span."""
    begin = before = -1
    for month, said in counted.items():
        if before >= 0 and (month != before + 1 or said != counted[before]):
            yield DueSpan(*whom, kinds, month_text(begin), month_text(before), *counted[before])
            begin = month
        begin = month if begin < 0 else begin
        before = month
    if before >= 0:
        yield DueSpan(*whom, kinds, month_text(begin), month_text(before), *counted[before])
