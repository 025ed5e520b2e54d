"""Spans laid out as columns of integers, one entry for each month: what the computation runs on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
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
    """Every month of every span, in the order given. Names are numbered in their own order, not in the input's."""

    spans: Sequence[DueSpan]
    claimants: tuple[Ref, ...]
    employers: tuple[Ref, ...]
    places: tuple[Place, ...]
    claimant_of: Ints
    """By span, like the next two: a number of ``claimants``."""
    employer_of: Ints
    kind_of: Ints
    starts: Ints
    """By span: where its months begin; one more at the end."""
    span: Ints
    """By line, like all that follow: its span."""
    month: Ints
    """Months since the year 0."""
    place: Ints

    def __len__(self) -> int:
        return len(self.span)

    @property
    def kind(self) -> Ints:
        """By line: a number of ``KINDS``."""
        return self.kind_of[self.span]

    @property
    def claimant(self) -> Ints:
        """By line: a number of ``claimants``."""
        return self.claimant_of[self.span]

    @property
    def employer(self) -> Ints:
        """By line: a number of ``employers``."""
        return self.employer_of[self.span]

    def wages(self) -> Ints:
        """By line: the wage in fen, or UNKNOWN."""
        return np.array([fen(s.wage) for s in self.spans], np.int64)[self.span]

    def days(self) -> tuple[Ints, Ints]:
        """By line: the days worked of a month that counts by days, and of how many."""
        worked, of = np.array([s.days for s in self.spans], np.int64).reshape(-1, 2).T
        return worked[self.span], of[self.span]

    def covered(self, scope: Scope) -> Ints:
        """The lines that a scope bears on."""
        spans = np.ones(len(self.spans), np.bool_)
        if scope.claimant is not None:
            spans &= self.claimant_of == _number(self.claimants, scope.claimant)
        if scope.employer is not None:
            spans &= self.employer_of == _number(self.employers, scope.employer)
        if scope.kind is not None:
            spans &= self.kind_of == _KIND[scope.kind]
        lines = lines_of(self.starts, np.flatnonzero(spans))
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
    last = _ints([ordinal(s.last_month) for s in spans])
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.maximum(last - first + 1, 0))])
    span = np.repeat(np.arange(len(spans)), np.diff(starts))
    return Columns(
        spans=spans,
        claimants=claimants,
        employers=employers,
        places=places,
        claimant_of=_ints([claimant_no[s.claimant] for s in spans]),
        employer_of=employer_of,
        kind_of=_ints([_KIND[s.kind] for s in spans]),
        starts=starts,
        span=span,
        month=first[span] + np.arange(len(span)) - starts[span],
        place=_ints([places.index(place) for place in placed])[employer_of][span],
    )


def lines_of(starts: Ints, spans: Ints) -> Ints:
    """The lines of some spans, one span after the other."""
    counts = starts[spans + 1] - starts[spans]
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    return np.repeat(starts[spans] - begins[:-1], counts) + np.arange(begins[-1])


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
