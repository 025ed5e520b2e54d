import json
from datetime import timedelta
from typing import Any

import pytest

from cli.docs.examples_of import example
from domain.case.protocol import MESSAGES, OPEN_PHASES, carry_out, check, parse
from domain.case.state import CaseState
from domain.dialogue import mark, reject
from domain.ledger import verify
from domain.message import Message
from domain.refusal import Problem, Refused
from domain.words import Agency, Language, Phase, Role
from tests.builders import arrears_item, complaint, employer, identity_number
from tests.domain.cases import NOW, asked, case, judged, mediated, proposal, ready_for, settled, unfiled
from texts.sentences import problem_line

NAMES = sorted(MESSAGES)


def body(name: str, **changes: Any) -> bytes:
    return json.dumps({**example(name), **changes}, ensure_ascii=False).encode()


def message(name: str, **changes: Any) -> Message:
    return parse(name, body(name, **changes))


def wrong(name: str, raw: bytes) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as refused:
        parse(name, raw)
    return refused.value.problems


def why(running: CaseState, sent: Message) -> str:
    with pytest.raises(Refused) as refused:
        check(running, sent, NOW)
    [problem] = refused.value.problems
    return f"{problem.field}: {problem.code}"


# --- reading a message --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_message_has_an_example_that_reads_as_it(name: str) -> None:
    assert type(message(name)) is MESSAGES[name].model


