"""Talks are called, answered, held and missed; a mediator is challenged; confidences stay with the mediator."""

import uuid
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from casebook import bookings
from domain.base import CENTRE_ZONE
from domain.case import messages as m
from domain.case.opening import Reading
from domain.deadlines.calendar import Calendar
from domain.ledger import Actor
from domain.mediation import session_messages as s
from domain.mediation.sessions import SessionState, Standing
from domain.message import Message
from domain.procedure.mediation.sessions_view import SittingsView
from domain.words import Outcome, Phase, Role, Room
from tests import builders
from tests.patience import seen
from tests.workflows.conftest import Handle, Office
from tests.workflows.test_messages import find_the_facts
from workflows.dispute import DisputeWorkflow

E1 = builders.party("e1", Role.RESPONDENT)
C1 = builders.party("c1", Role.CLAIMANT)
_days = count(5, 2)


def working_morning(now: datetime, after: int, hour: int = 9) -> datetime:
    """An hour of a working day, so many working days from now."""
    day: date = Calendar.load().add_working_days(now.astimezone(CENTRE_ZONE).date(), after)
    return datetime(day.year, day.month, day.day, hour, tzinfo=CENTRE_ZONE)


async def sittings(handle: Handle) -> SittingsView:
    told: SittingsView = await handle.query(DisputeWorkflow.sittings, Reading())
    return told


async def at_the_table(office: Office) -> tuple[Handle, Actor, datetime]:
    """A case in mediation, its mediator, and nine in the morning of a day that no other test uses."""
    handle = await office.start(builders.complaint())
    await find_the_facts(office, handle)
    view = await office.until(handle, lambda view: view.phase is Phase.MEDIATION and view.mediator is not None)
    return handle, builders.mediator(view.mediator or ""), working_morning(view.now, next(_days))


async def say(office: Office, handle: Handle, what: type[Message], actor: Actor, **fields: Any) -> None:
    await office.update(handle, what(message_id=uuid.uuid4().hex, actor=actor, **fields))


async def refused(office: Office, handle: Handle, what: type[Message], actor: Actor, **fields: Any) -> Any:
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await say(office, handle, what, actor, **fields)
    assert isinstance(failure.value.cause, ApplicationError)
    return failure.value.cause.details[0][0]


async def kept(office: Office, at: datetime) -> list[bookings.Entry]:
    """What the calendar of drills has at a time."""
    return await bookings.entries(office.pool, at, at + timedelta(minutes=1), drill=True)


async def test_talks_are_called_answered_held_and_the_room_is_free_again(office: Office) -> None:
    handle, mediator, at = await at_the_table(office)
    await say(office, handle, s.ScheduleSession, mediator, session="s1", starts=at)
    [talks] = (await sittings(handle)).talks
    assert (talks.state, talks.room) == (SessionState.SCHEDULED, (await kept(office, at))[-1].room)
    assert talks.reply_until is not None and talks.reply_until <= at
    summoned = await office.until(handle, lambda view: sum(p.kind == "summons" for p in view.papers) == 2)
    assert {paper.about for paper in summoned.papers if paper.kind == "summons"} == {"c1", "e1"}
    await say(office, handle, s.AnswerInvitation, E1, session="s1", party="e1", reply="comes", remark="人事经理到场")
    assert (await sittings(handle)).talks[0].replies["e1"].reply is s.InvitationReply.COMES

    today = (await office.view(handle)).now.astimezone(CENTRE_ZONE).date()
    held = {"held_on": today, "present": ("c1", "e1"), "session": "s1", "represented": {"e1": "李某，特别授权"}}
    await say(office, handle, m.HoldSession, mediator, **held)
    assert (await sittings(handle)).talks[0].state is SessionState.HELD

    async def booked() -> bool:
        return any(one.case == handle.id for one in await kept(office, at))

    await seen(booked, lambda still: not still)
    assert (await office.noted(handle, "session_attended")).facts["represented"] == {"e1": "李某，特别授权"}


async def test_a_time_that_is_taken_is_refused_with_others_and_those_can_be_had(office: Office) -> None:
    handle, mediator, at = await at_the_table(office)
    await say(office, handle, s.ScheduleSession, mediator, session="s1", starts=at)
    half = at + timedelta(minutes=30)
    problem = await refused(office, handle, s.ScheduleSession, mediator, session="s2", starts=half)
    assert problem["code"] == "refusals.session.mediator"
    first = problem["params"]["free"].split(" (")[0]
    other = datetime.fromisoformat(first).replace(tzinfo=CENTRE_ZONE)
    await say(office, handle, s.ScheduleSession, mediator, session="s3", starts=other)
    states = {one.session: one.state for one in (await sittings(handle)).talks}
    assert states == {"s1": "scheduled", "s2": "not-booked", "s3": "scheduled"}


