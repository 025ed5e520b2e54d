"""Settlement by item: what terms leave out, for whom, and what they have to schedule without it."""

from collections.abc import Iterable
from decimal import Decimal

from domain.assessment.assessment import Assessment
from domain.intake.complaint import ClaimItem
from domain.settlement.instalments import LeftOut


def leaves_out(unsettled: Iterable[LeftOut], item: str, claimant: str) -> bool:
    """Whether an item of a claimant is left to whoever decides it."""
    return any(one.item == item and (not one.claimants or claimant in one.claimants) for one in unsettled)


def part_a_to_schedule(assessment: Assessment | None, unsettled: Iterable[LeftOut]) -> dict[str, Decimal]:
    """Part A of each claimant in yuan, without the items that are left out: they are referred, not given up."""
    left, totals = tuple(unsettled), dict[str, Decimal]()
    for owed in assessment.owed if assessment else ():
        if owed.part_a and not (left and leaves_out(left, owed.item, owed.claimant)):
            totals[owed.claimant] = totals.get(owed.claimant, Decimal(0)) + owed.part_a
    return totals


def unheard_of(unsettled: Iterable[LeftOut], items: Iterable[ClaimItem], claimants: Iterable[str]) -> list[str]:
    """Items, and people, that the terms leave out and nobody has claimed for."""
    of, everybody = {item.ref: item.claimant for item in items}, set(claimants)
    wrong: list[str] = []
    for one in unsettled:
        may = everybody if of.get(one.item) is None else {of[one.item]}
        wrong += [one.item] if one.item not in of else [ref for ref in one.claimants if ref not in may]
    return wrong
