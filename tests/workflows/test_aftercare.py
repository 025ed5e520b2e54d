"""After a case has closed: referrals with receipt and return, the visit, and what comes late."""

import io
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from docx import Document
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError

from casebook import aftercare as book
from casebook import papers
from domain.aftercare.messages import RecordReferralReceipt, RecordReferralReturn, ReferralResult
from domain.case.receipts import Acknowledgement
from domain.direction.messages import Comment, Refer
from domain.intake.complaint import ClaimItem, Complaint
from domain.ledger import Actor
from domain.message import Message
from domain.papers.kinds import PaperKind
from domain.procedure.aftercare.state import Aftercare, workflow_of
from domain.words import CENTRE_QUEUE, Agency, ClaimKind, Outcome, ReferralTarget, Role
from runtime.beginning import begin
from tests import builders
from tests.patience import seen
from tests.workflows.conftest import Office

LABOR = Actor(id="lab-01", role=Role.OFFICER, agency=Agency.LABOR)
TAX = Actor(id="tax-01", role=Role.OFFICER, agency=Agency.TAX)


async def say(office: Office, case: str, model: type[Message], actor: Actor, **fields: Any) -> Acknowledgement:
    """Tell whatever follows a closed case, started again where it had ended."""
    message, again = model(message_id=uuid.uuid4().hex, actor=actor, **fields), WorkflowIDReusePolicy.ALLOW_DUPLICATE
    return await begin(office.client, "AftercareWorkflow", workflow_of(case), message, Acknowledgement, again=again)


async def refused(office: Office, case: str, model: type[Message], actor: Actor, **fields: Any) -> str:
    """The code with which it is refused."""
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await say(office, case, model, actor, **fields)
    assert isinstance(failure.value.cause, ApplicationError)
    code: str = failure.value.cause.details[0][0]["code"]
    return code.removeprefix("refusals.")


async def found(office: Office, case: str) -> Aftercare:
    """What goes on after the case, as the casebook has it."""
    after = await book.find(office.pool, office.vault, case)
    assert after is not None
    return after


async def until(office: Office, case: str, holds: Callable[[Aftercare], bool]) -> Aftercare:
    """What goes on after the case, once the casebook has it that far."""
    after = await seen(lambda: book.find(office.pool, office.vault, case), lambda one: one is not None and holds(one))
    assert after is not None
    return after


def claims() -> Complaint:
    """Premiums in arrears, and wages."""
    wages = ClaimItem(ref="i2", kind=ClaimKind.WAGES, respondent="e1", amount=Decimal("500.00"))
    return builders.complaint(items=(builders.arrears_item(), wages))


async def referred(office: Office, *, began_too_early: bool = False) -> tuple[str, date]:
    """A case of which one item went to inspection and one to arbitration; and the day on which it closed."""
    handle = await office.start(claims())
    if began_too_early:
        early = await office.client.start_workflow(
            "AftercareWorkflow", id=workflow_of(handle.id), task_queue=CENTRE_QUEUE
        )
        assert await early.result() is None
    await office.until(handle, lambda view: bool(view.tasks))
    for item, target in (("i1", ReferralTarget.LABOUR_INSPECTION), ("i2", ReferralTarget.ARBITRATION)):
        refer = Refer(
            message_id=uuid.uuid4().hex, actor=builders.SUPERVISOR, item=item, target=target, reason="不属本中心"
        )
        await office.update(handle, refer)
    closed = await office.live_to_the_end(handle)
    assert closed.outcome is Outcome.REFERRED
    await office.sleep(timedelta(hours=1))
    after = await found(office, handle.id)
    assert after.ledger_head == closed.ledger_head == await office.verify(handle.id)
    return handle.id, after.letters[0].sent_on


