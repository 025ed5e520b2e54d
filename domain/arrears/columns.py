"""Spans laid out as columns of integers, one entry for each month: what the computation runs on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from domain.arrears.model import DueSpan, Scope
from domain.arrears.terms import Place
from domain.base import Month, Ref, to_fen
from domain.words import InsuranceKind

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

KINDS: Final = tuple(InsuranceKind)
UNKNOWN: Final = -1
_KIND: Final = {kind: number for number, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Columns:
    """Every month of every kind of every span. Names are numbered in their own order, not in the input's."""

    spans: Sequence[DueSpan]
    claimants: tuple[Ref, ...]
    employers: tuple[Ref, ...]
    places: tuple[Place, ...]
    claimant_of: Ints
    """By span, like the next: a number of ``claimants``."""
    employer_of: Ints
    span_of: Ints
    """By run, which is a kind of a span, like the next two: its span."""
    kind_of: Ints
    starts: Ints
    """Where the months of a run begin; one more at the end."""
    span: Ints
    """By line, which is a month of a run, like all that follow: its span."""
    kind: Ints
    """A number of ``KINDS``."""
    month: Ints
    """Months since the year 0."""
    place_of: Ints
    """By employer: a number of ``places``."""

    def __len__(self) -> int:
        return len(self.span)

    @property
    def claimant(self) -> Ints:
        """By line: a number of ``claimants``."""
        return self.claimant_of[self.span]

    @property
    def employer(self) -> Ints:
        """By line: a number of ``employers``."""
        return self.employer_of[self.span]

    @property
    def place(self) -> Ints:
        """By line: a number of ``places``."""
        return self.place_of[self.employer]

    @cached_property
    def kind_at(self) -> Ints:
        """By line: a number for its kind at its place."""
        return self.place * len(KINDS) + self.kind

    def wages(self) -> Ints:
        """By line: the wage in fen, or UNKNOWN."""
        return _ints([UNKNOWN if s.wage is None else int(s.wage * 100) for s in self.spans])[self.span]

    @property
    def counts_days(self) -> bool:
        """Whether some month counts by days."""
        return any(s.days[0] != s.days[1] for s in self.spans)

    @property
    def days(self) -> tuple[Ints, Ints]:
        """By line: the days that count, and of how many."""
        return _ints([s.days[0] for s in self.spans])[self.span], _ints([s.days[1] for s in self.spans])[self.span]

    def covered(self, scope: Scope) -> Ints:
        """The lines that a scope bears on."""
        spans = np.ones(len(self.spans), np.bool_)
        if scope.claimant is not None:
            spans &= self.claimant_of == _number(self.claimants, scope.claimant)
        if scope.employer is not None:
            spans &= self.employer_of == _number(self.employers, scope.employer)
        runs = spans[self.span_of]
        if scope.kind is not None:
            runs &= self.kind_of == _KIND[scope.kind]
        lines = _lines_of(self.starts, np.flatnonzero(runs))
        if scope.first_month is not None:
            lines = lines[self.month[lines] >= ordinal(scope.first_month)]
        if scope.last_month is not None:
            lines = lines[self.month[lines] <= ordinal(scope.last_month)]
        return lines


def lay_out(spans: Sequence[DueSpan], place_of: Mapping[Ref, Place], elsewhere: Place) -> Columns:
    """Columns for spans; an employer that ``place_of`` doesn't name is ``elsewhere``."""
    claimants = tuple(sorted({s.claimant for s in spans}))
    employers = tuple(sorted({s.employer for s in spans}))
    claimant_no = {ref: number for number, ref in enumerate(claimants)}
    employer_no = {ref: number for number, ref in enumerate(employers)}
    placed = [place_of.get(employer, elsewhere) for employer in employers]
    places = tuple(dict.fromkeys(placed))
    employer_of = _ints([employer_no[s.employer] for s in spans])
    first = _ints([ordinal(s.first_month) for s in spans])
    length = np.maximum(_ints([ordinal(s.last_month) for s in spans]) - first + 1, 0)
    span_of = np.repeat(np.arange(len(spans)), [len(s.kinds) for s in spans])
    kind_of = _ints([_KIND[kind] for s in spans for kind in s.kinds])
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(length[span_of])])
    run = np.repeat(np.arange(len(span_of)), np.diff(starts))
    span = span_of[run]
    return Columns(
        spans=spans,
        claimants=claimants,
        employers=employers,
        places=places,
        claimant_of=_ints([claimant_no[s.claimant] for s in spans]),
        employer_of=employer_of,
        span_of=span_of,
        kind_of=kind_of,
        starts=starts,
        span=span,
        kind=kind_of[run],
        month=first[span] + np.arange(len(run)) - starts[run],
        place_of=_ints([places.index(place) for place in placed]),
    )


def half_up(numerator: Ints, denominator: Ints | int) -> Ints:
    """The quotient of numbers that are not negative, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def scaled(values: Sequence[Decimal]) -> tuple[Ints, int]:
    """Values as integers and the power of ten that they were multiplied by: exact."""
    places = max((_decimals(value) for value in values), default=0)
    return _ints([int(value.scaleb(places)) for value in values]), 10**places


def fen(amount: Decimal | None) -> int:
    """An amount in yuan as fen, half up; UNKNOWN for None."""
    return UNKNOWN if amount is None else int(to_fen(amount) * 100)


def yuan(amount: int | np.int64) -> Decimal:
    """Fen as an amount in yuan."""
    return Decimal(int(amount)).scaleb(-2)


@cache
def ordinal(month: Month) -> int:
    """Months since the year 0."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


@cache
def month_text(number: int) -> Month:
    """The month of an ordinal."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@cache
def first_day(number: int) -> date:
    """The first day of the month of an ordinal."""
    return date(number // 12, number % 12 + 1, 1)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, np.int64)


def _number(names: tuple[Ref, ...], name: Ref) -> int:
    return names.index(name) if name in names else UNKNOWN


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _lines_of(starts: Ints, runs: Ints) -> Ints:
    counts = starts[runs + 1] - starts[runs]
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    return np.repeat(starts[runs] - begins[:-1], counts) + np.arange(begins[-1])
