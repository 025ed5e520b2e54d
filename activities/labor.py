"""What the labour bureau (人社) does for a case."""

from temporalio import activity

from activities.records import read
from domain.findings import LaborFinding
from domain.records import AgencyRecords
from domain.steps import RecordsRequest


class Labor:
    """The labour bureau's side."""

    def __init__(self, records: AgencyRecords) -> None:
        self._records = records

    @activity.defn(name="labor.read_records")
    async def read_records(self, request: RecordsRequest) -> LaborFinding:
        """Draft a finding from the employment and retirement records."""
        return await read(self._records, request, LaborFinding)
