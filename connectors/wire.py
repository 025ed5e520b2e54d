"""What goes over the wire between the centre and an agency's records service; docs/connector.md is made of it."""

from collections.abc import Iterator
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from domain.base import Model, Month, Ref
from domain.identifiers import CreditCode, IdentityNumber
from domain.inquiry.findings import Finding
from domain.inquiry.records import RecordsQuery
from domain.intake.complaint import Name
from domain.words import Agency

PATH: Final = "/v1/records"
"""Where a service is asked for a case, below its address."""
PAID_UNTIL: Final = "/v1/paid-until"
"""Where it is asked which employers stopped paying (the tax bureau's)."""
EMPLOYED: Final = "/v1/employed"
"""Where it is asked for how many people work on for them (the labour bureau's)."""
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
ROWS_A_PAGE: Final = 1000
"""Rows that one page may hold at most."""

Cursor = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Inquiry = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}$")]


class Person(Model):
    """Somebody whose records are asked for. The answer names them by ``ref`` only."""

    ref: Ref
    identity_number: IdentityNumber


class Employer(Model):
    """A respondent, by its unified social credit code or, where there is none, by name."""

    ref: Ref
    name: Name
    credit_code: CreditCode | None = None


class Question(Model):
    """One page of what an agency's records say about the people and employers of a case."""

    agency: Agency
    inquiry: Inquiry
    """The inquiry into one case. The agency books under it, once, that it gave out these records."""
    claimants: Annotated[tuple[Person, ...], Field(min_length=1)]
    respondents: Annotated[tuple[Employer, ...], Field(min_length=1)]
    first_month: Month | None = None
    last_month: Month | None = None
    """Only spans that touch these months are asked for; without a month there is no bound on that side."""
    cursor: Cursor | None = None
    """``next`` of the page before; left out for the first page."""
    limit: Annotated[int, Field(ge=1, le=ROWS_A_PAGE)] = ROWS_A_PAGE

    @classmethod
    def of(cls, agency: Agency, query: RecordsQuery, limit: int) -> "Question":
        """The first page of a query: no more about anybody than the agency needs to find them."""
        return cls(
            agency=agency,
            inquiry=query.inquiry,
            claimants=tuple(Person(ref=c.ref, identity_number=c.identity_number) for c in query.claimants),
            respondents=tuple(Employer(ref=r.ref, name=r.name, credit_code=r.credit_code) for r in query.respondents),
            first_month=query.first_month,
            last_month=query.last_month,
            limit=limit,
        )


class Part(Model):
    """A page of an answer."""

    total: Annotated[int, Field(ge=0)]
    """Rows on all pages together, by which half an answer is told from a whole one."""
    next: Cursor | None = None
    """The cursor of the next page; left out on the last one."""


class Page(Part):
    """A page of what the records say."""

    inquiry: Inquiry
    """That of the question."""
    finding: Finding
    """The rows of this page, in the order of the whole answer."""

    def __len__(self) -> int:
        return sum(1 for _ in rows(self.finding))


class PaidUntilQuestion(Model):
    """Which employers paid premiums for a month from the first to the last one, and for none after it."""

    agency: Agency
    first_month: Month
    last_month: Month
    cursor: Cursor | None = None
    """``next`` of the page before; left out for the first page."""
    limit: Annotated[int, Field(ge=1, le=ROWS_A_PAGE)] = ROWS_A_PAGE


class LastPaid(Model):
    """An employer, by its code or its name; until when it paid, and for how many people then. No worker is named."""

    name: Name | None = None
    credit_code: CreditCode | None = None
    last_month: Month
    people: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.name is None and self.credit_code is None:
            raise ValueError("an employer has a name or a code")
        return self


class PaidUntilPage(Part):
    """A page of the employers whose premiums stopped."""

    employers: tuple[LastPaid, ...]
    """In an order that does not change from page to page."""

    def __len__(self) -> int:
        return len(self.employers)


class WorksOn(Model):
    """An employer, and the first month for which it paid no premiums."""

    name: Name | None = None
    credit_code: CreditCode | None = None
    since: Month


class EmployedQuestion(Model):
    """How many people work for each of these employers in or after a month of its own."""

    agency: Agency
    employers: Annotated[tuple[WorksOn, ...], Field(min_length=1, max_length=ROWS_A_PAGE)]


class EmployedAnswer(Model):
    """The number of people for each employer, in the order of the question; 0 where the records know none."""

    workers: tuple[Annotated[int, Field(ge=0)], ...]

    def __len__(self) -> int:
        return len(self.workers)


class Fault(Model):
    """Why there is no answer (RFC 9457, problem details). It never repeats a value of the question."""

    title: str
    status: int


def place_of(finding: Finding, part: str, row: Model) -> tuple[int, str, str]:
    """Where a row belongs in the order of an answer: by part as the finding names them, claimant, first month."""
    parts = list(type(finding).model_fields)
    return parts.index(part), getattr(row, "claimant", None) or "", getattr(row, "first_month", None) or ""


def rows(finding: Finding) -> Iterator[tuple[str, Model]]:
    """Every row of a finding, and the part that it stands in."""
    for part in type(finding).model_fields:
        entries = getattr(finding, part)
        if isinstance(entries, tuple):
            yield from ((part, entry) for entry in entries)
