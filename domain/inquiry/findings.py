"""What an inquiry yields, typed by agency, so that one agency's finding can't be filed as another's."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Protocol, Self, TypeVar

from pydantic import Field, TypeAdapter, model_validator

from domain.base import Model, Month, Ref, Text, Yuan
from domain.words import Agency, InsuranceKind, OperatingState, Relation


class Span(Protocol):
    """Whatever holds from one month to another."""

    @property
    def first_month(self) -> Month: ...

    @property
    def last_month(self) -> Month: ...


S = TypeVar("S", bound=Span)


def in_order(span: S) -> S:
    """A validator: a span that ends before it begins would be months that silently count for nothing."""
    if span.first_month > span.last_month:
        raise ValueError("item.months_reversed")
    return span


def _twice(refs: Iterable[Ref]) -> bool:
    return any(times > 1 for times in Counter(refs).values())


class Employment(Model):
    """The labour bureau's view: a claimant worked for an employer over a span of months."""

    claimant: Ref
    employer: Ref
    first_month: Month
    last_month: Month
    monthly_wage: Yuan | None = None
    relation: Relation = Relation.FULL
    """What relation the work made: premiums follow from it (tables/relations.yaml)."""
    peasant_contract: bool = False
    """A peasant contract worker (农民合同制工人) pays no share for unemployment (失业保险条例 Art.6)."""

    _in_order = model_validator(mode="after")(in_order)


class Retirement(Model):
    """When a claimant reaches the retirement age."""

    claimant: Ref
    on: date


class Insured(Model):
    """The medical insurance bureau's view: a claimant was booked as insured through an employer."""

    claimant: Ref
    employer: Ref
    first_month: Month
    last_month: Month

    _in_order = model_validator(mode="after")(in_order)


class UninsuredLoss(Model):
    """Medical costs that the claimant bore because the insurance had lapsed."""

    claimant: Ref
    amount: Yuan


class Contribution(Model):
    """The tax bureau's view: premiums declared and received for a claimant over a span of months."""

    claimant: Ref
    employer: Ref
    insurance: InsuranceKind
    first_month: Month
    last_month: Month
    base: Yuan | None = None

    _in_order = model_validator(mode="after")(in_order)


class EmployerState(Model):
    """The tax register's state of a respondent."""

    employer: Ref
    state: OperatingState
    since: date | None = None
    monthly_surplus: Yuan | None = None
    """What the employer could put aside in a month by its filed operating figures, in yuan; None when unknown."""


class LegalAid(Model):
    """The union's decision on legal aid for a claimant (法律援助法 Art.43: within 7 days)."""

    claimant: Ref
    granted: bool
    counsel: str | None = None


class LaborFinding(Model):
    """Employment relations and retirement dates."""

    agency: Literal[Agency.LABOR] = Agency.LABOR
    employments: tuple[Employment, ...] = ()
    retirements: tuple[Retirement, ...] = ()
    remark: Text | None = None

    @model_validator(mode="after")
    def _of_one_mind(self) -> Self:
        if _twice(one.claimant for one in self.retirements):
            raise ValueError("finding.two_retirements")
        return self


class MedicalInsuranceFinding(Model):
    """Months booked as insured, and losses from lapsed insurance."""

    agency: Literal[Agency.MEDICAL_INSURANCE] = Agency.MEDICAL_INSURANCE
    insured: tuple[Insured, ...] = ()
    losses: tuple[UninsuredLoss, ...] = ()
    """Several of one claimant are added."""
    remark: Text | None = None


class TaxFinding(Model):
    """Premiums received, and the employers' operating state."""

    agency: Literal[Agency.TAX] = Agency.TAX
    contributions: tuple[Contribution, ...] = ()
    employers: tuple[EmployerState, ...] = ()
    """The state of each as of now: one row for an employer."""
    remark: Text | None = None

    @model_validator(mode="after")
    def _of_one_mind(self) -> Self:
        if _twice(one.employer for one in self.employers):
            raise ValueError("finding.two_states")
        return self


class UnionFinding(Model):
    """Legal aid."""

    agency: Literal[Agency.UNION] = Agency.UNION
    legal_aid: tuple[LegalAid, ...] = ()
    remark: Text | None = None

    @model_validator(mode="after")
    def _of_one_mind(self) -> Self:
        if _twice(one.claimant for one in self.legal_aid):
            raise ValueError("finding.two_decisions")
        return self


Finding = Annotated[LaborFinding | MedicalInsuranceFinding | TaxFinding | UnionFinding, Field(discriminator="agency")]
FINDING: TypeAdapter[Finding] = TypeAdapter(Finding)

FINDING_OF: dict[Agency, type[LaborFinding | MedicalInsuranceFinding | TaxFinding | UnionFinding]] = {
    Agency.LABOR: LaborFinding,
    Agency.MEDICAL_INSURANCE: MedicalInsuranceFinding,
    Agency.TAX: TaxFinding,
    Agency.UNION: UnionFinding,
}
