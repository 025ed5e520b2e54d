"""Correcting what the case holds of a person: by whom, with what proof, and what the ledger and the casebook learn."""

from itertools import count
from typing import Any

import pytest

from domain.case.protocol import carry_out, check
from domain.case.state import CaseState
from domain.ledger import Actor
from domain.personal_data.messages import CorrectPersonalData
from domain.refusal import Refused
from domain.views.casebook_entry import casebook_entry
from domain.words import Agency, RespondentKind, Role
from tests import builders
from tests.domain.cases import NOW, asked

FIRST = builders.party("c1", Role.CLAIMANT)
_numbers = count(1)
RIGHT = builders.identity_number(77)


def state() -> CaseState:
    filed = builders.complaint(
        claimants=2,
        respondents=(builders.employer(), builders.employer("e2", name="何某", kind=RespondentKind.SHAREHOLDER)),
    )
    return asked(complaint=filed)


def say(running: CaseState, actor: Actor = builders.INTAKE, **said: Any) -> None:
    said = {"message_id": f"m-{next(_numbers)}", "actor": actor, "person": "c1", "reason": "录入有误"} | said
    message = CorrectPersonalData(**said)
    check(running, message, NOW)
    carry_out(running, message, NOW)


def refused(running: CaseState, actor: Actor = builders.INTAKE, **said: Any) -> str:
    before = running.model_copy(deep=True)
    with pytest.raises(Refused) as why:
        say(running, actor, **said)
    assert running == before
    return why.value.problems[0].code.removeprefix("refusals.")


def test_a_corrected_identity_number_reaches_the_case_and_the_casebook_and_no_value_the_ledger() -> None:
    running = state()
    assert running.complaint is not None
    wrong = running.complaint.claimants[0].identity_number
    say(running, identity_number=RIGHT, proof="id-copy-1")
    assert [c.identity_number for c in running.complaint.claimants] == [RIGHT, builders.identity_number(2)]
    assert running.events[-1].facts["data"] == ["identity_number"]
    assert not {RIGHT, wrong} & set(str(running.events[-1].model_dump()).split("'"))
    [told] = casebook_entry(running, running.next_seq - 1).joined
    assert (told.ref, told.identity_number) == ("c1", RIGHT)


def test_a_name_or_a_number_needs_a_proof_and_a_contact_does_not() -> None:
    running = state()
    assert refused(running, identity_number=RIGHT) == "correction.needs_proof"
    assert refused(running, full_name="虚构者甲") == "correction.needs_proof"
    say(running, phone="000-0000-0199")
    assert running.complaint is not None and running.complaint.claimants[0].phone == "000-0000-0199"


def test_a_claimant_corrects_their_own_contact_only() -> None:
    running = state()
    say(running, FIRST, email="c1@example.invalid")
    assert refused(running, FIRST, full_name="虚构者甲") == "field.role"
    assert refused(running, FIRST, person="c2", phone="000-0000-0199") == "party.not_you"


def test_an_officer_whose_agency_was_not_asked_corrects_nobody() -> None:
    assert refused(state(), builders.officer(Agency.UNION), phone="000-0000-0199") == "reading.not_asked"


def test_two_claimants_never_have_one_number() -> None:
    second = builders.identity_number(2)
    assert refused(state(), identity_number=second, proof="p") == "join.person_known"
    say(state(), person="c2", identity_number=second, proof="p")


def test_a_company_keeps_its_name_and_a_shareholder_may_be_called_right() -> None:
    running = state()
    assert refused(running, person="e1", full_name="别的公司", proof="p") == "correction.company"
    assert refused(running, person="e2", identity_number=RIGHT, proof="p") == "correction.company"
    say(running, person="e2", full_name="何某某", proof="p")
    assert running.complaint is not None and running.complaint.respondents[1].name == "何某某"
    assert [r.ref for r in casebook_entry(running, running.next_seq - 1).corrected] == ["e2"]
