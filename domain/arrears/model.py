"""What arrears are computed from, and what comes out: spans, payments, deferrals; lines, totals, rows."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from domain.arrears.options import Chosen
from domain.base import Model, Month, Ref, Yuan
from domain.rules.parameters import Row
from domain.words import InsuranceKind

Amount = Annotated[Yuan, Field(ge=0, lt=10_000_000_000)]
"""A sum of money that a person can be wrong about only so far: exact integer arithmetic holds for it."""


class MonthDue(Model):
    """A month for which a premium should have been paid."""

    claimant: Ref
    employer: Ref
    kind: InsuranceKind
    month: Month
    wage: Yuan | None
    """The wage that the base is taken from. None: assessed at the floor, and said so."""

    def span(self) -> "DueSpan":
        """The month as a span of one."""
        return DueSpan(self.claimant, self.employer, (self.kind,), self.month, self.month, self.wage)


class DueSpan(NamedTuple):
    """Adjacent months for which premiums of some kinds should have been paid, on one wage in yuan and whole fen."""

    claimant: Ref
    employer: Ref
    kinds: tuple[InsuranceKind, ...]
    first_month: Month
    last_month: Month
    wage: Decimal | None
    """None: assessed at the floor, and said so."""
    days: tuple[int, int] = (1, 1)
    """Of a month that counts by days: how many were worked, of how many. Otherwise the whole."""


class Scope(Model):
    """Which months something bears on: all that it doesn't exclude."""

    claimant: Ref | None = None
    employer: Ref | None = None
    kind: InsuranceKind | None = None
    first_month: Month | None = None
    last_month: Month | None = None

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.first_month and self.last_month and self.first_month > self.last_month:
            raise ValueError("arrears.months-backwards")
        return self


class Payment(Scope):
    """Money that the tax bureau received for months in arrears, as an instalment or at once."""

    paid_on: date
    amount: Amount


class Deferral(Scope):
    """An approved deferral: no late fee runs from its first through its last day."""

    since: date
    until: date | None = None
    """Open when left out, as from the acceptance of an insolvency (企业破产法 Art.46)."""
    ground: Literal["approved", "relief", "insolvency"] = "approved"
    """Approved for this employer, a relief of the state, or none of their doing: an insolvency."""
    source: str = ""
    """The paper that says so: the approval's or the ruling's number, the circular's."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("arrears.days-backwards")
        return self


class Received(Model):
    """Months that were declared and paid in the ordinary way: they are not owed.

    The amounts are those of one month; the last of them is what a provisional assessment goes by.
    """

    claimant: Ref
    employer: Ref
    kind: InsuranceKind
    first_month: Month
    last_month: Month
    employer_share: Amount | None = None
    employee_share: Amount | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.first_month > self.last_month:
            raise ValueError("arrears.months-backwards")
        if (self.employer_share is None) != (self.employee_share is None):
            raise ValueError("arrears.one-share-only")
        return self


class Site(Model):
    """Where, and in what industry, an employer is insured: which rows of the tables hold for it."""

    employer: Ref
    jurisdiction: Ref | None = None
    """None: where the whole computation is."""
    industry: Ref | None = None
    """Where given, the rate of injury insurance is that of ``injury/employer/INDUSTRY``."""


class MonthArrears(Model):
    """What is owed for one month of one kind, in yuan."""

    claimant: Ref
    employer: Ref
    kind: InsuranceKind
    month: Month
    base: Yuan
    employer_share: Yuan
    employee_share: Yuan
    due: date
    days_late: int
    """Days on which the late fee ran."""
    late_fee: Yuan
    paid_principal: Yuan = Decimal("0.00")
    paid_fee: Yuan = Decimal("0.00")
    marks: tuple[str, ...] = ()
    """Those that hold of ``wage-unknown``, ``provisional``, ``by-days``, ``capped``, ``not-yet-due``,
    ``due-provisional`` and ``unverified``."""
    rows: tuple[Ref, ...]
    """The parameter rows used."""

    @property
    def total(self) -> Decimal:
        """What is still owed: premiums of both payers and the late fee, less what was paid."""
        return self.employer_share + self.employee_share + self.late_fee - self.paid_principal - self.paid_fee


class Total(Model):
    """Sums of rounded parts, in yuan."""

    employer_share: Yuan
    employee_share: Yuan
    late_fee: Yuan
    paid_principal: Yuan
    paid_fee: Yuan
    owed: Yuan
    """What is still to be paid."""


class Alternative(Model):
    """What would be owed if a contested point were decided the other way."""

    chosen: Chosen
    total: Total
    by_claimant: dict[Ref, Total]


class Unused(Model):
    """A payment, by its place in the list, that was not needed in full, or lies after the day of the computation."""

    payment: int
    amount: Yuan
    later: bool


class Arrears(Model):
    """The computation for a day, with the parameter rows that it rests on."""

    as_of: date
    lines: tuple[MonthArrears, ...]
    employer_share: Yuan
    employee_share: Yuan
    late_fee: Yuan
    paid_principal: Yuan = Decimal("0.00")
    paid_fee: Yuan = Decimal("0.00")
    owed: Yuan
    """Still to be paid, of both shares and the late fee."""
    to_come: Yuan = Decimal("0.00")
    """Premiums of months that are not due yet on that day: no part of what is owed."""
    by_claimant: dict[Ref, Total]
    by_employer: dict[Ref, Total]
    by_kind: dict[InsuranceKind, Total]
    unused: tuple[Unused, ...] = ()
    chosen: tuple[Chosen, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    """Where a contested point, decided the other way, gives another amount."""
    reliefs: tuple[Ref, ...] = ()
    """Codes of ``arrears.yaml``: reliefs that a person must think of."""
    unverified: tuple[Ref, ...]
    """Rows that nobody has confirmed yet."""
    rows: tuple[Ref, ...]
    sources: tuple[Row, ...] = ()
    """The rows used, in full."""
