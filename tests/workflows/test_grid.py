"""A mediation at a grid post: settled on the spot, or taken over by the centre with everything said so far."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.meeting import GatherRequest, MeetingService
from casebook import grid as posts
from domain.base import CENTRE_ZONE
from domain.case.receipts import Acknowledgement
from domain.grid import messages as g
from domain.grid.view import GridReceipt, GridView
from domain.intake.complaint import Complaint
from domain.ledger import Actor
from domain.message import Message
from domain.settlement.instalments import Instalment
from domain.words import CENTRE_QUEUE, GridOutcome, Language, PostKind, Role
from runtime.connect import plugin
from runtime.rules import Rules
from tests import builders
from tests.patience import seen
from tests.workflows.conftest import Handle, Office, plain
from workflows.grid import GridClosed, GridWorkflow

POST = g.Post(id="park-7", kind=PostKind.PARK)
AT_POST = Actor(id="park-7", role=Role.INTAKE)
ITEM = builders.arrears_item(amount=Decimal("1860.00"))


def complaint() -> Complaint:
    """A claimant is owed 1860 yuan of part A."""
    return builders.complaint(items=(ITEM,))


async def opened(
    office: Office, filed: Complaint | None = None, warning: g.EarlyWarning | None = None, by: Actor = AT_POST
) -> tuple[Handle, GridReceipt]:
    """A mediation at the post, by update-with-start."""
    name = filed.complaint_id if filed else uuid.uuid4().hex
    message = g.OpenGrid(
        message_id=f"open-{uuid.uuid4().hex}", actor=by, post=POST, complaint=filed, warning=warning, drill=True
    )
    start = WithStartWorkflowOperation(
        GridWorkflow.run,
        id=f"grid-{name}",
        task_queue=CENTRE_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    receipt = await office.client.execute_update_with_start_workflow(
        message.name, message, start_workflow_operation=start, id=message.message_id, result_type=GridReceipt
    )
    return await start.workflow_handle(), receipt


async def test_a_mediation_that_is_late_comes_before_the_joint_meeting_by_its_employer(office: Office) -> None:
    filed = complaint()
    handle, _ = await opened(office, filed)
    service = MeetingService(office.client, office.pool, office.vault, Rules(office.tables))

    async def found(now: datetime) -> list[str]:
        asked = GatherRequest(meeting=f"m-{uuid.uuid4().hex[:8]}", drill=True, year=2026, now=now)
        gathered = await ActivityEnvironment().run(service.gather, asked)
        return [one.title for one in gathered.found if one.about == handle.id]

    async def listed() -> list[posts.GridLine]:
        lines = await posts.lines(office.pool, office.vault, posts.GridFilter(open=True, drill=True, limit=500))
        return [one for one in lines if one.case == handle.id]

    [line] = await seen(listed)
    assert await found(line.due_at) == []
    assert await found(line.due_at + timedelta(seconds=1)) == [filed.employer.name]
    await office.end(handle)


def said(model: type[Message], actor: Actor = AT_POST, **fields: Any) -> Message:
    """A message that nobody has sent before."""
    return model(message_id=uuid.uuid4().hex, actor=actor, language=Language.ENGLISH, **fields)


async def tell(handle: Handle, message: Message) -> Acknowledgement:
    """Send a message that must be accepted."""
    answer: Acknowledgement = await handle.execute_update(message.name, message, result_type=Acknowledgement)
    return answer


async def refused(handle: Handle, message: Message) -> str:
    """Why a message is refused."""
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await tell(handle, message)
    assert isinstance(failure.value.cause, ApplicationError)
    return failure.value.cause.message


def terms(receipt: GridReceipt, amount: str = "1860.00") -> Message:
    """The employer pays within the time that a settlement on the spot has."""
    instalment = Instalment(ref="r1", due=receipt.paid_by, part_a={"c1": Decimal(amount)})
    return said(g.OfferTerms, terms="t1", payer="e1", instalments=(instalment,))


async def result(office: Office, handle: Handle) -> GridClosed:
    """What the mediation came to, once its time has passed."""
    typed = office.client.get_workflow_handle(handle.id, result_type=GridClosed)
    for _ in range(30):
        if (await typed.describe()).close_time is not None:
            closed: GridClosed = await typed.result()
            return closed
        await office.sleep(timedelta(days=1))
    raise AssertionError("never ended")


async def test_what_is_settled_on_the_spot_is_recorded_and_closed(office: Office) -> None:
    handle, receipt = await opened(office, complaint())
    await tell(handle, said(g.NoteSaid, who="e1", text="愿意补缴", attitude="willing"))
    await tell(handle, terms(receipt))
    assert "have not accepted: e1" in await refused(handle, said(g.SettleOnTheSpot, terms="t1", accepted_by=("c1",)))

    await tell(handle, said(g.SettleOnTheSpot, terms="t1", accepted_by=("c1", "e1")))

    closed = await result(office, handle)
    assert (closed.outcome, closed.forwarded_to) == (GridOutcome.SETTLED, None)
    assert await office.verify(handle.id) == closed.ledger_head
    [line] = [one for one in await posts.lines(office.pool, office.vault, posts.GridFilter()) if one.case == handle.id]
    assert (line.outcome, line.post) == (GridOutcome.SETTLED, "park-7")


async def test_part_a_is_never_given_up_on_the_spot_and_the_refusal_names_the_article(office: Office) -> None:
    handle, receipt = await opened(office, complaint())

    why = await refused(handle, terms(receipt, "1859.99"))

    assert "社会保险费征缴暂行条例 Art.12" in why
    assert "0.01" in why
    await tell(handle, said(g.ForwardToCentre, reason="谈不拢"))
    await result(office, handle)


async def test_what_is_not_settled_goes_to_the_centre_with_everything_said_so_far(office: Office) -> None:
    filed = complaint()
    handle, receipt = await opened(office, filed)
    await tell(handle, said(g.NoteSaid, who="e1", text="承认欠缴，但要等货款", attitude="declined"))
    await tell(handle, terms(receipt))
    await tell(handle, said(g.ForwardToCentre, builders.party("c1", Role.CLAIMANT), reason="等不了"))

    closed = await result(office, handle)

    assert closed.outcome is GridOutcome.FORWARDED
    assert closed.forwarded_to == f"dispute-{filed.complaint_id}"
    case = office.client.get_workflow_handle(closed.forwarded_to)
    taken = await office.noted(case, "grid_record_taken")
    assert (taken.facts["grid"], taken.facts["said"], taken.facts["offers"]) == (handle.id, 1, 1)
    assert (await office.noted(case, "said_at_grid")).facts["text"] == "承认欠缴，但要等货款"
    assert (await office.noted(case, "offered_at_grid")).facts["total"] == "1860.00"
    assert await office.verify(handle.id) == closed.ledger_head
    await office.end(case)


async def test_silence_is_forwarded_by_itself_when_the_time_is_over(office: Office) -> None:
    handle, receipt = await opened(office, complaint())

    closed = await result(office, handle)

    assert closed.outcome is GridOutcome.FORWARDED
    [lapsed] = [event for event in await office.events(handle.id) if event.kind == "grid_lapsed"]
    assert lapsed.at.astimezone(CENTRE_ZONE).date() == receipt.due + timedelta(days=1)
    assert lapsed.facts["due"] == receipt.due.isoformat()
    case = office.client.get_workflow_handle(closed.forwarded_to or "")
    filed = str((await office.noted(case, "grid_record_taken")).facts["opened_on"])
    assert filed < receipt.due.isoformat()
    await office.end(case)


async def test_the_same_complaint_opened_twice_is_one_mediation(office: Office) -> None:
    filed = complaint()
    handle, first = await opened(office, filed)
    again, second = await opened(office, filed, by=Actor(id="village-3", role=Role.INTAKE))

    assert (again.id, second) == (handle.id, first)
    await tell(handle, said(g.ForwardToCentre, reason="转办"))
    await result(office, handle)
    assert [event.kind for event in await office.events(handle.id)].count("grid_opened") == 1


async def test_another_post_can_do_nothing_here(office: Office) -> None:
    handle, _ = await opened(office, complaint())
    stranger = Actor(id="village-3", role=Role.INTAKE)

    assert "park-7" in await refused(handle, said(g.NoteSaid, stranger, text="代为记录"))
    assert "not a party" in await refused(
        handle, said(g.ForwardToCentre, builders.party("c9", Role.CLAIMANT), reason="无关")
    )
    await office.end(handle)


async def test_a_message_that_nobody_proves_is_refused_and_a_bad_signal_is_recorded_as_rejected(office: Office) -> None:
    handle, _ = await opened(office, complaint())
    outsider = await Client.connect(office.client.service_client.config.target_host, plugins=[plugin(office.vault)])
    unsigned = outsider.get_workflow_handle(handle.id)

    assert "nothing proves" in await refused(unsigned, said(g.ForwardToCentre, reason="冒名"))
    await unsigned.signal(g.ForwardToCentre.name, said(g.ForwardToCentre, reason="冒名"))
    await handle.signal("note_said", plain({"message_id": "m", "actor": AT_POST.model_dump(mode="json")}))
    await result(office, handle)

    kinds = [event.kind for event in await office.events(handle.id)]
    assert {"message_unproved", "message_rejected", "grid_lapsed"} <= set(kinds)
    assert "grid_forwarding" not in kinds


async def test_an_early_warning_under_which_nobody_complains_is_reported_to_the_supervisor(office: Office) -> None:
    warning = g.EarlyWarning(employer="虚构停缴公司", since="2026-01", months=3, workers=12)
    handle, _ = await opened(office, warning=warning)

    assert (await result(office, handle)).outcome is GridOutcome.REPORTED


async def test_workers_who_complain_under_an_early_warning_are_taken_over_by_the_centre(office: Office) -> None:
    filed = complaint()
    warning = g.EarlyWarning(employer=filed.employer.name, since="2026-01", months=3, workers=12)
    handle, _ = await opened(office, warning=warning)
    await tell(handle, said(g.NoteSaid, who="employer", text="资金困难", attitude="willing"))
    assert "another employer" in await refused(handle, said(g.FileAtGrid, complaint=complaint()))

    await tell(handle, said(g.FileAtGrid, complaint=filed))

    view: GridView = await handle.query("grid_view", result_type=GridView)
    assert [one.who for one in view.said] == ["e1"]
    assert (await result(office, handle)).forwarded_to == f"dispute-{filed.complaint_id}"
