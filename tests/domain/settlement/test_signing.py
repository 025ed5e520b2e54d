"""A settlement takes effect when it is signed and sealed; who has not signed in time has not settled."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from activities.performance import PerformanceService
from domain.base import CENTRE_ZONE
from domain.case.protocol import carry_out
from domain.case.requests import PerformanceRequest
from domain.case.state import CaseState, Suspension
from domain.deadlines.deadline import end_of
from domain.message import Message
from domain.papers.kinds import PaperKind
from domain.procedure.agenda import next_alarm, ring
from domain.procedure.deadlines.counting_anew import open_deadlines
from domain.procedure.direction.effects import let_clocks_run
from domain.procedure.mediation.opening import agreed
from domain.procedure.papers.drafting import draft
from domain.procedure.settlement.signing import back_at_the_table, formed_by_performance, open_signing
from domain.refusal import Refused
from domain.settlement.messages import ConfirmPayment
from domain.settlement.signature import RefuseToSign, SealAgreement, Sign, SignFor, Signing, SigningState
from domain.views.waiting import WaitedFor, waiting
from domain.words import Agency, Language, Role
from papers.wording import wording
from runtime.rules import Rules
from tests.builders import officer, party
from tests.domain.cases import DAY, MEDIATOR, NOW, TODAY, being_signed, instalment, mediated, proposal, represented
from tests.domain.settlement.test_performing import kinds

END = end_of(TODAY + 14 * DAY)
"""Of the time for signing."""


def two() -> CaseState:
    """Two workers who accepted 8,466.43 yuan each."""
    return being_signed(mediated(proposal("p1", instalment(c1="8466.43", c2="8466.43")), claimants=2))


def sign(*parties: str, **changes: object) -> Sign:
    """What the mediator records of parties who signed before them."""
    said = {"message_id": "-".join(("sign", *parties)), "actor": MEDIATOR, "parties": parties, "how": "in-person"}
    return Sign.model_validate({**said, **changes})


def alone(ref: str, role: Role = Role.CLAIMANT, **changes: object) -> Sign:
    """A party signs by itself, electronically."""
    return sign(
        ref,
        **{
            "message_id": f"alone-{ref}",
            "actor": party(ref, role),
            "how": "electronic",
            "evidence": f"e-{ref}",
            **changes,
        },
    )


def for_(*parties: str, **consents: str) -> SignFor:
    return SignFor.model_validate(
        {
            "message_id": "for-" + "-".join(parties),
            "actor": party("c1", Role.CLAIMANT),
            "parties": parties,
            "how": "electronic",
            "evidence": "e-c1",
            "consents": consents,
        }
    )


SEAL = SealAgreement(message_id="seal", actor=MEDIATOR, seal="seal-2026-0001")


def paid(amount: str, claimant: str | None = None) -> ConfirmPayment:
    return ConfirmPayment(
        message_id=f"pay-{claimant}",
        actor=officer(Agency.TAX),
        receipt=f"r-{claimant}",
        paid_on=TODAY,
        amount=Decimal(amount),
        claimant=claimant,
    )


def say(case: CaseState, *messages: Message, at: datetime = NOW) -> CaseState:
    ring(case, at)
    for message in messages:
        carry_out(case, message, at)
    return case


def signing(case: CaseState) -> Signing:
    assert case.signing is not None
    return case.signing


def refused(case: CaseState, message: Message, code: str) -> None:
    with pytest.raises(Refused, match=rf"{code}$"):
        say(case, message)


async def test_ten_working_days_for_signing_and_a_reminder_three_before() -> None:
    request = PerformanceRequest(jurisdiction="demo", instalments=(instalment(),), agreed_on=date(2026, 11, 23))
    plan = (await PerformanceService(Rules(Path("/nowhere"))).plan(request)).signing
    assert plan is not None and plan.deadline.due == date(2026, 12, 7)
    assert plan.remind_at == datetime(2026, 12, 2, tzinfo=CENTRE_ZONE)


def test_the_last_signature_or_the_seal_brings_it_into_effect_as_of_the_latest_day() -> None:
    case = say(two(), sign("c1", "e1"), SEAL)
    assert open_signing(case) and waiting(case).on == ("c2",)
    later = NOW + 3 * DAY
    say(case, sign("c2", signed_on=TODAY + 2 * DAY), at=later)
    assert signing(case).state is SigningState.IN_EFFECT and signing(case).effective_on == TODAY + 2 * DAY
    assert kinds(case)[-1] == "settlement_in_effect" and waiting(case).what == "instalment"


def test_nothing_is_sealed_that_payer_and_a_claimant_have_not_signed() -> None:
    for signed in ((), ("c1", "c2"), ("e1",)):
        refused(say(two(), *([sign(*signed)] if signed else [])), SEAL, "signing.seal_too_early")


def test_without_the_seal_it_waits_for_the_mediator() -> None:
    case = say(two(), sign("c1", "c2", "e1"))
    assert open_signing(case) and (waiting(case).on, waiting(case).what) == (("mediator",), WaitedFor.SEAL)
    assert waiting(say(two(), sign("c1", "e1"))).what is WaitedFor.SIGNATURES


def test_who_has_not_signed_in_time_has_not_settled() -> None:
    case = say(two(), sign("c1", "e1"), SEAL)
    ring(case, END)
    settlement = case.settlement
    assert settlement is not None and settlement.claimants == ("c1",)
    assert [due.instalment.part_a for due in settlement.dues] == [{"c1": Decimal("8466.43")}]
    assert signing(case).dropped == ("c2",) and signing(case).effective_on == TODAY + 14 * DAY


def test_a_payer_who_does_not_sign_has_settled_with_nobody() -> None:
    case = say(two(), sign("c1", "c2"))
    ring(case, END)
    assert case.settlement is None and signing(case).state is SigningState.FAILED
    assert case.mediation is not None and case.mediation.ended == "unsigned"
    assert kinds(case)[-2:] == ["signing_run_out", "settlement_unsigned"]


def test_who_was_paid_in_full_has_settled_without_a_signature() -> None:
    case = say(two(), paid("8466.43", "c2"))
    ring(case, END)
    assert case.settlement is not None and case.settlement.claimants == ("c2",) and not case.unpaid


def test_all_that_is_paid_before_everybody_has_signed_makes_the_settlement() -> None:
    case = say(two(), paid("16932.86"))
    formed_by_performance(case, NOW)
    assert signing(case).state is SigningState.PERFORMED and kinds(case)[-1] == "settlement_formed"


def test_what_was_paid_for_somebody_who_is_left_out_is_a_credit() -> None:
    case = say(two(), sign("c1", "e1"), SEAL, paid("100.00", "c2"))
    ring(case, END)
    assert case.settlement is not None and case.settlement.payments[0].surplus == Decimal("100.00")


def test_no_instalment_is_late_before_the_settlement_is_signed() -> None:
    case = being_signed(mediated(proposal("p1", instalment(days=1))))
    ring(case, END - DAY)
    assert kinds(case) == ["signing_reminded"]
    say(case, sign("c1", "e1"), SEAL, at=END - DAY)
    ring(case, END - DAY)
    assert "instalment_defaulted" in kinds(case)


def test_everybody_signs_once_and_only_who_is_concerned() -> None:
    case = say(two(), sign("c1"))
    refused(case, alone("c1"), "signing.signed")
    refused(case, sign("c9"), "proposal.not_party")
    refused(case, sign("c2", actor=party("c1", Role.CLAIMANT), how="electronic", evidence="e"), "party.not_you")


def no(*parties: str) -> RefuseToSign:
    return RefuseToSign(message_id="no-" + "-".join(parties), actor=MEDIATOR, parties=parties, reason="反悔")


def test_a_claimant_who_refuses_to_sign_falls_out_and_the_others_settle() -> None:
    case = say(two(), sign("c1", "e1"), SEAL, no("c2"))
    assert case.settlement is not None and case.settlement.claimants == ("c1",)
    assert signing(case).state is SigningState.IN_EFFECT and signing(case).dropped == ("c2",)
    assert kinds(case)[-2:] == ["signing_refused", "settlement_in_effect"]


@pytest.mark.parametrize("refusing", [("e1",), ("c1", "c2")])
def test_terms_that_the_payer_or_every_claimant_refuses_to_sign_are_off_and_the_table_is_open(
    refusing: tuple[str, ...],
) -> None:
    case = say(two(), no(*refusing))
    assert back_at_the_table(case) and agreed(case) is None
    assert signing(case).state is SigningState.FAILED and set(signing(case).dropped) == {"c1", "c2"}


def test_terms_refused_when_something_was_paid_or_mediation_has_no_time_left_end_it() -> None:
    assert not back_at_the_table(say(two(), paid("100.00", "c2"), no("e1")))
    late = two()
    assert late.mediation is not None
    late.mediation.deadline = late.mediation.deadline.model_copy(update={"due_at": NOW})
    say(late, no("e1"))
    assert not back_at_the_table(late) and late.mediation.ended == "unsigned"


def test_who_has_signed_or_has_been_paid_in_full_cannot_refuse_any_more() -> None:
    case = say(two(), sign("c1"), paid("8466.43", "c2"))
    refused(case, no("c1"), "signing.signed")
    refused(case, no("c2"), "signing.performed")
    refused(case, no("c9"), "proposal.not_party")
    say(case, no("e1"))
    assert case.settlement is not None and case.settlement.claimants == ("c2",) and not case.unpaid


def test_what_is_signed_in_person_or_on_paper_is_recorded_by_the_mediator() -> None:
    refused(two(), alone("c1", how="in-person"), "signing.mediator_records")
    with pytest.raises(ValueError, match=r"signing.digest_missing"):
        sign("c1", how="on-paper", evidence="scan-1")
    with pytest.raises(ValueError, match=r"signing.evidence_missing"):
        sign("c1", how="electronic")
    case = say(two(), sign("c1", how="on-paper", evidence="scan-1", sha256="a" * 64))
    kept = signing(case).of("c1")
    assert kept is not None and (kept.evidence, kept.signed_on, kept.by) == ("scan-1", TODAY, MEDIATOR)


def test_nobody_signs_for_both_sides_unless_both_consent() -> None:
    mandate = {"representative": "lawyer-1", "name": "虚构律师", "scope": "special-mandate", "evidence": "mandate-1"}
    case = say(two(), alone("c1", mandate=mandate))
    same_person = {**mandate, "evidence": "mandate-2"}
    same_letter = {**mandate, "representative": "lawyer-2"}
    for other in (same_person, same_letter):
        refused(case, alone("e1", Role.RESPONDENT, mandate=other), "signing.both_sides")
    say(case, alone("e1", Role.RESPONDENT, mandate={**same_person, "both_sides": "consent-7"}))


def test_a_party_does_not_sign_for_the_other_side() -> None:
    mandate = {"name": "虚构者", "scope": "special-mandate", "evidence": "mandate-1"}
    refused(two(), alone("c1", mandate={**mandate, "representative": "e1"}), "signing.both_sides")
    refused(two(), alone("e1", Role.RESPONDENT, mandate={**mandate, "representative": "c2"}), "signing.both_sides")


def test_to_settle_for_another_takes_a_special_mandate_that_lasts() -> None:
    mandate = {"representative": "lawyer-1", "name": "虚构律师", "scope": "general-mandate", "evidence": "mandate-1"}
    refused(two(), alone("e1", Role.RESPONDENT, mandate=mandate), "signing.mandate_scope")
    over = {**mandate, "scope": "special-mandate", "expires_on": TODAY - DAY}
    refused(two(), alone("e1", Role.RESPONDENT, mandate=over), "signing.mandate_expired")
    case = say(two(), alone("e1", Role.RESPONDENT, mandate={**over, "expires_on": TODAY}))
    kept = signing(case).of("e1")
    assert kept is not None and kept.mandate is not None and kept.mandate.representative == "lawyer-1"
    refused(case, sign("c1", "c2", mandate=over), "signing.mandate_of_one")


def test_a_signature_is_neither_of_tomorrow_nor_of_before_the_terms_were_accepted() -> None:
    refused(two(), sign("c1", signed_on=TODAY + DAY), "date.in_future")
    refused(two(), sign("c1", signed_on=TODAY - DAY), "signing.before_agreement")


def test_an_elected_representative_signs_for_part_b_only_with_each_workers_own_consent() -> None:
    with_b = instalment(c1="8466.43", c2="8466.43").model_copy(update={"part_b": {"c2": Decimal("500.00")}})
    workers = represented()
    assert workers.mediation is not None
    workers.mediation.proposals["p1"] = proposal("p1", with_b)
    case = being_signed(workers)
    refused(case, for_("c1", "c2"), "representatives.own_consent")
    say(case, for_("c1", "c2", c2="consent-2"))
    kept = signing(case).of("c2")
    assert kept is not None and kept.consents == {"c2": "consent-2"} and kept.by.id == "c1"


def test_the_agreement_shows_who_signed_when_how_and_by_whom_and_the_seal() -> None:
    mandate = {"representative": "lawyer-1", "name": "虚构律师", "scope": "special-mandate", "evidence": "mandate-1"}
    case = say(two(), sign("c1", "c2"), alone("e1", Role.RESPONDENT, mandate=mandate), SEAL)
    told = wording(draft(case, PaperKind.AGREEMENT, None, NOW), "1", Language.CHINESE)
    assert [line["signature"] for line in told["signatures"]] == [
        "2026年11月23日签名（当面签名）",
        "2026年11月23日签名（当面签名）",
        "2026年11月23日签名（电子签名） 由虚构律师代签（委托材料mandate-1）",
        "2026年11月23日签名并加盖本中心印章",
    ]


def test_nobody_signs_for_workers_who_did_not_elect_them() -> None:
    case = two()
    refused(case, for_("c2"), "representatives.not_yours")


def test_the_time_for_signing_stands_still_with_the_case_and_is_among_its_deadlines() -> None:
    case = two()
    assert [d.what for d in open_deadlines(case, NOW)][-1] == "agreement-signing"
    case.suspension = Suspension(since=NOW, until=NOW + 30 * DAY, reason="等待")
    assert next_alarm(case) == NOW + 30 * DAY
    let_clocks_run(case, NOW + 30 * DAY)
    assert signing(case).deadline.due == TODAY + 44 * DAY


def test_a_settlement_of_before_there_were_signatures_is_in_effect() -> None:
    case = two()
    case.signing = None
    assert open_signing(case) is None and waiting(case).what == "instalment"
    refused(case, sign("c1"), "signing.not_open")
