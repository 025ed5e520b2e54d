"""What the centre does for joint meetings: fills agendas, tells cases what was decided, counts terms, keeps ledgers."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

import asyncpg
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

import texts
from casebook import grid, lists, meetings, notices
from casebook.grid import GridFilter
from domain.assessment.reconcile import statements
from domain.base import CENTRE_ZONE, Instant, Model, Ref
from domain.case import protocol
from domain.case.opening import Reading
from domain.case.receipts import Acknowledgement
from domain.deadlines.deadline import end_of
from domain.ledger import SYSTEM
from domain.meeting.effects import CASE_OVER, Answered, Found
from domain.meeting.messages import ItemKind
from domain.meeting.state import SERIES, SERIES_OF_DRILLS, Act, OrderTerm
from domain.meeting.view import MeetingEntry
from domain.procedure.notices.recipients import meeting_notices, notice_table
from domain.refusal import Problem, Refused
from domain.views.case_view import CaseView
from domain.views.paging import everybody
from domain.words import Language
from runtime.rules import Rules, start_of
from runtime.vault import Vault
from texts import sentences


class GatherRequest(Model):
    """An agenda is to be filled."""

    meeting: Ref
    drill: bool
    year: int
    now: Instant


class Gathered(Model):
    """What waits, and the number of the meeting."""

    number: str
    found: tuple[Found, ...]


class ActRequest(Model):
    """A case is to be told what was decided."""

    meeting: Ref
    decision: Ref
    act: Act
    position: int


class TermRequest(Model):
    """An order was set on a day, to be done within working days."""

    set_on: date
    days: int


class MeetingService:
    """The office of the joint meeting."""

    def __init__(
        self, client: Client, pool: asyncpg.Pool, vault: Vault, rules: Rules, channels: Sequence[str] = ()
    ) -> None:
        self._client, self._pool, self._vault, self._rules, self._channels = client, pool, vault, rules, channels

    @activity.defn(name="meeting.gather")
    async def gather(self, asked: GatherRequest) -> Gathered:
        """What waits for a meeting: contradictions one by one, cases that are late or special, red orders."""
        series = SERIES_OF_DRILLS if asked.drill else SERIES
        number = await meetings.number(self._pool, asked.meeting, asked.year, drill=asked.drill, series=series)
        found: list[Found] = []
        for case in await meetings.waiting(
            self._pool, asked.now, self._rules.tables.meetings.late_share, drill=asked.drill
        ):
            activity.heartbeat()
            found += await self._of_case(case)
        found += await self._at_posts(asked)
        found += await meetings.red_orders(self._pool, self._vault, asked.meeting, drill=asked.drill)
        return Gathered(number=number, found=tuple(found))

    async def _at_posts(self, asked: GatherRequest) -> list[Found]:
        """Mediations at posts of which nothing has come yet: those that are late, and early warnings that are red."""
        today, table = asked.now.astimezone(CENTRE_ZONE).date(), self._rules.tables.grid
        open_ = GridFilter(open=True, drill=asked.drill, oldest_first=True, limit=500)
        late = await grid.lines(self._pool, self._vault, open_.model_copy(update={"due_before": asked.now}))
        warned = await grid.lines(self._pool, self._vault, open_.model_copy(update={"warned": True}))
        red = [one for one in warned if one.since and table.grade(one.since, one.workers or 1, today) == "red"]
        return [
            Found(
                kind=ItemKind.WARNING,
                title=sentences.mediation_name(one.employer, one.since, one.workers, Language.CHINESE),
                about=one.case,
            )
            for one in {one.case: one for one in (*late, *red)}.values()
        ]

    async def _of_case(self, case: meetings.Waiting) -> list[Found]:
        known = {"case": case.case, "case_number": case.case_number}
        if "joint-meeting" in case.waits_on:
            view = await self._view(case.case)
            open_ = [d for d in view.discrepancies if d.id in view.undecided] if view is not None else []
            return [
                Found(
                    kind=ItemKind.CONTRADICTION,
                    title=sentences.discrepancy_name(one.id, Language.CHINESE),
                    about=one.id,
                    sources=tuple(texts.sentence(told.code, told.params, Language.CHINESE) for told in statements(one)),
                    money=one.money,
                    **known,
                )
                for one in open_
            ]
        why = (
            (ItemKind.LAPSED, case.lapsed >= _LAPSED_TWICE),
            (ItemKind.LATE, case.late),
            (ItemKind.SPECIAL, case.case_class == "special"),
        )
        return [Found(kind=kind, title=texts.say(f"meeting.kind.{kind}"), **known) for kind, holds in why if holds][:1]

    async def _view(self, case: str) -> CaseView | None:
        try:
            view = await everybody(partial(self._asked, case), Reading())
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None
        return view

    async def _asked(self, case: str, reading: Reading) -> CaseView:
        handle = self._client.get_workflow_handle(case)
        view: CaseView = await handle.query("case_view", reading, result_type=CaseView)
        return view

    @activity.defn(name="meeting.act")
    async def act(self, asked: ActRequest) -> Answered:
        """Tell a case what was decided, once; the number of its ledger, or why it refuses."""
        name, act = asked.act.name, asked.act
        message_id = f"{asked.meeting}-{asked.decision}-{asked.position}"[:64]
        body = {**act.fields, "message_id": message_id, "actor": SYSTEM.model_dump(mode="json")}
        try:
            message = protocol.parse(name, json.dumps(body).encode())
        except Refused as refused:
            return Answered(refused=refused.problems)
        case = await lists.find(self._pool, act.case) or act.case
        try:
            answer: Acknowledgement = await self._client.get_workflow_handle(case).execute_update(
                name, message, id=message_id, result_type=Acknowledgement
            )
        except WorkflowUpdateFailedError as failed:
            return Answered(refused=_why(failed))
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return Answered(refused=(CASE_OVER,))
        return Answered(seq=answer.seq)

    @activity.defn(name="meeting.term")
    async def term(self, asked: TermRequest) -> OrderTerm:
        """Until when an order is to be done, and when it turns: two working days before, over it, five beyond."""
        calendar = self._rules.tables.calendar
        due = calendar.add_working_days(asked.set_on, asked.days)
        near = due
        while near > asked.set_on and calendar.working_days_between(near, due) < _NEAR:
            near -= timedelta(days=1)
        return OrderTerm(
            due=due,
            blue_at=start_of(near),
            yellow_at=end_of(due),
            red_at=end_of(calendar.add_working_days(due, _LONG_OVER)),
        )

    @activity.defn(name="meeting.record")
    async def record(self, entry: MeetingEntry) -> int:
        """Append events, renew the rows, queue what is to be told. Returns the last event's number.

        Raises LedgerConflict.
        """
        recorded = await meetings.record(self._pool, self._vault, entry)
        table, channels = notice_table(), () if entry.row.drill else self._channels
        found, now = meeting_notices(entry.events, entry.people, table), datetime.now(UTC)
        await notices.put(self._pool, entry.row.meeting, entry.events, found, table, channels, now=now)
        return recorded


_NEAR = 2
_LONG_OVER = 5
_LAPSED_TWICE = 2


def _why(failed: WorkflowUpdateFailedError) -> tuple[Problem, ...]:
    cause = failed.cause
    if isinstance(cause, ApplicationError) and cause.type == "Refused" and cause.details:
        return tuple(Problem.model_validate(problem) for problem in cause.details[0])
    if isinstance(cause, ApplicationError) and cause.type == "AcceptedUpdateCompletedWorkflow":
        return (CASE_OVER,)
    raise failed
