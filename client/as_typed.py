"""What a finding would come to while an officer types it: the arrears, by the tables in force. Nothing is sent."""

from collections.abc import Sequence
from datetime import date

from domain.arrears.ledger import Setting, reckon
from domain.arrears.model import Total
from domain.assessment.months_owed import dues
from domain.base import Model, Ref
from domain.inquiry.findings import Finding
from domain.intake.complaint import Claimant, ClaimItem, Complaint, Respondent
from domain.views.case_view import CaseView
from runtime.rules import Tables


class AsTyped(Model):
    """The arrears of a case by one finding alone, in yuan."""

    claimants: dict[Ref, Total]
    total: Total
    assumptions: tuple[str, ...]
    """What had to be taken as given, since other agencies' findings are not looked at (texts/assessment.yaml)."""


def as_typed(seen: CaseView, finding: Finding, jurisdiction: str, today: date, tables: Tables) -> AsTyped | None:
    """What is owed for what is claimed if this finding is right; None where nothing is. Raises MissingParameter."""
    items = tuple(ClaimItem.model_validate(item.model_dump()) for item in seen.items)
    found = dues(_complaint(seen, items), items, (finding,), (), ())
    if not found.spans:
        return None
    setting = Setting(parameters=tables.parameters, jurisdiction=jurisdiction, as_of=today, calendar=tables.calendar)
    ledger = reckon((span.due for span in found.spans), setting)
    return AsTyped(
        claimants=ledger.by_span(span.claimant for span in found.spans),
        total=ledger.total(),
        assumptions=found.assumptions,
    )


def _complaint(seen: CaseView, items: Sequence[ClaimItem]) -> Complaint:
    """The complaint as far as arrears hang on it. Birth dates are masked here: months after the retirement age are
    left out only where the finding itself says when it is reached.
    """
    return Complaint.model_construct(
        complaint_id=seen.case,
        channel="as-typed",
        claimants=tuple(
            Claimant.model_construct(ref=one.ref, name=one.name, identity_number="") for one in seen.claimants
        ),
        respondents=tuple(
            Respondent.model_construct(ref=one.ref, name=one.name, kind=one.kind) for one in seen.respondents
        ),
        items=tuple(items),
    )
