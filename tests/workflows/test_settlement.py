"""From accepted terms to their effect, and what is asked for then, in a running case."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.case import messages as m
from domain.case.receipts import Acknowledgement
from domain.intake.complaint import ClaimItem
from domain.papers.kinds import PaperKind
from domain.procedure.aftercare.state import workflow_of
from domain.procedure.aftercare.view import AftercareView
from domain.settlement.confirmation import (
    ConfirmationKind,
    ConfirmationState,
    RecordConfirmationResult,
    RequestConfirmation,
)
from domain.settlement.signature import RefuseToSign, SigningState
from domain.words import Agency, ClaimKind, Outcome, Phase, Role
from tests import builders
from tests.workflows.conftest import Handle, Office
from tests.workflows.test_life_of_a_case import find_the_facts
from texts.sentences import day

WAGES = ClaimItem(ref="i2", kind=ClaimKind.WAGES, respondent="e1", amount=Decimal("1000.00"))
COURT = ConfirmationKind.JUDICIAL


async def agreed(office: Office, case: str) -> Handle:
    """Premiums and 800.00 of 1,000.00 yuan of wages, due in ninety days, accepted by both."""
    handle = await office.start(builders.complaint(complaint_id=case, items=(builders.arrears_item(), WAGES)))
    await find_the_facts(office, handle)
    await accepted(office, handle, "p1")
    await office.until(handle, lambda v: v.signing is not None)
    return handle


async def accepted(office: Office, handle: Handle, proposal: str) -> None:
    """The mediator proposes it, and both accept."""
    view = await office.view(handle)
    one = builders.instalment("n1", day(view.now) + timedelta(days=90), c1=view.claimants[0].part_a)
    offered = one.model_copy(update={"part_b": {"c1": Decimal("800.00")}})
    mediator = builders.mediator(view.mediator or "")
    terms = m.Propose(message_id=proposal, actor=mediator, proposal=proposal, payer="e1", instalments=(offered,))
    await office.update(handle, terms)
    for ref, role in (("c1", Role.CLAIMANT), ("e1", Role.RESPONDENT)):
        yes = m.Answer(
            message_id=f"{proposal}-{ref}", actor=builders.party(ref, role), proposal=proposal, party=ref, accept=True
        )
        await office.update(handle, yes)


async def ask(
    office: Office, handle: Handle, ref: str, role: Role, kind: ConfirmationKind = ConfirmationKind.JUDICIAL
) -> None:
    wanted = RequestConfirmation(message_id=f"ask-{ref}", actor=builders.party(ref, role), kind=kind, parties=(ref,))
    await office.update(handle, wanted)


@pytest.mark.parametrize(
    ("kind", "other", "document"),
    [
        (ConfirmationKind.JUDICIAL, ConfirmationKind.REVIEW, "（2026）示例民特第1号"),
        (ConfirmationKind.REVIEW, ConfirmationKind.JUDICIAL, "示例劳人仲调〔2026〕第1号"),
    ],
)
async def test_what_is_signed_and_sealed_can_be_confirmed_and_its_agreement_is_issued_again(
    office: Office, kind: ConfirmationKind, other: ConfirmationKind, document: str
) -> None:
    handle = await agreed(office, f"settle-sign-{kind}")
    assert not (await office.view(handle)).confirmations
    await office.sign(handle)
    view = await office.until(
        handle, lambda v: len(v.confirmations) == 2 and [p.kind for p in v.papers].count(PaperKind.AGREEMENT) == 2
    )
    assert view.signing is not None and view.signing.state is SigningState.IN_EFFECT
    assert view.signing.effective_on == day(view.now)
    for ref, role in (("c1", Role.CLAIMANT), ("e1", Role.RESPONDENT)):
        await ask(office, handle, ref, role, kind)
    result = RecordConfirmationResult(
        message_id="ruled",
        actor=builders.mediator(view.mediator or ""),
        kind=kind,
        result="confirmed",
        decided_on=day(view.now),
        document=document,
    )
    await office.update(handle, result)
    states = {one.kind: one.state for one in (await office.view(handle)).confirmations}
    assert states == {kind: ConfirmationState.CONFIRMED, other: ConfirmationState.NOT_NEEDED}


async def test_a_case_that_is_paid_up_hands_its_open_confirmation_on_to_the_visit(office: Office) -> None:
    handle = await agreed(office, "settle-hand-on")
    await office.sign(handle)
    view = await office.until(handle, lambda v: len(v.confirmations) == 2)
    for ref, role in (("c1", Role.CLAIMANT), ("e1", Role.RESPONDENT)):
        await ask(office, handle, ref, role)
    assert view.settlement is not None
    money = m.ConfirmPayment(
        message_id="r1",
        actor=builders.officer(Agency.TAX),
        receipt="r1",
        paid_on=day(view.now),
        amount=view.settlement.total - Decimal("800.00"),
    )
    await office.update(handle, money)
    wages = m.ConfirmReceipt(
        message_id="b1",
        actor=builders.party("c1", Role.CLAIMANT),
        receipt="b1",
        claimant="c1",
        paid_on=day(view.now),
        amount=Decimal("800.00"),
    )
    await office.update(handle, wages)
    assert (await office.live_to_the_end(handle)).outcome is Outcome.PERFORMED
    told = [event.facts for event in await office.events(handle.id) if event.kind == "confirmation_handed_on"]
    assert [(fact["confirmation"], fact["state"]) for fact in told] == [
        ("judicial-confirmation", "applied-for"),
        ("arbitration-review", "awaits-request"),
    ]
    after = office.client.get_workflow_handle(workflow_of(handle.id))
    ruled = builders.mediator(view.mediator or "")
    result = RecordConfirmationResult(
        message_id="ruled", actor=ruled, kind=COURT, result="confirmed", decided_on=day(view.now), document="民特1号"
    )
    await after.execute_update(result.name, result, result_type=Acknowledgement)
    followed: AftercareView | None = await after.query("afterwards", result_type=AftercareView)
    assert followed is not None and followed.confirmations[0].state is ConfirmationState.CONFIRMED


async def test_what_nobody_signs_is_no_settlement(office: Office) -> None:
    handle = await agreed(office, "settle-unsigned")
    closed = await office.live_to_the_end(handle)
    assert closed.outcome is Outcome.FAILED
    view = await office.view(handle)
    assert view.phase is Phase.CLOSED and view.settlement is None
    assert {r.answer for r in view.reply} == {"unsettled"} and PaperKind.ENDED_NOTICE in {p.kind for p in view.papers}
    assert await office.verify(handle.id)


async def test_terms_that_the_payer_refuses_to_sign_go_back_to_the_table_and_others_are_signed(office: Office) -> None:
    handle = await agreed(office, "settle-refused")
    no = RefuseToSign(
        message_id="no", actor=builders.party("e1", Role.RESPONDENT), parties=("e1",), reason="付款日期须另行商定"
    )
    await office.update(handle, no)
    back = await office.until(handle, lambda v: v.phase is Phase.MEDIATION)
    assert back.settlement is None and [p.state for p in back.proposals] == ["rejected"]
    await accepted(office, handle, "p2")
    await office.until(handle, lambda v: v.phase is Phase.PERFORMANCE and bool(v.signing and v.signing.unsigned))
    view = await office.sign(handle)
    assert view.settlement is not None and view.settlement.proposal == "p2"
    assert view.signing is not None and view.signing.state is SigningState.IN_EFFECT
    kinds = [event.kind for event in (await office.timeline(handle)).events]
    assert kinds.count("settled") == 2 and kinds.count("signing_opened") == 2
