from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.state import CaseState, InstalmentState, PartyAnswer, ProposalState, Suspension
from domain.deadlines.deadline import end_of
from domain.inquiry.tasks import TaskState
from domain.intake.complaint import ClaimItem, Complaint
from domain.ledger import verify
from domain.procedure.agenda import FILING_GRACE, alarms, next_alarm, ring
from domain.procedure.assessment.judgement import assessment_is_behind
from domain.running_ledger import Blocked
from domain.views.waiting import waiting
from domain.words import Agency, ClaimKind, Outcome, Phase
from tests.builders import arrears_item, complaint
from tests.domain.cases import (
    DAY,
    MEDIATOR,
    NOW,
    TODAY,
    asked,
    assessment,
    case,
    claimed,
    deadline,
    due,
    instalment,
    judged,
    mediated,
    proposal,
    settled,
    task,
    unfiled,
)

SECOND = timedelta(seconds=1)


def kinds(running: CaseState) -> list[str]:
    return [event.kind for event in running.events]


def stuck(retry_at: datetime) -> Blocked:
    return Blocked(step="triage", code="parameters.missing", params={}, since=NOW, tries=1, retry_at=retry_at)


def without_items() -> Complaint:
    return complaint(items=())


CASES: dict[str, Callable[[], CaseState]] = {
    "nothing filed": unfiled,
    "material missing": lambda: case(
        Phase.INTAKE, complaint=without_items(), missing=("claim-items",), material_deadline=deadline(7)
    ),
    "inquiries": asked,
    "one inquiry": lambda: asked(claimed(Agency.TAX, "tax-01")),
    "joint meeting": judged,
    "mediation": mediated,
    "mediation with a proposal": lambda: mediated(proposal()),
    "two proposals": lambda: mediated(proposal(), proposal("p2", expires_at=end_of(TODAY + 9 * DAY)), claimants=2),
    "performance": settled,
    "two instalments": lambda: settled(due(instalment("n1", 5)), due(instalment("n2", 30))),
    "suspended": lambda: asked(suspension=Suspension(since=NOW, until=NOW + 30 * DAY, reason="等待")),
    "blocked": lambda: case(Phase.TRIAGE, blocks={"triage": stuck(NOW + DAY)}),
    "blocked in fact-finding": lambda: asked(blocks={"triage": stuck(NOW + 8 * DAY)}),
}


# --- each alarm ---------------------------------------------------------------------------------------


def test_a_case_to_which_nothing_is_filed_ends_after_an_hour() -> None:
    running = unfiled()
    assert next_alarm(running) == NOW + FILING_GRACE
    ring(running, NOW + FILING_GRACE)
    assert (running.ending, kinds(running)) == (Outcome.NOT_ACCEPTED, ["nothing_filed"])


def test_missing_material_that_never_comes_ends_the_case() -> None:
    running = CASES["material missing"]()
    assert next_alarm(running) == end_of(TODAY + 7 * DAY)
    ring(running, end_of(TODAY + 7 * DAY))
    assert (running.ending, kinds(running)) == (Outcome.NOT_ACCEPTED, ["material_lapsed"])
    assert running.events[0].facts["missing"] == ["claim-items"]


def test_a_complete_complaint_waits_for_nothing_that_time_brings() -> None:
    assert next_alarm(case(Phase.INTAKE)) is None


@pytest.mark.parametrize(
    ("days", "happened", "state"),
    [
        (4, [], TaskState.CLAIMED),
        (5, ["task_reminded"], TaskState.CLAIMED),
        (7, ["task_reminded", "task_escalated"], TaskState.CLAIMED),
        (9, ["task_reminded", "task_escalated"], TaskState.CLAIMED),
        (10, ["task_reminded", "task_escalated", "task_lapsed"], TaskState.LAPSED),
    ],
)
def test_an_inquiry_is_reminded_escalated_and_lapses_each_once(
    days: int, happened: list[str], state: TaskState
) -> None:
    running = CASES["one inquiry"]()
    for day in range(days + 1):
        ring(running, end_of(TODAY + day * DAY))
    assert (kinds(running), running.tasks["tax"].state) == (happened, state)
    assert {event.facts["officer"] for event in running.events} <= {"tax-01"}


def test_an_inquiry_that_is_done_is_left_alone_while_the_others_lapse() -> None:
    running = asked(task(Agency.TAX, state=TaskState.DONE), task(Agency.LABOR))
    ring(running, NOW + 30 * DAY)
    assert (running.tasks["tax"].state, running.tasks["labor"].state) == (TaskState.DONE, TaskState.LAPSED)
    assert {event.facts["task"] for event in running.events} == {"labor"}


