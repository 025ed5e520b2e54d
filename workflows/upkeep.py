"""What a running case does beside its procedure: it waits, asks, and keeps time, casebook and deadlines."""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.casebook import CasebookService
    from activities.deadlines import DeadlineService
    from activities.papers import PaperService
    from activities.sessions import SessionService
    from domain import agenda, progress, recounting, sessions
    from domain.case import Blocked, CaseState
    from domain.deadlines import GRANTED
    from domain.drafting import draft, due_with
    from domain.effects.papers import order, take_issued
    from domain.effects.sessions import not_booked
    from domain.entry import casebook_entry
    from domain.ledger import SYSTEM
    from domain.papers import PaperKind, PaperRequest
    from domain.session_messages import ScheduleSession
    from domain.sessions import SessionState
    from domain.steps import Known
    from domain.waiting import waiting
    from domain.words import Language, Phase
    from texts import sentences
    from workflows import answers
    from workflows.alarm import Alarm
    from workflows.centre import Service, service, service_of_its_own
    from workflows.listing import search_attributes_of

A = TypeVar("A")
B = TypeVar("B")
RETRY_AFTER: Final = timedelta(days=1)
LONGEST_RETRY: Final = timedelta(days=30)
"""A blocked step is tried again after one day, then after two, and so on up to this."""
CASEBOOK_LAG: Final = timedelta(seconds=1)
"""How far the casebook may lie behind the case."""
MESSAGES_PER_RUN: Final = 1000
"""Well below the 2,000 updates that Temporal allows one run."""

EVENTS_PER_RUN: Final = 1000
"""A settlement that is performed over years goes on in a new run well before Temporal suggests it."""


class EndsEarly(Exception):
    """The case goes straight to closure."""


class TurnsOver(Exception):
    """History has grown long: the case goes on in a new run."""


