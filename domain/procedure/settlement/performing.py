"""A settlement while it is performed: payments counted anew, what time brings, default and what follows on it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from domain.case.state import CaseState, Due, InstalmentState, Settlement
from domain.deadlines.alarm import Alarm
from domain.deadlines.deadline import end_of
from domain.procedure.settlement.allocation import Allocation, allocate, owed
from domain.settlement.performance import EnforcementFile, ReschedulingState

_NIL: Final = Decimal("0.00")
_TO_PAY_A_FEE: Final = timedelta(days=14)


def broken(settlement: Settlement) -> bool:
    """Whether an instalment is in default, and the time for payment after that is over too, where there is one."""
    return settlement.enforcement is not None or (settlement.defaulted and settlement.demanded_until is None)


def stood_still(settlement: Settlement, time: timedelta) -> None:
    """Give back the time in which the clocks of the case stood still."""
    settlement.demanded_until = settlement.demanded_until and settlement.demanded_until + time
    settlement.late_fee_until = settlement.late_fee_until and settlement.late_fee_until + time
    for asked in settlement.reschedulings:
        asked.expires_at += time


def count(case: CaseState, settlement: Settlement, now: datetime) -> list[Allocation]:
    """Count all payments anew; what was paid and is not any more falls due again, with a grace of its own.

    Money counts from the day on which it was paid, whenever that is confirmed: a default that was none is undone, with
    all that hung on it.
    """
    late = settlement.defaulted
    allocations = list(allocate(settlement))
    paid = dict.fromkeys((due.instalment.ref for due in settlement.dues), _NIL)
    in_time = dict(paid)
    used = dict.fromkeys((payment.receipt for payment in settlement.payments), _NIL)
    for one in allocations:
        if one.payment is not None:
            paid[one.due.instalment.ref] += one.amount
            used[one.payment.receipt] += one.amount
            if one.payment.paid_on <= one.due.last_day:
                in_time[one.due.instalment.ref] += one.amount
    defaults = [due for due in settlement.dues if due.state is InstalmentState.DEFAULTED and due.accelerated_on is None]
    none_after_all = [due for due in defaults if in_time[due.instalment.ref] == due.instalment.total]
    for payment in settlement.payments:
        payment.surplus = _NIL if payment.reversed_on else payment.amount - payment.given_back - used[payment.receipt]
    for due in settlement.dues:
        due.paid = paid[due.instalment.ref]
        if due.outstanding == 0:
            due.state = InstalmentState.PAID
        elif due.state is InstalmentState.PAID:
            _fall_due_again(case, due, now)
    if none_after_all:
        _undo(case, settlement, none_after_all, now)
    if late and not settlement.defaulted:
        settlement.demanded_until = None
    _count_late_fee(case, settlement, now)
    return allocations


def _count_late_fee(case: CaseState, settlement: Settlement, now: datetime) -> None:
    """What ran up on instalments that came late is owed too: nothing is performed before it has come."""
    fee = _NIL if case.unpaid else owed(settlement, case.day(now)).late_fee
    if fee and settlement.late_fee_until is None:
        last = settlement.dues[-1]
        time = (last.enforce_at or last.default_at + _TO_PAY_A_FEE) - last.default_at
        settlement.late_fee_until = end_of(case.day(now + time))
        case.note(
            "late_fee_demanded",
            now,
            payer=settlement.payer,
            late_fee=f"{fee:.2f}",
            until=settlement.late_fee_until.isoformat(),
        )
    if not fee:
        settlement.late_fee_until = None
    settlement.late_fee_open = fee


def _undo(case: CaseState, settlement: Settlement, none: list[Due], now: datetime) -> None:
    """What followed on defaults that were none: where no other is left, nothing was ever due early or demanded."""
    case.note(
        "default_undone",
        now,
        instalments=[due.instalment.ref for due in none],
        paid_by=max(due.last_day for due in none).isoformat(),
    )
    if any(due.state is InstalmentState.DEFAULTED and due.accelerated_on is None for due in settlement.dues):
        return
    settlement.demanded_until = None
    for due in settlement.dues:
        if due.accelerated_on is not None:
            due.accelerated_on = None
            if due.outstanding:
                due.reminded = due.remind_at <= now
                _fall_due_again(case, due, now)


def _fall_due_again(case: CaseState, due: Due, now: datetime) -> None:
    due.state = InstalmentState.PENDING
    if due.fell_due < case.day(now):
        due.state, due.reminded, due.reminded_again = InstalmentState.OVERDUE, True, False
        again = end_of(case.day(now))
        due.postpone(again - (due.grace_from or due.deadline.due_at))
        due.grace_from = again
    tell("instalment_due_again", case, due, now)


def alarms(case: CaseState) -> Iterator[Alarm]:
    """What time brings to the settlement of a case."""
    settlement = case.settlement
    if settlement is None:
        return
    for due in case.unpaid:
        yield from _of_instalment(case, settlement, due)
    for until in (settlement.demanded_until, settlement.late_fee_until):
        if until is not None and settlement.enforcement is None:
            yield Alarm(until, partial(_refer, case, settlement, until))
    for asked in settlement.reschedulings:
        if asked.state is ReschedulingState.OPEN:
            yield Alarm(asked.expires_at, partial(close_rescheduling, case, asked.ref, ReschedulingState.EXPIRED))


def tell(kind: str, case: CaseState, due: Due, now: datetime) -> None:
    """Note something about an instalment."""
    case.note(
        kind,
        now,
        instalment=due.instalment.ref,
        due=due.deadline.due.isoformat(),
        outstanding=f"{due.outstanding:.2f}",
    )


def _of_instalment(case: CaseState, settlement: Settlement, due: Due) -> Iterator[Alarm]:
    def remind(now: datetime) -> None:
        due.reminded = True
        tell("instalment_reminded", case, due, now)

    def overdue(now: datetime) -> None:
        due.reminded, due.state = True, InstalmentState.OVERDUE
        tell("instalment_overdue", case, due, now)

    def remind_again(now: datetime) -> None:
        due.reminded_again = True
        tell("instalment_reminded_again", case, due, now)

    def default(now: datetime) -> None:
        due.state = InstalmentState.DEFAULTED
        tell("instalment_defaulted", case, due, now)
        if due.enforce_at is not None:
            _demand(case, settlement, due, due.enforce_at, now)

    if not due.reminded:
        yield Alarm(due.remind_at, remind)
    if due.state is InstalmentState.PENDING:
        yield Alarm(due.deadline.due_at, overdue)
    if due.state is InstalmentState.OVERDUE and due.remind_again_at is not None and not due.reminded_again:
        yield Alarm(due.remind_again_at, remind_again)
    if due.state is not InstalmentState.DEFAULTED:
        yield Alarm(due.default_at, default)


def _demand(case: CaseState, settlement: Settlement, late: Due, until: datetime, now: datetime) -> None:
    """After a default: everything becomes due where that is a term, and there is a last time for payment."""
    if settlement.terms is not None and settlement.terms.acceleration:
        _accelerate(case, settlement, case.day(late.default_at), now)
    if settlement.demanded_until is None:
        settlement.demanded_until = until
        sums = owed(settlement, case.day(now))
        case.note(
            "payment_demanded",
            now,
            payer=settlement.payer,
            until=until.isoformat(),
            outstanding=f"{sums.fallen_due:.2f}",
            late_fee=f"{sums.late_fee:.2f}",
        )


def _accelerate(case: CaseState, settlement: Settlement, on: date, now: datetime) -> None:
    assert settlement.terms is not None
    rest = [due for due in case.unpaid if due.state is not InstalmentState.DEFAULTED]
    for due in rest:
        due.state, due.accelerated_on, due.reminded = InstalmentState.DEFAULTED, on, True
    if rest:
        case.note(
            "settlement_accelerated",
            now,
            payer=settlement.payer,
            instalments=[due.instalment.ref for due in rest],
            outstanding=f"{sum((due.outstanding for due in rest), _NIL):.2f}",
            source=settlement.terms.acceleration_source,
        )


def _refer(case: CaseState, settlement: Settlement, until: datetime, now: datetime) -> None:
    """Put the file for compulsory enforcement together; the referral itself is the closure's."""
    today = case.day(until)
    still = [one for one in allocate(settlement) if one.payment is None]
    file = EnforcementFile(
        at=now,
        payer=settlement.payer,
        outstanding=sum((one.amount for one in still), _NIL),
        part_a=sum((one.amount for one in still if one.part == "A"), _NIL),
        late_fee=owed(settlement, today).late_fee,
        as_of=today,
        instalments=tuple(due.instalment.ref for due in case.unpaid),
        papers=tuple(case.papers),
        ledger_head=case.head,
        ledger_events=case.next_seq - 1,
    )
    settlement.enforcement = file
    case.note(
        "enforcement_file_made",
        now,
        payer=file.payer,
        outstanding=f"{file.outstanding:.2f}",
        part_a=f"{file.part_a:.2f}",
        late_fee=f"{file.late_fee:.2f}",
        papers=list(dict.fromkeys(paper.number for paper in file.papers)),
        head=file.ledger_head,
        events=file.ledger_events,
    )


def close_rescheduling(case: CaseState, ref: str, how: ReschedulingState, now: datetime) -> None:
    """A new schedule that was asked for comes to nothing."""
    assert case.settlement is not None
    asked = next(one for one in case.settlement.reschedulings if one.ref == ref)
    asked.state = how
    case.note("rescheduling_closed", now, rescheduling=ref, state=how)
