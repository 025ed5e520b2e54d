"""The life of an inquiry: whatever is said in whatever order, exactly one officer holds it, or the group does."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.case.protocol import MESSAGES
from domain.case.state import CaseState
from domain.deadlines.deadline import end_of
from domain.inquiry.tasks import MOVES, Desk, Task, TaskState
from domain.ledger import verify
from domain.procedure.agenda import SUPERVISOR, next_alarm, ring
from domain.refusal import Refused
from domain.views.case_view import case_view
from domain.views.waiting import waiting
from domain.words import Agency, Role
from tests.builders import labor_finding, tax_finding
from tests.domain.cases import DAY, NOW, TODAY, asked, claimed, done, mediated, signed, task
from tests.domain.saying import say

LABOR, TAX = Agency.LABOR, Agency.TAX
BUREAU = Desk(agency=TAX, candidates=3, head="tax-head")
FOUR_EYES = Desk(agency=LABOR, candidates=3, head="lab-head", signatures=2)


def inquiry(running: CaseState, ref: str = "tax") -> Task:
    return running.tasks[ref]


def kinds(running: CaseState) -> list[str]:
    return [event.kind for event in running.events]


def refusal(running: CaseState, *said: Any, **fields: Any) -> str:
    with pytest.raises(Refused) as refused:
        say(running, *said, **fields)
    return refused.value.problems[0].code.removeprefix("refusals.")


def at_tax(**changes: Any) -> CaseState:
    return asked(task(TAX, **{"desk": BUREAU, "escalate_at": end_of(TODAY + 8 * DAY)} | changes))


# --- known faults of other engines --------------------------------------------------------------------


def test_a_reminder_and_an_escalation_survive_claim_and_release() -> None:
    running = at_tax()
    for change in ("claim_task", "release_task", "claim_task"):
        say(running, change, "tax-01", task="tax")
    ring(running, end_of(TODAY + 5 * DAY))
    assert (inquiry(running).reminded, kinds(running).count("task_reminded")) == (True, 1)
    say(running, "release_task", "tax-01", task="tax")
    say(running, "claim_task", "tax-02", task="tax")
    ring(running, end_of(TODAY + 7 * DAY))
    assert inquiry(running).escalated_to == "tax-head"
    say(running, "release_task", "tax-02", task="tax")
    assert (inquiry(running).escalated, inquiry(running).escalated_to) == (True, "tax-head")
    ring(running, end_of(TODAY + 8 * DAY))
    assert inquiry(running).escalated_to == SUPERVISOR
    assert kinds(running).count("task_reminded") == 1


def test_delegating_and_revoking_twice_never_leaves_a_task_with_nobody() -> None:
    running = at_tax(state=TaskState.CLAIMED, officer="tax-01")
    for _ in range(2):
        say(running, "delegate_task", "tax-01", task="tax", to="tax-02", reason="出差")
        assert inquiry(running).officer == "tax-02"
        say(running, "revoke_delegation", "tax-01", task="tax")
        assert (inquiry(running).officer, inquiry(running).state) == ("tax-01", TaskState.CLAIMED)
    assert refusal(running, "revoke_delegation", "tax-head", task="tax") == "task.not_delegated"
    assert inquiry(running).officer == "tax-01"


def test_a_task_that_no_one_may_take_is_seen_by_the_supervisor_at_once() -> None:
    running = at_tax(desk=Desk(agency=TAX, candidates=0))
    assert next_alarm(running) == NOW
    ring(running, NOW)
    assert kinds(running) == ["task_escalated_to"]
    assert running.events[0].facts["to"] == SUPERVISOR
    assert waiting(running).what == "inquiry-without-taker"
    say(running, "reassign", SUPERVISOR, task="tax", to="tax-09", reason="新到岗")
    assert (inquiry(running).officer, waiting(running).what) == ("tax-09", "inquiry")
    assert inquiry(running).escalated_to is None
    say(running, "release_task", "tax-09", task="tax")
    ring(running, NOW)
    assert inquiry(running).escalated_to == SUPERVISOR


def test_a_finding_that_too_few_officers_could_sign_is_seen_by_the_supervisor_at_once() -> None:
    running = asked(task(LABOR, desk=FOUR_EYES.model_copy(update={"candidates": 1})))
    ring(running, NOW)
    assert inquiry(running, "labor").escalated_to == SUPERVISOR


@pytest.mark.parametrize(("to", "holder"), [("tax-02", "tax-02"), (None, None)])
def test_a_change_of_role_or_a_leaver_moves_open_tasks(to: str | None, holder: str | None) -> None:
    running = at_tax(state=TaskState.CLAIMED, officer="tax-01")
    say(running, "relieve_officer", SUPERVISOR, agency="tax", officer="tax-01", to=to, reason="调离")
    assert inquiry(running).officer == holder
    assert inquiry(running).state is (TaskState.CLAIMED if to else TaskState.OFFERED)
    assert refusal(running, "relieve_officer", SUPERVISOR, agency="tax", officer="tax-01") == "officer.has_nothing"


def test_a_leaver_who_had_delegated_gets_nothing_back_when_it_is_revoked() -> None:
    running = at_tax(state=TaskState.CLAIMED, officer="tax-01")
    say(running, "delegate_task", "tax-01", task="tax", to="tax-02")
    say(running, "relieve_officer", SUPERVISOR, agency="tax", officer="tax-01", to="tax-03")
    say(running, "revoke_delegation", SUPERVISOR, task="tax")
    assert inquiry(running).officer == "tax-03"


def test_a_head_who_leaves_is_no_longer_told_of_what_is_late() -> None:
    running = at_tax()
    say(running, "relieve_officer", SUPERVISOR, agency="tax", officer="tax-head", to="tax-09")
    ring(running, end_of(TODAY + 7 * DAY))
    assert inquiry(running).escalated_to == "tax-09"


DECISIONS: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("delegate_task", "tax-01", {"to": "tax-02", "until": None}, {"officer", "to", "reason"}),
    ("relieve_officer", SUPERVISOR, {"agency": "tax", "officer": "tax-01", "to": "tax-02"}, {"before", "to", "reason"}),
    ("reassign", SUPERVISOR, {"to": "tax-02"}, {"before", "to", "reason"}),
    ("transfer_task", "tax-01", {"to": "union"}, {"officer", "to", "due", "reason"}),
    ("skip_task", SUPERVISOR, {}, {"officer", "reason"}),
    ("extend_task", SUPERVISOR, {"days": 5}, {"officer", "days", "due", "reason"}),
    ("refuse_time", SUPERVISOR, {}, {"officer", "days", "reason"}),
]


@pytest.mark.parametrize(("name", "who", "fields", "told"), DECISIONS, ids=[row[0] for row in DECISIONS])
def test_each_decision_on_the_timeline_says_what_was_decided_why_and_for_whom(
    name: str, who: str, fields: dict[str, Any], told: set[str]
) -> None:
    running = at_tax(state=TaskState.CLAIMED, officer="tax-01")
    say(running, "ask_for_time", "tax-01", task="tax", days=5)
    if name != "relieve_officer":
        fields = {"task": "tax", **fields}
    say(running, name, who, **fields, reason="因故")
    event = running.events[-1]
    assert told | {"task"} <= event.facts.keys()
    assert (event.facts["reason"], event.actor.id) == ("因故", who)
    assert "tax-01" in {event.facts.get("officer"), event.facts.get("before")}


# --- four eyes ----------------------------------------------------------------------------------------


def test_a_labour_finding_stands_only_when_a_second_officer_has_signed_it() -> None:
    running = asked(task(LABOR, desk=FOUR_EYES))
    say(running, "complete_task", "lab-01", LABOR, task="labor", finding=labor_finding().model_dump(mode="json"))
    assert (inquiry(running, "labor").state, running.findings) == (TaskState.SIGNED, {})
    assert refusal(running, "cosign_task", "lab-01", LABOR, task="labor") == "task.same_officer"
    say(running, "cosign_task", "lab-02", LABOR, task="labor")
    assert inquiry(running, "labor").state is TaskState.DONE
    assert running.events[-1].facts["signed"] == ["lab-01", "lab-02"]
    assert running.findings == {LABOR: labor_finding()}


def test_the_second_officer_may_send_the_finding_back_and_both_sign_anew() -> None:
    running = asked(signed(LABOR, "lab-01"))
    say(running, "return_task", "lab-02", LABOR, task="labor", reason="月份不符")
    back = inquiry(running, "labor")
    assert (back.state, back.officer, back.signed, len(back.earlier)) == (TaskState.CLAIMED, "lab-01", [], 1)


def test_an_agency_of_which_the_law_wants_one_officer_needs_no_second_signature() -> None:
    running = at_tax()
    say(running, "complete_task", "tax-01", task="tax", finding=tax_finding().model_dump(mode="json"))
    assert inquiry(running).state is TaskState.DONE


# --- corrections --------------------------------------------------------------------------------------


def test_a_finding_sent_back_is_kept_as_an_earlier_version_with_what_was_wrong() -> None:
    running = mediated(tasks={"labor": done(LABOR, "lab-01")})
    say(running, "return_task", "m-g19", task="labor", reason="工资与流水不符", days=3)
    [version] = inquiry(running, "labor").earlier
    assert (version.finding, version.wrong, version.returned_by) == (labor_finding(), "工资与流水不符", "m-g19")
    assert running.findings == {}
    assert running.corrections == 0
    anew = labor_finding(wage="6000.00")
    say(running, "complete_task", "lab-01", LABOR, task="labor", finding=anew.model_dump(mode="json"))
    assert (running.findings, running.corrections) == ({LABOR: anew}, 1)


def test_a_correction_that_never_comes_leaves_the_earlier_version_standing() -> None:
    running = mediated(tasks={"labor": done(LABOR, "lab-01")})
    say(running, "return_task", "m-g19", task="labor", reason="不符", days=3)
    ring(running, inquiry(running, "labor").lapse_at)
    assert (inquiry(running, "labor").state, running.findings) == (TaskState.LAPSED, {LABOR: labor_finding()})


def test_only_the_mediator_of_the_case_may_send_a_finding_back() -> None:
    running = mediated(tasks={"labor": done(LABOR, "lab-01")})
    assert refusal(running, "return_task", "m-other", task="labor") == "mediation.not_your_case"
    assert refusal(running, "return_task", "lab-02", LABOR, task="labor") == "task.not_yours"


# --- delegation, substitution, transfer, time, suspension ------------------------------------------------


def test_an_inquiry_given_away_during_an_absence_comes_back_when_it_is_over() -> None:
    running = at_tax(state=TaskState.CLAIMED, officer="tax-01")
    say(running, "delegate_task", "tax-01", task="tax", to="tax-02", until=(TODAY + DAY).isoformat())
    assert next_alarm(running) == end_of(TODAY + DAY)
    ring(running, end_of(TODAY + DAY))
    assert (inquiry(running).officer, inquiry(running).delegations) == ("tax-01", [])
    assert running.events[-1].facts["to"] == "tax-01"


def test_what_a_delegate_releases_goes_back_to_whoever_gave_it() -> None:
    running = at_tax(state=TaskState.CLAIMED, officer="tax-01")
    say(running, "delegate_task", "tax-01", task="tax", to="tax-02")
    say(running, "release_task", "tax-02", task="tax")
    assert inquiry(running).officer == "tax-01"


def test_an_inquiry_on_offer_is_there_for_every_officer_of_the_agency_and_goes_to_the_first() -> None:
    running = at_tax()
    assert refusal(running, "claim_task", "lab-01", LABOR, task="tax") == "task.other_agency"
    say(running, "claim_task", "tax-03", task="tax")
    assert refusal(running, "claim_task", "tax-01", task="tax") == "task.claimed"
    assert inquiry(running).officer == "tax-03"


def test_a_finding_may_be_submitted_straight_from_the_offer() -> None:
    running = at_tax()
    say(running, "complete_task", "tax-02", task="tax", finding=tax_finding().model_dump(mode="json"))
    assert (inquiry(running).state, inquiry(running).officer) == (TaskState.DONE, "tax-02")


def test_the_head_of_an_agency_assigns_what_is_on_offer_and_nobody_elses_does() -> None:
    running = at_tax()
    assert refusal(running, "delegate_task", "tax-01", task="tax", to="tax-02") == "task.not_yours"
    say(running, "delegate_task", "tax-head", task="tax", to="tax-02")
    assert (inquiry(running).officer, inquiry(running).delegations) == ("tax-02", [])


def test_a_transferred_inquiry_goes_on_at_the_other_agency_whose_records_are_read_then() -> None:
    running = at_tax(state=TaskState.CLAIMED, officer="tax-01", priority=2)
    say(running, "transfer_task", "tax-01", task="tax", to="union")
    assert inquiry(running).state is TaskState.TRANSFERRED
    new = inquiry(running, "union")
    assert (new.agency, new.state, new.records, new.priority) == (Agency.UNION, TaskState.OFFERED, "awaited", 2)
    assert new.deadline == inquiry(running).deadline
    assert [t.ref for t in running.open_tasks] == ["union"]


def test_an_agency_that_is_asked_already_takes_no_second_inquiry() -> None:
    running = asked(claimed(TAX, "tax-01"), task(LABOR))
    assert refusal(running, "transfer_task", "tax-01", task="tax", to="labor") == "task.agency_asked"


def test_time_asked_for_is_granted_with_reminder_and_escalation_to_come_again() -> None:
    running = at_tax(state=TaskState.CLAIMED, officer="tax-01")
    ring(running, end_of(TODAY + 7 * DAY))
    say(running, "ask_for_time", "tax-01", task="tax", days=5)
    assert case_view(running, NOW).tasks[0].days_asked == 5
    say(running, "extend_task", SUPERVISOR, task="tax", days=5)
    one = inquiry(running)
    assert (one.asked, one.escalated, one.escalated_to, one.deadline.due) == (None, False, None, TODAY + 12 * DAY)
    assert one.escalate_at == end_of(TODAY + 13 * DAY)


def test_time_that_is_refused_changes_no_deadline() -> None:
    running = at_tax(state=TaskState.CLAIMED, officer="tax-01")
    before = inquiry(running).deadline
    say(running, "ask_for_time", "tax-01", task="tax", days=5)
    say(running, "refuse_time", SUPERVISOR, task="tax", reason="不准")
    assert (inquiry(running).asked, inquiry(running).deadline) == (None, before)


def test_an_inquiry_stands_still_with_its_case_and_can_still_change_hands() -> None:
    running = at_tax(state=TaskState.CLAIMED, officer="tax-01")
    say(running, "suspend", SUPERVISOR, until=(TODAY + 30 * DAY).isoformat())
    assert case_view(running, NOW).tasks[0].state == "suspended"
    assert refusal(running, "complete_task", "tax-01", task="tax", accept_draft=True, finding=None) in {
        "task.stands_still",
        "task.draft_awaited",
    }
    say(running, "delegate_task", "tax-01", task="tax", to="tax-02")
    say(running, "resume", SUPERVISOR)
    assert (case_view(running, NOW).tasks[0].state, inquiry(running).officer) == ("claimed", "tax-02")


def test_notes_and_evidence_are_kept_with_the_inquiry() -> None:
    running = at_tax()
    say(running, "comment", SUPERVISOR, text="请优先", task="tax")
    say(running, "attach", SUPERVISOR, task="tax")
    shown = case_view(running, NOW).tasks[0]
    assert (shown.notes, len(shown.evidence)) == (1, 1)
    assert [event.facts["task"] for event in running.events] == ["tax", "tax"]


# --- the table ----------------------------------------------------------------------------------------


def test_every_row_of_the_state_machine_is_a_message_of_the_protocol() -> None:
    assert MOVES.keys() <= MESSAGES.keys()
    for name, move in MOVES.items():
        assert bool(move.officers) == (Role.OFFICER in MESSAGES[name].roles)


OFFICERS = ["tax-01", "tax-02", "tax-03", "tax-head"]


class AnyOrder(RuleBasedStateMachine):
    """Any sequence of messages and of time leaves the inquiry in a legal state, with one holder or with the group."""

    def __init__(self) -> None:
        super().__init__()
        desk = Desk(agency=TAX, candidates=3, head="tax-head", signatures=2)
        self.running = at_tax(desk=desk)
        self.now: datetime = NOW
        self.count = 0

    @rule(
        name=st.sampled_from([*sorted(MOVES), "relieve_officer", "suspend", "resume"]),
        who=st.sampled_from([*OFFICERS, SUPERVISOR, "m-g19"]),
        to=st.sampled_from([*OFFICERS, "union"]),
        officer=st.sampled_from(OFFICERS),
        task_ref=st.sampled_from(["tax", "tax", "tax", "union"]),
        days=st.integers(1, 5),
        nobody=st.booleans(),
    )
    def speak(self, name: str, who: str, to: str, officer: str, task_ref: str, days: int, nobody: bool) -> None:
        self.count += 1
        agency = Agency.UNION if task_ref == "union" and not who.startswith("tax") else TAX
        offered: dict[str, Any] = {
            "task": task_ref,
            "to": None if nobody and name == "relieve_officer" else to,
            "officer": officer,
            "agency": "tax",
            "days": days,
            "finding": tax_finding().model_dump(mode="json"),
            "until": (self.now + timedelta(days=days)).date().isoformat(),
        }
        fields = {k: v for k, v in offered.items() if k in MESSAGES[name].model.model_fields}
        try:
            say(self.running, name, who, agency, message_id=f"m{self.count}", now=self.now, **fields)
        except Refused:
            return

    @rule(days=st.integers(1, 4))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        ring(self.running, self.now)

    @invariant()
    def one_holder_or_the_group(self) -> None:
        for one in self.running.tasks.values():
            givers = [d.by for d in one.delegations]
            assert one.officer not in givers
            assert len(givers) == len(set(givers))
            if one.state is TaskState.CLAIMED:
                assert one.officer is not None
            if one.state is TaskState.OFFERED:
                assert (one.officer, givers) == (None, [])
            assert (one.unsigned is not None) == (one.state is TaskState.SIGNED) or not one.is_open
            assert one.state is not TaskState.DONE or (one.finding is not None and len(set(one.signed)) == 2)
            assert not one.is_open or one.finding is None

    @invariant()
    def an_open_inquiry_always_has_something_to_come(self) -> None:
        if self.running.open_tasks:
            assert next_alarm(self.running) is not None

    @invariant()
    def the_ledger_verifies(self) -> None:
        if self.running.events and self.running.events[0].seq == 1:
            verify(self.running.events)


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyOrderOfMessages = AnyOrder.TestCase


def test_an_inquiry_is_extended_by_no_more_than_its_row_allows() -> None:
    """Sixty days in all, whoever grants them in however many parts."""
    running = at_tax(state=TaskState.CLAIMED, officer="tax-01")
    say(running, "extend_task", SUPERVISOR, task="tax", days=40)
    assert refusal(running, "extend_task", SUPERVISOR, task="tax", days=21) == "task.extension_used_up"
    say(running, "extend_task", SUPERVISOR, task="tax", days=20)
    assert refusal(running, "extend_task", SUPERVISOR, task="tax", days=1) == "task.extension_used_up"