async def test_two_cases_never_have_one_room_and_closed_hours_are_refused(office: Office) -> None:
    (one, first, at), (other, second, _) = await at_the_table(office), await at_the_table(office)
    await say(office, one, s.ScheduleSession, first, session="s1", starts=at, kind=Room.LEGAL_AID)
    why = await refused(office, other, s.ScheduleSession, second, session="s1", starts=at, kind=Room.LEGAL_AID)
    assert why["code"] in ("refusals.session.room", "refusals.session.mediator")  # The lot may give both one mediator.
    noon = at.replace(hour=12)
    closed = await refused(office, other, s.ScheduleSession, second, session="s2", starts=noon)
    assert closed["code"] == "refusals.session.closed"


async def test_the_model_workers_room_is_the_one_of_the_trade(office: Office) -> None:
    handle, mediator, at = await at_the_table(office)
    await say(
        office, handle, s.ScheduleSession, mediator, session="s1", starts=at, kind=Room.MODEL_WORKER, trade="steel"
    )
    [talks] = (await sittings(handle)).talks
    assert (talks.state, talks.room) == (SessionState.SCHEDULED, "model-worker-steel")
    assert [one.room for one in await kept(office, at) if one.case == handle.id] == ["model-worker-steel"]


async def test_talks_online_need_no_room_and_everybody_is_told_where_to_go(office: Office) -> None:
    handle, mediator, at = await at_the_table(office)
    address = "https://talks.example/r/1"
    await say(office, handle, s.ScheduleSession, mediator, session="s1", starts=at, kind=Room.ONLINE, link=address)
    [talks] = (await sittings(handle)).talks
    assert (talks.state, talks.room, talks.link) == (SessionState.SCHEDULED, None, address)
    assert (await office.noted(handle, "session_scheduled")).facts["place"] == address


async def test_nobody_is_called_to_talks_on_a_public_holiday(office: Office) -> None:
    handle, mediator, at = await at_the_table(office)
    new_year = at.replace(year=at.year + 1, month=1, day=1)
    why = await refused(office, handle, s.ScheduleSession, mediator, session="s1", starts=new_year)
    assert why["code"] == "refusals.session.closed" and why["params"]["free"]


async def test_talks_are_put_off_and_the_old_time_is_free(office: Office) -> None:
    handle, mediator, at = await at_the_table(office)
    await say(office, handle, s.ScheduleSession, mediator, session="s1", starts=at)
    later = at + timedelta(minutes=30)
    await say(office, handle, s.ScheduleSession, mediator, session="s2", starts=later, instead_of="s1")
    states = {one.session: one.state for one in (await sittings(handle)).talks}
    assert states == {"s1": SessionState.PUT_OFF, "s2": SessionState.SCHEDULED}
    assert [one.ref for one in await kept(office, at + timedelta(minutes=45)) if one.case == handle.id] == ["s2"]


async def test_a_silent_employer_is_on_the_case_as_such_and_the_mediator_is_told(office: Office) -> None:
    handle, mediator, _ = await at_the_table(office)
    for number in (1, 2):
        at = working_morning((await office.view(handle)).now, 1)
        await say(office, handle, s.ScheduleSession, mediator, session=f"s{number}", starts=at)
        await say(office, handle, s.AnswerInvitation, C1, session=f"s{number}", party="c1", reply="comes")
        standing = (await sittings(handle)).standing
        assert standing.get("e1") is None
        until = (await sittings(handle)).talks[-1].reply_until
        assert until is not None
        await office.advance(handle, (until - (await office.view(handle)).now).days + 1)
        await office.noted(handle, "invitation_unanswered")
        if number == 1:
            await say(office, handle, s.CancelSession, mediator, session="s1", reason="对方没有答复")
    told = await office.noted(handle, "standing_changed")
    assert (told.facts["party"], told.facts["standing"]) == ("e1", "silent")
    assert (await sittings(handle)).standing == {"e1": Standing.SILENT}
    wrong = await refused(office, handle, m.EndMediation, mediator, party="c1", reason="申请人不来")
    assert wrong["code"] == "refusals.session.talks"
    await say(office, handle, m.EndMediation, mediator, party="e1", reason="两次通知均无答复")
    assert (await office.live_to_the_end(handle)).outcome is Outcome.FAILED
    assert (await office.noted(handle, "side_does_not_come")).facts["standing"] == "silent"


