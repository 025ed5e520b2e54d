"""The joint meeting: its agenda fills itself, its decisions reach the cases, its orders are followed until done."""

import asyncio
import contextlib
import io
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from docx import Document
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from casebook import ledger, meetings
from domain.assessment.messages import CorrectDecision, DecideDiscrepancy
from domain.base import CENTRE_ZONE
from domain.case import messages as m
from domain.case.receipts import Acknowledgement
from domain.ledger import Actor
from domain.meeting import messages as mm
from domain.meeting.state import Colour, ItemState, MeetingStage
from domain.meeting.view import MeetingReceipt, MeetingView
from domain.message import Message
from domain.words import Agency, Language, Phase
from papers.minutes import minutes
from runtime import beginning
from tests import builders
from tests.patience import seen
from tests.workflows.conftest import Handle, Office
from texts.sentences import day

CHAIR = builders.SUPERVISOR
STARTS = datetime(2026, 12, 9, 9, tzinfo=CENTRE_ZONE)


async def contradicted(office: Office) -> Handle:
    """A case whose labour and tax findings contradict each other, so that it waits for the meeting."""
    handle = await office.start(builders.complaint())
    await office.contradict(handle)
    await office.sleep(timedelta(seconds=5))  # The casebook may lie behind by a moment.
    return handle


class Room:
    """A meeting that somebody leads."""

    def __init__(self, office: Office, name: str) -> None:
        self.office, self.handle = office, office.client.get_workflow_handle(name)

    @classmethod
    async def called(cls, office: Office, name: str = "") -> "Room":
        """A drill's meeting of three agencies."""
        name = name or f"meeting-{uuid.uuid4().hex[:8]}"
        call = mm.CallMeeting(
            message_id="call",
            actor=CHAIR,
            starts=STARTS,
            place="第一调解室",
            chair=CHAIR.id,
            recorder="clerk",
            members=(
                mm.Member(agency=Agency.LABOR, member=CHAIR.id),
                mm.Member(agency=Agency.TAX, member="tax-head"),
                mm.Member(agency=Agency.MEDICAL_INSURANCE, member="med-02", deputy=True),
            ),
            drill=True,
        )
        receipt = await beginning.begin(office.client, "MeetingWorkflow", name, call, MeetingReceipt)
        assert receipt.number.startswith("联席演〔2026〕")
        return cls(office, name)

    async def say(self, kind: type[Message], actor: Actor = CHAIR, **fields: Any) -> Acknowledgement:
        """Send it a message."""
        body = kind.model_validate({"message_id": uuid.uuid4().hex, "actor": actor, **fields})
        answer: Acknowledgement = await self.handle.execute_update(kind.name, body, result_type=Acknowledgement)
        return answer

    async def view(self) -> MeetingView:
        """The meeting as it stands."""
        view: MeetingView = await self.handle.query("meeting_view", result_type=MeetingView)
        return view

    async def sitting(self) -> None:
        """The agenda stands and the meeting has begun."""
        await self.say(mm.FixAgenda)
        await self.say(mm.OpenSitting, present=[CHAIR.id, "tax-head"])


def why(error: WorkflowUpdateFailedError) -> set[str]:
    """The codes of a refusal."""
    assert isinstance(error.cause, ApplicationError)
    return {problem["code"] for problem in error.cause.details[0]}


