"""A report: the figures of a period, over cases in numbers, whole or broken down, beside the period before."""

import calendar
import hashlib
import re
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from domain.base import CENTRE_ZONE, Instant, Model, Ref
from domain.figures.projection import CaseFigures
from domain.figures.table import FigureRow, FigureTable, Taken

FEW: Final = 5
"""Counts below this are not shown outside the centre."""
BY: Final = (
    "case_class",
    "group",
    "agency",
    "employer",
    "jurisdiction",
    "trade",
    "channel",
    "post",
    "mediator",
    "outcome",
    "phase",
    "target",
    "result",
)
"""What a report can be broken down by: a field of the case, or of what is counted."""
_CENT: Final = Decimal("0.01")
_PERIOD: Final = re.compile(r"(?P<year>\d{4})(-(Q(?P<quarter>[1-4])|W(?P<week>\d{2})|(?P<month>\d{2})))?")
_DAY: Final = timedelta(days=1)
_A_MONTH: Final = timedelta(days=31)


class Period(Model):
    """From a day to a day, both included."""

    name: str
    first: date
    last: date

    @property
    def months(self) -> tuple["Period", ...]:
        """The months of a year or a quarter; of anything shorter none."""
        if self.last - self.first < _A_MONTH:
            return ()
        span = range(self.first.month, self.last.month + 1)
        return tuple(period(f"{self.first.year}-{month:02d}") for month in span)

    @property
    def before(self) -> "Period":
        """The period of the same kind that ended the day before."""
        return period(_name_of(self.name, self.first - _DAY))


def period(name: str) -> Period:
    """A year, quarter, month or week by its name: 2026, 2026-Q1, 2026-11, 2026-W48. Raises ValueError."""
    match = _PERIOD.fullmatch(name)
    if match is None:
        raise ValueError(name)
    year = int(match["year"])
    if match["week"]:
        first = date.fromisocalendar(year, int(match["week"]), 1)
        return Period(name=name, first=first, last=first + 6 * _DAY)
    months = range(1, 13)
    if match["quarter"]:
        months = range(3 * int(match["quarter"]) - 2, 3 * int(match["quarter"]) + 1)
    elif match["month"]:
        months = range(int(match["month"]), int(match["month"]) + 1)
    last = date(year, months[-1], calendar.monthrange(year, months[-1])[1])
    return Period(name=name, first=date(year, months[0], 1), last=last)


def this_year(now: datetime) -> str:
    """The name of the year that an instant falls into, in the centre's zone."""
    return f"{now.astimezone(CENTRE_ZONE):%Y}"


def _name_of(like: str, day: date) -> str:
    """The period that a day lies in, of the same kind as another."""
    if "-Q" in like:
        return f"{day.year}-Q{(day.month + 2) // 3}"
    if "-W" in like:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{day:%Y-%m}" if "-" in like else f"{day.year}"


class Behind(Model):
    """What a figure rests on: an event of a case's ledger, and what it adds."""

    case: Ref
    case_number: str
    seq: int
    value: Decimal | None = None


class Value(Model):
    """A figure: its value, that of the period before, and how many ledger events it rests on.

    None: there is nothing to make it of, such as a share of nothing.
    """

    figure: Ref
    unit: Ref
    value: Decimal | None
    before: Decimal | None
    rests_on: int
    few: bool = False
    """The count is too small to be shown outside the centre."""


class Group(Model):
    """The figures of a part of the cases; ``of`` None: of all of them."""

    of: str | None
    values: tuple[Value, ...]


class Course(Model):
    """How a figure of all cases went, month by month."""

    figure: Ref
    unit: Ref
    months: tuple[str, ...]
    values: tuple[Value, ...]


class Report(Model):
    """The figures of a period."""

    period: Period
    as_of: Instant
    definitions: str
    """The digest of the table of figures."""
    cases: int
    heads: str
    """A digest over the heads of the ledgers that it covers."""
    by: str | None
    where: dict[str, str]
    drills: bool
    groups: tuple[Group, ...]
    courses: tuple[Course, ...] = ()


