"""What follows from the findings: what contradicts, what is owed, how hard the case will be."""

from datetime import date
from decimal import Decimal

from domain.assessment.insolvency import Ranked
from domain.assessment.prognosis import Prognosis
from domain.assessment.reconcile import Discrepancy
from domain.base import Model, Ref, Yuan


class Reckoned(Model):
    """Severance by the months and the wage that were found, beside what is claimed."""

    amount: Yuan
    months: Decimal
    """Of wages, by the years of service."""
    wage: Yuan


class OwedItem(Model):
    """What the findings make of one claim item for one claimant, in yuan."""

    item: Ref
    claimant: Ref
    part_a: Yuan
    """Public-law part: premiums of both payers, and the late fee. May only be scheduled."""
    part_b: Yuan
    """Private-law part, as claimed or found. May be bargained."""
    reckoned: Reckoned | None = None
    """Of severance: what the labour bureau's finding makes of it (劳动合同法 Art.47); None where it can't be said."""


class Assessment(Model):
    """The centre's computation after fact-finding, with its day and its doubts."""

    as_of: date
    owed: tuple[OwedItem, ...]
    employer_share: Yuan
    employee_share: Yuan
    late_fee: Yuan
    discrepancies: tuple[Discrepancy, ...]
    prognosis: Prognosis
    warnings: tuple[str, ...] = ()
    """Codes of texts/assessment.yaml: unverified rows used, assumptions made."""
    ranks: tuple[Ranked, ...] = ()
    """What insolvent employers owe, in the order in which their estates pay; empty where nobody is insolvent."""
    rows: tuple[str, ...] = ()
    """Ids of the parameter rows that the computation used."""

    def part_a_of(self) -> dict[Ref, Yuan]:
        """Part A owed to each claimant, in yuan; claimants owed nothing are left out."""
        return self._sum("part_a")

    def part_b_of(self) -> dict[Ref, Yuan]:
        """Part B owed to each claimant, in yuan."""
        return self._sum("part_b")

    def _sum(self, part: str) -> dict[Ref, Yuan]:
        totals: dict[Ref, Yuan] = {}
        for owed in self.owed:
            amount: Yuan = getattr(owed, part)
            if amount:
                totals[owed.claimant] = totals.get(owed.claimant, 0) + amount
        return totals
