"""Asking an agency's own records, whatever stands behind them."""

from collections.abc import Iterable
from typing import Protocol, Self

from domain.base import Model, Month
from domain.complaint import Claimant, ClaimItem, Complaint, Respondent
from domain.findings import Finding


class RecordsQuery(Model):
    """Whom and which months an agency is asked about."""

    claimants: tuple[Claimant, ...]
    respondents: tuple[Respondent, ...]
    first_month: Month | None
    last_month: Month | None

    @classmethod
    def of(cls, complaint: Complaint, supplied: Iterable[ClaimItem]) -> Self:
        """What a complaint makes one ask."""
        items = (*complaint.items, *supplied)
        return cls(
            claimants=complaint.claimants,
            respondents=complaint.respondents,
            first_month=min((i.first_month for i in items if i.first_month), default=None),
            last_month=max((i.last_month for i in items if i.last_month), default=None),
        )


class AgencyRecords(Protocol):
    """An agency's records: exchange files in PostgreSQL, or the agency's own service."""

    async def read(self, query: RecordsQuery) -> Finding:
        """The finding that the records give, naming everybody by ref; an officer amends it."""
        ...