def test_a_joint_meeting_that_never_meets_leaves_the_first_source_standing() -> None:
    running = judged()
    assert next_alarm(running) == end_of(TODAY + 14 * DAY)
    ring(running, end_of(TODAY + 14 * DAY))
    [decision] = running.decisions.values()
    assert (decision.holds, decision.decided_by, kinds(running)) == ("first", "onestop", ["joint_meeting_lapsed"])
    assert next_alarm(running) is None


def test_a_proposal_that_nobody_answers_expires_and_mediation_goes_on_to_its_end() -> None:
    running = mediated(proposal())
    ring(running, end_of(TODAY + 5 * DAY))
    assert running.mediation is not None
    assert (running.mediation.proposals["p1"].state, running.mediation.ended) == (ProposalState.EXPIRED, None)
    assert next_alarm(running) == end_of(TODAY + 15 * DAY)


def test_a_proposal_that_payer_and_one_claimant_accepted_binds_those_two_when_it_runs_out() -> None:
    yes = PartyAnswer(accept=True, at=NOW, by=MEDIATOR)
    running = mediated(proposal(answers={"e1": yes, "c1": yes}), claimants=2)
    assert running.mediation is not None
    running.mediation.proposals["p1"].instalments = (instalment("n1", 53, c1="8466.43", c2="8466.43"),)
    ring(running, end_of(TODAY + 5 * DAY))
    assert running.mediation.proposals["p1"].state is ProposalState.ACCEPTED


def test_mediation_ends_by_itself_on_its_fifteenth_day_and_open_proposals_with_it() -> None:
    running = mediated(proposal(expires_at=end_of(TODAY + 20 * DAY)))
    ring(running, end_of(TODAY + 15 * DAY))
    assert running.mediation is not None
    assert (running.mediation.ended, running.mediation.proposals["p1"].state) == ("deadline", ProposalState.EXPIRED)
    assert kinds(running) == ["proposal_closed", "mediation_lapsed"]
    assert next_alarm(running) is None


@pytest.mark.parametrize(
    ("days", "happened", "state"),
    [
        (1, [], InstalmentState.PENDING),
        (2, ["instalment_reminded"], InstalmentState.PENDING),
        (5, ["instalment_reminded", "instalment_overdue"], InstalmentState.OVERDUE),
        (14, ["instalment_reminded", "instalment_overdue"], InstalmentState.OVERDUE),
        (15, ["instalment_reminded", "instalment_overdue", "instalment_defaulted"], InstalmentState.DEFAULTED),
    ],
)
def test_an_instalment_is_reminded_overdue_and_in_default_each_once(
    days: int, happened: list[str], state: InstalmentState
) -> None:
    running = settled(due(instalment("n1", 5)))
    for day in range(days + 1):
        ring(running, end_of(TODAY + day * DAY))
    assert running.settlement is not None
    assert (kinds(running), running.settlement.dues[0].state) == (happened, state)
    assert {event.facts["outstanding"] for event in running.events} <= {"8466.43"}


def test_a_paid_instalment_rings_no_more() -> None:
    running = settled()
    assert running.settlement is not None
    running.settlement.dues[0].state = InstalmentState.PAID
    assert next_alarm(running) is None


def test_a_suspended_case_has_one_alarm_its_resumption_and_its_clocks_move_on() -> None:
    running = CASES["suspended"]()
    before = running.tasks["tax"].deadline.due
    assert [alarm.at for alarm in alarms(running)] == [NOW + 30 * DAY]
    ring(running, NOW + 30 * DAY)
    assert (running.suspension, running.tasks["tax"].deadline.due) == (None, before + 30 * DAY)
    assert "resumed_by_itself" in kinds(running)
    assert running.tasks["tax"].state is TaskState.OFFERED


def test_a_blocked_step_is_tried_again_when_its_time_comes() -> None:
    running = CASES["blocked"]()
    ring(running, NOW + DAY - SECOND)
    assert running.blocked is not None
    ring(running, NOW + DAY)
    assert running.blocked is not None and not running.blocked.waits


def test_clocks_stand_still_no_longer_than_was_said_however_late_the_case_wakes() -> None:
    punctual, late = CASES["suspended"](), CASES["suspended"]()
    ring(punctual, NOW + 30 * DAY)
    ring(late, NOW + 33 * DAY)
    assert late.tasks["tax"].deadline == punctual.tasks["tax"].deadline


