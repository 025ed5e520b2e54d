"""A closed case is reopened: its ledger stays sealed, and the new one has everything that the old one knew."""

import uuid
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from casebook import aftercare as book
from casebook import papers
from cli.counter.reopen import reopened
from domain.aftercare.messages import RecordSatisfaction
from domain.case import messages as m
from domain.case.receipts import Decision, Receipt
from domain.closure.reopening import Ground, Reopen, reopened_as
from domain.papers.kinds import PaperKind
from domain.procedure.aftercare.state import workflow_of
from domain.procedure.closure.handover import Handover
from domain.settlement.messages import ReversePayment
from domain.words import Agency, Outcome, Phase
from runtime.vault import Vault
from tests import builders
from tests.workflows.conftest import Handle, Office
from tests.workflows.test_aftercare import TAX, refused, say, until
from tests.workflows.test_performance import owed, paid, settled


async def asked_to_reopen(office: Office, case: str, **changes: Any) -> Receipt:
    """The receipt of a case that is reopened for breach."""
    closed = await book.kept(office.pool, office.vault, case)
    head = closed.ledger_head if closed else "0" * 64
    fields = {"case": case, "ledger_head": head, "ground": Ground.BREACH, "reason": "款项被退回"}
    message = Reopen(message_id=uuid.uuid4().hex, actor=builders.SUPERVISOR, **(fields | changes))
    return await reopened(office.client, message)


async def why_not(office: Office, case: str, **changes: Any) -> str:
    """The code with which reopening is refused."""
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await asked_to_reopen(office, case, **changes)
    assert isinstance(failure.value.cause, ApplicationError)
    code: str = failure.value.cause.details[0][0]["code"]
    return code.removeprefix("refusals.")


async def performed(office: Office, case: str) -> Handle:
    """A case that was settled and paid in full, and has closed."""
    handle, _ = await settled(office, case)
    owing = await owed(handle)
    total = sum((line.amount for line in owing.instalments), Decimal(0))
    await office.update(handle, await paid(office, handle, "r1", f"{total:.2f}"))
    closed = await office.live_to_the_end(handle)
    assert closed.outcome is Outcome.PERFORMED
    return handle


async def test_a_payment_taken_back_after_the_closure_lands_and_reopens_the_case(office: Office) -> None:
    old = await performed(office, "later-reversal")
    sealed = await office.verify(old.id)
    back = {"receipt": "r1", "reversed_on": "2026-01-01", "reason": "账户注销，银行退回"}
    assert await refused(office, old.id, ReversePayment, TAX, **back | {"receipt": "r9"}) == "payment.unknown"
    await say(office, old.id, ReversePayment, TAX, **back)
    after = await until(office, old.id, lambda after: after.payments["r1"] is not None)
    assert after.events[-1].kind == "payment_reversed_after_closure"

    receipt = await asked_to_reopen(office, old.id)
    assert receipt.decision is Decision.ACCEPTED
    new = office.client.get_workflow_handle(receipt.case)
    view = await office.until(new, lambda view: view.phase is Phase.MEDIATION)
    assert view.reopened_from is not None and view.reopened_from.ledger_head == sealed
    before = await office.view(old)
    assert view.part_a is not None and before.part_a is not None
    assert view.part_a >= before.part_a  # what was taken back is owed again, and the late fee has run on
    first = (await office.timeline(new)).events[0]
    assert (first.kind, first.facts["head"]) == ("case_reopened", sealed)
    assert await office.verify(old.id) == sealed
    await office.verify(workflow_of(old.id))


async def test_what_was_paid_before_is_not_owed_again(office: Office) -> None:
    old = await performed(office, "paid-before")
    receipt = await asked_to_reopen(office, old.id, ground=Ground.NEW_FACTS, ask=(Agency.LABOR,))
    new = office.client.get_workflow_handle(receipt.case)
    await office.until(new, lambda view: any(t.state == "offered" for t in view.tasks))
    finding = builders.labor_finding()
    submit = m.CompleteTask(message_id="lab", actor=builders.officer(Agency.LABOR), task="labor", finding=finding)
    await office.update(new, submit)
    view = await office.until(new, lambda view: view.phase is Phase.MEDIATION)
    before = await office.view(old)
    assert before.settlement is not None and before.part_a is not None and view.part_a is not None
    assert view.part_a <= before.part_a - before.settlement.paid + Decimal("50.00")  # but for the late fee since
    assert "paid-before" in view.warnings


async def test_a_case_is_reopened_once_by_its_own_name_and_ledger_and_for_somebody(office: Office) -> None:
    handle = await office.start(builders.complaint())
    assert await why_not(office, handle.id) == "reopen.not_closed"
    old = await office.start(builders.complaint(claimants=2))
    gone = m.Withdraw(message_id="gone", actor=builders.SUPERVISOR, reason="撤回")
    await office.update(old, gone)
    await office.live_to_the_end(old)

    assert await why_not(office, old.id, ledger_head="f" * 64) == "reopen.other_ledger"
    assert await why_not(office, old.id) == "reopen.nobody"
    assert await why_not(office, old.id, at_request_of="c9") == "reopen.no_party"
    assert (await asked_to_reopen(office, old.id, at_request_of="c1")).decision is Decision.ACCEPTED


