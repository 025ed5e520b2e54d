"""What each payment paid, and what is owed on a day: computed from all payments that count, in order of their days.

So it does not matter in which order they were confirmed, corrected or taken back.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from domain.base import Model, Ref, Yuan, to_fen
from domain.case.state import Due, Payment, Settlement

_NIL: Final = Decimal("0.00")
Part = Literal["A", "B"]


class Allocation(NamedTuple):
    """What of a payment paid which part of which instalment for whom. ``payment`` None: nothing has paid it."""

    payment: Payment | None
    due: Due
    claimant: Ref
    part: Part
    amount: Decimal


class Owed(Model):
    """What is owed on a day, in yuan."""

    on: date
    fallen_due: Yuan
    """Of instalments whose day has come."""
    late_fee: Yuan
    """That has run on late part A and was not charged yet (社会保险法 Art.86)."""
    today: Yuan
    """Both together."""
    to_come: Yuan
    """Of instalments whose day has not come."""
    credit: Yuan
    """Paid beyond all instalments."""


def counted(payments: Iterable[Payment], until: date | None = None) -> list[Payment]:
    """The payments that count, in order of their days; those of one day by receipt."""
    kept = (p for p in payments if p.reversed_on is None and (until is None or p.paid_on <= until))
    return sorted(kept, key=lambda p: (p.paid_on, p.receipt))


def allocate(settlement: Settlement, until: date | None = None) -> Iterator[Allocation]:
    """Every payment on the oldest open part that it may pay; then what is still open.

    A payment for one claimant pays theirs only, and one of part A or B nothing of the other. What is over is in no
    allocation.
    """
    parts = list(_parts(settlement.dues))
    left = [amount for *_, amount in parts]
    of: dict[tuple[Ref | None, Part], deque[int]] = defaultdict(deque)
    for number, (_, claimant, part, _) in enumerate(parts):
        of[None, part].append(number)
        of[claimant, part].append(number)
    for payment in counted(settlement.payments, until):
        rest, queue = payment.amount - payment.given_back, of[payment.claimant, payment.part]
        while rest and queue:
            number = queue[0]
            taken = min(rest, left[number])
            if taken:
                due, claimant, part, _ = parts[number]
                yield Allocation(payment, due, claimant, part, taken)
                left[number], rest = left[number] - taken, rest - taken
            if not left[number]:
                queue.popleft()
    for (due, claimant, part, _), amount in zip(parts, left, strict=True):
        if amount:
            yield Allocation(None, due, claimant, part, amount)


def _parts(dues: Iterable[Due]) -> Iterator[tuple[Due, Ref, Part, Decimal]]:
    for due in dues:
        for claimant, amount in due.instalment.part_a.items():
            yield due, claimant, "A", amount
        for claimant, amount in due.instalment.part_b.items():
            yield due, claimant, "B", amount


def owed(settlement: Settlement, on: date) -> Owed:
    """What is owed on a day, as far as is known now: a payment that was taken back never came."""
    fallen_due = to_come = allocated = _NIL
    fee = settlement.late_fee_carried
    for one in allocate(settlement, on):
        if one.payment is not None:
            allocated += one.amount
        elif one.due.fell_due <= on:
            fallen_due += one.amount
        else:
            to_come += one.amount
        fee += late_fee(settlement, one, on)
    paying = counted(settlement.payments, on)
    charged = sum((p.late_fee for p in paying), _NIL)
    open_fee = to_fen(max(fee - charged, _NIL))
    return Owed(
        on=on,
        fallen_due=fallen_due,
        late_fee=open_fee,
        today=fallen_due + open_fee,
        to_come=to_come,
        credit=sum((p.amount - p.given_back for p in paying), _NIL) - allocated,
    )


def late_fee(settlement: Settlement, one: Allocation, on: date) -> Decimal:
    """What has run on a part of an instalment until it was paid, or until a day; exact. Part B has none."""
    if settlement.terms is None or one.part == "B":
        return _NIL
    until = min(one.payment.paid_on, on) if one.payment is not None else on
    return one.amount * settlement.terms.late_fee / 100 * max((until - one.due.fell_due).days, 0)