def test_an_ending_or_closed_case_waits_for_nothing() -> None:
    assert next_alarm(asked(ending=Outcome.REFERRED)) is None
    assert next_alarm(case(Phase.CLOSED)) is None


def test_an_ending_case_that_is_blocked_still_tries_again() -> None:
    assert next_alarm(asked(ending=Outcome.REFERRED, blocks={"triage": stuck(NOW + DAY)})) == NOW + DAY


# --- all alarms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_nothing_happens_before_the_next_alarm(name: str) -> None:
    running = CASES[name]()
    first = next_alarm(running)
    assert first is not None
    before = running.model_dump()
    ring(running, first - SECOND)
    assert running.model_dump() == before
    ring(running, first)
    assert running.model_dump() != before


@pytest.mark.parametrize("name", CASES)
def test_left_alone_for_a_year_every_case_comes_to_rest(name: str) -> None:
    running = CASES[name]()
    ring(running, NOW + 365 * DAY)
    assert next_alarm(running) is None
    assert verify(running.events) == running.head


@given(st.sampled_from(sorted(CASES)), st.lists(st.integers(1, 20 * 24), max_size=6))
def test_waking_often_or_late_brings_the_same_things_about(name: str, hours: list[int]) -> None:
    often, late = CASES[name](), CASES[name]()
    now = NOW
    for hour in hours:
        now += timedelta(hours=hour)
        ring(often, now)
    ring(late, now)
    assert kinds(often) == kinds(late)
    assert outcome(often) == outcome(late)


def outcome(running: CaseState) -> dict[str, Any]:
    """What became of everything, apart from when it was noted."""
    return {
        "ending": running.ending,
        "tasks": {ref: (t.state, t.reminded, t.escalated) for ref, t in running.tasks.items()},
        "decisions": running.decisions,
        "proposals": {p.ref: p.state for p in running.mediation.proposals.values()} if running.mediation else {},
        "mediation": running.mediation and running.mediation.ended,
        "dues": [d.state for d in running.settlement.dues] if running.settlement else [],
        "blocked": running.blocked and running.blocked.waits,
    }


@pytest.mark.parametrize(("kind", "told"), [(ClaimKind.WAGES, ["arbitration_open"]), (ClaimKind.ARREARS, [])])
@pytest.mark.parametrize("standing_still", [False, True])
def test_fifteen_days_after_the_application_arbitration_is_open_whatever_the_case_does(
    kind: ClaimKind, told: list[str], standing_still: bool
) -> None:
    """调解仲裁法 Art.14. Of premiums alone there is nothing to arbitrate."""
    wages = ClaimItem(ref="i1", kind=ClaimKind.WAGES, respondent="e1", amount=Decimal("500.00"))
    running = case(
        Phase.FACT_FINDING,
        complaint=complaint(items=(wages if kind is ClaimKind.WAGES else arrears_item(),)),
        application_term=deadline(15, "mediation"),
    )
    if standing_still:
        running.suspension = Suspension(since=NOW, until=NOW + 40 * DAY, reason="住院")
    ring(running, NOW + 15 * DAY)
    assert kinds(running) == []
    ring(running, NOW + 16 * DAY)
    ring(running, NOW + 17 * DAY)
    assert kinds(running) == told


def test_an_assessment_goes_stale_while_nothing_is_on_the_table_and_late_fees_run_on() -> None:
    running = mediated(assessment=assessment(c1="100.00"), assessment_fresh_until=end_of(TODAY + 7 * DAY))
    ring(running, NOW + 7 * DAY)
    assert not assessment_is_behind(running)
    ring(running, NOW + 8 * DAY)
    assert assessment_is_behind(running) and waiting(running).on == ("centre",)


def test_an_assessment_holds_while_terms_are_on_the_table_or_nothing_runs_on() -> None:
    fresh: dict[str, Any] = {"assessment_fresh_until": end_of(TODAY + 2 * DAY)}
    offered = mediated(proposal(), assessment=assessment(c1="100.00"), **fresh)
    nothing_owed = mediated(assessment=assessment(c1="0.00"), **fresh)
    stopped = mediated(
        assessment=assessment(c1="100.00").model_copy(update={"warnings": ("interest-stopped",)}), **fresh
    )
    for running in (offered, nothing_owed, stopped):
        ring(running, NOW + 3 * DAY)
        assert not assessment_is_behind(running)
