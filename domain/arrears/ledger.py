"""The one computation of arrears: columns of whole fen, exact, each amount rounded half up once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final, TypeVar

import numpy as np

from domain.arrears.account import Account
from domain.arrears.columns import (
    KINDS,
    UNKNOWN,
    Bools,
    Columns,
    Ints,
    fen,
    first_day,
    half_up,
    lay_out,
    month_text,
    ordinal,
    scaled,
    yuan,
)
from domain.arrears.late_fee import Clocks, clocks
from domain.arrears.model import Deferral, DueSpan, MonthArrears, Payment, Received, Total, Unused
from domain.arrears.options import Options
from domain.arrears.terms import Place, Term, term
from domain.base import Ref
from domain.deadlines.calendar import Calendar
from domain.rules.parameters import Missing, MissingParameter, Parameters, Row
from domain.words import InsuranceKind

K = TypeVar("K")
_DAYS: Final = date.max.toordinal() + 1
_PARTS: Final = ("employer", "employee", "fee", "paid_principal", "paid_fee")


@dataclass(frozen=True)
class Setting:
    """What a computation rests on besides the facts: tables, place, day, choices."""

    parameters: Parameters
    jurisdiction: str
    as_of: date
    calendar: Calendar = field(default_factory=Calendar)
    places: Mapping[Ref, Place] = field(default_factory=dict)
    """Employers that are insured elsewhere, or in an industry of its own rate."""
    options: Options = field(default_factory=Options)
    peasants: frozenset[Ref] = frozenset()
    """Claimants who are peasant contract workers: no share for unemployment, if so chosen (失业保险条例 Art.6)."""


@dataclass(frozen=True)
class Ledger:
    """What is owed, line by line: a month of a kind for a claimant with an employer. All amounts in fen."""

    setting: Setting
    columns: Columns
    terms: Sequence[Term]
    clocks: Clocks
    term: Ints
    base: Ints
    provisional: Ints
    """The row of the provisional assessment that a line rests on, or UNKNOWN."""
    factors: Sequence[Row]
    employer: Ints
    employee: Ints
    later: Bools
    """Lines that are not due yet: nothing of them is owed."""
    to_come: Decimal
    """What they will come to when they are due, in yuan."""
    uncapped: Ints
    fee: Ints
    days_late: Ints
    paid_principal: Ints
    paid_fee: Ints
    settled: Ints
    """The day on which the principal was paid in full, or the day of the computation."""
    unused: tuple[Unused, ...]

    @property
    def fee_exceeds_principal(self) -> bool:
        """Whether some late fee, uncapped, is above what was owed: then the cap matters (行政强制法 Art.45)."""
        return bool((self.uncapped > self.employer + self.employee).any())

    def total(self) -> Total:
        """The sums of all lines."""
        return _total([int(getattr(self, part).sum()) for part in _PARTS])

    def totals(self, keys: Sequence[K], of_line: Ints) -> dict[K, Total]:
        """The sums of the lines under each key; ``of_line`` says the key's number for each line."""
        sums = np.zeros((len(_PARTS), len(keys)), np.int64)
        for number, part in enumerate(_PARTS):
            np.add.at(sums[number], of_line, getattr(self, part))
        lines = np.bincount(of_line, minlength=len(keys))
        return {key: _total(sums[:, number].tolist()) for number, key in enumerate(keys) if lines[number]}

    def by_span(self, keys: Iterable[K]) -> dict[K, Total]:
        """The sums of the spans under each key, given one key for each span in their order."""
        numbers: dict[K, int] = {}
        of_span = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
        return self.totals(tuple(numbers), of_span[self.columns.span])

    def rows_used(self) -> tuple[Row, ...]:
        """Every parameter row that some line rests on, by id."""
        used = {row.id: row for one in self.terms for row in one.rows}
        used |= {
            self.factors[number].id: self.factors[number]
            for number in set(np.unique(self.provisional).tolist()) - {UNKNOWN}
        }
        late = self.days_late > 0
        for number in np.unique(self.columns.kind_at[late]).tolist():
            here = late & (self.columns.kind_at == number)
            if here.any():
                spans = np.unique(self.clocks.due[here] * _DAYS + self.settled[here])
                for due, until in (divmod(span, _DAYS) for span in spans.tolist()):
                    used |= {row.id: row for row in self.clocks.rows_used(number, due, until)}
        return tuple(used[id] for id in sorted(used))

    def lines(self) -> Iterator[MonthArrears]:
        """Line by line, in the order of the spans."""
        rows_of = cache(self._rows_of)
        for i, (span_no, kind) in enumerate(zip(self.columns.span.tolist(), self.columns.kind.tolist(), strict=True)):
            span, number = self.columns.spans[span_no], int(self.term[i])
            rows = rows_of(number, kind, int(self.provisional[i]), self.days_late[i] > 0, int(self.settled[i]))
            marks = {
                "wage-unknown": span.wage is None and self.provisional[i] == UNKNOWN,
                "provisional": self.provisional[i] != UNKNOWN,
                "by-days": span.days[0] != span.days[1],
                "capped": self.fee[i] < self.uncapped[i],
                "not-yet-due": self.later[i],
                "due-provisional": self.terms[number].due_provisional,
                "unverified": not all(row.verified for row in rows),
            }
            yield MonthArrears.model_construct(
                claimant=span.claimant,
                employer=span.employer,
                kind=KINDS[kind],
                month=month_text(int(self.columns.month[i])),
                base=yuan(self.base[i]),
                employer_share=yuan(self.employer[i]),
                employee_share=yuan(self.employee[i]),
                due=self.terms[number].due,
                days_late=int(self.days_late[i]),
                late_fee=yuan(self.fee[i]),
                paid_principal=yuan(self.paid_principal[i]),
                paid_fee=yuan(self.paid_fee[i]),
                marks=tuple(mark for mark, holds in marks.items() if holds),
                rows=tuple(row.id for row in rows),
            )

    def _rows_of(self, number: int, kind: int, factor: int, late: bool, until: int) -> tuple[Row, ...]:
        """The rows of a line: those of its month, of its provisional assessment, of its late fee."""
        one, place = self.terms[number], self.columns.places.index(self.terms[number].place)
        assessed = () if factor == UNKNOWN else (self.factors[factor],)
        fees = self.clocks.rows_used(place * len(KINDS) + kind, one.due.toordinal(), until) if late else ()
        return (*one.rows, *assessed, *fees)


