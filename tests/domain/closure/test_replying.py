"""Every agency signs its part of the unified reply, or the reply says that it did not."""

from datetime import timedelta

import pytest

from domain.case.protocol import carry_out, check
from domain.closure.messages import SignReply
from domain.ledger import Actor
from domain.papers.kinds import PaperKind
from domain.procedure.agenda import next_alarm, ring
from domain.procedure.closure.replying import ask_for_signatures, heads, signed
from domain.procedure.papers.drafting import draft
from domain.refusal import Refused
from domain.views.waiting import waiting
from domain.words import Agency, Language, Role
from papers.wording import wording
from tests.domain.cases import NOW, to_be_signed


def by(who: str, task: str = "labor") -> SignReply:
    return SignReply(message_id=f"s-{who}", actor=Actor(id=who, role=Role.OFFICER, agency=Agency.LABOR), task=task)


def test_only_agencies_with_a_finding_and_a_head_are_asked_to_sign_the_same_answers() -> None:
    case = to_be_signed()
    assert case.ends.signing is not None and heads(case) == {Agency.LABOR: "lab-head"}
    terms, case.ends.signing = case.ends.signing.terms, None
    ask_for_signatures(case, terms, NOW)
    first = case.events[-1].facts["digest"]
    case.reply[0].answer = "paid"
    ask_for_signatures(case, terms, NOW)
    assert case.events[-1].facts["digest"] != first
    case.desks, case.ends.signing = {}, None
    ask_for_signatures(case, terms, NOW)
    assert signed(case)


def test_the_reply_waits_for_the_head_of_each_agency_that_found_something() -> None:
    case = to_be_signed()
    assert not signed(case)
    assert (waiting(case).on, waiting(case).what) == (("labor",), "reply-signature")


@pytest.mark.parametrize(
    ("message", "code"), [(by("lab-01"), "reply.not_head"), (by("lab-head", "tax"), "reply.no_part")]
)
def test_nobody_but_the_head_signs_and_for_the_own_part_only(message: SignReply, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check(to_be_signed(), message, NOW)
    assert refused.value.problems[0].code == f"refusals.{code}"


def test_what_all_have_signed_goes_out_and_the_paper_names_who_signed_and_when() -> None:
    case = to_be_signed()
    carry_out(case, by("lab-head"), NOW)
    assert signed(case)
    assert case.ends.signing is not None
    assert case.events[-1].facts["digest"] == case.ends.signing.digest
    shown = wording(draft(case, PaperKind.UNIFIED_REPLY, None, NOW), "1", Language.ENGLISH)
    assert shown["findings"][0]["signed"] == "lab-head, 2026-11-23"


def test_a_reply_that_is_not_signed_is_reminded_of_escalated_and_sent_with_a_word_about_it() -> None:
    case = to_be_signed()
    while (upcoming := next_alarm(case)) is not None:
        ring(case, upcoming)
    assert [event.kind for event in case.events] == [
        "reply_signature_reminded",
        "reply_signature_escalated",
        "reply_sent_unsigned",
    ]
    assert signed(case)
    shown = wording(draft(case, PaperKind.UNIFIED_REPLY, None, NOW + timedelta(days=9)), "1", Language.ENGLISH)
    assert shown["findings"][0]["signed"] == "not signed in time by lab-head"
