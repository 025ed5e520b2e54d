"""What the medical insurance bureau (医保) does for a case."""

from temporalio import activity

from activities.records import read
from domain.case.requests import RecordsRequest
from domain.inquiry.findings import MedicalInsuranceFinding
from domain.inquiry.records import AgencyRecords


class MedicalInsurance:
    """The medical insurance bureau's side."""

    def __init__(self, records: AgencyRecords) -> None:
        self._records = records

    @activity.defn(name="medical-insurance.read_records")
    async def read_records(self, request: RecordsRequest) -> MedicalInsuranceFinding:
        """Draft a finding from the booked months and the uninsured losses."""
        return await read(self._records, request, MedicalInsuranceFinding)