def report(
    cases: Sequence[CaseFigures],
    over: Period,
    table: FigureTable,
    as_of: Instant,
    *,
    by: str | None = None,
    where: Mapping[str, str] | None = None,
    drills: bool = False,
    outside: bool = False,
) -> Report:
    """Draw up a report. ``by`` and ``where`` name fields of BY; ``outside`` leaves out counts under five."""
    asked = dict(where or {})
    groups = []
    for part, those in [(None, cases), *_parts(cases, table, by)]:
        chosen = asked if part is None or by is None else {**asked, by: part}
        values = (_value(those, row, over, table, chosen) for row in table.figures)
        groups.append(Group(of=part, values=tuple(_hidden(one) if outside else one for one in values)))
    return Report(
        period=over,
        as_of=as_of,
        definitions=table.digest,
        cases=len(cases),
        heads=hashlib.sha256("".join(sorted(f"{c.case}:{c.head}" for c in cases)).encode()).hexdigest()[:16],
        by=by,
        where=asked,
        drills=drills,
        groups=tuple(groups),
        courses=tuple(_courses(cases, over, table, asked, outside)),
    )


def _courses(
    cases: Sequence[CaseFigures], over: Period, table: FigureTable, where: Mapping[str, str], outside: bool
) -> Iterator[Course]:
    for row in table.figures if over.months else ():
        if row.course:
            values = (_value(cases, row, month, table, where) for month in over.months)
            yield Course(
                figure=row.id,
                unit=row.unit,
                months=tuple(month.name for month in over.months),
                values=tuple(_hidden(one) if outside else one for one in values),
            )


FILTERS: Final = ("case_class", "group", "agency", "jurisdiction", "trade", "channel")
"""What a report can be about only."""


def choices(cases: Sequence[CaseFigures]) -> dict[str, tuple[str, ...]]:
    """What there is to choose from, by filter."""
    found: dict[str, set[str]] = {name: set() for name in FILTERS}
    for case in cases:
        for name in FILTERS:
            rows: Sequence[Any] = case.inquiries if name == "agency" else (case,)
            found[name].update(str(value) for row in rows if (value := getattr(row, name)) is not None)
    return {name: tuple(sorted(values)) for name, values in found.items()}


def _parts(cases: Sequence[CaseFigures], table: FigureTable, by: str | None) -> list[tuple[str, Sequence[CaseFigures]]]:
    """The parts of a report in their order, each with the cases that may have something in it."""
    found: dict[str, dict[str, CaseFigures]] = {}
    if by is not None:
        for _, row, case in _everything(cases, table):
            if value := _part(row, case, by):
                found.setdefault(value, {})[case.case] = case
    return [(value, tuple(those.values())) for value, those in sorted(found.items())]


def behind(
    cases: Iterable[CaseFigures], figure: FigureRow, over: Period, table: FigureTable, where: Mapping[str, str]
) -> list[Behind]:
    """What a figure rests on, event by event; of a share, what it is a share of."""
    parts = figure.to or figure.all_of
    if parts:
        wide = over.model_copy(update={"first": date.min}) if figure.ever else over
        found = (table.find(part) for part in parts)
        return [one for row in found if row is not None for one in behind(cases, row, wide, table, where)]
    return [
        Behind(case=case.case, case_number=case.case_number, seq=_seq(row, case, figure), value=_of(row, figure))
        for row, case in _rows(cases, figure, over, where)
    ]


def _everything(cases: Iterable[CaseFigures], table: FigureTable) -> Iterator[tuple[str, Any, CaseFigures]]:
    kinds = {row.over for row in table.figures if row.over is not None}
    for case in cases:
        for kind in kinds:
            yield from ((kind, row, case) for row in _of_kind(case, kind))


