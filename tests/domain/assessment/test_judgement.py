"""A judgement goes by what stood on the case when it was asked for, whatever has come since."""

from datetime import timedelta

import pytest

from domain.assessment.reconcile import Decision
from domain.case.requests import Judgement
from domain.case.state import CaseState
from domain.procedure.assessment.judgement import Reflected, assessment_is_behind, take_judgement
from domain.triage.classification import TriageFacts, load_table
from domain.triage.classification import triage as triaged
from tests.domain.cases import NOW, OVERLAP, assessment, contradiction, deadline, judged


def judgement() -> Judgement:
    triage = triaged(TriageFacts(), load_table())
    return Judgement(
        assessment=assessment(contradiction(), c1="1.00"), triage=triage, joint_meeting=deadline(10), fresh_until=NOW
    )


@pytest.mark.parametrize("came", ["decision", "newcomer", "nothing"])
def test_what_came_while_it_was_made_leaves_the_assessment_behind(came: str) -> None:
    case: CaseState = judged()
    asked = Reflected.of(case)
    if came == "decision":
        case.decisions[OVERLAP] = Decision(discrepancy=OVERLAP, holds="first", reason="合同", decided_by="supervisor")
    if came == "newcomer":
        case.newcomers.append("c2")
    take_judgement(case, judgement(), asked, NOW + timedelta(minutes=1))
    assert assessment_is_behind(case) == (came != "nothing")
    case.newcomers.clear()
    take_judgement(case, judgement(), Reflected.of(case), NOW + timedelta(minutes=2))
    assert not assessment_is_behind(case)
