"""After a case has closed: referrals come back, people are visited, and what comes late has a place to land.

The state is the casebook's: a run begins with it and ends when nothing more is awaited, and a message that comes
after that starts the next run. So nothing stays open for years only because something might still come.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.aftercare import AftercareService, LetterRequest
    from activities.papers import PaperService
    from domain import aftercare, protocol, visit_record
    from domain.aftercare import AFTER, Aftercare
    from domain.aftercare_view import AftercareView, aftercare_view, entry
    from domain.case import CaseState
    from domain.opening import Reading
    from domain.protocol import Problem, Refused
    from domain.receipts import Acknowledgement
    from texts import sentences
    from workflows import answers
    from workflows.alarm import Alarm
    from workflows.centre import Service, service, service_of_its_own

A = TypeVar("A")
B = TypeVar("B")
RETRY_AFTER: Final = timedelta(hours=1)
MESSAGES_PER_RUN: Final = 500
"""Well below the 2,000 updates that Temporal allows one run."""


@workflow.defn
class AftercareWorkflow:
    """What goes on after one case."""

    @workflow.init
    def __init__(self) -> None:
        self.after: Aftercare | None = None
        self.read = False
        self.messages = 0

    @workflow.run
    async def run(self) -> str | None:
        self.after = await self._ask(AftercareService.take_up, workflow.info().workflow_id)
        self.read = True
        if self.after is None:
            await workflow.wait_condition(workflow.all_handlers_finished)
            return None
        if self.after.next_seq == 1:
            aftercare.opened(self.after, self.now)
        self.after.papers_by_itself = workflow.patched("visit-records")
        await self._follow(self.after)
        await workflow.wait_condition(workflow.all_handlers_finished)
        await self._record(self.after)
        if self.after.awaits:
            workflow.continue_as_new()
        return self.after.head

    async def _follow(self, after: Aftercare) -> None:
        """Until nothing more is awaited: send what waits to be sent, ring what is due, write the casebook."""
        alarm = Alarm()
        while True:
            for target in list(after.to_send):
                asked = LetterRequest(jurisdiction=after.jurisdiction, sent_on=CaseState.day(self.now))
                aftercare.send(after, target, await self._ask(AftercareService.terms, asked), self.now)
            while after.paper_orders:
                asked_for = visit_record.request(after, CaseState.day(self.now))
                aftercare.take_issued(after, await self._ask(PaperService.visit_record, asked_for), self.now)
            aftercare.ring(after, self.now)
            await self._record(after)
            if not after.awaits or self.messages >= MESSAGES_PER_RUN:
                return
            heard, offset = self.messages, after.clock_offset
            upcoming = min((one.at for one in aftercare.alarms(after)), default=None)
            await alarm.wait(None if upcoming is None else upcoming - offset, self._heard_more_than(heard))

    def _heard_more_than(self, heard: int) -> Callable[[], bool]:
        after = self.after

        def more() -> bool:
            assert after is not None
            unsent = after.papers_by_itself and after.to_send
            return self.messages != heard or bool(unsent or after.paper_orders)

        return more

    async def _record(self, after: Aftercare) -> None:
        """Write each new stretch of the ledger, by an activity that begins when history holds it."""
        while after.recorded < after.next_seq - 1:
            after.recorded = await self._ask(AftercareService.record, entry(after), service_of_its_own)

    async def _ask(self, activity: Callable[[Any, A], Awaitable[B]], request: A, through: Service = service) -> B:
        """Ask a service of the centre, again every hour while it needs a person first."""
        while True:
            try:
                return await through(activity, request)
            except (ActivityError, ApplicationError) as error:
                cause = error.cause if isinstance(error, ActivityError) else error
                if not isinstance(cause, ApplicationError):
                    raise
                workflow.logger.warning("a service of the centre needs a person: %s", cause.type)
            await workflow.sleep(RETRY_AFTER)

    @property
    def now(self) -> datetime:
        """The clock of the case: in a drill ahead of the real one."""
        return workflow.now() + (self.after.clock_offset if self.after else timedelta())

    # --- messages -----------------------------------------------------------------------------------

    @workflow.signal(dynamic=True)
    async def take_signal(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Every message as a signal. One that can't be carried out is put on the ledger as rejected."""
        await workflow.wait_condition(lambda: self.read)
        if self.after is None:
            return
        body = answers.body(payloads)
        try:
            AFTER.carry_out(self.after, AFTER.parse(name, body), self.now)
        except Refused as refused:
            protocol.reject(self.after, name, body, refused, self.now)
        self.messages += 1

    def turn_away(self, name: str, payloads: Sequence[RawValue], found: Sequence[Problem]) -> None:
        """Put a signal on the ledger that nobody proved to have sent."""
        if self.after is not None:
            protocol.turn_away(self.after, name, answers.body(payloads), found, self.now)
            self.messages += 1

    @workflow.update(dynamic=True)
    async def take_update(self, name: str, payloads: Sequence[RawValue]) -> Acknowledgement:
        """Every message as an update: refused, or carried out and acknowledged, once the state has been read."""
        body = answers.body(payloads)
        await workflow.wait_condition(lambda: self.read)
        try:
            message = AFTER.parse(name, body)
            protocol.must(self.after is not None, "aftercare.no_case", "name")
            assert self.after is not None
            acted = AFTER.carry_out(self.after, message, self.now)
        except Refused as refused:
            raise answers.refusal(refused, answers.language_of(body)) from None
        self.messages += 1
        return Acknowledgement(
            case=self.after.case,
            message_id=message.message_id,
            seq=self.after.seen[protocol.own_mark(message)],
            at=self.now,
            duplicate=not acted,
            waits=sentences.aftercare_line(*self.after.awaited, message.language),
        )

    @take_update.validator
    def check_update(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Refuse what is no message of this dialogue before it enters history."""
        body = answers.body(payloads)
        try:
            AFTER.parse(name, body)
        except Refused as refused:
            raise answers.refusal(refused, answers.language_of(body)) from None

    @workflow.query
    def afterwards(self, reading: Reading | None = None) -> AftercareView | None:
        """What goes on after the case; None while it is being read."""
        del reading
        return aftercare_view(self.after) if self.after is not None else None
