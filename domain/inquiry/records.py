"""Asking an agency's own records, whatever stands behind them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, Final, Protocol, Self

from pydantic import ValidationError

from domain.base import Instant, Model, Month, State
from domain.grid.early_warning import NamedEmployer, PaidUntil
from domain.inquiry.findings import FINDING, Finding
from domain.intake.claims import claim_rows
from domain.intake.complaint import Claimant, ClaimItem, Complaint, Respondent
from domain.refusal import problems
from domain.words import Agency

_OF_A_FINDING: Final = "refusals.finding."


class RecordsQuery(Model):
    """Whom and which months an agency is asked about."""

    claimants: tuple[Claimant, ...]
    respondents: tuple[Respondent, ...]
    first_month: Month | None
    last_month: Month | None
    inquiry: str = ""
    """The agency may book under this what it gave out: the same when the same is asked again."""

    @classmethod
    def of(cls, complaint: Complaint, supplied: Iterable[ClaimItem], inquiry: str = "") -> Self:
        """What a complaint makes one ask. An item without months asks for all months, but for a sum of money beside
        items that have months: else one agency would tell of months that another was not asked about.
        """
        everything = (*complaint.items, *supplied)
        dated = any(item.first_month for item in everything)
        items = [item for item in everything if item.first_month or not (dated and claim_rows()[item.kind].money)]
        first, last = [i.first_month for i in items], [i.last_month for i in items]
        return cls(
            claimants=complaint.claimants,
            respondents=complaint.respondents,
            first_month=None if None in first else min((m for m in first if m), default=None),
            last_month=None if None in last else max((m for m in last if m), default=None),
            inquiry=inquiry,
        )

    def covers(self, first: Month, last: Month) -> bool:
        """Whether a span of months touches those that are asked for."""
        return (self.last_month is None or first <= self.last_month) and (
            self.first_month is None or last >= self.first_month
        )


class RecordsFault(Exception):
    """Why an agency's records could not be read: a code of texts/connector.yaml, with parameters that name nobody."""

    retryable: ClassVar[bool]

    def __init__(self, code: str, after: timedelta | None = None, **params: object) -> None:
        super().__init__(code)
        self.code, self.after = code, after
        """``after``: how long the agency asks to be left alone."""
        self.params = {name: str(value) for name, value in params.items()}


class Unreachable(RecordsFault):
    """The agency's service is away, silent or failing: trying again soon may help."""

    retryable = True


class Unusable(RecordsFault):
    """The service answered, but not what was asked for: somebody has to mend it before it helps to try again."""

    retryable = False


def whole(agency: Agency, parts: Mapping[str, object]) -> Finding:
    """The finding of all rows together. Raises Unusable where they hide or contradict each other."""
    try:
        found = FINDING.validate_python({"agency": agency, **parts})
    except ValidationError as error:
        raise contradiction(error) or Unusable("connector.schema", field="finding", problem=str(agency)) from None
    for part in parts:
        rows = getattr(found, part)
        if len(set(rows)) < len(rows):
            raise Unusable("connector.row_twice")
    return found


def contradiction(error: ValidationError) -> Unusable | None:
    """What a finding is in itself at odds about; None where something else is wrong."""
    of_findings = (p.code.removeprefix(_OF_A_FINDING) for p in problems(error) if p.code.startswith(_OF_A_FINDING))
    return next((Unusable(f"connector.{code}") for code in of_findings), None)


class RecordsTrouble(State):
    """An agency's records that could not be read yet."""

    code: str
    params: dict[str, str]
    since: Instant
    tries: int
    next_try: Instant


class AgencyRecords(Protocol):
    """An agency's records: exchange files in PostgreSQL, or the agency's own service."""

    async def read(self, query: RecordsQuery) -> Finding:
        """The finding that the records give, naming everybody by ref; an officer amends it. Raises RecordsFault."""
        ...


class WatchesPayments(Protocol):
    """Records in which an agency can look for employers, not only for the people of a case."""

    async def paid_until(self, first: Month, last: Month) -> Sequence[PaidUntil]:
        """The employers that paid for a month from first to last, and for none after it. Raises RecordsFault."""
        ...

    async def still_employed(self, employers: Sequence[NamedEmployer], since: Sequence[Month]) -> tuple[int, ...]:
        """How many people work for each of the employers in or after a month of its own. Raises RecordsFault."""
        ...


class EmployerRecords(AgencyRecords, WatchesPayments, Protocol):
    """Records for cases, in which employers can be looked for too."""
