"""Which months are owed: claimed, worked, and not received by the tax bureau; and what hangs on a decision."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from domain.arrears.model import DueSpan, MonthDue
from domain.assessment.reconcile import Decision, Discrepancy
from domain.assessment.side_by_side import MONTHLY, Declared, Ground, Place, lay, stretches
from domain.base import Model, Month, Ref, Yuan, months
from domain.inquiry.findings import Finding
from domain.intake.complaint import ClaimItem, Complaint
from domain.words import Agency, ClaimKind, InsuranceKind

Holds = Literal["first", "second"]


class OwedMonth(NamedTuple):
    """A month owed under a claim item."""

    item: Ref
    due: MonthDue


class OwedSpan(NamedTuple):
    """Adjacent months owed under a claim item at one wage in yuan: what a thousand claimants are computed from."""

    item: Ref
    claimant: Ref
    employer: Ref
    kind: InsuranceKind
    first_month: Month
    last_month: Month
    wage: Decimal | None

    @property
    def due(self) -> DueSpan:
        """The span as arrears are computed from it."""
        return DueSpan(self.claimant, self.employer, (self.kind,), self.first_month, self.last_month, self.wage)

    def dues(self) -> Iterator[MonthDue]:
        """Month by month."""
        for month in months(self.first_month, self.last_month):
            yield MonthDue(claimant=self.claimant, employer=self.employer, kind=self.kind, month=month, wage=self.wage)


class Underpaid(Model):
    """A month that was paid for on less than the wage, under an item that claims the right base."""

    item: Ref
    claimant: Ref
    employer: Ref
    kind: InsuranceKind
    month: Month
    declared: Yuan
    wage: Yuan

    @property
    def due(self) -> MonthDue:
        """The month as it should have been paid for."""
        return MonthDue(
            claimant=self.claimant, employer=self.employer, kind=self.kind, month=self.month, wage=self.wage
        )


@dataclass(frozen=True)
class Dues:
    """The months owed, and what had to be assumed (codes of texts/assessment.yaml)."""

    spans: tuple[OwedSpan, ...]
    assumptions: tuple[str, ...]
    underpaid: tuple[Underpaid, ...] = ()

    @cached_property
    def owed(self) -> tuple[OwedMonth, ...]:
        """Every month owed, in the order of the spans."""
        return tuple(OwedMonth(span.item, due) for span in self.spans for due in span.dues())


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
    spans = tuple(_owed(claimed, standing))
    assumptions = {
        "employment-as-claimed": Agency.LABOR not in ground.answered,
        "nothing-received": Agency.TAX not in ground.answered,
        "wage-unknown": any(span.wage is None for span in spans),
    }
    return Dues(
        spans=spans,
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
    claimed: dict[Ref | None, list[tuple[ClaimItem, Ref]]] = defaultdict(list)
    for item in items:
        for claimant in complaint.claimants_of(item):
            claimed[claimant].append((item, claimant))
    of_claimant: dict[Ref | None, list[Discrepancy]] = defaultdict(list)
    for discrepancy in discrepancies:
        of_claimant[discrepancy.claimant].append(discrepancy)

    def owed_if(discrepancy: Discrepancy, holds: Holds) -> set[_Month]:
        who = discrepancy.claimant
        standing = _standing(ground, of_claimant[who], {**decided, discrepancy.id: holds})
        return {month for span in _owed(claimed[who], standing) for month in _month_by_month(span)}

    found = []
    for discrepancy in discrepancies:
        if discrepancy.claimant is not None and discrepancy.if_first != discrepancy.if_second:
            first, second = owed_if(discrepancy, "first"), owed_if(discrepancy, "second")
            added, dropped = (tuple(map(_due, sorted(of))) for of in (second - first, first - second))
            found.append(Stake(discrepancy=discrepancy.id, added=added, dropped=dropped))
    return tuple(found)


def priced(
    discrepancies: Iterable[Discrepancy],
    found: Iterable[Stake],
    price: Callable[[Sequence[MonthDue]], Decimal | None],
) -> tuple[Discrepancy, ...]:
    """The discrepancies with the money that hangs on each. ``price`` gives what months cost in yuan, if it can."""
    money = {}
    for stake in found:
        added, dropped = price(stake.added), price(stake.dropped)
        if added is not None and dropped is not None:
            money[stake.discrepancy] = added - dropped
    return tuple(d.model_copy(update={"money": money[d.id]}) if d.id in money else d for d in discrepancies)


_Month = tuple[Ref, Ref, InsuranceKind, Month, Decimal | None]


def _month_by_month(span: OwedSpan) -> Iterator[_Month]:
    for month in months(span.first_month, span.last_month):
        yield span.claimant, span.employer, span.kind, month, span.wage


def _due(month: _Month) -> MonthDue:
    return MonthDue(claimant=month[0], employer=month[1], kind=month[2], month=month[3], wage=month[4])


@dataclass(frozen=True, slots=True)
class _Standing:
    """What holds after the decisions: the ground, and the places that a decision touched."""

    ground: Ground
    worked: dict[Place, set[Month]]
    medical: dict[Place, set[Month]]

    def worked_in(self, place: Place) -> set[Month]:
        if place in self.worked:
            return self.worked[place]
        known = self.ground.employed if Agency.LABOR in self.ground.answered else self.ground.claimed
        return known.get(place, set())

    def received(self, place: Place, kind: InsuranceKind) -> Collection[Month]:
        if kind is InsuranceKind.MEDICAL and place in self.medical:
            return self.medical[place]
        return self.ground.received.get(place, {}).get(kind, {}).keys()


def _standing(ground: Ground, discrepancies: Iterable[Discrepancy], decided: Mapping[Ref, Holds]) -> _Standing:
    standing = _Standing(ground, {}, {})
    for discrepancy in discrepancies:
        if not (discrepancy.claimant and discrepancy.employer and discrepancy.first_month and discrepancy.last_month):
            continue
        place = discrepancy.claimant, discrepancy.employer
        span = set(months(discrepancy.first_month, discrepancy.last_month))
        match discrepancy.if_second if decided.get(discrepancy.id) == "second" else discrepancy.if_first:
            case "employment-added":
                standing.worked[place] = standing.worked_in(place) | span
            case "employment-dropped":
                standing.worked[place] = standing.worked_in(place) - span
            case "receipt-added":
                standing.medical[place] = span.union(standing.received(place, InsuranceKind.MEDICAL))
            case "receipt-dropped":
                standing.medical[place] = set(standing.received(place, InsuranceKind.MEDICAL)) - span
    return standing


def _claimed_months(item: ClaimItem) -> set[Month]:
    if item.kind not in MONTHLY or not (item.first_month and item.last_month):
        return set()
    return set(months(item.first_month, item.last_month))


def _owed(claimed: Iterable[tuple[ClaimItem, Ref]], standing: _Standing) -> Iterator[OwedSpan]:
    seen: dict[tuple[Place, InsuranceKind], set[Month]] = defaultdict(set)
    for item, claimant in claimed:
        if item.kind is not ClaimKind.ARREARS:
            continue
        place = claimant, item.respondent
        worked = _claimed_months(item) & standing.worked_in(place)
        wages = {month: standing.ground.wage(place, month) for month in worked}
        for kind in item.insurance:
            new = worked.difference(standing.received(place, kind), seen[place, kind])
            seen[place, kind] |= new
            for span in stretches({month: wages[month] for month in new}):
                yield OwedSpan(item.ref, *place, kind, span[0], span[-1], wages[span[0]])


def _underpaid(claimed: Iterable[tuple[ClaimItem, Ref]], standing: _Standing) -> Iterator[Underpaid]:
    seen: dict[tuple[Place, InsuranceKind], set[Month]] = defaultdict(set)
    for item, claimant in claimed:
        if item.kind is not ClaimKind.CONTRIBUTION_BASE:
            continue
        place = claimant, item.respondent
        worked = _claimed_months(item) & standing.worked_in(place)
        for kind, declared in sorted(standing.ground.received.get(place, {}).items()):
            if kind in item.insurance or not item.insurance:
                new = (worked & declared.keys()) - seen[place, kind]
                seen[place, kind] |= new
                yield from _below_wage(item, place, kind, {month: declared[month] for month in sorted(new)}, standing)


def _below_wage(
    item: ClaimItem, place: Place, kind: InsuranceKind, declared: Declared, standing: _Standing
) -> Iterator[Underpaid]:
    for month, base in declared.items():
        wage = standing.ground.wage(place, month)
        if base is not None and wage is not None and base < wage:
            yield Underpaid(
                item=item.ref, claimant=place[0], employer=place[1], kind=kind, month=month, declared=base, wage=wage
            )
