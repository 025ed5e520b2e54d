"""One new schedule for what is still to come, with the consent of both sides; part A is never reduced by it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from domain.base import to_fen
from domain.case.protocol import accepts
from domain.case.state import CaseState, Due, InstalmentState, Settlement
from domain.deadlines.deadline import GRANTED, Deadline, end_of
from domain.dialogue import Checked
from domain.intake.claims import given_up
from domain.ledger import Actor
from domain.procedure.mediation.objections import as_told_to
from domain.procedure.settlement.allocation import allocate, late_fee
from domain.procedure.settlement.performing import close_rescheduling
from domain.procedure.settlement.signing import open_signing
from domain.refusal import PARTIES, Refused, must, refusal
from domain.settlement.instalments import Instalment
from domain.settlement.messages import AnswerRescheduling, Reschedule
from domain.settlement.performance import Rescheduling, ReschedulingState
from domain.words import Phase, Role

PERFORMING = {Phase.PERFORMANCE}
_NIL = Decimal("0.00")


def _settlement(case: CaseState, actor: Actor) -> Settlement:
    must(case.settlement is not None and case.unpaid, "payment.nothing_agreed", "name")
    must(open_signing(case) is None, "signing.first", "name")
    assert case.settlement is not None
    if actor.role is Role.MEDIATOR:
        must(actor.id == case.mediator, "mediation.not_your_case", "actor.id", mediator=case.mediator)
    elif actor.role in PARTIES:
        must(actor.id in _asked(case.settlement), "proposal.not_party", "actor.id", party=actor.id)
    return case.settlement


def _asked(settlement: Settlement) -> tuple[str, ...]:
    return (*settlement.claimants, settlement.payer)


@accepts(Reschedule, roles=PARTIES | {Role.MEDIATOR}, phases=PERFORMING)
def reschedule(case: CaseState, message: Reschedule, now: datetime) -> Checked:
    settlement = _settlement(case, message.actor)
    earlier = {one.ref: one for one in settlement.reschedulings}
    in_force = next((r.ref for r in earlier.values() if r.state is ReschedulingState.IN_FORCE), None)
    must(in_force is None, "rescheduling.once", "name", ref=in_force)
    waits = next((r.ref for r in earlier.values() if r.state is ReschedulingState.OPEN), None)
    must(waits is None, "rescheduling.open", "name", ref=waits)
    must(message.rescheduling not in earlier, "rescheduling.known", "rescheduling", ref=message.rescheduling)
    today, used = case.day(now), {due.instalment.ref for due in settlement.dues}
    for index, one in enumerate(message.instalments):
        field = f"instalments.{index}"
        must(one.due >= today, "proposal.due_in_past", f"{field}.due", today=today)
        must(one.ref not in used, "rescheduling.ref_used", f"{field}.ref", ref=one.ref)
        strangers = {*one.part_a, *one.part_b} - set(settlement.claimants)
        must(not strangers, "party.unknown", field, refs=", ".join(sorted(strangers)))
    for wrong in as_told_to(case, message.actor, _part_a_wrong(settlement, message.instalments)):
        raise wrong
    yield
    until = end_of(today + timedelta(days=case.rules.proposal_answer_days))
    asked = Rescheduling(
        ref=message.rescheduling,
        by=message.actor,
        at=now,
        expires_at=until,
        instalments=message.instalments,
        reason=message.reason,
    )
    settlement.reschedulings.append(asked)
    case.note(
        "rescheduling_asked",
        now,
        message.actor,
        message.message_id,
        rescheduling=asked.ref,
        until=until.isoformat(),
        instalments=[{"due": i.due.isoformat(), "amount": f"{i.total:.2f}"} for i in asked.instalments],
        total=f"{sum((i.total for i in asked.instalments), _NIL):.2f}",
        reason=message.reason,
    )
    if message.actor.role in PARTIES:
        _take_answers(case, settlement, asked, (message.actor.id,), True, now)


def _part_a_wrong(settlement: Settlement, instalments: tuple[Instalment, ...]) -> Iterator[Refused]:
    """To the fen, for each claimant (社会保险费征缴暂行条例 Art.12): what is open of part A, no less and no more."""
    open_a: dict[str, Decimal] = {}
    offered: dict[str, Decimal] = {}
    for part in allocate(settlement):
        if part.payment is None and part.part == "A":
            open_a[part.claimant] = open_a.get(part.claimant, _NIL) + part.amount
    for one in instalments:
        for claimant, amount in one.part_a.items():
            offered[claimant] = offered.get(claimant, _NIL) + amount
    for waived in given_up(open_a, offered):
        said = waived.params
        yield refusal(
            "proposal.part_a_waived",
            "instalments",
            claimant=waived.item,
            owed=said["assessed"],
            offered=said["scheduled"],
            missing=said["missing"],
            article=waived.article,
        )
    for claimant, amount in sorted(offered.items()):
        most = open_a.get(claimant, _NIL)
        if amount > most:
            said = {"claimant": claimant, "owed": f"{most:.2f}", "offered": f"{amount:.2f}"}
            yield refusal("proposal.part_a_exceeded", "instalments", **said)


@accepts(AnswerRescheduling, roles=PARTIES | {Role.MEDIATOR, Role.SUPERVISOR}, phases=PERFORMING, own={"parties"})
def answer_rescheduling(case: CaseState, message: AnswerRescheduling, now: datetime) -> Checked:
    settlement = _settlement(case, message.actor)
    asked = next((one for one in settlement.reschedulings if one.ref == message.rescheduling), None)
    known = ", ".join(one.ref for one in settlement.reschedulings) or "-"
    must(asked is not None, "rescheduling.unknown", "rescheduling", known=known)
    assert asked is not None
    must(asked.state is ReschedulingState.OPEN, "rescheduling.closed", "rescheduling", state=asked.state)
    for party in message.parties:
        must(party in _asked(settlement), "proposal.not_party", "parties", party=party)
        must(party not in asked.consents, "answer.given", "parties", party=party)
    yield
    case.note(
        "rescheduling_answered",
        now,
        message.actor,
        message.message_id,
        rescheduling=asked.ref,
        parties=list(message.parties),
        accept=message.accept,
    )
    _take_answers(case, settlement, asked, message.parties, message.accept, now)


def _take_answers(
    case: CaseState, settlement: Settlement, asked: Rescheduling, parties: tuple[str, ...], accept: bool, now: datetime
) -> None:
    asked.consents.update(dict.fromkeys(parties, accept))
    if not accept:
        close_rescheduling(case, asked.ref, ReschedulingState.REJECTED, now)
    elif set(_asked(settlement)) <= asked.consents.keys():
        _put_in_force(case, settlement, asked, now)


def _put_in_force(case: CaseState, settlement: Settlement, asked: Rescheduling, now: datetime) -> None:
    """What has been paid stays where it is; the rest follows the new schedule, whose days are then counted."""
    today, model = case.day(now), settlement.dues[0]
    moved = settlement.late_fee_carried
    kept: dict[str, dict[str, dict[str, Decimal]]] = {}
    for one in allocate(settlement):
        if one.payment is None:
            moved += late_fee(settlement, one, today)
            continue
        part = kept.setdefault(one.due.instalment.ref, {"part_a": {}, "part_b": {}})[f"part_{one.part.lower()}"]
        part[one.claimant] = part.get(one.claimant, _NIL) + one.amount
    paid = []
    for due in settlement.dues:
        if (parts := kept.get(due.instalment.ref)) is not None:
            due.instalment = due.instalment.model_copy(update=parts)
            due.state = InstalmentState.PAID
            paid.append(due)
    settlement.dues = [*paid, *(_due(model, one) for one in asked.instalments)]
    settlement.late_fee_carried = to_fen(moved)
    settlement.demanded_until = None
    asked.state = ReschedulingState.IN_FORCE
    case.recounting = case.recounting or GRANTED
    case.note(
        "rescheduled",
        now,
        rescheduling=asked.ref,
        instalments=[{"ref": i.ref, "due": i.due.isoformat(), "amount": f"{i.total:.2f}"} for i in asked.instalments],
        late_fee=f"{settlement.late_fee_carried:.2f}",
    )


def _due(model: Due, one: Instalment) -> Due:
    """An instalment with the same terms as another; a recount moves its day off a holiday."""
    on = model.deadline
    new = Due(
        instalment=one,
        deadline=Deadline(
            rule=on.rule,
            starts=one.due,
            due=one.due,
            due_at=end_of(one.due),
            provisional=on.provisional,
            source=on.source,
            verified=on.verified,
            jurisdiction=on.jurisdiction,
            agreed=True,
            row=on.row,
        ),
        remind_at=model.remind_at,
        default_at=model.default_at,
        remind_again_at=model.remind_again_at,
        enforce_at=model.enforce_at,
    )
    new.postpone(new.deadline.due_at - (model.grace_from or on.due_at))
    return new
