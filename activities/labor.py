"""What the labour bureau (人社) does for a case."""

from temporalio import activity

from activities.records import read
from domain.case.requests import RecordsRequest
from domain.grid.early_warning import Employed, Stoppages
from domain.inquiry.findings import LaborFinding
from domain.inquiry.records import AgencyRecords, WatchesPayments


class Labor:
    """The labour bureau's side."""

    def __init__(self, records: AgencyRecords, watch: WatchesPayments) -> None:
        self._records, self._watch = records, watch

    @activity.defn(name="labor.read_records")
    async def read_records(self, request: RecordsRequest) -> LaborFinding:
        """Draft a finding from the employment and retirement records."""
        return await read(self._records, request, LaborFinding)

    @activity.defn(name="labor.still_employed")
    async def still_employed(self, stopped: Stoppages) -> Employed:
        """How many people work on for each of the employers."""
        employers = [stop.employer for stop in stopped.found]
        return Employed(workers=await self._watch.still_employed(employers, [stop.since for stop in stopped.found]))
