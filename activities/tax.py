"""What the tax bureau (税务) does for a case."""

from temporalio import activity

from activities.records import read
from domain.findings import TaxFinding
from domain.records import AgencyRecords
from domain.steps import RecordsRequest


class Tax:
    """The tax bureau's side."""

    def __init__(self, records: AgencyRecords) -> None:
        self._records = records

    @activity.defn(name="tax.read_records")
    async def read_records(self, request: RecordsRequest) -> TaxFinding:
        """Draft a finding from the premiums received and the register of employers."""
        return await read(self._records, request, TaxFinding)
