"""Arrears to the fen: base, shares, due day and late fee for each claimant, employer, kind and month."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from domain.base import Model, Month, Ref, Yuan, to_fen
from domain.parameters import Parameters, Row
from domain.words import InsuranceKind

_NIL: Final = Decimal("0.00")
_PERCENT: Final = Decimal(100)


class MonthDue(Model):
    """A month for which a premium should have been paid."""

    claimant: Ref
    employer: Ref
    kind: InsuranceKind
    month: Month
    wage: Yuan | None
    """The wage that the base is taken from. None: assessed at the floor, and said so."""


class MonthArrears(Model):
    """What is owed for one month of one kind."""

    claimant: Ref
    employer: Ref
    kind: InsuranceKind
    month: Month
    base: Yuan
    employer_share: Yuan
    employee_share: Yuan
    due: date
    days_late: int
    late_fee: Yuan
    rows: tuple[Ref, ...]

    @property
    def total(self) -> Decimal:
        """Premiums of both payers and the late fee, in yuan."""
        return self.employer_share + self.employee_share + self.late_fee


class Arrears(Model):
    """The computation for a day, with the parameter rows that it rests on."""

    as_of: date
    lines: tuple[MonthArrears, ...]
    employer_share: Yuan
    employee_share: Yuan
    late_fee: Yuan
    unverified: tuple[Ref, ...]
    """Rows that nobody has confirmed yet."""
    rows: tuple[Ref, ...]


def compute(dues: Iterable[MonthDue], parameters: Parameters, jurisdiction: str, as_of: date) -> Arrears:
    """Compute what is owed when it is paid on ``as_of``.

    Each amount is rounded half up to the fen for each kind, month and payer; totals are sums of rounded
    parts. The late fee runs on both shares and is the employer's alone (社会保险法 Art.86).
    Raises MissingParameter.
    """
    used: dict[str, Row] = {}
    lines = [_line(due, parameters, jurisdiction, as_of, used) for due in dues]
    return Arrears(
        as_of=as_of,
        lines=tuple(lines),
        employer_share=sum((line.employer_share for line in lines), _NIL),
        employee_share=sum((line.employee_share for line in lines), _NIL),
        late_fee=sum((line.late_fee for line in lines), _NIL),
        unverified=tuple(sorted(row.id for row in used.values() if not row.verified)),
        rows=tuple(sorted(used)),
    )


def _line(due: MonthDue, parameters: Parameters, jurisdiction: str, as_of: date, used: dict[str, Row]) -> MonthArrears:
    first = date.fromisoformat(f"{due.month}-01")
    rows: list[Row] = []

    def look_up(name: str, key: str = "") -> Decimal:
        row = parameters.find(name, key, jurisdiction, first)
        rows.append(row)
        return row.value

    floor, cap = look_up("base-floor"), look_up("base-cap")
    base = to_fen(min(max(due.wage if due.wage is not None else floor, floor), cap))
    employer_share = to_fen(base * look_up("rate", f"{due.kind}/employer") / _PERCENT)
    employee_share = to_fen(base * look_up("rate", f"{due.kind}/employee") / _PERCENT)
    due_on = last_day(first, int(look_up("due-months-after")))
    days, fee = _late(employer_share + employee_share, due_on, as_of, parameters, jurisdiction, rows)
    used.update({row.id: row for row in rows})
    return MonthArrears(
        claimant=due.claimant,
        employer=due.employer,
        kind=due.kind,
        month=due.month,
        base=base,
        employer_share=employer_share,
        employee_share=employee_share,
        due=due_on,
        days_late=days,
        late_fee=fee,
        rows=tuple(row.id for row in rows),
    )


def _late(
    principal: Decimal, due: date, paid: date, parameters: Parameters, jurisdiction: str, rows: list[Row]
) -> tuple[int, Decimal]:
    """Days late and the late fee: simple, from the day after the due day through the day of payment.

    A fee that spans a change of the daily rate uses each rate for its own days.
    """
    day, end, exact = due + timedelta(days=1), paid, Decimal(0)
    while day <= end:
        row = parameters.find("late-fee", "", jurisdiction, day)
        rows.append(row)
        stretch_end = end if row.until is None else min(end, row.until)
        days = (stretch_end - day).days + 1
        exact += principal * row.value / _PERCENT * days
        day = stretch_end + timedelta(days=1)
    return max(0, (paid - due).days), to_fen(exact)


def last_day(first: date, months_after: int) -> date:
    """The last day of the month that lies some months after the month of ``first``."""
    year, month = divmod(first.year * 12 + first.month + months_after, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def by_claimant(lines: Sequence[MonthArrears]) -> dict[Ref, Decimal]:
    """What is owed for each claimant in all, in yuan."""
    totals: dict[Ref, Decimal] = defaultdict(lambda: _NIL)
    for line in lines:
        totals[line.claimant] += line.total
    return dict(totals)
