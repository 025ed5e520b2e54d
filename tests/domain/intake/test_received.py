"""A complaint on paper counts from the day on which it reached the centre, not from the day on which it was typed."""

from datetime import timedelta

import pytest

from domain.assessment.limitation import LimitationEventKind
from domain.case.protocol import carry_out
from domain.case.state import CaseState
from domain.intake.messages import FileComplaint
from domain.procedure.deadlines import limitation_clocks
from domain.procedure.known import known
from domain.refusal import Refused
from tests import builders
from tests.domain.cases import DAY, NOW, TODAY


def filing(**said: object) -> FileComplaint:
    complaint = builders.complaint().model_copy(update=said)
    return FileComplaint(message_id="file", actor=builders.INTAKE, complaint=complaint)


def test_terms_and_limitation_begin_with_the_day_on_which_the_letter_came() -> None:
    case = CaseState(case="dispute-x", phase_since=NOW)
    carry_out(case, filing(received_on=TODAY - 6 * DAY), NOW)
    assert known(case, NOW).filed_on == TODAY - timedelta(days=6)
    item = case.items[0]
    [came] = [
        one.on for one in limitation_clocks._events(case, item) if one.kind is LimitationEventKind.FILING_WITH_CENTRE
    ]
    assert came == TODAY - timedelta(days=6)
    [noted] = [event for event in case.events if event.kind == "complaint_filed"]
    assert noted.facts["received_on"] == "2026-11-17"


def test_without_a_day_it_is_the_day_of_the_filing() -> None:
    case = CaseState(case="dispute-x", phase_since=NOW)
    carry_out(case, filing(), NOW)
    assert known(case, NOW).filed_on == TODAY
    assert "received_on" not in case.events[0].facts


def test_no_letter_came_tomorrow() -> None:
    with pytest.raises(Refused) as refused:
        carry_out(CaseState(case="dispute-x", phase_since=NOW), filing(received_on=TODAY + DAY), NOW)
    assert [(one.field, one.code) for one in refused.value.problems] == [
        ("complaint.received_on", "refusals.date.in_future")
    ]
