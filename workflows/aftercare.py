"""After a case has closed: referrals come back, people are visited, and what comes late has a place to land.

The state is the casebook's: a run begins with it and ends when nothing more is awaited, and a message that comes
after that starts the next run. So nothing stays open for years only because something might still come.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from activities.aftercare import AftercareService, LetterRequest
    from activities.papers import PaperService
    from domain.case.opening import Reading
    from domain.case.receipts import Acknowledgement
    from domain.case.state import CaseState
    from domain.procedure.aftercare import effects, later_papers
    from domain.procedure.aftercare.effects import AFTER
    from domain.procedure.aftercare.state import Aftercare, opened
    from domain.procedure.aftercare.view import AftercareView, aftercare_view, entry
    from domain.refusal import Refused, must
    from domain.words import Language
    from texts import sentences
    from workflows import answers
    from workflows.procedure import Procedure

MESSAGES_PER_RUN: Final = 500
"""Well below the 2,000 updates that Temporal allows one run."""


@workflow.defn
class AftercareWorkflow(Procedure):
    """What goes on after one case."""

    @workflow.init
    def __init__(self) -> None:
        self.after: Aftercare | None = None
        self.read = False

    @workflow.run
    async def run(self) -> str | None:
        workflow_id = workflow.info().workflow_id
        after = await self.ask(AftercareService.take_up, lambda: workflow_id)
        self.after, self.read = after, True
        if after is None:
            await workflow.wait_condition(workflow.all_handlers_finished)
            return None
        self._shown = after.next_seq
        if after.next_seq == 1:
            opened(after, self.now)
        for duty in (self.keep_shown, self.keep_written, self.keep_time, self.keep_papers):
            self.keep(duty)
        while True:
            await self._send_and_wait(after)
            await self.settle_down()
            if not after.awaits:
                return after.head
            if self.messages >= MESSAGES_PER_RUN:
                workflow.continue_as_new()
            self.settling = False

    async def _send_and_wait(self, after: Aftercare) -> None:
        """Send what waits to be sent, until nothing more is awaited."""

        def letters() -> LetterRequest:
            return LetterRequest(jurisdiction=after.jurisdiction, sent_on=CaseState.day(self.now))

        while after.awaits and self.messages < MESSAGES_PER_RUN:
            for target in list(after.to_send):
                effects.send(after, target, await self.ask(AftercareService.terms, letters), self.now)
            await workflow.wait_condition(
                lambda: bool(after.to_send) or not after.awaits or self.messages >= MESSAGES_PER_RUN
            )

    async def keep_written(self) -> None:
        """Keep the casebook."""
        after = self.after
        assert after is not None
        await self.keep_casebook(AftercareService.record, lambda: entry(after))

    async def keep_papers(self) -> None:
        """Draw up the papers that were ordered, one after the other."""
        after = self.after
        assert after is not None
        while True:
            await workflow.wait_condition(lambda: bool(after.paper_orders))
            issued = await self.ask(PaperService.issue_later, self._later_paper)
            effects.take_issued(after, issued, self.now)

    def _later_paper(self) -> later_papers.LaterPaper:
        assert self.after is not None
        return later_papers.request(self.after, self.now)

    def ring(self) -> None:
        """See base class."""
        assert self.after is not None
        effects.ring(self.after, self.now)

    def upcoming(self) -> datetime | None:
        """See base class."""
        assert self.after is not None
        at = min((one.at for one in effects.alarms(self.after)), default=None)
        return at and at - self.after.clock_offset

    def line(self, language: Language) -> str:
        """See base class."""
        assert self.after is not None
        return sentences.aftercare_line(*self.after.awaited, language)

    @property
    def ledger(self) -> Aftercare | None:
        """See base class."""
        return self.after

    @property
    def now(self) -> datetime:
        """The clock of the case: in a drill ahead of the real one."""
        return workflow.now() + (self.after.clock_offset if self.after else timedelta())

    # --- messages -----------------------------------------------------------------------------------

    def carry_out(self, name: str, body: bytes) -> None:
        """See base class."""
        assert self.after is not None
        AFTER.carry_out(self.after, AFTER.parse(name, body), self.now)

    @workflow.update(dynamic=True)
    async def take_update(self, name: str, payloads: Sequence[RawValue]) -> Acknowledgement:
        """Every message as an update: refused, or carried out and acknowledged, once the state has been read."""
        body = answers.body(payloads)
        await workflow.wait_condition(lambda: self.read)
        try:
            message = AFTER.parse(name, body)
            must(self.after is not None, "aftercare.no_case", "name")
            assert self.after is not None
            acted = AFTER.carry_out(self.after, message, self.now)
        except Exception as error:  # noqa: BLE001 - whatever a message makes our code raise, the rest goes on
            raise self.refused(name, body, error) from None
        self.messages += 1
        return self.acknowledge(message, acted)

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
