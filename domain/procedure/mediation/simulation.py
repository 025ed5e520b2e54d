"""What terms would come to if they were sent and accepted: what they cost, when it is paid, what each claimant gets.

Pure: computed from what is bargained about and the days that the centre's own plan of performance gives the
instalments, so that the numbers are those that the case would follow.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from domain.base import Model, Ref, Yuan, to_fen
from domain.case.requests import DuePlan, PerformancePlan
from domain.case.state import CaseState, Due, InstalmentState, Settlement
from domain.mediation.items_left_out import leaves_out
from domain.procedure.mediation.bargain import Bargain, Offer
from domain.procedure.settlement.allocation import owed
from domain.refusal import Problem
from domain.settlement.instalments import Instalment, LeftOut
from domain.words import ClaimKind

_NIL: Final = Decimal("0.00")
_TENTH: Final = Decimal("0.1")


class KindLine(Model):
    """What the findings show for the claimants named, by kind of claim, in yuan."""

    kind: ClaimKind
    part_a: Yuan
    part_b: Yuan


class InstalmentLine(Model):
    """An instalment: the day that was named, and the day on which it is due."""

    ref: Ref
    named: date
    due: date
    """A working day."""
    provisional: bool
    """Whether the holidays of that year are not announced yet."""
    grace_until: date
    """The last day on which it may still be paid without default."""
    part_a: Yuan
    part_b: Yuan
    late_fee: Yuan | None
    """See ``Simulation.late_fee``."""


class ClaimantLine(Model):
    """What one claimant gets."""

    claimant: Ref
    part_a: Yuan
    """Paid in for them."""
    part_b: Yuan
    """In hand."""
    found: Yuan
    """Of part B, by the findings, in the items that the terms settle."""
    unsettled: Yuan = _NIL
    """Of part B, in items that the terms leave out: given up by nobody."""
    given_up: Yuan
    """Of part B; negative where more is offered than was found."""
    percent: Decimal | None
    """Of part B that is given up, to a tenth; None where nothing was found."""
    paid_by: date


class DefaultLine(Model):
    """What would be demanded from a payer who pays nothing at all, on the day on which enforcement is asked for."""

    acceleration: bool
    agreed: bool
    """Whether these terms, or the performance table where they are silent, say so."""
    default_on: date
    enforced_on: date
    fallen_due: Yuan
    late_fee: Yuan
    to_come: Yuan


class Outline(Model):
    """Terms in one line, to be laid beside others."""

    ref: Ref | None
    """None: the opening proposal of the prognosis, which is about part A only."""
    what: Literal["these", "opening", "proposal"]
    part_a: Yuan
    part_b: Yuan
    instalments: int
    first_due: date | None
    last_due: date | None
    largest: Yuan
    late_fee: Yuan | None


class Simulation(Model):
    """What terms would come to. Nothing was sent."""

    objections: tuple[Problem, ...]
    part_a: Yuan
    part_b: Yuan
    total: Yuan
    given_up: Yuan
    late_fee: Yuan | None
    """An estimate of what the tax bureau charges on top: on the premiums in part A, in the share that they have in all
    of it, from the day of the findings to each due day (社会保险法 Art.86). None for whoever does not see all of it."""
    late_fee_row: str
    kinds: tuple[KindLine, ...]
    instalments: tuple[InstalmentLine, ...]
    claimants: tuple[ClaimantLine, ...]
    left_out: tuple[Ref, ...]
    """Claimants who are owed something and whom the terms do not name."""
    defaults: tuple[DefaultLine, ...]
    beside: tuple[Outline, ...]


def beside(told: Bargain) -> dict[str, tuple[Instalment, ...]]:
    """The terms to lay beside, by ref: of the opening proposal (no ref), and of what is on the table."""
    opening = told.opening.instalments if told.opening else ()
    first = tuple(
        Instalment(ref=f"n{number}", due=one.due, part_a=one.claimants) for number, one in enumerate(opening, 1)
    )
    table = {one.ref: one.instalments for one in told.proposals if one.state == "open"}
    return ({"": first} if first else {}) | table


def simulate(told: Bargain, offer: Offer, plan: PerformancePlan, others: dict[str, PerformancePlan]) -> Simulation:
    """What the terms would come to; ``others`` are the plans of what ``beside`` gives."""
    assert plan.terms is not None
    rate = plan.terms.late_fee
    own = _outline(told, plan.dues, rate, offer.proposal, "these")
    claimants = tuple(_claimants(told, plan.dues, offer.unsettled))
    named = {line.claimant for line in claimants}
    agreed = plan.terms.acceleration
    return Simulation(
        objections=told.objections,
        part_a=own.part_a,
        part_b=own.part_b,
        total=own.part_a + own.part_b,
        given_up=sum((line.given_up for line in claimants), _NIL),
        late_fee=own.late_fee,
        late_fee_row=plan.terms.late_fee_row,
        kinds=tuple(_kinds(told, named)),
        instalments=tuple(
            InstalmentLine(
                ref=one.instalment.ref,
                named=one.instalment.due,
                due=one.deadline.due,
                provisional=one.deadline.provisional,
                grace_until=_last_day(one),
                part_a=_a(one),
                part_b=one.instalment.total - _a(one),
                late_fee=_late_fee(told, [one], rate),
            )
            for one in plan.dues
        ),
        claimants=claimants,
        left_out=tuple(sorted({line.claimant for line in told.owed} - named)),
        defaults=tuple(_default(offer, plan, so, agreed is so) for so in (agreed, not agreed)),
        beside=(
            own,
            *(
                _outline(told, other.dues, rate, ref or None, "proposal" if ref else "opening")
                for ref, other in others.items()
            ),
        ),
    )


def _a(one: DuePlan) -> Decimal:
    return sum(one.instalment.part_a.values(), _NIL)


def _last_day(one: DuePlan) -> date:
    return CaseState.day(one.default_at - one.default_at.resolution)


def _late_fee(told: Bargain, dues: Iterable[DuePlan], rate: Decimal) -> Decimal | None:
    if told.premiums is None or told.late_fee is None:
        return None
    whole = told.premiums + told.late_fee
    share = told.premiums / whole if whole else _NIL
    days = ((one, max((one.deadline.due - told.as_of).days, 0)) for one in dues)
    return to_fen(sum((_a(one) * share * rate / 100 * count for one, count in days), _NIL))


def _outline(
    told: Bargain,
    dues: Sequence[DuePlan],
    rate: Decimal,
    ref: str | None,
    what: Literal["these", "opening", "proposal"],
) -> Outline:
    part_a = sum(map(_a, dues), _NIL)
    days = [one.deadline.due for one in dues]
    return Outline(
        ref=ref,
        what=what,
        part_a=part_a,
        part_b=sum((one.instalment.total for one in dues), _NIL) - part_a,
        instalments=len(dues),
        first_due=min(days, default=None),
        last_due=max(days, default=None),
        largest=max((one.instalment.total for one in dues), default=_NIL),
        late_fee=_late_fee(told, dues, rate),
    )


def _kinds(told: Bargain, named: set[str]) -> Iterator[KindLine]:
    lines = [line for line in told.owed if line.claimant in named]
    for kind in dict.fromkeys(line.kind for line in lines):
        of = [line for line in lines if line.kind is kind]
        yield KindLine(
            kind=kind,
            part_a=sum((line.part_a for line in of), _NIL),
            part_b=sum((line.part_b for line in of), _NIL),
        )


def _claimants(told: Bargain, dues: Iterable[DuePlan], unsettled: Sequence[LeftOut]) -> Iterator[ClaimantLine]:
    found: dict[str, Decimal] = {}
    left: dict[str, Decimal] = {}
    for line in told.owed:
        sums = left if leaves_out(unsettled, line.item, line.claimant) else found
        sums[line.claimant] = sums.get(line.claimant, _NIL) + line.part_b
    part_a: dict[str, Decimal] = {}
    part_b: dict[str, Decimal] = {}
    paid_by: dict[str, date] = {}
    for one in dues:
        for sums, amounts in ((part_a, one.instalment.part_a), (part_b, one.instalment.part_b)):
            for claimant, amount in amounts.items():
                sums[claimant] = sums.get(claimant, _NIL) + amount
                paid_by[claimant] = max(one.deadline.due, paid_by.get(claimant, one.deadline.due))
    for claimant in sorted(paid_by):
        owing, given = found.get(claimant, _NIL), part_b.get(claimant, _NIL)
        percent = (owing - given) * 100 / owing if owing > 0 else None
        yield ClaimantLine(
            claimant=claimant,
            part_a=part_a.get(claimant, _NIL),
            part_b=given,
            found=owing,
            unsettled=left.get(claimant, _NIL),
            given_up=owing - given,
            percent=percent if percent is None else percent.quantize(_TENTH, ROUND_HALF_UP),
            paid_by=paid_by[claimant],
        )


def _default(offer: Offer, plan: PerformancePlan, acceleration: bool, agreed: bool) -> DefaultLine:
    """As a settlement is performed: with the first default all the rest falls due, where that is a term."""
    first = plan.dues[0]
    assert plan.terms is not None and first.enforce_at is not None
    default_on, enforced_on = CaseState.day(first.default_at), CaseState.day(first.enforce_at)
    settlement = Settlement(
        proposal=offer.proposal,
        payer=offer.payer,
        claimants=(),
        agreed_on=default_on,
        guarantee=None,
        terms=plan.terms,
        dues=[
            Due(
                **dict(one),
                state=InstalmentState.DEFAULTED,
                accelerated_on=default_on if acceleration and one is not first else None,
            )
            for one in plan.dues
        ],
    )
    sums = owed(settlement, enforced_on)
    return DefaultLine(
        acceleration=acceleration,
        agreed=agreed,
        default_on=default_on,
        enforced_on=enforced_on,
        fallen_due=sums.fallen_due,
        late_fee=sums.late_fee,
        to_come=sums.to_come,
    )
