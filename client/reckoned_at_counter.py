"""What somebody is owed, reckoned at the counter before there is a case: from few facts, by the tables in force."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from domain.arrears.model import Arrears
from domain.arrears.records import Records, assess_records
from domain.arrears.wages import Employment, Wage, in_order
from domain.base import Model, Ref
from domain.entitlements.model import (
    DismissalFacts,
    DoubleWageFacts,
    Entitlement,
    MonthWage,
    Positive,
    SeveranceFacts,
    WagesFacts,
)
from domain.entitlements.reckoning import reckoned
from domain.intake.complaint import ClaimItem
from domain.words import ClaimKind, InsuranceKind
from runtime.rules import Tables

_EVERY: Final = tuple(kind for kind in InsuranceKind if kind is not InsuranceKind.MATERNITY)
_ASKED_AS: Final = {"wages": ClaimKind.WAGES, "double-wage": ClaimKind.WAGES}


class ArrearsFacts(Model):
    """One worker who was with one employer, and was not insured."""

    what: Literal["arrears"] = "arrears"
    since: date
    """The first day of work."""
    until: date | None = None
    """The last day that was worked; open when left out."""
    monthly_wage: Positive | None = None
    """Of every month that ``wages`` does not name: yuan, before anything is withheld."""
    wages: Annotated[tuple[MonthWage, ...], Field(max_length=600)] = ()
    kinds: Annotated[tuple[InsuranceKind, ...], Field(min_length=1)] = _EVERY
    peasant_contract: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.since, self.until)
        return self

    def records(self, jurisdiction: str, claimant: Ref, employer: Ref) -> Records:
        """The same as records of which arrears are reckoned."""
        own = Employment(
            claimant=claimant,
            employer=employer,
            since=self.since,
            until=self.until,
            wage=self.monthly_wage,
            peasant_contract=self.peasant_contract,
        )
        wages = tuple(
            Wage(claimant=claimant, employer=employer, month=one.month, amount=one.wage) for one in self.wages
        )
        return Records(jurisdiction=jurisdiction, kinds=self.kinds, employments=(own,), wages=wages)


AtCounter = ArrearsFacts | SeveranceFacts | DismissalFacts | DoubleWageFacts | WagesFacts
"""What can be reckoned at the counter."""


class Reckoned(Model):
    """What it comes to, by what it was reckoned; one of both is there."""

    arrears: Arrears | None = None
    entitlement: Entitlement | None = None

    @property
    def amount(self) -> Decimal:
        """In yuan."""
        found = self.arrears.owed if self.arrears else self.entitlement.amount if self.entitlement else None
        return found or Decimal("0.00")


CALCULATORS: Final[Mapping[str, type[AtCounter]]] = {
    "arrears": ArrearsFacts,
    "severance": SeveranceFacts,
    "dismissal": DismissalFacts,
    "double-wage": DoubleWageFacts,
    "wages": WagesFacts,
}
"""What can be reckoned, and from which facts."""


def reckon(facts: AtCounter, jurisdiction: str, today: date, tables: Tables) -> Reckoned:
    """What is owed on a day in a place. Raises MissingParameter, OutsideCalendar, OverflowError."""
    if isinstance(facts, ArrearsFacts):
        records = facts.records(jurisdiction, "c1", "e1")
        return Reckoned(arrears=assess_records(records, tables.parameters, tables.calendar, today))
    return Reckoned(entitlement=reckoned(facts, tables.parameters, jurisdiction))


def asks_for(found: Reckoned, ref: Ref, respondent: Ref, claimant: Ref | None = None) -> ClaimItem | None:
    """The claim item that asks for it; None where it comes to nothing."""
    if found.arrears is not None and found.arrears.owed:
        months, kinds = sorted({line.month for line in found.arrears.lines}), found.arrears.by_kind
        return ClaimItem(
            ref=ref,
            kind=ClaimKind.ARREARS,
            respondent=respondent,
            claimant=claimant,
            insurance=tuple(kinds),
            first_month=months[0],
            last_month=months[-1],
            amount=found.arrears.owed,
        )
    if found.entitlement is not None and found.entitlement.amount:
        kind = _ASKED_AS.get(found.entitlement.what, ClaimKind.SEVERANCE)
        amount = found.entitlement.amount
        return ClaimItem(ref=ref, kind=kind, respondent=respondent, claimant=claimant, amount=amount)
    return None
