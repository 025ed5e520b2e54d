"""A computation as people and machines read it, and the short form that a case uses."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from domain.arrears.columns import KINDS, month_text
from domain.arrears.ledger import Ledger, Setting, reckon
from domain.arrears.model import Alternative, Arrears, MonthArrears, MonthDue
from domain.arrears.options import chosen, reliefs
from domain.base import Ref
from domain.rules.parameters import Parameters


def compute(dues: Iterable[MonthDue], parameters: Parameters, jurisdiction: str, as_of: date) -> Arrears:
    """What is owed for months when it is paid on ``as_of``. Raises MissingParameter."""
    return report(reckon((due.span() for due in dues), Setting(parameters, jurisdiction, as_of)))


def report(ledger: Ledger, alternatives: Iterable[Alternative] = (), *, with_lines: bool = True) -> Arrears:
    """The computation with its totals, choices and rows; without lines where only the sums are asked for."""
    total, columns, rows = ledger.total(), ledger.columns, ledger.rows_used()
    return Arrears(
        as_of=ledger.setting.as_of,
        lines=tuple(ledger.lines()) if with_lines else (),
        **total.model_dump(),
        to_come=ledger.to_come,
        by_claimant=ledger.totals(columns.claimants, columns.claimant),
        by_employer=ledger.totals(columns.employers, columns.employer),
        by_kind=ledger.totals(KINDS, columns.kind),
        unused=ledger.unused,
        chosen=chosen(ledger.setting.options),
        alternatives=tuple(alternatives),
        reliefs=tuple(relief_codes(ledger)),
        unverified=tuple(row.id for row in rows if not row.verified),
        rows=tuple(row.id for row in rows),
        sources=rows,
    )


def relief_codes(ledger: Ledger) -> list[Ref]:
    """The reliefs of the state whose months and kinds occur among the lines."""
    occur = {(KINDS[kind], month_text(month)) for kind, month in _kinds_and_months(ledger)}
    return [
        relief.code
        for relief in reliefs()
        if any(kind in relief.kinds and relief.first_month <= month <= relief.last_month for kind, month in occur)
    ]


def _kinds_and_months(ledger: Ledger) -> set[tuple[int, int]]:
    columns = ledger.columns
    codes = set((columns.month * len(KINDS) + columns.kind).tolist())
    return {(code % len(KINDS), code // len(KINDS)) for code in codes}


def by_claimant(lines: Iterable[MonthArrears]) -> dict[Ref, Decimal]:
    """What is owed for each claimant in all, in yuan."""
    totals: dict[Ref, Decimal] = {}
    for line in lines:
        totals[line.claimant] = totals.get(line.claimant, Decimal("0.00")) + line.total
    return totals
