"""Which months are owed: claimed, worked, and not received by the tax bureau; and what hangs on a decision."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from domain.arrears import MonthDue
from domain.base import Model, Month, Ref, Yuan, months
from domain.complaint import ClaimItem, Complaint
from domain.findings import Finding
from domain.reconcile import Decision, Discrepancy, Effect
from domain.side_by_side import MONTHLY, Declared, Ground, Place, lay
from domain.words import Agency, ClaimKind, InsuranceKind

Holds = Literal["first", "second"]


class OwedMonth(Model):
    """A month owed under a claim item."""

    item: str
    due: MonthDue


class Underpaid(Model):
    """A month that was paid for on less than the wage, under an item that claims the right base."""

    item: Ref
    claimant: Ref
    employer: Ref
    kind: InsuranceKind
    month: Month
    declared: Yuan
    wage: Yuan


class Dues(Model):
    """The months owed, and what had to be assumed (codes of texts/assessment.yaml)."""

    owed: tuple[OwedMonth, ...]
    assumptions: tuple[str, ...]
    underpaid: tuple[Underpaid, ...] = ()


class Stake(Model):
    """What hangs on a discrepancy: the months that become owed, and cease to be, if its second source holds."""

    discrepancy: Ref
    added: tuple[MonthDue, ...]
    dropped: tuple[MonthDue, ...]


def dues(
    complaint: Complaint,
    items: Sequence[ClaimItem],
    findings: Sequence[Finding],
    discrepancies: Iterable[Discrepancy],
    decisions: Iterable[Decision],
) -> Dues:
    """The months owed for every arrears item. A month claimed twice is owed once, under the first item.

    Where the labour bureau is silent, employment is taken as claimed. Of a discrepancy that nobody has decided,
    the first source holds. The wage of a month is the highest that the records give.
    """
    ground = lay(complaint, items, findings)
    standing = _standing(ground, discrepancies, {d.discrepancy: d.holds for d in decisions})
    claimed = [(item, claimant) for item in items for claimant in complaint.claimants_of(item)]
    owed = tuple(_owed(claimed, standing))
    assumptions = {
        "employment-as-claimed": Agency.LABOR not in ground.answered,
        "nothing-received": Agency.TAX not in ground.answered,
        "wage-unknown": any(month.due.wage is None for month in owed),
    }
    return Dues(
        owed=owed,
        assumptions=tuple(code for code, assumed in assumptions.items() if assumed),
        underpaid=tuple(_underpaid(claimed, standing)),
    )


def stakes(
    complaint: Complaint,
    items: Sequence[ClaimItem],
    findings: Sequence[Finding],
    discrepancies: Sequence[Discrepancy],
    decisions: Iterable[Decision],
) -> tuple[Stake, ...]:
    """What hangs on each discrepancy on which money can hang, everything else being as it is decided now."""
    ground = lay(complaint, items, findings)
    decided: dict[Ref, Holds] = {d.discrepancy: d.holds for d in decisions}
    claimed: dict[Ref, list[tuple[ClaimItem, Ref]]] = defaultdict(list)
    for item in items:
        for claimant in complaint.claimants_of(item):
            claimed[claimant].append((item, claimant))
    of_claimant: dict[Ref, list[Discrepancy]] = defaultdict(list)
    for discrepancy in discrepancies:
        if discrepancy.claimant is not None:
            of_claimant[discrepancy.claimant].append(discrepancy)
    found = []
    for discrepancy in discrepancies:
        if discrepancy.claimant is None or discrepancy.if_first == discrepancy.if_second:
            continue
        first, second = (
            {
                (o.due.employer, o.due.kind, o.due.month): o.due
                for o in _owed(
                    claimed[discrepancy.claimant],
                    _standing(ground, of_claimant[discrepancy.claimant], {**decided, discrepancy.id: holds}),
                )
            }
            for holds in _EITHER
        )
        added = tuple(second[key] for key in sorted(second.keys() - first.keys()))
        dropped = tuple(first[key] for key in sorted(first.keys() - second.keys()))
        found.append(Stake(discrepancy=discrepancy.id, added=added, dropped=dropped))
    return tuple(found)


def priced(
    discrepancies: Iterable[Discrepancy],
    found: Iterable[Stake],
    price: Callable[[Sequence[MonthDue]], Decimal],
) -> tuple[Discrepancy, ...]:
    """The discrepancies with the money that hangs on each. ``price`` gives what months cost, in yuan."""
    money = {stake.discrepancy: price(stake.added) - price(stake.dropped) for stake in found}
    return tuple(d.model_copy(update={"money": money[d.id]}) if d.id in money else d for d in discrepancies)


_EITHER: tuple[Holds, Holds] = ("first", "second")


@dataclass(frozen=True, slots=True)
class _Standing:
    """What holds after the decisions. Places that no decision touches are those of the ground itself."""

    ground: Ground
    worked: Mapping[Place, set[Month]]
    medical: Mapping[Place, set[Month]]

    def worked_in(self, place: Place) -> set[Month]:
        return self.worked.get(place) or set()

    def received(self, place: Place, kind: InsuranceKind) -> set[Month]:
        if kind is InsuranceKind.MEDICAL and place in self.medical:
            return self.medical[place]
        return set(self.ground.received.get(place, {}).get(kind, {}))


def _standing(ground: Ground, discrepancies: Iterable[Discrepancy], decided: Mapping[Ref, Holds]) -> _Standing:
    worked = dict(ground.employed if Agency.LABOR in ground.answered else ground.claimed)
    medical: dict[Place, set[Month]] = {}
    effects = [(d, d.if_second if decided.get(d.id) == "second" else d.if_first) for d in discrepancies]
    for discrepancy, effect in sorted(effects, key=lambda pair: (_ORDER.index(pair[1]), pair[0].id)):
        if not (discrepancy.claimant and discrepancy.employer and discrepancy.first_month and discrepancy.last_month):
            continue
        place = discrepancy.claimant, discrepancy.employer
        span = set(months(discrepancy.first_month, discrepancy.last_month))
        known = medical.get(place, set(ground.received.get(place, {}).get(InsuranceKind.MEDICAL, {})))
        match effect:
            case "employment-added":
                worked[place] = worked.get(place, set()) | span
            case "employment-dropped":
                worked[place] = worked.get(place, set()) - span
            case "receipt-added":
                medical[place] = known | span
            case "receipt-dropped":
                medical[place] = known - span
    return _Standing(ground, worked, medical)


_ORDER: tuple[Effect, ...] = ("none", "employment-added", "employment-dropped", "receipt-added", "receipt-dropped")
"""What is dropped stays dropped, whatever another decision adds."""


def _claimed_months(item: ClaimItem) -> set[Month]:
    if item.kind not in MONTHLY or not (item.first_month and item.last_month):
        return set()
    return set(months(item.first_month, item.last_month))


def _owed(claimed: Iterable[tuple[ClaimItem, Ref]], standing: _Standing) -> Iterator[OwedMonth]:
    seen: dict[tuple[Place, InsuranceKind], set[Month]] = defaultdict(set)
    for item, claimant in claimed:
        if item.kind is not ClaimKind.ARREARS:
            continue
        place = claimant, item.respondent
        worked = _claimed_months(item) & standing.worked_in(place)
        for kind in item.insurance:
            new = worked - standing.received(place, kind) - seen[place, kind]
            seen[place, kind] |= new
            for month in sorted(new):
                wage = standing.ground.wage(place, month)
                due = MonthDue(claimant=claimant, employer=item.respondent, kind=kind, month=month, wage=wage)
                yield OwedMonth(item=item.ref, due=due)


def _underpaid(claimed: Iterable[tuple[ClaimItem, Ref]], standing: _Standing) -> Iterator[Underpaid]:
    for item, claimant in claimed:
        if item.kind is not ClaimKind.CONTRIBUTION_BASE:
            continue
        place = claimant, item.respondent
        worked = _claimed_months(item) & standing.worked_in(place)
        for kind, declared in sorted(standing.ground.received.get(place, {}).items()):
            if kind in item.insurance or not item.insurance:
                yield from _below_wage(
                    item, place, kind, {m: declared[m] for m in sorted(worked & declared.keys())}, standing
                )


def _below_wage(
    item: ClaimItem, place: Place, kind: InsuranceKind, declared: Declared, standing: _Standing
) -> Iterator[Underpaid]:
    for month, base in declared.items():
        wage = standing.ground.wage(place, month)
        if base is not None and wage is not None and base < wage:
            yield Underpaid(
                item=item.ref, claimant=place[0], employer=place[1], kind=kind, month=month, declared=base, wage=wage
            )
