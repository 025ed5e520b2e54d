"""Where claims go by who the debtor is, by what relation there was, and by what was found out before."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from domain.case.requests import Closing, ClosingRequest, Known
from domain.case.state import InstalmentState, Settlement
from domain.inquiry.findings import EmployerState, Employment, Finding, LaborFinding, TaxFinding
from domain.intake.complaint import ClaimItem
from domain.procedure.closure.closing import close
from domain.words import ClaimKind, OperatingState, Outcome, ReferralTarget, Relation
from tests.builders import arrears_item, complaint
from tests.domain.cases import TODAY
from tests.domain.closure.test_closing import ARREARS, RELATION, WAGES, answers, closing, owing, paid

BROKEN = paid(InstalmentState.DEFAULTED, c1="500.00")
SET_OFF = ClaimItem(ref="i2", kind=ClaimKind.SET_OFF, respondent="e1", amount=Decimal("150.00"))


def found(*findings: Finding) -> Closing:
    known = Known(
        case="k",
        complaint=complaint(items=(arrears_item(), WAGES, RELATION)),
        supplied=(),
        withdrawn=(),
        filed_on=TODAY,
        today=TODAY,
        findings=findings,
        assessment=owing(("i1", "c1", "100.00", "0.00"), ("i2", "c1", "0.00", "500.00")),
    )
    return close(ClosingRequest(known=known, ending=None, settlement=None, referrals=()))


def test_every_claim_against_an_insolvent_employer_goes_to_its_administrator() -> None:
    insolvent = EmployerState(employer="e1", state=OperatingState.INSOLVENT)
    targets = {referral.target for referral in found(TaxFinding(employers=(insolvent,))).referrals}
    assert targets == {ReferralTarget.INSOLVENCY_ADMINISTRATOR}


def test_where_there_is_no_labour_relation_its_row_says_who_decides() -> None:
    for relation, target in (
        (Relation.CIVIL, ReferralTarget.COURT),
        (Relation.INCOMPLETE, ReferralTarget.LABOUR_INSPECTION),
    ):
        worked = Employment(
            claimant="c1", employer="e1", first_month="2024-01", last_month="2024-03", relation=relation
        )
        assert {r.target for r in found(LaborFinding(employments=(worked,))).referrals} == {target}


def test_who_withdraws_before_anything_was_found_leaves_the_premiums_to_inspection() -> None:
    result = closing(items=(ARREARS, WAGES), found=None, withdrawn=("c1",), ending=Outcome.WITHDRAWN)
    assert answers(result) == [
        ("i1", "c1", "withdrawn-collected", "0.00", ReferralTarget.LABOUR_INSPECTION),
        ("i2", "c1", "withdrawn", "0.00", None),
    ]


def test_what_is_set_off_is_answered_in_full_and_so_is_what_it_was_set_off_against() -> None:
    severance = ClaimItem(ref="i3", kind=ClaimKind.SEVERANCE, respondent="e1", amount=Decimal("600.00"))
    owed = owing(("i1", "c1", "100.00", "0.00"), ("i2", "c1", "0.00", "-150.00"), ("i3", "c1", "0.00", "600.00"))
    result = closing(items=(ARREARS, SET_OFF, severance), found=owed, settlement=paid(c1="450.00"))
    assert [(item, answer, amount) for item, _, answer, amount, _ in answers(result)] == [
        ("i1", "paid", "100.00"),
        ("i2", "settled", "-150.00"),
        ("i3", "paid", "600.00"),
    ]


@pytest.mark.parametrize(("settlement", "reason"), [(None, "unsettled"), (BROKEN, "breached")])
def test_wages_on_a_written_iou_go_to_court_and_other_wages_to_arbitration(
    settlement: Settlement | None, reason: str
) -> None:
    owed = owing(("i2", "c1", "0.00", "500.00"))
    for acknowledged, target in ((True, ReferralTarget.COURT), (False, ReferralTarget.ARBITRATION)):
        wages = WAGES.model_copy(update={"acknowledged": acknowledged})
        result = closing(items=(wages,), found=owed, settlement=settlement)
        assert [(r.item, r.target, r.reason) for r in result.referrals] == [("i2", target, reason)]


def test_only_wages_can_rest_on_an_iou() -> None:
    with pytest.raises(ValidationError, match="only_wages_acknowledged"):
        ClaimItem(ref="i1", kind=ClaimKind.SEVERANCE, respondent="e1", acknowledged=True)
