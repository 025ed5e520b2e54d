from datetime import date
from decimal import Decimal

import pytest

from domain.assessment.insolvency import insolvency_table
from domain.assessment.prognosis import load_prognosis
from domain.case.requests import Known
from domain.inquiry.findings import EmployerState, TaxFinding
from domain.intake.complaint import ClaimItem
from domain.procedure.assessment.assessing import assess
from domain.rules.parameters import Parameters
from domain.words import ClaimKind, InsuranceKind, OperatingState
from tests.builders import arrears_item, complaint, labor_finding

WAGES = ClaimItem(ref="i9", kind=ClaimKind.WAGES, respondent="e1", amount=Decimal("12000.00"))
TODAY = date(2026, 11, 23)


def judged(state: OperatingState, since: date | None) -> Known:
    finding = TaxFinding(employers=(EmployerState(employer="e1", state=state, since=since),))
    return Known(
        case="k",
        complaint=complaint(items=(arrears_item(insurance=tuple(InsuranceKind)[:4]), WAGES)),
        supplied=(),
        withdrawn=(),
        filed_on=TODAY,
        today=TODAY,
        findings=(labor_finding(), finding),
    )


@pytest.mark.parametrize("since", [None, date(2026, 1, 1)])
def test_the_ranks_add_up_to_everything_that_is_owed_and_interest_stops_only_from_a_known_day(
    since: date | None,
) -> None:
    running = assess(judged(OperatingState.NORMAL, None), Parameters.load(), load_prognosis())
    found = assess(judged(OperatingState.INSOLVENT, since), Parameters.load(), load_prognosis())
    owed = sum((o.part_a + o.part_b for o in found.owed), Decimal(0))
    assert owed == sum((one.amount for one in found.ranks), Decimal(0)) > 0
    assert [one.rank for one in found.ranks] == [1, 2, 3]
    assert running.ranks == ()
    assert (found.late_fee < running.late_fee) == (since is not None)
    assert ("insolvent-since-unknown" in found.warnings) == (since is None)
    assert ("interest-stopped" in found.warnings) == (since is not None)


def test_personal_accounts_stand_with_the_wages_and_the_late_fee_with_everybody_else() -> None:
    ranks = {row.what: row.rank for row in insolvency_table().ranks}
    assert ranks["wages"] == ranks["pension/employee"] == ranks["medical/employee"] == 1
    assert ranks["premium"] == 2
    assert ranks["late-fee"] == 3