async def test_what_waits_is_on_the_agenda_by_itself_and_one_decision_reaches_every_case(office: Office) -> None:
    cases = [await contradicted(office) for _ in range(3)]
    room = await Room.called(office)
    mine = {case.id for case in cases}
    items = [item for item in (await room.view()).items if item.case in mine]
    assert {item.kind for item in items} == {mm.ItemKind.CONTRADICTION} and {i.case for i in items} == mine
    await room.sitting()
    await room.say(mm.NoteDiscussion, item=items[0].ref, text="税务部门说明入库记录")
    others = [item.ref for item in (await room.view()).items if item.case not in mine]
    if others:
        await room.say(mm.PutOffItems, items=others, reason="与本次无关")
    await room.say(
        mm.DecideItems,
        decision="d1",
        items=[item.ref for item in items],
        text="以用工记录为准",
        article="社会保险法 Art.58",
        dissent=[{"member": "tax-head", "text": "保留意见"}],
        act="decide_discrepancy",
        fields={"holds": "first"},
    )
    view = await seen(room.view, lambda view: all(act.seq for act in view.decisions[0].acts))
    for case in cases:
        went_on = await office.until(case, lambda view: view.phase is Phase.MEDIATION or bool(view.undecided))
        assert not went_on.undecided
        decided = await office.noted(case, "discrepancy_decided")
        assert str(view.number) in str(decided.facts["reason"]), "the meeting's number is the reason"
        assert decided.seq in {act.seq for act in view.decisions[0].acts}, "and it holds the ledger's number"
    assert (await room.say(mm.IssueMinutes)).case == room.handle.id
    told = "\n".join(p.text for p in Document(io.BytesIO(minutes(view, Language.CHINESE))).paragraphs)
    assert "以用工记录为准" in told and "保留意见（tax-head）" in told and "缺席部门：医保部门" in told
    over = await room.handle.result()
    assert over["decisions"] == 1
    await ledger.prove(office.pool, office.vault, room.handle.id)
    await office.end(*cases)


async def test_what_a_case_refuses_is_on_the_agenda_again(office: Office) -> None:
    case = await contradicted(office)
    room = await Room.called(office)
    [item] = [item for item in (await room.view()).items if item.case == case.id]
    await room.sitting()
    decide: dict[str, Any] = {"items": [item.ref], "text": "按医保记录", "act": "decide_discrepancy"}
    await room.say(mm.DecideItems, decision="d1", fields={"holds": "neither"}, **decide)
    view = await seen(room.view, lambda view: bool(view.decisions[0].acts[0].refused))
    assert next(one.state for one in view.items if one.ref == item.ref) is ItemState.REFUSED
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await room.say(mm.IssueMinutes)
    assert why(refused.value) == {"refusals.meeting.items_open"}
    await room.say(mm.DecideItems, decision="d2", fields={"holds": "second"}, **decide)
    await seen(room.view, lambda view: view.decisions[1].acts[0].seq)
    await office.until(case, lambda view: not view.undecided)
    await office.end(room.handle, case)


async def test_an_order_turns_red_comes_on_the_next_agenda_and_is_closed_by_an_accepted_report(office: Office) -> None:
    room = await Room.called(office)
    await room.sitting()
    order: dict[str, Any] = {"order": "o1", "what": "核实缴费基数", "agency": "tax", "helping": ["labor"], "days": 5}
    await room.say(mm.SetOrder, **order)
    await seen(room.view, lambda view: view.orders[0].term is not None)
    await office.sleep(timedelta(days=25))
    assert (await seen(room.view, lambda view: view.orders[0].colour is Colour.RED)).orders[0].open
    await office.sleep(timedelta(seconds=5))
    [listed] = [
        o for o in await meetings.orders(office.pool, office.vault, agency="tax") if o.meeting == room.handle.id
    ]
    assert listed.colour == "red" and listed.what == "核实缴费基数"
    following = await Room.called(office)
    assert mm.ItemKind.ORDER in {item.kind for item in (await following.view()).items}
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await room.say(mm.ReportOrder, builders.officer(Agency.LABOR), order="o1", text="不归我")
    assert why(refused.value) == {"refusals.meeting.order_of_another"}
    officer = builders.officer(Agency.TAX)
    await room.say(mm.ReportOrder, officer, order="o1", text="已核实")
    await room.say(mm.JudgeReport, order="o1", accept=False, reason="缺附件")
    await room.say(mm.ReportOrder, officer, order="o1", text="附件已补")
    await room.say(mm.JudgeReport, order="o1", accept=True)
    items = [item.ref for item in (await room.view()).items if item.state is not ItemState.PUT_OFF]
    if items:
        await room.say(mm.PutOffItems, items=items, reason="下次再议")
    await room.say(mm.IssueMinutes)
    assert (await room.handle.result())["orders"] == 1
    await office.end(following.handle)