async def test_what_is_said_while_a_case_is_handed_over_is_handed_over_too(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = await office.start(builders.complaint())
    keep = book.keep

    async def interrupted(pool: asyncpg.Pool, vault: Vault, of: Handover) -> None:
        monkeypatch.setattr(book, "keep", keep)
        await handle.signal(m.Comment.name, m.Comment(message_id="late", actor=builders.SUPERVISOR, text="迟到的话"))
        await keep(pool, vault, of)

    monkeypatch.setattr(book, "keep", interrupted)
    await office.update(handle, m.Withdraw(message_id="gone", actor=builders.SUPERVISOR, reason="撤回"))
    closed = await office.live_to_the_end(handle)
    kept = await book.kept(office.pool, office.vault, handle.id)
    assert kept is not None
    assert kept.ledger_head == closed.ledger_head == await office.verify(handle.id)
    assert (await office.events(handle.id))[-1].kind in ("commented", "message_rejected")


async def test_whoever_had_withdrawn_comes_back_by_asking_for_it(office: Office) -> None:
    old = await office.start(builders.complaint(claimants=2))
    await office.update(old, m.Withdraw(message_id="gone", actor=builders.SUPERVISOR, reason="撤回"))
    await office.live_to_the_end(old)
    receipt = await asked_to_reopen(office, old.id, ground=Ground.NEW_FACTS, at_request_of="c2")
    view = await office.view(office.client.get_workflow_handle(receipt.case))
    assert [(c.ref, c.withdrawn) for c in view.claimants] == [("c1", True), ("c2", False)]
    assert await why_not(office, old.id, at_request_of="c2") == "message.phase"


async def test_the_visit_asks_each_claimant_once(office: Office) -> None:
    old = await performed(office, "visited")
    told = {"claimant": "c1", "satisfaction": 4, "performed": True}
    await say(office, old.id, RecordSatisfaction, builders.SUPERVISOR, **told)
    after = await until(office, old.id, lambda after: not after.awaits)
    assert after.visits is not None and after.visits.satisfaction == 4
    assert await refused(office, old.id, RecordSatisfaction, builders.SUPERVISOR, **told) == "visit.recorded"


async def test_the_record_of_a_visit_says_what_was_found_by_whom(office: Office) -> None:
    old = await performed(office, "recorded")
    asked = {"kind": PaperKind.FOLLOW_UP_RECORD}
    assert await refused(office, old.id, m.IssuePaper, builders.SUPERVISOR, **asked) == "visit.nobody"
    assert (
        await refused(office, old.id, m.IssuePaper, builders.SUPERVISOR, kind=PaperKind.AGREEMENT) == "paper.too_late"
    )
    told = {"claimant": "c1", "satisfaction": 2, "performed": False, "remark": "尚欠一笔"}
    await say(office, old.id, RecordSatisfaction, builders.SUPERVISOR, **told)
    await until(office, old.id, lambda after: len(after.papers) == 1 and not after.paper_orders)
    await say(office, old.id, m.IssuePaper, builders.SUPERVISOR, **asked)
    after = await until(office, old.id, lambda after: len(after.papers) == 2)

    assert [paper.about for paper in after.papers] == ["c1", None]
    for issued in after.papers:
        paper = await papers.find(office.pool, office.vault, issued.number)
        assert paper is not None and paper.sha256 == issued.sha256
        [found] = paper.matter.visits
        assert (found.satisfaction, found.performed, found.remark) == (2, False, "尚欠一笔")
        assert found.visited_by == builders.SUPERVISOR.id
        assert {line.claimant for line in paper.matter.schedule} == {found.claimant}
    await office.verify(workflow_of(old.id))


async def test_evidence_that_comes_after_the_closure_stands_on_the_ledger_that_goes_on(office: Office) -> None:
    old = await performed(office, "attached")
    file = {
        "title": "回单.pdf",
        "media_type": "application/pdf",
        "size": 7,
        "sha256": "a" * 64,
        "location": "casebook:a",
    }
    assert await refused(office, old.id, m.Attach, builders.SUPERVISOR, **file, task="tax") == "task.unknown"
    await say(office, old.id, m.Attach, builders.SUPERVISOR, **file)
    after = await until(office, old.id, lambda after: any(e.kind == "evidence_attached" for e in after.events))
    [noted] = [event.facts for event in after.events if event.kind == "evidence_attached"]
    assert (noted["sha256"], noted["size"], noted["media_type"]) == ("a" * 64, 7, "application/pdf")


def test_each_case_is_reopened_under_the_next_name() -> None:
    assert [reopened_as(case) for case in ("dispute-a", "dispute-a-r1", "dispute-a-r9")] == [
        "dispute-a-r1",
        "dispute-a-r2",
        "dispute-a-r10",
    ]