async def test_a_closed_case_is_followed_though_somebody_began_to_before_it_had_closed(office: Office) -> None:
    case, _ = await referred(office, began_too_early=True)
    after = office.client.get_workflow_handle(workflow_of(case))
    assert (await after.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_each_referred_item_is_followed_to_its_receipt_and_its_return(office: Office) -> None:
    case, sent = await referred(office)
    inspection, arbitration = ReferralTarget.LABOUR_INSPECTION, ReferralTarget.ARBITRATION
    slip = {"number": "收1", "received_by": "李某", "received_on": sent}

    await say(office, case, RecordReferralReceipt, LABOR, target=inspection, **slip)
    again = await refused(office, case, RecordReferralReceipt, LABOR, target=inspection, **slip)
    stranger = await refused(office, case, RecordReferralReceipt, TAX, target=inspection, **slip)
    none = await refused(office, case, RecordReferralReceipt, builders.SUPERVISOR, target=arbitration, **slip)
    decided = {"result": ReferralResult.DECIDED, "document": "人社监决〔2026〕7号", "returned_on": sent}
    await say(office, case, RecordReferralReturn, LABOR, target=inspection, item="i1", **decided)
    refusal = {"result": ReferralResult.REFUSED, "reason": "超过时效", "returned_on": sent}
    await say(office, case, RecordReferralReturn, builders.SUPERVISOR, target=arbitration, item="i2", **refusal)

    assert (again, stranger, none) == ("referral.received", "referral.other_office", "referral.on_application")
    after = await until(office, case, lambda after: all(i.result for letter in after.letters for i in letter.items))
    assert not after.awaits
    assert [(i.item, i.receipt, i.result) for letter in after.letters for i in letter.items] == [
        ("i1", "收1", "decided"),
        ("i2", None, "refused-there"),
    ]
    await office.verify(workflow_of(case))


async def test_a_claimant_is_told_what_to_take_to_arbitration_and_nobody_waits_for_a_receipt(office: Office) -> None:
    case, sent = await referred(office)
    decided = {"result": ReferralResult.DECIDED, "document": "人社监决〔2026〕8号", "returned_on": sent}
    await say(office, case, RecordReferralReturn, LABOR, target=ReferralTarget.LABOUR_INSPECTION, item="i1", **decided)
    after = await until(office, case, lambda after: not after.awaits)
    kinds = [event.kind for event in await office.events(workflow_of(case))]
    assert (kinds.count("referral_sent"), kinds.count("told_to_apply")) == (1, 1)
    assert [line.target for line in await book.letters(office.pool) if line.case_number == after.case_number] == []
    papers = (await office.view(office.client.get_workflow_handle(case))).papers
    assert {(paper.kind, paper.about) for paper in papers if paper.about} >= {
        ("referral", "labour-inspection"),
        ("application-notice", "arbitration"),
    }


async def test_a_misdirected_item_goes_on_by_a_new_letter_to_the_office_that_it_belongs_to(office: Office) -> None:
    case, sent = await referred(office)
    wrong = {"result": ReferralResult.MISDIRECTED, "reason": "属征收机关职责", "returned_on": sent}
    await say(office, case, RecordReferralReturn, LABOR, target=ReferralTarget.LABOUR_INSPECTION, item="i1", **wrong)

    after = await until(office, case, lambda after: len(after.letters) == 3)
    onward = after.letters[2]
    assert (onward.target, onward.items[0].item, onward.items[0].reason) == (
        ReferralTarget.ENFORCEMENT,
        "i1",
        "misdirected",
    )
    assert after.awaits
    lettered = await until(office, case, lambda after: bool(after.papers))
    assert [(one.kind, one.about) for one in lettered.papers] == [("referral", "compulsory-enforcement")]
    said = await letter(office, lettered.papers[0].number)
    assert "税务" in said and "原受移送单位认为该事项不属其职责" in said and "拖欠工资" not in said


async def letter(office: Office, number: str) -> str:
    """What stands in a paper, in its paragraphs and tables."""
    content = await papers.document(office.pool, office.vault, number)
    assert content is not None
    paper = Document(io.BytesIO(content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in paper.paragraphs] + cells)


async def test_a_misdirected_complaint_goes_on_by_a_letter_to_the_office_that_can_take_it(office: Office) -> None:
    handle, receipt = await office.file(builders.complaint(jurisdiction="CN-99"))
    assert receipt.refer_to is ReferralTarget.OTHER_CENTRE
    assert (await office.live_to_the_end(handle)).outcome is Outcome.NOT_ACCEPTED
    issued = (await office.view(handle)).papers
    numbers = {(paper.kind, paper.about): paper.number for paper in issued}
    assert numbers.keys() == {("non-acceptance-notice", None), ("referral", "other-centre")}
    said = await letter(office, numbers[PaperKind.REFERRAL, "other-centre"])
    assert "待核算" in said and "0.00" not in said
    assert "不属本中心辖区，现移送你单位依法处理" in said and builders.complaint().claimants[0].name in said


async def test_an_office_that_stays_silent_is_reminded_escalated_and_given_up(office: Office) -> None:
    case, _ = await referred(office)
    await office.sleep(timedelta(days=20))
    late = await found(office, case)
    listed = [line.case_number for line in await book.letters(office.pool, late=True)]
    assert [(letter.target, letter.reminded and letter.escalated) for letter in late.letters] == [
        ("labour-inspection", True),
        ("arbitration", False),
    ]
    assert late.case_number in listed

    await office.sleep(timedelta(days=100))
    after = await found(office, case)
    assert [letter.silent for letter in after.letters] == [True, False] and not after.awaits


async def test_what_comes_after_everything_has_ended_is_still_kept(office: Office) -> None:
    case, _ = await referred(office)
    await office.sleep(timedelta(days=120))
    handle = office.client.get_workflow_handle(workflow_of(case))
    assert (await handle.describe()).close_time is not None

    before = (await found(office, case)).next_seq
    await say(office, case, Comment, builders.SUPERVISOR, text="仲裁委来电")
    after = await until(office, case, lambda after: after.next_seq > before)
    assert (after.next_seq, after.events[-1].kind) == (before + 1, "commented")
    await office.verify(workflow_of(case))


async def test_nothing_is_said_after_a_case_that_nobody_closed(office: Office) -> None:
    assert await refused(office, "dispute-unknown", Comment, builders.SUPERVISOR, text="？") == "aftercare.no_case"