def reckon(
    spans: Iterable[DueSpan],
    setting: Setting,
    *,
    received: Iterable[Received] = (),
    deferrals: Iterable[Deferral] = (),
    payments: Sequence[Payment] = (),
) -> Ledger:
    """What is owed on a day for spans of months.

    Each share and each late fee is rounded half up to the fen, by kind and month; totals are sums of those. The late
    fee runs on what is unpaid of both shares and is the employer's alone (社会保险法 Art.60, 86).
    Raises MissingParameter.
    """
    columns = lay_out(tuple(spans), setting.places, Place(setting.jurisdiction))
    number, terms = _terms(columns, setting)
    floor, cap = (np.array([fen(bound) for bound in bounds], np.int64) for bounds in _bounds(terms))
    base = np.minimum(np.maximum(columns.wages(), floor[number]), cap[number])
    if columns.counts_days:
        base = half_up(base * columns.days[0], columns.days[1])
    employer, employee = (
        _share(base, [getattr(t, payer) for t in terms], number) for payer in ("employer", "employee")
    )
    if setting.peasants and setting.options.peasant_unemployment == "exempt":
        employee = np.where(_exempt(columns, setting.peasants), 0, employee)
    assessed = received if setting.options.undeclared == "provisional" else ()
    provisional, factors = _assess_provisionally(columns, setting, assessed, employer, employee)
    due = np.array([t.due.toordinal() for t in terms], np.int64)[number]
    later = due > setting.as_of.toordinal()
    to_come = int((employer + employee)[later].sum())
    employer, employee = np.where(later, 0, employer), np.where(later, 0, employee)
    running = clocks(columns, due, setting.as_of, setting.parameters, deferrals)
    account = Account(columns, running, employer + employee, due, setting.as_of, setting.options)
    unused = tuple(account.take(payments))
    account.accrue(np.arange(len(columns)), setting.as_of.toordinal())
    uncapped = account.uncapped()
    return Ledger(
        setting=setting,
        columns=columns,
        terms=terms,
        clocks=running,
        term=number,
        base=base,
        provisional=provisional,
        factors=factors,
        employer=employer,
        employee=employee,
        later=later,
        to_come=yuan(to_come),
        uncapped=uncapped,
        fee=account.capped(uncapped),
        days_late=account.days,
        paid_principal=account.paid_principal,
        paid_fee=account.paid_fee,
        settled=account.settled,
        unused=unused,
    )


