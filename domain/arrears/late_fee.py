"""The clock of the late fee: how much of a daily rate has run between two days, deferrals left out."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from domain.arrears.columns import KINDS, Columns, Ints, scaled
from domain.arrears.model import Deferral
from domain.rules.parameters import Parameters, Row


@dataclass(frozen=True)
class Clocks:
    """One clock for each kind at each place, and each set of deferrals that some line has. Days are ordinals."""

    of_line: Ints
    due: Ints
    """By line: the due day, and not later than the day of the computation."""
    origin: int
    run: Ints
    """By clock and day since the origin: the sum of the daily rates through that day, times ``scale``, in percent."""
    days: Ints
    """By clock and day since the origin: the days that ran through that day."""
    scale: int
    rows: tuple[tuple[tuple[int, Row], ...], ...]
    """By kind at a place (``kind_at``): the late-fee rows, each with the first day on which it was used."""

    def ran(self, lines: Ints, since: Ints, until: int) -> tuple[Ints, Ints]:
        """For some lines: the rate and the days that ran after a day, or the due day if later, through another."""
        due, begins = self.due[lines], self.of_line[lines] * self.run.shape[1] - self.origin
        first = np.maximum(since, due) + begins
        last = np.maximum(until, due) + begins
        return (self.run.take(last) - self.run.take(first), self.days.take(last) - self.days.take(first))

    def rows_used(self, kind_at_place: int, due: int, until: int) -> Iterator[Row]:
        """The late-fee rows of the days after ``due`` through ``until``."""
        rows = self.rows[kind_at_place]
        for number, (first, row) in enumerate(rows):
            ends = rows[number + 1][0] - 1 if number + 1 < len(rows) else until
            if first <= until and ends > due and until > due:
                yield row


def clocks(columns: Columns, due: Ints, as_of: date, parameters: Parameters, deferrals: Iterable[Deferral]) -> Clocks:
    """The clocks of all lines up to a day. Raises MissingParameter for a day without a daily rate."""
    end = as_of.toordinal()
    due = np.minimum(due, end)
    origin = int(due.min(initial=end))
    daily, rows, scale = _daily(columns, due, origin, end, parameters)
    of_line, running = columns.kind_at, [np.ones(end - origin + 1, np.int64) for _ in rows]
    rates_of = list(range(len(rows)))
    for deferral in deferrals:
        of_line, parents = _split(of_line, columns.covered(deferral))
        running = [running[parent].copy() if deferred else running[parent] for parent, deferred in parents]
        rates_of = [rates_of[parent] for parent, _ in parents]
        first = max(0, deferral.since.toordinal() - origin)
        last = end if deferral.until is None else min(end, deferral.until.toordinal())
        for clock, (_, deferred) in zip(running, parents, strict=True):
            if deferred:
                clock[first : max(0, last - origin + 1)] = 0
    for clock in running:
        clock[:1] = 0
    days = np.array(running, np.int64).reshape(len(running), end - origin + 1)
    rates = daily[rates_of] if rates_of else daily
    return Clocks(of_line, due, origin, np.cumsum(days * rates, axis=1), np.cumsum(days, axis=1), scale, rows)


def _split(of_line: Ints, deferred: Ints) -> tuple[Ints, list[tuple[int, bool]]]:
    """Clocks anew, so that lines under a deferral have another one than those that are not; and what each was."""
    doubled = of_line * 2
    doubled[deferred] += 1
    found, anew = np.unique(doubled, return_inverse=True)
    return anew, [(int(code) // 2, bool(code % 2)) for code in found]


def _daily(
    columns: Columns, due: Ints, origin: int, end: int, parameters: Parameters
) -> tuple[Ints, tuple[tuple[tuple[int, Row], ...], ...], int]:
    """By kind at a place and day since the origin: the daily rate as an integer; the rows used; the scale."""
    last = date.fromordinal(end)
    found: list[tuple[tuple[int, Row], ...]] = []
    for number, (place, kind) in enumerate(itertools.product(columns.places, KINDS)):
        first = date.fromordinal(int(due[columns.kind_at == number].min(initial=end))) + timedelta(days=1)
        changes = parameters.spells("late-fee", (kind, ""), place.jurisdiction, first, last)
        found.append(tuple((day.toordinal(), row) for day, row in changes))
    values, scale = scaled([row.value for spells in found for _, row in spells])
    daily, rates = np.zeros((len(found), end - origin + 1), np.int64), iter(values)
    for number, spells in enumerate(found):
        for day, _ in spells:
            daily[number, day - origin :] = next(rates)
    return daily, tuple(found), scale
