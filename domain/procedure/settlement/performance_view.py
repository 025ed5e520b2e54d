"""How a settlement is performed, as readers see it: what is owed on a day, and how that came about."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field

from domain.base import Instant, Model, Ref, Yuan, to_fen
from domain.case.opening import Page, Reading
from domain.case.state import CaseState, InstalmentState, Payment, Settlement
from domain.procedure.settlement.allocation import Owed, allocate, late_fee, owed
from domain.settlement.performance import EnforcementFile, PerformanceTerms, ReschedulingState

_NIL: Final = Decimal("0.00")


class Supposed(Model):
    """A payment of premiums that somebody is about to confirm."""

    receipt: Ref
    paid_on: date
    amount: Yuan
    claimant: Ref | None = None


class PerformanceReading(Reading):
    """How performance is asked for."""

    on: date | None = None
    """The day on which what is owed is asked; None: today."""
    asked_at: Instant | None = None
    """The reader's clock, by which today is known: a case that nothing happens to does not look at its own."""
    supposed: Annotated[tuple[Supposed, ...], Field(max_length=500)] = ()
    """What these payments would pay, if they were confirmed after those that count; nothing is."""


class InstalmentLine(Model):
    """An instalment on that day."""

    ref: Ref
    due: date
    """The day after which it is late: agreed, moved off a holiday, or brought forward by a default."""
    amount: Yuan
    paid: Yuan
    outstanding: Yuan
    part_a: Yuan
    """Of what is outstanding: the premiums."""
    part_b: dict[Ref, Yuan]
    """Of what is outstanding: part B, by claimant."""
    late_fee: Yuan
    """That has run on it until that day, charged or not."""
    state: InstalmentState
    """As it is now."""


class ClaimantLine(Model):
    """What of it is one claimant's."""

    claimant: Ref
    agreed: Yuan
    paid: Yuan
    outstanding: Yuan


class PaymentLine(Model):
    """A payment as it counts now."""

    receipt: Ref
    part: Literal["A", "B"]
    paid_on: date
    amount: Yuan
    late_fee: Yuan
    claimant: Ref | None
    reversed_on: date | None
    surplus: Yuan


class WouldPay(Model):
    """What a payment that was supposed would pay."""

    receipt: Ref
    pays: dict[Ref, Yuan]
    """Of which instalment how much."""
    surplus: Yuan
    """What no instalment needs."""
    counted: bool
    """Whether a payment with this receipt counts already: it would not count again."""


class ReschedulingLine(Model):
    """A new schedule that was asked for."""

    ref: Ref
    state: ReschedulingState
    expires_at: Instant
    consents: tuple[Ref, ...]
    refusals: tuple[Ref, ...]


class PerformanceView(Model):
    """How a settlement is performed."""

    case: Ref
    page: Page | None = None
    payer: Ref
    owed: Owed
    instalments: tuple[InstalmentLine, ...]
    claimants: tuple[ClaimantLine, ...]
    payments: tuple[PaymentLine, ...]
    would_pay: tuple[WouldPay, ...] = ()
    reschedulings: tuple[ReschedulingLine, ...]
    terms: PerformanceTerms | None
    demanded_until: Instant | None
    enforcement: EnforcementFile | None


def _would_pay(settlement: Settlement, supposed: Sequence[Supposed]) -> Iterator[WouldPay]:
    known = {one.receipt for one in settlement.payments}
    fresh = {
        one.receipt: Payment(
            receipt=one.receipt, paid_on=one.paid_on, amount=one.amount, late_fee=_NIL, claimant=one.claimant
        )
        for one in supposed
        if one.receipt not in known
    }
    pays: dict[str, dict[str, Decimal]] = {one.receipt: {} for one in supposed}
    for part in allocate(settlement.model_copy(update={"payments": [*settlement.payments, *fresh.values()]})):
        if part.payment is not None and fresh.get(part.payment.receipt) is part.payment:
            of, ref = pays[part.payment.receipt], part.due.instalment.ref
            of[ref] = of.get(ref, _NIL) + part.amount
    for one in supposed:
        paid = pays[one.receipt]
        counted = one.receipt in known
        surplus = _NIL if counted else one.amount - sum(paid.values(), _NIL)
        yield WouldPay(receipt=one.receipt, pays=paid, surplus=surplus, counted=counted)


def performance_view(case: CaseState, on: date, supposed: Sequence[Supposed] = ()) -> PerformanceView | None:
    """The performance of a case's settlement as of a day; None where nothing was settled."""
    settlement = case.settlement
    if settlement is None:
        return None
    fees: dict[str, Decimal] = {}
    still: dict[str, Decimal] = {}
    premiums: dict[str, Decimal] = {}
    bargained: dict[str, dict[str, Decimal]] = {}
    paid: dict[str, Decimal] = dict.fromkeys(settlement.claimants, _NIL)
    lacking: dict[str, Decimal] = dict.fromkeys(settlement.claimants, _NIL)
    for one in allocate(settlement, on):
        ref = one.due.instalment.ref
        fees[ref] = fees.get(ref, _NIL) + late_fee(settlement, one, on)
        whose = paid if one.payment is not None else lacking
        whose[one.claimant] = whose.get(one.claimant, _NIL) + one.amount
        if one.payment is None:
            still[ref] = still.get(ref, _NIL) + one.amount
            if one.part == "A":
                premiums[ref] = premiums.get(ref, _NIL) + one.amount
            else:
                bargained.setdefault(ref, {})[one.claimant] = one.amount
    return PerformanceView(
        case=case.case,
        payer=settlement.payer,
        owed=owed(settlement, on),
        instalments=tuple(
            InstalmentLine(
                ref=due.instalment.ref,
                due=due.fell_due,
                amount=due.instalment.total,
                paid=due.instalment.total - still.get(due.instalment.ref, _NIL),
                outstanding=still.get(due.instalment.ref, _NIL),
                part_a=premiums.get(due.instalment.ref, _NIL),
                part_b=bargained.get(due.instalment.ref, {}),
                late_fee=to_fen(fees.get(due.instalment.ref, _NIL)),
                state=due.state,
            )
            for due in settlement.dues
        ),
        claimants=tuple(
            ClaimantLine(claimant=ref, agreed=paid[ref] + lacking[ref], paid=paid[ref], outstanding=lacking[ref])
            for ref in settlement.claimants
        ),
        payments=tuple(
            PaymentLine(
                receipt=payment.receipt,
                part=payment.part,
                paid_on=payment.paid_on,
                amount=payment.amount,
                late_fee=payment.late_fee,
                claimant=payment.claimant,
                reversed_on=payment.reversed_on,
                surplus=payment.surplus,
            )
            for payment in settlement.payments
        ),
        would_pay=tuple(_would_pay(settlement, supposed)),
        reschedulings=tuple(
            ReschedulingLine(
                ref=asked.ref,
                state=asked.state,
                expires_at=asked.expires_at,
                consents=tuple(ref for ref, accepts in asked.consents.items() if accepts),
                refusals=tuple(ref for ref, accepts in asked.consents.items() if not accepts),
            )
            for asked in settlement.reschedulings
        ),
        terms=settlement.terms,
        demanded_until=settlement.demanded_until,
        enforcement=settlement.enforcement,
    )