def _terms(columns: Columns, setting: Setting) -> tuple[Ints, Sequence[Term]]:
    """The number of each line's term, and the terms: one for each place, kind and month that occurs."""
    if len(columns) == 0:
        return columns.month, []
    first = int(columns.month.min())
    width = int(columns.month.max()) - first + 1
    code = columns.kind_at * width + columns.month - first
    occurs = np.zeros(len(columns.places) * len(KINDS) * width, np.bool_)
    occurs[code] = True
    found: list[Term] = []
    missing: list[Missing] = []
    for one in np.flatnonzero(occurs).tolist():
        place_kind, month = divmod(one, width)
        place, kind = divmod(place_kind, len(KINDS))
        day = first_day(first + month)
        put_off = setting.options.long_holidays == "put-off"
        at = columns.places[place]
        try:
            found.append(term(setting.parameters, setting.calendar, at, KINDS[kind], day, put_off=put_off))
        except MissingParameter as lacking:
            missing += lacking.missing
            missing += _late_fees_missing(setting, at, KINDS[kind], day)
    if missing:
        raise MissingParameter(*missing)
    return (np.cumsum(occurs) - 1)[code], found


def _late_fees_missing(setting: Setting, at: Place, kind: InsuranceKind, since: date) -> tuple[Missing, ...]:
    """What lacks of the daily rates, so that it is told together with what else does."""
    try:
        list(setting.parameters.spells("late-fee", (kind, ""), at.jurisdiction, since, setting.as_of))
    except MissingParameter as lacking:
        return lacking.missing
    return ()


def _bounds(terms: Sequence[Term]) -> tuple[list[Decimal], list[Decimal]]:
    return [t.floor for t in terms], [t.cap for t in terms]


def _share(base: Ints, rates: Sequence[Decimal], number: Ints) -> Ints:
    units, scale = scaled(rates)
    return half_up(base * units[number], 100 * scale)


def _exempt(columns: Columns, peasants: frozenset[Ref]) -> Bools:
    """The lines of unemployment insurance of peasant contract workers."""
    theirs = np.array([one in peasants for one in columns.claimants], np.bool_)
    lines: Bools = theirs[columns.claimant] & (columns.kind == KINDS.index(InsuranceKind.UNEMPLOYMENT))
    return lines


def _assess_provisionally(
    columns: Columns, setting: Setting, received: Iterable[Received], employer: Ints, employee: Ints
) -> tuple[Ints, Sequence[Row]]:
    """Replace the shares of lines after a month whose amounts are known by 110% of those (社会保险法 Art.62)."""
    known: dict[tuple[Ref, Ref, str], list[tuple[int, int, int]]] = defaultdict(list)
    for one in received:
        if one.employer_share is not None:
            last = ordinal(one.last_month), fen(one.employer_share), fen(one.employee_share)
            known[one.claimant, one.employer, one.kind].append(last)
    if not known:
        return np.broadcast_to(np.int64(UNKNOWN), len(columns)), ()
    which, place_of_line = np.full(len(columns), UNKNOWN, np.int64), columns.place
    before = np.full((2, len(columns)), UNKNOWN, np.int64)
    for number, (span_no, kind) in enumerate(zip(columns.span_of.tolist(), columns.kind_of.tolist(), strict=True)):
        span = columns.spans[span_no]
        if amounts := known.get((span.claimant, span.employer, KINDS[kind])):
            latest = np.array(sorted(amounts), np.int64)
            lines = slice(int(columns.starts[number]), int(columns.starts[number + 1]))
            earlier = np.searchsorted(latest[:, 0], columns.month[lines]) - 1
            before[:, lines] = np.where(earlier >= 0, latest[earlier, 1:].T, UNKNOWN)
    lines_known = np.flatnonzero(before[0] != UNKNOWN)
    rows: list[Row] = []
    where: dict[tuple[int, int], int] = {}
    for i in lines_known.tolist():
        place, month = int(place_of_line[i]), int(columns.month[i])
        if (place, month) not in where:
            jurisdiction = columns.places[place].jurisdiction
            row = setting.parameters.find("provisional", "", jurisdiction, first_day(month))
            rows = rows if row in rows else [*rows, row]
            where[place, month] = rows.index(row)
        which[i] = where[place, month]
    units, scale = scaled([row.value for row in rows])
    for share, amount in zip((employer, employee), before, strict=True):
        share[lines_known] = half_up(amount[lines_known] * units[which[lines_known]], 100 * scale)
    return which, rows


def _total(parts: Sequence[int]) -> Total:
    employer, employee, fee, paid_principal, paid_fee = parts
    return Total(
        employer_share=yuan(employer),
        employee_share=yuan(employee),
        late_fee=yuan(fee),
        paid_principal=yuan(paid_principal),
        paid_fee=yuan(paid_fee),
        owed=yuan(employer + employee + fee - paid_principal - paid_fee),
    )
