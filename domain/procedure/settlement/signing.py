"""A settlement takes effect when it is signed and sealed; who has not signed in time has not settled."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from functools import partial
from typing import Final

from domain.case.state import CaseState, ProposalState, Settlement
from domain.deadlines.alarm import Alarm
from domain.procedure.settlement import performing
from domain.procedure.settlement.allocation import allocate
from domain.settlement.signature import Signing, SigningPlan, SigningState
from domain.words import Extent, Phase

FORMED_BY_PERFORMANCE: Final = "民法典 Art.490"


def open_signing(case: CaseState) -> Signing | None:
    """The signing that still runs. A settlement of before there were signatures has none: it is in effect."""
    signing = case.signing
    return signing if signing is not None and signing.state is SigningState.OPEN else None


def take_plan(case: CaseState, plan: SigningPlan, now: datetime) -> None:
    """A settlement is to be signed."""
    case.signing = Signing(deadline=plan.deadline, remind_at=plan.remind_at)
    case.note("signing_opened", now, due=plan.deadline.due.isoformat(), parties=len(parties(case)))


def parties(case: CaseState) -> tuple[str, ...]:
    """Whose signatures the settlement takes."""
    settlement = case.settlement
    return (*settlement.claimants, settlement.payer) if settlement is not None else ()


def unsigned(case: CaseState) -> list[str]:
    """Those who have not signed yet."""
    signing = open_signing(case)
    return [ref for ref in parties(case) if ref not in signing.signed] if signing else []


def alarms(case: CaseState, signing: Signing) -> Iterator[Alarm]:
    """What time brings to a signing."""

    def remind(now: datetime) -> None:
        signing.reminded = True
        due, sealed = signing.deadline.due.isoformat(), "sealed" if signing.seal else "not-sealed"
        case.note("signing_reminded", now, due=due, parties=list(unsigned(case)), seal=sealed)

    if not signing.reminded:
        yield Alarm(signing.remind_at, remind)
    yield Alarm(signing.deadline.due_at, partial(_run_out, case, signing))


def take_effect_if_complete(case: CaseState, now: datetime) -> None:
    """The last of the signatures and the seal brings it into effect, as of the latest of them."""
    signing, settlement = open_signing(case), case.settlement
    assert signing is not None and settlement is not None
    if signing.seal is not None and len(signing.signed) == len(settlement.claimants) + 1:
        _take_effect(case, signing, max(signing.seal.signed_on, *(s.signed_on for s in signing.signatures)), now)


def formed_by_performance(case: CaseState, now: datetime) -> None:
    """All has been paid and taken before everybody had signed: that makes the settlement as a signature does."""
    if (signing := open_signing(case)) is not None and not case.unpaid:
        signing.state, signing.effective_on = SigningState.PERFORMED, case.day(now)
        case.note("settlement_formed", now, parties=len(parties(case)), source=FORMED_BY_PERFORMANCE)


def _take_effect(case: CaseState, signing: Signing, on: date, now: datetime) -> None:
    assert case.settlement is not None
    signing.state, signing.effective_on = SigningState.IN_EFFECT, on
    case.settlement.in_effect_on = on
    sealed = "sealed" if signing.seal is not None else "not-sealed"
    claimants = len(case.settlement.claimants)
    case.note("settlement_in_effect", now, on=on.isoformat(), claimants=claimants, seal=sealed, extent=extent(case))


def extent(case: CaseState) -> Extent | None:
    """How far the settlement goes; None where there is none. Who has withdrawn counts no more."""
    settlement = case.settlement
    if settlement is None:
        return None
    whole = len(settlement.claimants) >= len(case.claimants) and not settlement.unsettled
    return Extent.FULL if whole else Extent.PARTIAL


def paid_in_full(case: CaseState) -> list[str]:
    """Claimants who have settled without a signature, because all that was agreed for them has come."""
    settlement = case.settlement
    owing = {one.claimant for one in allocate(settlement) if one.payment is None} if settlement else set()
    return [c for c in settlement.claimants if c not in owing] if settlement else []


def fall_out(case: CaseState, refusing: Collection[str], now: datetime) -> None:
    """Who goes back on it before signing has not settled; when the payer does, nobody has who is still owed.

    Where nobody is left the terms are off, and the sides are back at the table if mediation still has time.
    """
    signing, settlement = open_signing(case), case.settlement
    assert signing is not None and settlement is not None
    bound = set(paid_in_full(case))
    gone = tuple(c for c in settlement.claimants if c not in bound and {c, settlement.payer} & set(refusing))
    signing.dropped = tuple(dict.fromkeys((*signing.dropped, *gone)))
    if len(gone) < len(settlement.claimants):
        _leave_out(case, settlement, gone, now)
        take_effect_if_complete(case, now)
        return
    signing.state, case.settlement = SigningState.FAILED, None
    mediation = case.mediation
    assert mediation is not None
    mediation.proposals[settlement.proposal].state = ProposalState.REJECTED
    if settlement.payments or now >= mediation.deadline.due_at:
        mediation.ended = "unsigned"
    case.note("terms_off", now, proposal=settlement.proposal, ended=mediation.ended)


def back_at_the_table(case: CaseState) -> bool:
    """Whether accepted terms were refused before they were signed, with time left to bargain for others."""
    mediation = case.mediation
    return case.phase is Phase.PERFORMANCE and case.settlement is None and mediation is not None and not mediation.ended


def _run_out(case: CaseState, signing: Signing, now: datetime) -> None:
    """Those have settled who signed, with the payer, or who have been paid in full; the others have not."""
    settlement = case.settlement
    assert settlement is not None
    signing.reminded = True
    settled, payer_signed = paid_in_full(case), settlement.payer in signing.signed
    bound = {c for c in settlement.claimants if c in settled or (payer_signed and c in signing.signed)}
    unbound = tuple(c for c in settlement.claimants if c not in bound)
    signing.dropped = (*signing.dropped, *unbound)
    if unbound:
        due, silent = signing.deadline.due.isoformat(), unsigned(case)
        case.note("signing_run_out", now, due=due, parties=[*unbound], unsigned=[*silent])
    if not bound:
        signing.state, case.settlement = SigningState.FAILED, None
        if case.mediation is not None:
            case.mediation.ended = "unsigned"
        case.note("settlement_unsigned", now, due=signing.deadline.due.isoformat())
        return
    _leave_out(case, settlement, set(unbound), now)
    _take_effect(case, signing, signing.deadline.due, now)


def _leave_out(case: CaseState, settlement: Settlement, gone: Collection[str], now: datetime) -> None:
    """What was agreed for them is not agreed; what was paid for them is a credit."""
    if not gone:
        return
    settlement.claimants = tuple(c for c in settlement.claimants if c not in gone)
    for due in settlement.dues:
        one = due.instalment
        kept = {
            name: {c: yuan for c, yuan in getattr(one, name).items() if c not in gone} for name in ("part_a", "part_b")
        }
        due.instalment = one.model_copy(update=kept)
    settlement.dues = [due for due in settlement.dues if due.instalment.part_a or due.instalment.part_b]
    performing.count(case, settlement, now)