def phase(this: Phase) -> Callable[[Callable[[Any], Awaitable[None]]], Callable[[Any], Awaitable[None]]]:
    """A step of the procedure: announced when entered, passed over when the case is beyond it already."""
    order = list(Phase)

    def declare(step: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
        async def run(dispute: "Upkeep") -> None:
            case = dispute.case
            if order.index(case.phase) > order.index(this):
                return
            if case.phase is not this:
                dispute.enter(this)
            await step(dispute)

        return run

    return declare


class Upkeep:
    """A running case, without its procedure."""

    case: CaseState
    messages = 0
    """How many came in this run."""
    bounded = False
    """Whether runs are kept short while a settlement is performed: so in all runs but those begun before."""
    stamps = False
    """Whether what is noted leaves a trace in history at once: so in all runs but those begun before."""
    settling = False
    """The run is about to end: the casebook is not waited for any more."""

    @property
    def now(self) -> datetime:
        """The case's clock."""
        return self.case.clock(workflow.now())

    def enter(self, next_phase: Phase) -> None:
        """Go on to a phase, and show it where cases are listed."""
        self.case.enter(next_phase, self.now)
        if next_phase is not Phase.MEDIATION:
            sessions.call_off(self.case, self.now, next_phase)
        if self.case.papers_by_itself:
            for kind, about in due_with(self.case, next_phase):
                order(self.case, kind, about, SYSTEM.id, self.now)
        workflow.upsert_search_attributes(search_attributes_of(self.case))
        workflow.set_current_details(self.line(Language.CHINESE))

    def stamp(self) -> None:
        """Leave a trace in history of a workflow task in which something was noted.

        A task that left none is taken for the heartbeat of a local activity by replay, which joins it with the next
        one and gives what was noted the next one's time: the ledger would come out otherwise than it was written.
        """
        if self.stamps:
            workflow.upsert_search_attributes(search_attributes_of(self.case))

    def go_on(self) -> None:
        if self.case.ending is not None:
            raise EndsEarly
        if self.has_grown_long():
            raise TurnsOver

    def has_grown_long(self) -> bool:
        """Whether the case should go on in a new run."""
        run = workflow.info()
        performed = self.bounded and self.case.phase is Phase.PERFORMANCE
        return (
            self.messages >= MESSAGES_PER_RUN
            or run.is_continue_as_new_suggested()
            or (performed and run.get_current_history_length() >= EVENTS_PER_RUN)
        )

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until it is done. Ends too when the case ends early, or has to go on in a new run.

        What bounds the wait is on the agenda (domain/agenda.py): time itself makes it done.
        """
        case = self.case

        def wake() -> bool:
            return (case.suspension is None and done()) or case.ending is not None or self.has_grown_long()

        await workflow.wait_condition(wake)
        if case.suspension is not None or not done():
            self.go_on()

    async def ask(self, activity: Callable[[Any, A], Awaitable[B]], request: A, through: Service = service) -> B:
        """Ask a service of the centre; what it can't answer blocks the case, visibly, until it is mended."""
        began = self.now
        for tries in itertools.count(1):
            try:
                return await through(activity, request)
            except (ActivityError, ApplicationError) as error:
                # A local activity fails with the application's error itself, another one wraps it.
                cause = error.cause if isinstance(error, ActivityError) else error
                if not isinstance(cause, ApplicationError):
                    raise
                code, params = answers.failure(cause)
            blocked = Blocked(
                step=getattr(activity, "__qualname__", "service"),
                code=code,
                params=params,
                since=began,
                tries=tries,
                retry_at=self.now + min(RETRY_AFTER * tries, LONGEST_RETRY),
            )
            progress.block(self.case, blocked, self.now)
            await workflow.wait_condition(lambda: self.case.blocked is None)
        raise AssertionError("counting never ends")

    def known(self) -> Known:
        return progress.known(self.case, self.now)

    async def keep_time(self, alarm: Alarm | None) -> None:
        """Ring what is due, and sleep until what is next."""
        case = self.case
        while True:
            noted = case.next_seq
            agenda.ring(case, self.now)
            if case.next_seq > noted:
                self.stamp()
            upcoming, offset = agenda.next_alarm(case), case.clock_offset
            left = None if upcoming is None else upcoming - self.now

            def moved(at: datetime | None = upcoming, by: timedelta = offset) -> bool:
                return (agenda.next_alarm(case), case.clock_offset) != (at, by)

            if alarm is not None:
                await alarm.wait(None if left is None else workflow.now() + left, moved)
            else:
                with contextlib.suppress(TimeoutError):
                    await workflow.wait_condition(moved, timeout=left)

    async def keep_casebook(self) -> None:
        """Write each new stretch of the ledger, with the rows that people search, in one transaction.

        Written is only what history holds already. A local activity may run in a workflow task that is lost
        with its worker, and come out otherwise when it is done again; so what was noted before the timer
        began is written after it has fired, and a burst of messages makes one entry.
        """
        case = self.case
        while True:
            await workflow.wait_condition(lambda: case.recorded < case.next_seq - 1 or self.settling)
            if self.settling:
                return
            in_history = case.next_seq - 1
            await workflow.sleep(CASEBOOK_LAG)
            if in_history > case.recorded:
                case.recorded = await self.ask(CasebookService.record, casebook_entry(case, in_history))

    async def keep_deadlines(self) -> None:
        """Count the open deadlines anew when the calendar has changed, or time was granted.

        A message of this kind is in no history before it; granted time is, and is recounted since.
        """
        case = self.case
        while True:
            await workflow.wait_condition(lambda: case.recounting is not None)
            if case.recounting == GRANTED and not workflow.patched("granted-time-is-recounted"):
                case.recounting = None
                continue
            asked = recounting.request(case, self.now)
            if not asked.deadlines and not asked.clocks:
                case.recounting = None
                continue
            answer = await self.ask(DeadlineService.recount, asked)
            if recounting.take_recount(case, asked, answer, self.now):
                workflow.upsert_search_attributes(search_attributes_of(case))

    async def keep_calendar(self) -> None:
        """Have the calendar keep what the talks of the case need, and nothing more."""
        case = self.case
        while True:
            await workflow.wait_condition(lambda: case.sittings.unsettled)
            told = case.sittings.changes
            answer = await self.ask(SessionService.settle, sessions.request(case, self.now))
            case.sittings.kept = told
            for talks in sessions.take(case, answer, self.now):
                for party in sessions.summoned(case, talks, answer.summons):
                    order(case, PaperKind.SUMMONS, party, SYSTEM.id, self.now)

    async def booked(self, asked: ScheduleSession) -> None:
        """Wait until a place is kept for talks. Raises the refusal with the next free times where none is."""
        talks = self.case.sittings.find(asked.session)
        assert talks is not None
        await workflow.wait_condition(lambda: talks.state is not SessionState.ASKED)
        if talks.state is SessionState.NOT_BOOKED:
            raise answers.refusal(not_booked(talks), asked.language)

    async def keep_papers(self) -> None:
        """Issue the papers that were ordered, one after the other."""
        case = self.case
        while True:
            await workflow.wait_condition(lambda: bool(case.paper_orders))
            wanted = case.paper_orders[0]
            request = PaperRequest(
                case=case.case,
                key=f"{case.case}.{len(case.papers) + 1}",
                drill=case.drill,
                matter=draft(case, wanted.kind, wanted.about, self.now),
            )
            take_issued(case, await self.ask(PaperService.issue, request), self.now)

    async def settle_down(self, casebook: asyncio.Task[None] | None) -> None:
        """Nothing may be left in the air: every sender answered, every event in the casebook.

        The last entry is written by an activity of its own, which begins when history holds everything.
        """
        case = self.case
        if casebook is not None:
            self.settling = True
            await casebook
        await workflow.wait_condition(workflow.all_handlers_finished)
        while case.recorded < case.next_seq - 1:
            last = casebook_entry(case, case.next_seq - 1)
            case.recorded = max(case.recorded, await self.ask(CasebookService.record, last, service_of_its_own))
            await workflow.wait_condition(workflow.all_handlers_finished)

    def line(self, language: Language) -> str:
        """On whom the case waits, as a sentence."""
        waits = waiting(self.case)
        return sentences.waiting_line(waits.on, waits.what, waits.since, waits.until, waits.provisional, language)
