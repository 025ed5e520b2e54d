"""Confirmation of a settlement while its case runs: opened with it, asked for jointly, lapsed, decided, handed on."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from domain.case.state import CaseState, Settlement
from domain.deadlines.alarm import Alarm
from domain.settlement.confirmation import Confirmation, ConfirmationPlan, ConfirmationState


def concerned(settlement: Settlement) -> tuple[str, ...]:
    """The claimants whose part B was agreed: part A is no civil matter, and nobody confirms it."""
    touched = {c for due in settlement.dues for c, yuan in due.instalment.part_b.items() if yuan > 0}
    return tuple(c for c in settlement.claimants if c in touched)


def take_plan(case: CaseState, plans: Iterable[ConfirmationPlan], now: datetime) -> None:
    """A settlement with a part B takes effect: until when it can be confirmed."""
    for plan in plans:
        case.confirmations[plan.kind] = Confirmation(kind=plan.kind, deadline=plan.deadline, remind_at=plan.remind_at)
        due = plan.deadline.due.isoformat()
        case.note("confirmation_opened", now, confirmation=plan.kind, due=due, source=plan.deadline.source)


def joint(case: CaseState, one: Confirmation) -> bool:
    """Whether both sides have asked for it."""
    settlement = case.settlement
    assert settlement is not None
    return settlement.payer in one.asked and any(c in one.asked for c in concerned(settlement))


def silent(case: CaseState, one: Confirmation) -> list[str]:
    """Those who could still ask for it."""
    settlement = case.settlement
    assert settlement is not None
    return [party for party in (settlement.payer, *concerned(settlement)) if party not in one.asked]


def alarms(case: CaseState) -> Iterator[Alarm]:
    """What time brings to confirmations. The term is the law's: it runs on while the case stands still."""
    for one in case.confirmations.values():
        if one.runs and not one.over:
            if not one.reminded:
                yield Alarm(one.remind_at, partial(_remind, case, one))
            yield Alarm(one.deadline.due_at, partial(_run_out, case, one))


def _remind(case: CaseState, one: Confirmation, now: datetime) -> None:
    one.reminded = True
    if missing := silent(case, one):
        due = one.deadline.due.isoformat()
        case.note("confirmation_reminded", now, confirmation=one.kind, due=due, parties=list(missing))


def _run_out(case: CaseState, one: Confirmation, now: datetime) -> None:
    """The application stands as it is; who has not joined it has lost the remedy, and nothing else."""
    one.reminded = one.over = True
    if one.state is ConfirmationState.OPEN:
        one.state = ConfirmationState.LAPSED
    if missing := silent(case, one):
        due = one.deadline.due.isoformat()
        case.note("confirmation_lapsed", now, confirmation=one.kind, due=due, parties=list(missing))


def confirmed(case: CaseState) -> bool:
    """Whether a court or the arbitration commission has confirmed the settlement."""
    return any(one.state is ConfirmationState.CONFIRMED for one in case.confirmations.values())


def running(case: CaseState) -> tuple[Confirmation, ...]:
    """The confirmations of which something is still to come."""
    return tuple(one for one in case.confirmations.values() if one.runs)


def hand_on(case: CaseState, now: datetime) -> None:
    """The case closes: what is still open is told to both sides, and is asked after by the follow-up visit."""
    for one in running(case):
        due = one.deadline.due.isoformat()
        case.note("confirmation_handed_on", now, confirmation=one.kind, state=one.state, due=due)
