"""What every procedure does that keeps a ledger: a case, what goes on after it, a mediation at a grid post.

It takes messages, asks the centre's services, shows what can't be done, and writes the casebook.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.case.identity import KeySet
    from domain.case.receipts import Acknowledgement
    from domain.dialogue import ProcedureState, mark, reject, turn_away
    from domain.ledger import Actor
    from domain.message import Message
    from domain.refusal import Problem, Refused
    from domain.running_ledger import Blocked
    from domain.words import Language
    from workflows import answers
    from workflows.alarm import Alarm
    from workflows.centre import NEEDS_A_PERSON, service

A = TypeVar("A")
B = TypeVar("B")
CASEBOOK_LAG: Final = timedelta(seconds=1)
"""How far the casebook may lie behind: a burst of messages makes one entry."""
PAUSES: Final = {
    "person": (timedelta(days=1), timedelta(days=30)),
    "away": (timedelta(seconds=10), timedelta(minutes=5)),
    "failed": (timedelta(minutes=1), timedelta(days=1)),
}
"""After how long a blocked step is tried again, doubled each time up to the longest: one that needs a person, one whose
database is away, any other."""


def _this_task() -> int:
    """The workflow task that is at work, by where history stood when it began."""
    return workflow.info().get_current_history_length()


class Needless(Exception):
    """A step that could not be done need not be done any more."""


class Procedure:
    """Something that runs beside a ledger."""

    messages = 0
    """How many came in this run."""
    settling = False
    """The run is about to end: the casebook does not wait for more."""
    public_keys: tuple[KeySet, datetime] | None = None
    """The public keys that came with the answer of a service, and when."""
    _shown = 1
    _asked_in = 0
    """The workflow task in which a service was asked last."""
    _in_the_air = 0
    """Questions to the centre's services that have not been answered yet."""

    @cached_property
    def _duties(self) -> list[asyncio.Task[None]]:
        """Held, so that no task is collected while it waits."""
        return []

    @property
    def left_a_command(self) -> bool:
        """Whether this workflow task asks a service, and so leaves a command already."""
        return self._asked_in == _this_task()

    @property
    def ledger(self) -> ProcedureState | None:
        """The state with its ledger; None while it is being read."""
        raise NotImplementedError

    @property
    def now(self) -> datetime:
        """The clock of the procedure."""
        return workflow.now()

    def show(self) -> None:
        """Tell Temporal's own pages how things stand."""
        ledger = self.ledger
        assert ledger is not None
        workflow.upsert_memo({"ledger": ledger.next_seq - 1})

    def carry_out(self, name: str, body: bytes) -> None:
        """Carry out a message that came as a signal. Raises Refused."""
        raise NotImplementedError

    def recognise(self, reader: Actor) -> None:
        """Raise Refused for a party that is none here."""

    def line(self, language: Language) -> str:
        """What is waited for now, as a sentence."""
        raise NotImplementedError

    def ring(self) -> None:
        """Do what is due by now."""
        raise NotImplementedError

    def upcoming(self) -> datetime | None:
        """When something is due next, by the real clock; None where nothing is."""
        raise NotImplementedError

    # --- duties beside the procedure ------------------------------------------------------------------

    def keep(self, duty: Callable[[], Awaitable[None]]) -> None:
        """Have a duty done for as long as the run lasts. What goes wrong in it is shown, and it is tried again."""

        async def lasting() -> None:
            for tries in itertools.count(1):
                try:
                    await duty()
                except Exception as error:  # noqa: BLE001 - a duty that dies unseen leaves a case that never wakes
                    await self.stuck(duty.__name__, error, tries)
                    if self.ledger is not None:
                        self.ledger.unblock(duty.__name__, self.now)

        self._duties.append(asyncio.create_task(lasting()))

    async def keep_time(self) -> None:
        """Ring what is due, and sleep until what is next."""
        alarm = Alarm()
        while True:
            self.ring()
            until = self.upcoming()

            def moved(before: datetime | None = until) -> bool:
                return self.upcoming() != before

            await alarm.wait(until, moved)

    async def keep_shown(self) -> None:
        """Show whatever was noted in the workflow task that noted it.

        So such a task leaves a command. One that leaves none, with another behind it, is taken for a heartbeat by
        replay: both become one, and what was noted gets the later one's time and another digest. It is shown once for
        all that the task notes: whoever else can go on goes first.
        """
        while True:
            await workflow.wait_condition(lambda: self.ledger is not None and self.ledger.next_seq > self._shown)
            assert self.ledger is not None
            while self._shown < self.ledger.next_seq:
                self._shown = self.ledger.next_seq
                await workflow.wait_condition(lambda: True)
            self.show()

    async def keep_casebook(
        self, record: Callable[[Any, A], Awaitable[int]], entry: Callable[[], A], *, lag: timedelta = CASEBOOK_LAG
    ) -> None:
        """Write each new stretch of the ledger, with the rows that people search, in one transaction."""
        ledger, alarm = self.ledger, Alarm()
        assert ledger is not None

        def written() -> bool:
            return ledger.recorded >= ledger.next_seq - 1

        while True:
            await workflow.wait_condition(lambda: not written())
            until = workflow.now() + lag
            while not self.settling and workflow.now() < until:
                await alarm.wait(until, lambda: self.settling)
            ledger.recorded = max(ledger.recorded, await self.ask(record, entry))

    async def settle_down(self) -> None:
        """Nothing may be left in the air: every sender and service answered, every event in the casebook."""
        ledger = self.ledger
        assert ledger is not None
        self.settling = True
        await workflow.wait_condition(
            lambda: ledger.recorded >= ledger.next_seq - 1 and not self._in_the_air and workflow.all_handlers_finished()
        )

    # --- the centre's services ------------------------------------------------------------------------

    async def ask(
        self,
        activity: Callable[[Any, A], Awaitable[B]],
        request: Callable[[], A],
        *,
        needless: Callable[[], bool] = lambda: False,
    ) -> B:
        """Ask a service of the centre; what it can't answer is blocked, visibly, until it is mended.

        The request is made anew for each try: whatever was put right meanwhile is in it. Raises Needless when a blocked
        step is not needed any more.
        """
        step = answers.step(activity)
        for tries in itertools.count(1):
            self._in_the_air += 1
            self._asked_in = _this_task()
            try:
                answer = await service(activity, request())
            except (ActivityError, ApplicationError) as error:
                self._in_the_air -= 1
                if is_cancelled_exception(error):
                    raise
                await self.stuck(step, error, tries, needless)
                if needless() and self.ledger is not None:
                    self.ledger.unblock(step, self.now)
                    raise Needless(step) from None
            else:
                self._in_the_air -= 1
                if self.ledger is not None:
                    self.ledger.unblock(step, self.now)
                return answer
        raise AssertionError("counting never ends")

    async def stuck(
        self, step: str, error: Exception, tries: int, needless: Callable[[], bool] = lambda: False
    ) -> None:
        """Show that a step can't be done, and wait until it is to be tried again."""
        ledger = self.ledger
        if ledger is None:
            workflow.logger.warning("a step can't be done yet: %s", step)
            await workflow.sleep(min(timedelta(minutes=1) * tries, timedelta(hours=1)))
            return
        kind, code, params = answers.failure(error)
        why = "person" if kind in NEEDS_A_PERSON else "away" if code == answers.AWAY else "failed"
        first, longest = PAUSES[why]
        before = ledger.blocks.get(step)
        blocked = Blocked(
            step=step,
            code=code,
            params=params,
            since=before.since if before else self.now,
            tries=tries,
            retry_at=self.now + min(first * 2 ** min(tries - 1, 20), longest),
        )
        ledger.block(blocked, self.now)
        await workflow.wait_condition(lambda: not blocked.waits or needless())

    def halt(self, code: str, **params: object) -> Blocked:
        """Take in nothing more until the supervisor has seen to it: the casebook knows another story."""
        ledger = self.ledger
        assert ledger is not None
        blocked = Blocked(
            step="ledger",
            code=f"refusals.{code}",
            params={name: str(value) for name, value in params.items()},
            since=self.now,
            tries=1,
            retry_at=self.now + PAUSES["person"][1],
        )
        ledger.block(blocked, self.now)
        return blocked

    async def seen_to(self, blocked: Blocked) -> None:
        """Wait until something blocked is to be tried again."""
        await workflow.wait_condition(lambda: not blocked.waits)

    # --- messages -------------------------------------------------------------------------------------

    @workflow.signal(dynamic=True)
    async def take_signal(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Every message as a signal. One that can't be carried out is put on the ledger as rejected."""
        await workflow.wait_condition(lambda: self.ledger is not None)
        assert self.ledger is not None
        body = answers.body(payloads)
        self.messages += 1
        try:
            self.carry_out(name, body)
        except Refused as refused:
            reject(self.ledger, name, body, refused, self.now)
        except Exception as error:  # noqa: BLE001 - whatever a message makes our code raise, the case goes on
            reject(self.ledger, name, body, answers.unforeseen(error), self.now)

    def acknowledge(self, message: Message, acted: bool) -> Acknowledgement:
        """The answer to a message that was carried out, now or before."""
        ledger = self.ledger
        assert ledger is not None
        return Acknowledgement(
            case=ledger.case,
            message_id=message.message_id,
            seq=ledger.seen[mark(message)],
            at=self.now,
            duplicate=not acted,
            waits=self.line(message.language),
        )

    def turn_away(self, name: str, payloads: Sequence[RawValue], found: Sequence[Problem]) -> None:
        """Put a signal on the ledger that nobody proved to have sent."""
        if self.ledger is not None:
            turn_away(self.ledger, name, answers.body(payloads), found, self.now)

    def not_cancelled(self) -> None:
        """Note that somebody asked Temporal to cancel the run, which ends nothing."""
        if self.ledger is not None:
            self.ledger.note("cancellation_refused", self.now)

    def refused(self, name: str, body: bytes, error: Exception) -> ApplicationError:
        """Why an update that was taken could not be carried out after all; unforeseen, it is on the ledger too."""
        if isinstance(error, ApplicationError):
            return error
        if isinstance(error, Refused):
            return answers.refusal(error, answers.language_of(body))
        found = answers.unforeseen(error)
        if self.ledger is not None:
            reject(self.ledger, name, body, found, self.now)
        return answers.refusal(found, answers.language_of(body))
