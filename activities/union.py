"""What the union (工会) does for a case."""

from temporalio import activity

from activities.records import read
from domain.case.requests import RecordsRequest
from domain.inquiry.findings import UnionFinding
from domain.inquiry.records import AgencyRecords


class Union:
    """The union's side."""

    def __init__(self, records: AgencyRecords) -> None:
        self._records = records

    @activity.defn(name="union.read_records")
    async def read_records(self, request: RecordsRequest) -> UnionFinding:
        """Draft a finding from the decisions on legal aid."""
        return await read(self._records, request, UnionFinding)
