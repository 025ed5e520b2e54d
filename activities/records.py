"""Reading an agency's own records for a case, whatever stands behind them."""

from typing import TypeVar

from temporalio import activity

from domain.base import Model
from domain.case.requests import RecordsRequest
from domain.inquiry.records import AgencyRecords, RecordsQuery

F = TypeVar("F", bound=Model)


async def read(records: AgencyRecords, request: RecordsRequest, finding: type[F]) -> F:
    """The draft finding that the agency's records give; an empty one where they know nobody."""
    asked = activity.info()
    inquiry = f"{asked.workflow_id}/{request.agency}/{asked.activity_id}"
    draft = await records.read(RecordsQuery.of(request.known.complaint, request.known.supplied, inquiry))
    return draft if isinstance(draft, finding) else finding()
