"""What the tax bureau (税务) does for a case."""

from temporalio import activity

from activities.records import read
from domain.case.requests import RecordsRequest
from domain.grid.early_warning import Stoppages, WatchTerms, stoppages
from domain.inquiry.findings import TaxFinding
from domain.inquiry.records import AgencyRecords, WatchesPayments


class Tax:
    """The tax bureau's side."""

    def __init__(self, records: AgencyRecords, watch: WatchesPayments) -> None:
        self._records, self._watch = records, watch

    @activity.defn(name="tax.read_records")
    async def read_records(self, request: RecordsRequest) -> TaxFinding:
        """Draft a finding from the premiums received and the register of employers."""
        return await read(self._records, request, TaxFinding)

    @activity.defn(name="tax.stopped_payers")
    async def stopped_payers(self, terms: WatchTerms) -> Stoppages:
        """The employers whose premiums have stopped."""
        return Stoppages(found=stoppages(await self._watch.paid_until(*terms.last_paid), terms))