async def test_who_stays_away_twice_does_not_come_and_who_comes_again_talks(office: Office) -> None:
    handle, mediator, at = await at_the_table(office)
    today = (await office.view(handle)).now.astimezone(CENTRE_ZONE).date()
    for number in (1, 2):
        starts = at + timedelta(hours=5 * (number - 1))
        await say(office, handle, s.ScheduleSession, mediator, session=f"s{number}", starts=starts)
        await say(office, handle, m.HoldSession, mediator, held_on=today, present=("c1",), session=f"s{number}")
    assert (await sittings(handle)).standing == {"e1": Standing.STAYS_AWAY}
    await say(office, handle, m.HoldSession, mediator, held_on=today, present=("c1", "e1"))
    assert (await sittings(handle)).standing == {"e1": Standing.STAYS_AWAY}  # A word of mouth changes no invitation.
    await say(office, handle, s.ScheduleSession, mediator, session="s3", starts=at + timedelta(days=1))
    await say(office, handle, m.HoldSession, mediator, held_on=today, present=("c1", "e1"), session="s3")
    assert (await sittings(handle)).standing == {"e1": Standing.TALKS}


async def test_a_challenged_mediator_holds_no_talks_and_the_successor_takes_over_thread_and_calendar(
    office: Office,
) -> None:
    handle, mediator, at = await at_the_table(office)
    await say(office, handle, s.ScheduleSession, mediator, session="s1", starts=at)
    asked = {"recusal": "r1", "ground": s.RecusalGround.RELATIVE, "reason": "调解员是申请人的近亲属"}
    await say(office, handle, s.AskRecusal, E1, **asked)
    view = await office.until(handle, lambda view: view.waits.what == "recusal" and view.waits.until is not None)
    assert view.waits.on == ("supervisor",)
    today = (await office.view(handle)).now.astimezone(CENTRE_ZONE).date()
    held = {"held_on": today, "present": ("c1", "e1"), "session": "s1"}
    assert (await refused(office, handle, m.HoldSession, mediator, **held))["code"] == "refusals.recusal.undecided"
    decided = {"recusal": "r1", "granted": True, "reason": "情况属实"}
    same = await refused(office, handle, s.DecideRecusal, builders.SUPERVISOR, to=mediator.id, **decided)
    assert same["code"] == "refusals.reassign.recused"
    successor = "m-g07" if mediator.id != "m-g07" else "m-g08"
    await say(office, handle, s.DecideRecusal, builders.SUPERVISOR, to=successor, **decided)
    assert (await office.view(handle)).mediator == successor
    await office.until(handle, lambda view: view.ledger_length > 0)

    async def booked_for() -> list[str]:
        return [one.mediator for one in await kept(office, at) if one.case == handle.id]

    assert await seen(booked_for, lambda mediators: mediators == [successor])
    await say(office, handle, m.HoldSession, builders.mediator(successor), **held)


async def test_what_was_said_in_confidence_is_not_for_the_supervisor(office: Office) -> None:
    handle, mediator, _ = await at_the_table(office)
    await say(office, handle, s.NoteCaucus, mediator, party="e1", confidence="年底前可以补齐")
    assert (await sittings(handle)).caucus == ()
    assert (await office.noted(handle, "caucus_noted")).facts["confidence"] == "***"


async def test_when_mediation_is_over_every_place_is_free_again(office: Office) -> None:
    handle, mediator, at = await at_the_table(office)
    await say(office, handle, s.ScheduleSession, mediator, session="s1", starts=at)
    await say(office, handle, m.EndMediation, mediator, reason="双方各执一词")
    await office.live_to_the_end(handle)
    assert not [one for one in await kept(office, at) if one.case == handle.id]


async def test_a_recusal_that_nobody_decides_is_told_to_the_supervisor(office: Office) -> None:
    handle, _, _ = await at_the_table(office)
    asked = {"recusal": "r1", "ground": s.RecusalGround.INTEREST, "reason": "调解员持有该公司股份"}
    await say(office, handle, s.AskRecusal, C1, **asked)
    await office.until(handle, lambda view: view.waits.until is not None and view.waits.what == "recusal")
    [challenge] = (await sittings(handle)).recusals
    assert challenge.decide_by is not None
    days = (challenge.decide_by - (await office.view(handle)).now).days + 1
    await office.advance(handle, days)
    assert (await office.noted(handle, "recusal_overdue")).facts["recusal"] == "r1"
