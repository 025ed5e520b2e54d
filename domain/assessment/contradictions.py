"""What contradicts what: one small rule for each kind, over the findings laid side by side."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from domain.assessment.side_by_side import Ground, Place
from domain.base import Month, Ref, month_of
from domain.intake.complaint import Complaint
from domain.words import Agency, InsuranceKind, OperatingState

Bounds = Callable[[Month], tuple[Decimal, Decimal] | None]
"""Floor and cap of the contribution base in a month, in yuan; None where no table gives them."""


class Scene(NamedTuple):
    """What the rules look at."""

    complaint: Complaint
    ground: Ground
    bounds: Bounds | None
    """Without them nobody can say which base is lawful, and bases are not judged."""


class Clash(NamedTuple):
    """Two sources that cannot both be right, and what they say beyond the kind of the clash, month by month."""

    claimant: Ref | None
    employer: Ref | None
    said: Mapping[Month, Mapping[str, str]] = {}
    of_case: Mapping[str, str] = {}
    """What is said without regard to months."""


Rule = Callable[[Scene], Iterator[Clash]]


def _at(place: Place, found: set[Month], **params: str) -> Iterator[Clash]:
    if found:
        yield Clash(*place, said=dict.fromkeys(found, params))


def _paid_not_booked(scene: Scene) -> Iterator[Clash]:
    ground = scene.ground
    if {Agency.TAX, Agency.MEDICAL_INSURANCE} <= ground.answered:
        for place, kinds in ground.received.items():
            yield from _at(place, kinds.get(InsuranceKind.MEDICAL, {}).keys() - ground.insured.get(place, set()))


def _booked_not_paid(scene: Scene) -> Iterator[Clash]:
    ground = scene.ground
    if {Agency.TAX, Agency.MEDICAL_INSURANCE} <= ground.answered:
        for place, booked in ground.insured.items():
            received = ground.received.get(place, {}).get(InsuranceKind.MEDICAL, {})
            yield from _at(place, booked - received.keys())


def _claimed_not_employed(scene: Scene) -> Iterator[Clash]:
    ground = scene.ground
    if Agency.LABOR in ground.answered:
        for place, claimed in ground.claimed.items():
            yield from _at(place, claimed - ground.employed.get(place, set()))


def _paid_not_employed(scene: Scene) -> Iterator[Clash]:
    ground = scene.ground
    if {Agency.LABOR, Agency.TAX} <= ground.answered:
        for place in ground.received:
            yield from _at(place, ground.paid(place) - ground.employed.get(place, set()))


def _overlapping_employers(scene: Scene) -> Iterator[Clash]:
    """Named under each employer that came later, with those that were there before (first month, then ref)."""
    by_claimant: dict[Ref, list[tuple[Ref, set[Month]]]] = defaultdict(list)
    for (claimant, employer), employed in scene.ground.employed.items():
        if employed:
            by_claimant[claimant].append((employer, employed))
    for claimant, employments in by_claimant.items():
        employments.sort(key=lambda of: (min(of[1]), of[0]))
        for number, (later, employed) in enumerate(employments):
            said = {}
            for month in employed:
                others = [employer for employer, before in employments[:number] if month in before]
                if others:
                    said[month] = {"others": ", ".join(others)}
            if said:
                yield Clash(claimant, later, said)


def _base_below_wage(scene: Scene) -> Iterator[Clash]:
    ground, bounds = scene.ground, scene.bounds
    if bounds is None:
        return
    for place in ground.received:
        said = {}
        for month in ground.paid(place):
            base, wage = ground.base(place, month), ground.wage(place, month)
            within = bounds(month)
            if base is None or wage is None or within is None:
                continue
            floor, cap = within
            if base < (lawful := min(max(wage, floor), cap)):
                said[month] = {"wage": f"{wage:.2f}", "lawful": f"{lawful:.2f}", "base": f"{base:.2f}"}
        if said:
            yield Clash(*place, said=said)


def _wages_differ(scene: Scene) -> Iterator[Clash]:
    for place, wages in scene.ground.wages.items():
        said = {
            month: {"highest": f"{max(several):.2f}", "lowest": f"{min(several):.2f}"}
            for month, several in wages.items()
            if len(several) > 1
        }
        if said:
            yield Clash(*place, said=said)


def _retired_before_claim_end(scene: Scene) -> Iterator[Clash]:
    ground = scene.ground
    for place, claimed in ground.claimed.items():
        worked = claimed & ground.employed.get(place, set()) if Agency.LABOR in ground.answered else claimed
        if late := ground.retired(place, worked):
            yield from _at(place, late, on=ground.retirement[place[0]].isoformat())


def _after_deregistration(scene: Scene, known: Mapping[Place, set[Month]]) -> Iterator[Clash]:
    for place, span in known.items():
        state, since = scene.ground.states.get(place[1], (None, None))
        if state is OperatingState.DEREGISTERED and since is not None:
            yield from _at(place, {month for month in span if month > month_of(since)}, since=since.isoformat())


def _insolvency_not_registered(scene: Scene) -> Iterator[Clash]:
    states = {ref: state for ref, (state, _) in scene.ground.states.items()}
    gone = {OperatingState.INSOLVENT, OperatingState.DEREGISTERED, OperatingState.REVOKED}
    if scene.complaint.circumstances.insolvency and states and not gone & set(states.values()):
        named = scene.complaint.employer.ref
        if named in states:
            yield Clash(None, named, of_case={"state": states[named]})


RULES: Final[Mapping[str, Rule]] = {
    "paid-not-booked": _paid_not_booked,
    "booked-not-paid": _booked_not_paid,
    "claimed-not-employed": _claimed_not_employed,
    "paid-not-employed": _paid_not_employed,
    "retired-before-claim-end": _retired_before_claim_end,
    "employed-after-deregistration": lambda scene: _after_deregistration(scene, scene.ground.employed),
    "insured-after-deregistration": lambda scene: _after_deregistration(scene, scene.ground.insured),
    "overlapping-employers": _overlapping_employers,
    "base-below-wage": _base_below_wage,
    "wages-differ": _wages_differ,
    "insolvency-not-registered": _insolvency_not_registered,
}
"""Every kind of contradiction between findings, by the name that the table knows it by."""