def _of_kind(case: CaseFigures, kind: str) -> Sequence[Any]:
    if kind == "cases":
        return () if case.posts else (case,)
    rows: Sequence[Any] = getattr(case, kind)
    return rows


def _part(row: Any, case: CaseFigures, by: str) -> str | None:
    value = getattr(row, by, None)
    value = getattr(case, by, None) if value is None else value
    return None if value is None else str(value)


def _rows(
    cases: Iterable[CaseFigures], figure: FigureRow, over: Period, where: Mapping[str, str]
) -> Iterator[tuple[Any, CaseFigures]]:
    assert figure.over is not None
    for case in cases:
        for row in _of_kind(case, figure.over):
            fits = all(getattr(row, field) in values for field, values in figure.where.items())
            told = not isinstance(figure.take, Taken) or getattr(row, figure.take.field) is not None
            if fits and told and _falls(row, figure, over) and all(_part(row, case, f) == v for f, v in where.items()):
                yield row, case


def _falls(row: Any, figure: FigureRow, over: Period) -> bool:
    if figure.open_at == "start":
        return bool(row.filed_on < over.first and (row.closed_on is None or row.closed_on >= over.first))
    if figure.open_at == "end":
        return bool(row.filed_on <= over.last and (row.closed_on is None or row.closed_on > over.last))
    day = getattr(row, figure.when or "")
    return day is not None and over.first <= day <= over.last


def _seq(row: Any, case: CaseFigures, figure: FigureRow) -> int:
    """The event that a row rests on: its own, or of a case that which set the date it is counted by."""
    if row is not case:
        return int(row.seq)
    rests_on: int = case.rests_on.get(figure.when or "filed_on", case.seq)
    return rests_on


def _of(row: Any, figure: FigureRow) -> Decimal | None:
    if not isinstance(figure.take, Taken):
        return None
    value = getattr(row, figure.take.field)
    return None if value is None else Decimal(value)


def _value(
    cases: Sequence[CaseFigures], figure: FigureRow, over: Period, table: FigureTable, where: Mapping[str, str]
) -> Value:
    return Value(
        figure=figure.id,
        unit=figure.unit,
        value=_worth(cases, figure, over, table, where),
        before=None if figure.ever else _worth(cases, figure, over.before, table, where),
        rests_on=len(behind(cases, figure, over, table, where)),
    )


def _worth(
    cases: Sequence[CaseFigures], figure: FigureRow, over: Period, table: FigureTable, where: Mapping[str, str]
) -> Decimal | None:
    if figure.of:
        total = _sum(cases, figure.to, over, table, where)
        return _share(_sum(cases, figure.of, over, table, where), total) if total else None
    if figure.all_of:
        wide = over.model_copy(update={"first": date.min}) if figure.ever else over
        return _sum(cases, figure.all_of, wide, table, where)
    found = [row for row, _ in _rows(cases, figure, over, where)]
    if figure.take == "count":
        return Decimal(len(found))
    assert isinstance(figure.take, Taken)
    values = [value for row in found if (value := _of(row, figure)) is not None]
    if figure.take.sum:
        return sum(values, Decimal(0))
    made: Callable[[Sequence[Decimal]], Decimal] = statistics.median if figure.take.median else statistics.mean
    return made(values).quantize(_CENT, ROUND_HALF_UP) if values else None


def _sum(
    cases: Sequence[CaseFigures], figures: Iterable[str], over: Period, table: FigureTable, where: Mapping[str, str]
) -> Decimal:
    rows = (table.find(figure) for figure in figures)
    worth = (_worth(cases, row, over, table, where) for row in rows if row is not None)
    return sum((value for value in worth if value is not None), Decimal(0))


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return (100 * part / whole).quantize(_CENT, ROUND_HALF_UP)


def _hidden(value: Value) -> Value:
    """A figure that rests on fewer than five is not told outside: it could be somebody's."""
    if 0 < value.rests_on < FEW:
        return value.model_copy(update={"value": None, "before": None, "few": True})
    return value
