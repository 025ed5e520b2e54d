"""What an insolvent employer owes, in the order in which its estate pays."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Final

from pydantic import Field

from domain.arrears.model import MonthArrears
from domain.base import Model, Ref, Yuan
from domain.intake.complaint import ClaimItem
from domain.rules.rule_table import read_table
from domain.words import Payer
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "insolvency.yaml"


class RankRow(Model):
    """A row of the table: the rank of a kind of claim, of a share of the premiums, or of the late fee."""

    what: str
    rank: int = Field(ge=1, le=3)
    source: str
    verified: bool


class Stops(Model):
    """The article by which interest stops when the court accepts the application."""

    source: str
    verified: bool


class InsolvencyTable(Model):
    """The order of ranks; ``premium`` stands for every share of the premiums that has no row of its own."""

    stops: Stops
    ranks: tuple[RankRow, ...]


class Ranked(Model):
    """What stands in a rank, in yuan, by which articles."""

    rank: int
    amount: Yuan
    sources: tuple[str, ...]


@cache
def insolvency_table() -> InsolvencyTable:
    """The shipped table."""
    return read_table(_TABLE, InsolvencyTable)


def ranked(
    employers: Collection[Ref],
    lines: Iterable[MonthArrears],
    items: Iterable[ClaimItem],
    part_b: Mapping[tuple[Ref, Ref], Decimal],
) -> tuple[Ranked, ...]:
    """What is owed by insolvent employers, rank by rank (企业破产法 Art.113). ``part_b`` is by item and claimant."""
    rows = {row.what: row for row in insolvency_table().ranks}
    sums: dict[int, Decimal] = defaultdict(Decimal)
    sources: dict[int, dict[str, None]] = defaultdict(dict)

    def add(row: RankRow, amount: Decimal) -> None:
        if amount > 0:
            sums[row.rank] += amount
            sources[row.rank][row.source] = None

    for line in lines:
        if line.employer in employers:
            for payer, share in ((Payer.EMPLOYER, line.employer_share), (Payer.EMPLOYEE, line.employee_share)):
                add(rows.get(f"{line.kind}/{payer}", rows["premium"]), share)
            add(rows["late-fee"], line.late_fee)
    respondents = {item.ref: item for item in items}
    for (ref, _), amount in part_b.items():
        item = respondents[ref]
        if item.respondent in employers and item.kind in rows:
            add(rows[item.kind], amount)
    return tuple(Ranked(rank=rank, amount=sums[rank], sources=tuple(sources[rank])) for rank in sorted(sums))