SPAN = {"claimant": "c1", "employer": "e1", "first_month": "2025-06", "last_month": "2025-01"}
REVERSED = {"agency": "labor", "employments": [SPAN]}
BAD: list[tuple[str, dict[str, Any], list[str]]] = [
    ("claim_task", {"task": None}, ["task"]),
    ("claim_task", {"message_id": "有空格 的", "task": 7}, ["message_id", "task"]),
    ("claim_task", {"actor": {"id": "x", "role": "king"}}, ["actor.role"]),
    ("claim_task", {"actor": {"id": "x", "role": "officer", "agency": "police"}}, ["actor.agency"]),
    ("claim_task", {"langauge": "en"}, ["langauge"]),
    ("confirm_payment", {"amount": "-1"}, ["amount"]),
    ("confirm_payment", {"amount": "1.005"}, ["amount"]),
    ("confirm_payment", {"amount": "NaN", "paid_on": "2026-02-30"}, ["paid_on", "amount"]),
    ("propose", {"instalments": []}, ["instalments"]),
    ("propose", {"instalments": [{"ref": "n1", "due": "2027-01-15", "part_a": {"c1": "0"}}]}, ["instalments.0"]),
    ("complete_task", {"accept_draft": True}, ["(message)"]),
    ("complete_task", {"finding": REVERSED}, ["finding.labor.employments.0"]),
    ("advance_clock", {"days": 0}, ["days"]),
    ("attach", {"sha256": "abc"}, ["sha256"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "fields"), BAD)
def test_each_bad_field_is_named_in_both_languages(name: str, changes: dict[str, Any], fields: list[str]) -> None:
    problems = wrong(name, body(name, **changes))
    assert [problem.field for problem in problems] == fields
    for problem in problems:
        lines = [problem_line(problem.field, problem.code, problem.params, language) for language in Language]
        assert all(problem.field in line for line in lines) or problem.field == "(message)"
        assert lines[0] != lines[1]


@pytest.mark.parametrize("field", ["identity_number", "name", "phone"])
def test_a_refusal_never_repeats_the_value_that_was_given(field: str) -> None:
    secret = identity_number(5)[:17] + "?"
    filed = json.loads(body("file_complaint"))
    filed["complaint"]["claimants"][0][field] = [secret] if field == "name" else secret
    problems = wrong("file_complaint", json.dumps(filed).encode())
    told = [problem_line(p.field, p.code, p.params, language) for p in problems for language in Language]
    assert any(field in problem.field for problem in problems)
    assert not any(secret[:14] in text for text in (*told, *(p.model_dump_json() for p in problems)))


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{}" * 2])
def test_what_is_not_a_json_object_is_refused_as_a_whole(raw: bytes) -> None:
    assert {problem.field for problem in wrong("comment", raw)} == {"(message)"}


def test_an_unknown_message_is_answered_with_the_known_ones() -> None:
    [problem] = wrong("abolish", b"{}")
    assert problem.code == "refusals.message.unknown"
    assert problem.params["known"].split(", ") == NAMES


# --- who may send what, and when ----------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_message_from_a_role_that_may_not_send_it_is_refused(name: str) -> None:
    for role in set(Role) - MESSAGES[name].roles:
        actor = {"id": "x", "role": role, "agency": Agency.TAX}
        assert why(ready_for(name), message(name, actor=actor)) == "actor.role: refusals.actor.role"


@pytest.mark.parametrize("name", [name for name in NAMES if Role.OFFICER in MESSAGES[name].roles])
def test_an_officer_who_names_no_agency_is_refused(name: str) -> None:
    sent = message(name, actor={"id": "x", "role": "officer"})
    assert why(ready_for(name), sent) == "actor.agency: refusals.actor.agency_missing"


@pytest.mark.parametrize("name", NAMES)
def test_a_message_in_a_phase_that_has_no_use_for_it_is_refused(name: str) -> None:
    running = ready_for(name)
    for phase in set(Phase) - MESSAGES[name].phases:
        running.phase = phase
        assert why(running, message(name)) == "name: refusals.message.phase"


def test_a_closed_case_takes_no_message_at_all() -> None:
    assert all(kind.phases <= OPEN_PHASES for kind in MESSAGES.values())


# --- acting once --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_checking_changes_nothing_and_carrying_out_does(name: str) -> None:
    running, sent = ready_for(name), message(name)
    before = running.model_dump()
    check(running, sent, NOW)
    assert running.model_dump() == before
    assert carry_out(running, sent, NOW)
    assert running.model_dump() != before
    assert running.seen[mark(sent)] == running.next_seq - 1 == len(running.events)


@pytest.mark.parametrize("other", NAMES)
def test_checking_a_message_that_does_not_fit_changes_nothing_either(other: str) -> None:
    running = ready_for(other)
    before = running.model_dump()
    for name in NAMES:
        sent = message(name)
        try:
            check(running, sent, NOW)
        except Refused:
            with pytest.raises(Refused):
                carry_out(running, sent, NOW)
        assert running.model_dump() == before


@pytest.mark.parametrize("name", NAMES)
def test_a_message_sent_twice_acts_once_and_is_never_refused_the_second_time(name: str) -> None:
    running, sent = ready_for(name), message(name)
    carry_out(running, sent, NOW)
    after = running.model_dump()
    check(running, sent, NOW)
    assert not carry_out(running, sent, NOW + timedelta(hours=1))
    assert running.model_dump() == after


@pytest.mark.parametrize("name", NAMES)
def test_what_a_message_did_is_on_the_ledger_with_who_sent_it(name: str) -> None:
    running, sent = ready_for(name), message(name)
    carry_out(running, sent, NOW)
    assert verify(running.events) == running.head
    assert (running.events[0].actor, running.events[0].message_id, running.events[0].at) == (
        sent.actor,
        sent.message_id,
        NOW,
    )


@pytest.mark.parametrize("name", [name for name in NAMES if name != "reopen"])
def test_no_event_names_a_person_by_identity_number_name_or_phone(name: str) -> None:
    running = ready_for(name)
    carry_out(running, message(name), NOW)
    assert running.complaint is not None
    told = "".join(event.model_dump_json() for event in running.events)
    for claimant in running.complaint.claimants:
        assert claimant.identity_number not in told
        assert claimant.name not in told
        assert claimant.phone is None or claimant.phone not in told


# --- signals that were refused ------------------------------------------------------------------------


def test_a_refused_signal_is_noted_with_its_sender_and_what_was_wrong_but_not_what_it_carried() -> None:
    running, raw = asked(), body("comment", text="", secret=identity_number(5))
    with pytest.raises(Refused) as refused:
        parse("comment", raw)
    reject(running, "comment", raw, refused.value, NOW)
    [event] = running.events
    assert (event.kind, event.actor.id, event.message_id) == ("message_rejected", "sup-01", "comment-0001")
    assert identity_number(5) not in event.model_dump_json()
    assert running.seen == {}


@pytest.mark.parametrize("raw", [b"\xff", b"[]", b"{}", b'{"actor": 1, "message_id": "a b"}'])
def test_a_signal_that_says_nothing_readable_is_noted_without_a_sender(raw: bytes) -> None:
    running = asked()
    reject(running, "身份证 " * 9, raw, Refused(Problem(field="(message)", code="input.json_invalid")), NOW)
    [event] = running.events
    assert (event.facts["name"], event.facts["sender"], event.actor.id, event.message_id) == (
        "?",
        "unknown",
        "onestop",
        None,
    )


# --- single refusals ----------------------------------------------------------------------------------

OTHER_OFFICER = {"id": "lab-02", "role": "officer", "agency": "labor"}
THE_MEDIATOR = {"id": "m-g19", "role": "mediator"}
OTHER_MEDIATOR = {"id": "m-g02", "role": "mediator"}
REFUSALS: list[tuple[CaseState, Message, str]] = [
    (case(Phase.INTAKE), message("file_complaint"), "complaint.complaint_id: refusals.filing.case_taken"),
    (unfiled(phase=Phase.INTAKE), message("link_complaint"), "complaint_id: refusals.filing.nothing_filed"),
    (case(Phase.INTAKE), message("supply_material"), "items: refusals.filing.nothing_missing"),
    (asked(), message("claim_task", task="police"), "task: refusals.task.unknown"),
    (asked(), message("claim_task", actor=OTHER_OFFICER), "task: refusals.task.other_agency"),
    (asked(), message("release_task"), "task: refusals.task.not_yours"),
    (asked(), message("complete_task", finding=None, accept_draft=True), "accept_draft: refusals.task.draft_awaited"),
    (asked(), message("complete_task", finding={"agency": "union"}), "finding.agency: refusals.task.other_agency"),
    (
        asked(),
        message("complete_task", finding={"agency": "labor", "retirements": [{"claimant": "c9", "on": "2027-01-01"}]}),
        "finding: refusals.task.unknown_refs",
    ),
    (mediated(), message("hold_session", held_on="2026-11-24"), "held_on: refusals.date.in_future"),
    (mediated(), message("hold_session", present=["c9"]), "present: refusals.party.unknown"),
    (mediated(), message("hold_session", actor=OTHER_MEDIATOR), "actor.id: refusals.mediation.not_your_case"),
    (mediated(), message("propose", payer="c1"), "payer: refusals.party.unknown"),
    (mediated(proposal()), message("propose"), "proposal: refusals.proposal.known"),
    (mediated(), message("answer"), "proposal: refusals.proposal.unknown"),
    (mediated(proposal()), message("answer", party="e1"), "party: refusals.party.not_you"),
    (mediated(proposal()), message("answer", party="e2", actor=THE_MEDIATOR), "party: refusals.proposal.not_party"),
    (settled(), message("confirm_payment", actor=OTHER_OFFICER), "actor.agency: refusals.payment.tax_only"),
    (settled(), message("confirm_payment", paid_on="2026-11-24"), "paid_on: refusals.date.in_future"),
    (asked(), message("withdraw", claimant=None), "claimant: refusals.party.not_you"),
    (asked(), message("suspend", until="2026-11-23"), "until: refusals.suspension.until"),
    (asked(), message("suspend", until="2027-05-23"), "until: refusals.suspension.until"),
    (asked(), message("resume"), "name: refusals.suspension.none"),
    (asked(), message("reclassify", case_class="general", lane="fast"), "case_class: refusals.reclassify.same"),
    (mediated(), message("reassign", task=None, to="m-g19"), "to: refusals.reassign.same"),
    (asked(), message("refer", item="i9"), "item: refusals.item.unknown"),
    (
        judged(complaint=complaint(items=(arrears_item(respondent="e2"),), respondents=(employer(), employer("e2")))),
        message("refer", item="i1"),
        "although_undecided: refusals.item.before_joint_meeting",
    ),
    (asked(), message("retry"), "name: refusals.retry.not_blocked"),
    (asked(), message("advance_clock"), "name: refusals.drill.only"),
]  # fmt: skip


@pytest.mark.parametrize(("running", "sent", "problem"), REFUSALS, ids=[problem for _, _, problem in REFUSALS])
def test_a_message_that_cannot_be_carried_out_is_refused_by_field_and_code(
    running: CaseState, sent: Message, problem: str
) -> None:
    assert why(running, sent) == problem


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("4233.22", "4233.20", "refusals.proposal.part_a_waived"),
        ("4233.22", "4233.22", "refusals.proposal.part_a_exceeded"),
    ],
)
def test_a_proposal_one_fen_short_or_over_in_part_a_is_refused(first: str, second: str, code: str) -> None:
    terms = [
        {"ref": "n1", "due": "2027-01-15", "part_a": {"c1": first}},
        {"ref": "n2", "due": "2027-02-15", "part_a": {"c1": second}},
    ]
    assert why(mediated(), message("propose", instalments=terms)) == f"instalments: {code}"


def test_a_receipt_counts_once_whatever_the_message_is_called() -> None:
    running = settled()
    carry_out(running, message("confirm_payment"), NOW)
    again = message("confirm_payment", message_id="pay-0002")
    assert why(running, again) == "receipt: refusals.payment.counted"


def test_a_refused_message_may_be_sent_again_under_the_same_id_once_it_is_mended() -> None:
    running = mediated()
    short = message("propose", instalments=[{"ref": "n1", "due": "2027-01-15", "part_a": {"c1": "1.00"}}])
    why(running, short)
    assert carry_out(running, message("propose"), NOW)


def test_an_intake_service_acts_in_cases_of_its_own_windows_and_of_those_that_were_joined() -> None:
    mine, elsewhere = asked(), asked(windows=["window-9"])
    remark = message("comment", actor={"id": "window-3", "role": "intake"})
    check(mine, remark, NOW)
    assert why(elsewhere, remark) == "actor.id: refusals.intake.not_yours"
    joined = message("link_complaint", complaint=None, windows=["window-3"])
    assert carry_out(elsewhere, joined, NOW)
    check(elsewhere, remark, NOW)
