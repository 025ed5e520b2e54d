"""Payments allocated over time: what is paid of each line, and the late fee that runs on what is not."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

import numpy as np

from domain.arrears.columns import Columns, Ints, fen, half_up, yuan
from domain.arrears.late_fee import Clocks
from domain.arrears.model import Payment, Scope, Unused
from domain.arrears.options import Options


class Account:
    """What is paid and what accrues, in the order of days: the late fee runs on what is unpaid, line by line."""

    def __init__(
        self, columns: Columns, running: Clocks, principal: Ints, due: Ints, as_of: date, options: Options
    ) -> None:
        self._columns, self._clocks, self._principal, self._due = columns, running, principal, due
        self._end, self._options = as_of.toordinal(), options
        self._since = np.zeros(len(columns), np.int64)
        self._accrued = np.zeros(len(columns), np.int64)
        self.days = np.zeros(len(columns), np.int64)
        self.paid_principal = np.zeros(len(columns), np.int64)
        self.paid_fee = np.zeros(len(columns), np.int64)
        self.settled = np.full(len(columns), self._end, np.int64)
        highest = int(principal.max(initial=0)) * int(running.run.max(initial=0))
        if highest >= 2**62:
            raise OverflowError("amounts beyond exact arithmetic")

    def accrue(self, lines: Ints, until: int) -> None:
        """Let the late fee of some lines run through a day."""
        unpaid = self._principal[lines] - self.paid_principal[lines]
        rate, days = self._clocks.ran(lines, self._since[lines], until)
        self._accrued[lines] += unpaid * rate
        self.days[lines] += days * (unpaid > 0)
        self._since[lines] = until

    def uncapped(self, lines: Ints | slice = slice(None)) -> Ints:
        """The late fee so far, paid or not, as if it had no upper limit."""
        return half_up(self._accrued[lines], 100 * self._clocks.scale)

    def capped(self, fee: Ints, lines: Ints | slice = slice(None)) -> Ints:
        """The late fee so far as it is owed."""
        return np.minimum(fee, self._principal[lines]) if self._options.late_fee_cap == "principal" else fee

    def take(self, payments: Sequence[Payment]) -> Iterator[Unused]:
        """Allocate payments day by day, the narrower first on one day; tell what of them was not needed."""
        order = self._oldest_first() if payments else np.zeros(0, np.int64)
        in_order = cache(lambda scope: self._in_order(scope, order))
        for number in sorted(range(len(payments)), key=lambda n: _turn(payments[n])):
            payment = payments[number]
            if payment.paid_on.toordinal() > self._end:
                yield Unused(payment=number, amount=payment.amount, later=True)
            elif left := self._take(payment, in_order(_scope(payment))):
                yield Unused(payment=number, amount=yuan(left), later=False)

    def _in_order(self, scope: Scope, order: Ints) -> Ints:
        lines = self._columns.covered(scope)
        return lines[np.argsort(order[lines])]

    def _take(self, payment: Payment, lines: Ints) -> int:
        day, lines = payment.paid_on.toordinal(), self._reached(lines, fen(payment.amount))
        self.accrue(lines, day)
        fee = self.capped(self.uncapped(lines), lines)
        owed = np.stack([self._principal[lines] - self.paid_principal[lines], fee - self.paid_fee[lines]])
        match self._options.payment_order:
            case "principal-first":
                paid = _fill(owed.ravel(), fen(payment.amount)).reshape(2, -1)
            case "fee-first":
                paid = _fill(owed[::-1].ravel(), fen(payment.amount)).reshape(2, -1)[::-1]
            case "month-by-month":
                paid = _fill(owed.T.ravel(), fen(payment.amount)).reshape(-1, 2).T
        self.paid_principal[lines] += paid[0]
        self.paid_fee[lines] += paid[1]
        done = lines[(owed[0] > 0) & (owed[0] == paid[0])]
        self.settled[done] = day
        return fen(payment.amount) - int(paid.sum())

    def _reached(self, lines: Ints, amount: int) -> Ints:
        """Of lines in their order, those that an amount can reach: no more than it could pay the principal of."""
        if self._options.payment_order == "fee-first":
            return lines
        sums = np.cumsum(self._principal[lines] - self.paid_principal[lines])
        return lines[: int(np.searchsorted(sums, amount)) + 1]

    def _oldest_first(self) -> Ints:
        """The rank of each line: by due day, month, kind, claimant, employer."""
        of = self._columns
        rank = np.empty(len(of), np.int64)
        rank[np.lexsort((of.employer, of.claimant, of.kind, of.month, self._due))] = np.arange(len(of))
        return rank


def _turn(payment: Payment) -> tuple[object, ...]:
    """When a payment is allocated; the same for every order in which payments are listed."""
    scope = tuple(part or "" for part in _scope(payment).model_dump().values())
    return payment.paid_on, sum(not part for part in scope), scope, payment.amount


def _scope(payment: Payment) -> Scope:
    return Scope.model_construct(**{part: getattr(payment, part) for part in Scope.model_fields})


def _fill(rooms: Ints, amount: int) -> Ints:
    """How much of an amount each room takes when they are filled one after the other."""
    filled: Ints = np.clip(amount - (np.cumsum(rooms) - rooms), 0, rooms)
    return filled
