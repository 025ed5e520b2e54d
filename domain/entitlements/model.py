"""What a claim is reckoned from, and what it comes to, line by line. Amounts in yuan, days of the calendar."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from domain.base import Model, Month, Yuan, months_later
from domain.entitlements.rules import Name, rule
from domain.rules.parameters import Row

Positive = Annotated[Yuan, Field(gt=0)]


class MonthWage(Model):
    """What was earned in a month before anything was withheld, bonuses and allowances included."""

    month: Month
    wage: Annotated[Yuan, Field(ge=0)]


class _Employed(Model):
    since: date
    """The first day of work."""
    until: date
    """The last day of the employment."""
    wages: Annotated[tuple[MonthWage, ...], Field(max_length=600)] = ()
    """Month by month, as far as they are known."""
    monthly_wage: Positive | None = None
    """Of every month that ``wages`` does not name."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since > self.until:
            raise ValueError("entitlement.days_reversed")
        if not self.wages and self.monthly_wage is None:
            raise ValueError("entitlement.wage_missing")
        named = [one.month for one in self.wages]
        if len(set(named)) < len(named):
            raise ValueError("entitlement.month_twice")
        return self

    def wage_of(self, month: Month) -> Decimal | None:
        """What was earned in a month; None where nothing says."""
        return next((one.wage for one in self.wages if one.month == month), self.monthly_wage)


class SeveranceFacts(_Employed):
    """An employment that ended with severance pay (经济补偿)."""

    what: Literal["severance"] = "severance"
    notice_given: bool = True
    """Of the thirty days of 劳动合同法 Art.40; without it a month's wage is owed beside."""


class DismissalFacts(_Employed):
    """An employment that the employer ended against the law: damages (赔偿金) in the place of severance."""

    what: Literal["dismissal"] = "dismissal"


class DoubleWageFacts(_Employed):
    """Work without a written contract."""

    what: Literal["double-wage"] = "double-wage"
    signed_on: date | None = None
    """When a written contract was signed; None: never."""
    claimed_on: date | None = None
    """When it was claimed first: what is older than the term of limitation is told apart."""


class WageMonth(Model):
    """What a month was to bring, and what came of it."""

    month: Month
    owed: Annotated[Yuan, Field(ge=0)]
    paid: Annotated[Yuan, Field(ge=0)] = Decimal("0.00")
    overtime_workday: Annotated[Decimal, Field(ge=0, le=400)] = Decimal(0)
    """Hours beyond the working day that were not paid."""
    overtime_rest_day: Annotated[Decimal, Field(ge=0, le=400)] = Decimal(0)
    """Hours on rest days that were neither paid nor given back."""
    overtime_holiday: Annotated[Decimal, Field(ge=0, le=400)] = Decimal(0)
    """Hours on statutory holidays that were not paid."""


class WagesFacts(Model):
    """Wages that did not come (拖欠工资), and overtime that was not paid."""

    what: Literal["wages"] = "wages"
    months: Annotated[tuple[WageMonth, ...], Field(min_length=1, max_length=600)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        named = [one.month for one in self.months]
        if len(set(named)) < len(named):
            raise ValueError("entitlement.month_twice")
        return self


Facts = Annotated[SeveranceFacts | DismissalFacts | DoubleWageFacts | WagesFacts, Field(discriminator="what")]
FACTS: TypeAdapter[Facts] = TypeAdapter(Facts)


class Line(Model):
    """A step of the reckoning: so many, at so much, make so much."""

    rule: Name
    of: str = ""
    """The month or the span that it is about; blank where it is about all of it."""
    count: Decimal
    rate: Yuan
    amount: Yuan
    past_limit: bool = False
    """Older than the term of limitation when it was claimed: owed, and barred if the employer raises it."""


class Entitlement(Model):
    """What a claim comes to, and by which rules."""

    what: Literal["severance", "dismissal", "double-wage", "wages"]
    amount: Yuan
    past_limit: Yuan = Decimal("0.00")
    """Of the amount: what may be barred by limitation."""
    monthly_wage: Yuan | None = None
    """The average that severance is reckoned from, before cap and floor."""
    lines: tuple[Line, ...]
    rules: tuple[Name, ...]
    """Every rule that bears on it."""
    rows: tuple[str, ...] = ()
    """Ids of the parameter rows used."""
    unverified: bool
    """Whether a rule or a row that it rests on has not been verified."""


def added_up(
    what: Any, lines: Sequence[Line], used: Collection[Name], rows: Sequence[Row] = (), monthly_wage: Yuan | None = None
) -> Entitlement:
    """The lines together, with the rules and rows that they rest on."""
    rules = [rule(name) for name in sorted({*used, *(line.rule for line in lines)})]
    return Entitlement(
        what=what,
        amount=sum((line.amount for line in lines), Decimal("0.00")),
        past_limit=sum((line.amount for line in lines if line.past_limit), Decimal("0.00")),
        monthly_wage=monthly_wage,
        lines=tuple(lines),
        rules=tuple(one.rule for one in rules),
        rows=tuple(row.id for row in rows),
        unverified=not (all(one.verified for one in rules) and all(row.verified for row in rows)),
    )


def whole_months(since: date, until: date) -> int:
    """How many months were completed from a day through another one."""
    count = (until.year - since.year) * 12 + until.month - since.month + 1
    return next(n for n in range(count, -1, -1) if months_later(since, n) <= until + timedelta(days=1))


def last_months(until: date, count: int) -> list[Month]:
    """The last so many whole months of an employment: that in which it ended counts where it was worked to the end."""
    after = until + timedelta(days=1)
    last = months_later(after.replace(day=1), -1)
    return [f"{months_later(last, -n):%Y-%m}" for n in range(count - 1, -1, -1)]
