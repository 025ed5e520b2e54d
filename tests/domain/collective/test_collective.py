"""Cases of many workers: joining them, electing representatives, and who may answer for whom."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.protocol import carry_out, parse
from domain.case.state import CaseState, ProposalState
from domain.refusal import Refused
from domain.views.casebook_entry import casebook_entry
from domain.words import Phase, Role
from tests import builders
from tests.domain.case.test_protocol import body
from tests.domain.cases import NOW, asked, case, mediated, proposal, represented


def say(running: CaseState, name: str, **changes: Any) -> None:
    carry_out(running, parse(name, body(name, **changes)), NOW)


def refused(running: CaseState, name: str, **changes: Any) -> str:
    before = running.model_copy(deep=True)
    with pytest.raises(Refused) as why:
        say(running, name, **changes)
    assert running == before
    return why.value.problems[0].code.removeprefix("refusals.")


def newcomer(number: int) -> dict[str, Any]:
    return builders.claimant(number).model_dump(mode="json")


def item(number: int, **changes: Any) -> dict[str, Any]:
    return builders.arrears_item(f"i{number}", claimant=f"c{number}", **changes).model_dump(mode="json")


def test_who_joins_is_told_to_the_casebook_once_and_waits_for_a_new_assessment() -> None:
    running = mediated()
    say(running, "join_claimants", claimants=[newcomer(2)], items=[item(2)])
    assert list(running.claimants) == ["c1", "c2"]
    assert running.newcomers == ["c2"]
    up_to = running.next_seq - 1
    assert [c.ref for c in casebook_entry(running, up_to).joined] == ["c2"]
    assert casebook_entry(running, up_to - 1).joined == ()
    running.recorded = up_to
    assert casebook_entry(running, up_to).joined == ()


def test_the_same_person_under_another_ref_is_refused_by_the_ref_that_they_have() -> None:
    again = newcomer(1) | {"ref": "c99"}
    running = asked()
    assert refused(running, "join_claimants", claimants=[again], items=[]) == "join.person_known"
    with pytest.raises(Refused) as why:
        say(running, "join_claimants", claimants=[again], items=[])
    assert why.value.problems[0].params == {"ref": "c1"}


def test_a_ref_of_the_case_an_item_of_another_and_a_full_case_are_refused() -> None:
    stranger = newcomer(2)
    assert refused(asked(), "join_claimants", claimants=[stranger | {"ref": "e1"}], items=[]) == "join.ref_known"
    for_another = item(2) | {"claimant": "c1"}
    assert refused(asked(), "join_claimants", claimants=[stranger], items=[for_another]) == "join.item_of_another"
    known = item(2) | {"ref": "i1"}
    assert refused(asked(), "join_claimants", claimants=[stranger], items=[known]) == "filing.item_known"
    everybody = asked()
    everybody.complaint = builders.complaint().model_copy(update={"claimants": tuple(crowd(5000))})
    assert refused(everybody, "join_claimants", claimants=[newcomer(2) | {"ref": "new"}], items=[]) == "join.too_many"


def crowd(size: int) -> list[Any]:
    one = builders.claimant(7)
    return [one.model_copy(update={"ref": f"c{n}"}) for n in range(size)]


def test_who_joins_a_case_that_claims_nothing_for_everybody_brings_a_claim() -> None:
    own = builders.complaint(items=(builders.arrears_item(claimant="c1"),))
    assert refused(asked(complaint=own), "join_claimants", claimants=[newcomer(2)], items=[]) == "join.nothing_claimed"


def test_nobody_joins_what_is_settled_or_not_registered_yet() -> None:
    agreed = mediated(proposal(state=ProposalState.ACCEPTED))
    assert refused(agreed, "join_claimants", claimants=[newcomer(2)], items=[]) == "join.settled"
    assert refused(case(Phase.INTAKE), "join_claimants", claimants=[newcomer(2)], items=[]) == "join.not_registered"
    assert refused(case(Phase.PERFORMANCE), "join_claimants", claimants=[newcomer(2)], items=[]) == "message.phase"


@given(st.permutations(range(2, 8)))
def test_the_order_in_which_workers_join_changes_nobodys_claim(order: list[int]) -> None:
    running = asked()
    for number in order:
        say(running, "join_claimants", message_id=f"j-{number}", claimants=[newcomer(number)], items=[item(number)])
    assert set(running.claimants) == {f"c{n}" for n in range(1, 8)}
    assert {(i.ref, i.claimant) for i in running.items} == {("i1", None)} | {(f"i{n}", f"c{n}") for n in range(2, 8)}
    assert running.complaint is not None
    assert type(running.complaint).model_validate(running.complaint.model_dump()) == running.complaint


def test_ten_workers_elect_three_of_themselves_and_nine_do_not() -> None:
    running = mediated(claimants=10)
    say(running, "elect_representatives")
    assert set(running.represented) == {f"c{n}" for n in range(1, 11)}
    nine = [f"c{n}" for n in range(1, 10)]
    assert (
        refused(mediated(claimants=10), "elect_representatives", represented=nine) == "representatives.too_few_workers"
    )
    others = mediated(claimants=13)
    chosen = ["c11", "c12", "c13"]
    assert refused(others, "elect_representatives", representatives=chosen) == "representatives.not_of_them"
    assert refused(running, "elect_representatives", message_id="again") == "representatives.mandate_known"


def test_a_representative_accepts_a_schedule_of_part_a_for_those_who_elected_them() -> None:
    running = represented()
    say(running, "answer_for", consents={})
    answers = running.mediation.proposals["p1"].answers if running.mediation else {}
    assert {ref: (a.accept, a.by.id) for ref, a in answers.items()} == {"c1": (True, "c1"), "c2": (True, "c1")}


def test_to_accept_what_touches_part_b_takes_each_workers_own_consent() -> None:
    running = represented()
    assert running.assessment is not None
    owed = tuple(o.model_copy(update={"part_b": Decimal("100.00")}) for o in running.assessment.owed)
    running.assessment = running.assessment.model_copy(update={"owed": owed})
    assert refused(running, "answer_for", consents={}) == "representatives.own_consent"
    say(running, "answer_for", message_id="refusing", accept=False, consents={})
    consented = represented()
    consented.assessment = running.assessment
    say(consented, "answer_for", consents={"c2": "consent-c2"})


def test_nobody_answers_for_a_worker_who_did_not_elect_them_or_has_left() -> None:
    running = represented()
    stranger = {"id": "c5", "role": Role.CLAIMANT}
    assert refused(running, "answer_for", actor=stranger) == "representatives.not_yours"
    say(running, "leave_representation", claimant="c2", actor={"id": "c2", "role": Role.CLAIMANT})
    assert refused(running, "answer_for") == "representatives.not_yours"
    again = {"message_id": "again", "claimant": "c2", "actor": {"id": "c2", "role": Role.CLAIMANT}}
    assert refused(running, "leave_representation", **again) == "representatives.not_represented"