async def test_a_meeting_sits_when_its_agenda_stands_and_two_agencies_are_there(office: Office) -> None:
    room = await Room.called(office)
    for kind, fields, code in (
        (mm.OpenSitting, {"present": [CHAIR.id]}, "meeting.agenda_open"),
        (mm.DecideItems, {"decision": "d", "items": ["i1"], "text": "x"}, "meeting.not_sitting"),
        (mm.CallMeeting, (await called_again()), "meeting.called"),
    ):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await room.say(kind, **fields)
        assert why(refused.value) == {f"refusals.{code}"}
    await room.say(mm.FixAgenda)
    for present, code in (([CHAIR.id], "no_quorum"), (["passer-by", CHAIR.id, "tax-head"], "stranger")):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await room.say(mm.OpenSitting, present=present)
        assert why(refused.value) == {f"refusals.meeting.{code}"}
    await room.say(mm.OpenSitting, present=[CHAIR.id, "tax-head"])
    assert (await room.view()).stage is MeetingStage.HELD
    await office.end(room.handle)


async def test_a_meeting_that_was_blocked_for_a_while_is_written_down_and_the_supervisor_is_told(
    office: Office,
) -> None:
    room = Room(office, "meeting-blocked")

    async def blocked() -> bool:
        with contextlib.suppress(RPCError):  # It may not be there yet.
            return (await room.view()).blocked is not None
        return False

    await office.pool.execute("alter table meeting_number rename to away")
    try:
        calling = asyncio.create_task(Room.called(office, "meeting-blocked"))
        await seen(blocked)
    finally:
        await office.pool.execute("alter table away rename to meeting_number")
    await office.sleep(timedelta(hours=1))
    await calling
    view = await seen(room.view, lambda view: view.blocked is None)

    async def written() -> bool:
        return len(await ledger.events(office.pool, office.vault, room.handle.id)) == view.ledger_length

    await seen(written)
    told = await office.pool.fetch(
        'select recipient from notice where "case" = $1 and event = $2', room.handle.id, "blocked"
    )
    assert {one["recipient"] for one in told} == {"supervisor"}
    await office.end(room.handle)


async def called_again() -> dict[str, Any]:
    """What calls a meeting."""
    return {
        "starts": "2026-12-09T09:00:00+08:00",
        "place": "别处",
        "chair": "a",
        "recorder": "b",
        "members": [{"agency": "tax", "member": "a"}, {"agency": "labor", "member": "b"}],
    }


async def test_what_a_decision_would_change_is_on_the_agenda_and_a_wrong_one_is_corrected(office: Office) -> None:
    case = await contradicted(office)
    room = await Room.called(office)
    [item] = [item for item in (await room.view()).items if item.case == case.id]
    assert len(item.sources) == 2 and item.money is not None, "what each says, and what hangs on it, beforehand"
    own = {"discrepancy": item.about, "reason": "按用工记录"}
    await office.update(case, DecideDiscrepancy(message_id="d", actor=builders.SUPERVISOR, holds="first", **own))
    first = await office.until(case, lambda view: view.phase is Phase.MEDIATION and view.mediator is not None)
    due = day(first.now) + timedelta(days=30)
    terms = m.Propose(
        message_id="p",
        actor=builders.mediator(first.mediator or ""),
        proposal="p1",
        payer="e1",
        instalments=(builders.instalment("n1", due, c1=first.claimants[0].part_a or Decimal()),),
    )
    await office.update(case, terms)

    again = {"discrepancy": item.about, "reason": "原认定有误", "actor": builders.SUPERVISOR}
    with pytest.raises(WorkflowUpdateFailedError) as same:
        await office.update(case, CorrectDecision(message_id="c1", holds="first", **again))
    assert why(same.value) == {"refusals.discrepancy.decided_so"}
    await office.update(case, CorrectDecision(message_id="c2", holds="second", **again))
    anew = await office.until(case, lambda view: view.proposals[0].state == "replaced")
    assert anew.part_a is not None and first.part_a is not None
    assert anew.part_a - first.part_a == item.money
    corrected = await office.noted(case, "decision_corrected")
    assert {corrected.facts["before"], corrected.facts["holds"]} & set(Agency), "by the names of the sources"
