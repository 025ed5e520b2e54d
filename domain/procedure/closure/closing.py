"""How a case ends: the outcome, the unified reply item by item, and where the rest is referred."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from domain.base import Model, to_fen
from domain.case.requests import Closing, ClosingRequest
from domain.case.state import Referral, ReplyItem, Settlement
from domain.closure.ends import Remedy, remedies
from domain.deadlines.deadline import Deadline
from domain.intake.claims import claim_rows, nature
from domain.intake.complaint import ClaimItem
from domain.mediation.items_left_out import leaves_out
from domain.procedure.triage.facts import insolvent_since, relations
from domain.rules.rule_table import read_table
from domain.triage.relations import relation_rows
from domain.words import ClaimKind, Nature, Outcome, ReferralTarget, Relation
from domain.yaml_file import TABLES

_NIL: Final = Decimal("0.00")
_TABLE: Final = TABLES / "referrals.yaml"


class Route(Model):
    """A row of the referral table: who decides a kind of claim when mediation has not settled it."""

    kind: ClaimKind
    unsettled: ReferralTarget
    """Where it goes when there is no settlement."""
    breached: ReferralTarget
    """Where it goes when a settlement is broken."""
    source: str
    verified: bool


class Goes(Model):
    """Where claims go for a reason of their own, whatever kind they are of."""

    target: ReferralTarget
    source: str
    verified: bool


class Unlodged(Model):
    """Claims that the administrator lists by itself: nobody has to lodge them."""

    kinds: frozenset[ClaimKind]
    source: str
    verified: bool


class ReferralTable(Model):
    """Who decides what mediation has not settled, and who enforces what was broken."""

    insolvent: Goes
    unlodged: Unlodged
    confirmed: Goes
    """A broken settlement of part B that was confirmed: it is a title."""
    acknowledged: Goes
    """Wages for which the employer gave a written IOU."""
    routes: tuple[Route, ...]


@cache
def table() -> ReferralTable:
    """The shipped referral table. Raises TableError."""
    return read_table(_TABLE, ReferralTable)


@cache
def routes() -> Mapping[ClaimKind, Route]:
    """Its routes, by kind of claim."""
    return {row.kind: row for row in table().routes}


def close(request: ClosingRequest) -> Closing:
    """The unified reply: one answer for each claim item of each claimant (合并答复)."""
    known, settlement = request.known, request.settlement
    items = (*known.complaint.items, *known.supplied)
    referred = {referral.item: referral for referral in request.referrals}
    owed = {(o.item, o.claimant): (o.part_a, o.part_b) for o in (known.assessment.owed if known.assessment else ())}
    agreed_b = _bargained(settlement)
    for (ref, claimant), (_, part_b) in owed.items():
        if _left_out(settlement, ref, claimant):
            continue
        # What is set off stands in full: the claimant's own items make up for it.
        if part_b < 0 and claimant in agreed_b:
            agreed_b[claimant] -= part_b
    reply, referrals = [], []
    for item in items:
        for claimant in known.complaint.claimants_of(item):
            part_a, part_b = owed.get((item.ref, claimant), (_NIL, _NIL))
            if settlement is not None and _settled(settlement, item.ref, claimant):
                bargained = agreed_b.get(claimant, _NIL)
                part_b = min(part_b, bargained)
                agreed_b[claimant] = bargained - max(part_b, _NIL)
            amount = to_fen(part_a + part_b)
            answer, target, source = _answer(item, claimant, amount, request)
            if item.ref in referred and target is None and answer not in ("paid", "scheduled"):
                answer, target = "referred", referred[item.ref].target
            elif target is not None:
                referrals.append(
                    Referral(item=item.ref, claimant=claimant, target=target, reason=answer, source=source)
                )
            reply.append(ReplyItem(item=item.ref, claimant=claimant, answer=answer, amount=amount, referred_to=target))
    return Closing(
        outcome=request.ending or _outcome(settlement, request, reply),
        reply=tuple(reply),
        referrals=tuple(referrals),
    )


def left_to_do(request: ClosingRequest, closing: Closing, count: Callable[[str, date], Deadline]) -> tuple[Remedy, ...]:
    """The ways of remedy that each answer leaves, with their last days. ``count`` may raise UnknownTerm."""
    known, settlement = request.known, request.settlement
    kinds = {item.ref: item.kind for item in (*known.complaint.items, *known.supplied)}
    starts = {"closure": known.today}
    if settlement is not None and settlement.dues:
        starts["agreement"] = settlement.in_effect_on or settlement.agreed_on
        starts["last-instalment"] = max(due.deadline.due for due in settlement.dues)
    return remedies(((reply.answer, nature(kinds[reply.item])) for reply in closing.reply), starts, count)


def _left_out(settlement: Settlement | None, item: str, claimant: str) -> bool:
    return settlement is not None and leaves_out(settlement.unsettled, item, claimant)


def _settled(settlement: Settlement, item: str, claimant: str) -> bool:
    """Whether the settlement answers an item of a claimant."""
    return claimant in settlement.claimants and not _left_out(settlement, item, claimant)


def _bargained(settlement: Settlement | None) -> dict[str, Decimal]:
    """Part B as agreed, by claimant: it may be less than what was claimed."""
    agreed: dict[str, Decimal] = {}
    for due in settlement.dues if settlement else ():
        for claimant, amount in due.instalment.part_b.items():
            agreed[claimant] = agreed.get(claimant, _NIL) + amount
    return agreed


def _answer(
    item: ClaimItem, claimant: str, amount: Decimal, request: ClosingRequest
) -> tuple[str, ReferralTarget | None, str | None]:
    """The answer on one item for one claimant, and where it goes if it goes on."""
    settlement, route = request.settlement, routes()[item.kind]
    insolvent = table().insolvent if item.respondent in insolvent_since(request.known) else None
    if request.ending is Outcome.NOT_ACCEPTED:
        return "not-accepted", None, None
    if request.ending is Outcome.MERGED:
        return "merged", None, None
    if claimant in request.known.parted:
        return "parted", None, None
    if claimant in request.known.withdrawn:
        if nature(item.kind) is Nature.PUBLIC_LAW:
            if request.known.assessment is None:  # Nobody has found out yet what is to be collected.
                return "withdrawn-collected", route.unsettled, route.source
            if amount > 0:
                return "withdrawn-collected", ReferralTarget.ENFORCEMENT, route.source
        return "withdrawn", None, None
    if item.ref in {referral.item for referral in request.referrals}:
        return "referred", None, None
    money = claim_rows()[item.kind].money
    if settlement is not None and _settled(settlement, item.ref, claimant):
        public = nature(item.kind) is Nature.PUBLIC_LAW
        if settlement.breached and amount > 0 and (settlement.defaulted or public):
            title = table().confirmed if request.confirmed and not public else None
            if title is not None:
                return "breached-confirmed", title.target, title.source
            return "breached", *(_by_iou(item) or (route.breached, route.source))
        return ("paid" if money and amount > 0 else "settled"), None, None
    if money and amount == 0 and request.known.assessment is not None:
        return "nothing-owed", None, None
    if insolvent is not None:
        return (
            "unsettled",
            insolvent.target,
            table().unlodged.source if item.kind in table().unlodged.kinds else insolvent.source,
        )
    related = relation_rows()[relations(request.known).get((claimant, item.respondent), Relation.FULL)]
    if related.unsettled is not None:
        return "unsettled", related.unsettled, related.source
    return "unsettled", *(_by_iou(item) or (route.unsettled, route.source))


def _by_iou(item: ClaimItem) -> tuple[ReferralTarget, str] | None:
    """Where wages go that the employer acknowledged in writing; None for any other claim."""
    return (table().acknowledged.target, table().acknowledged.source) if item.acknowledged else None


def _outcome(settlement: Settlement | None, request: ClosingRequest, reply: list[ReplyItem]) -> Outcome:
    if settlement is None:
        nothing_left = all(item.answer in ("nothing-owed", "withdrawn", "parted") for item in reply)
        return Outcome.PERFORMED if nothing_left else Outcome.FAILED
    if settlement.breached:
        return Outcome.BREACHED
    everybody = {c.ref for c in request.known.complaint.claimants} - set(request.known.withdrawn)
    whole = everybody <= set(settlement.claimants) and not any(_left_out(settlement, r.item, r.claimant) for r in reply)
    return Outcome.PERFORMED if whole else Outcome.PARTLY_PERFORMED
