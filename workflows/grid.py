"""A mediation on the spot at a grid post: settled there in a few days, or taken over by the centre."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.grid import GridService
    from domain.base import Model
    from domain.case.opening import Reading
    from domain.case.receipts import Acknowledgement
    from domain.grid import mediation, view
    from domain.grid.messages import OpenGrid
    from domain.grid.state import GridState, day
    from domain.grid.view import GridForwarding, GridOpening, GridReceipt, GridView
    from domain.ledger import Actor
    from domain.refusal import Refused, must
    from domain.words import GridOutcome, Language, Role
    from texts import sentences
    from workflows import answers, proven
    from workflows.procedure import Procedure

OPENED_WITHIN: Final = timedelta(hours=1)
"""A mediation begun without the message that opens it ends, and its name stays free."""
MESSAGES_AT_MOST: Final = 1000
"""Well below the 2,000 updates that Temporal allows one run; a post that sends more is taken over from."""


class GridClosed(Model):
    """What a mediation at a post came to; no outcome when it was never opened."""

    outcome: GridOutcome | None
    forwarded_to: str | None
    ledger_head: str


@workflow.defn
class GridWorkflow(Procedure):
    """One mediation on the spot."""

    @workflow.init
    def __init__(self) -> None:
        self.grid = GridState(case=workflow.info().workflow_id)

    @workflow.run
    async def run(self) -> GridClosed:
        try:
            await workflow.wait_condition(lambda: self.grid.post is not None, timeout=OPENED_WITHIN)
        except TimeoutError:
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise ApplicationError("nothing was opened", type="NothingFiled", non_retryable=True) from None
        await self._open()
        for duty in (self.keep_shown, self.keep_written, self.keep_time):
            self.keep(duty)
        await self._mediate()
        if self.grid.outcome is None:
            await self._hand_over()
        await self.settle_down()
        return self._closed()

    async def _open(self) -> None:
        """How long the post has, by the rules of the place."""
        state = self.grid
        assert state.opened_at is not None
        place = state.complaint.jurisdiction if state.complaint else "CN"
        opening = GridOpening(jurisdiction=place, opened_on=day(state.opened_at))
        state.plan = await self.ask(GridService.plan, lambda: opening)

    async def _mediate(self) -> None:
        """Until it is settled, given to the centre, or over."""
        state = self.grid
        assert state.plan is not None
        try:
            await workflow.wait_condition(
                lambda: state.ending is not None or self.messages >= MESSAGES_AT_MOST,
                timeout=max(state.plan.deadline.due_at - workflow.now(), timedelta()),
            )
        except TimeoutError:
            mediation.give_over(state, "deadline", workflow.now())
        if state.ending is None:
            mediation.give_over(state, "busy", workflow.now())

    async def _hand_over(self) -> None:
        """The centre's case goes on from what was said; without anybody who complains there is none to open."""
        state = self.grid
        if state.complaint is None:
            mediation.report(state, workflow.now())
            return
        forwarding = GridForwarding(
            complaint=mediation.complaint_for_the_centre(state), record=mediation.record(state), drill=state.drill
        )
        answer = await self.ask(GridService.forward, lambda: forwarding)
        mediation.take_over(state, answer, workflow.now())

    async def keep_written(self) -> None:
        """Keep the casebook."""
        await self.keep_casebook(GridService.record, lambda: view.entry(self.grid))

    def ring(self) -> None:
        """Try again what is blocked, when its time has come: a post has no other alarms."""
        for step, one in self.grid.blocks.items():
            if one.waits and one.retry_at <= workflow.now():
                self.grid.retry(step)

    def upcoming(self) -> datetime | None:
        """See base class."""
        return min((one.retry_at for one in self.grid.blocks.values() if one.waits), default=None)

    @property
    def ledger(self) -> GridState:
        """See base class."""
        return self.grid

    def _closed(self) -> GridClosed:
        to = self.grid.forwarded.case if self.grid.forwarded else None
        return GridClosed(outcome=self.grid.outcome, forwarded_to=to, ledger_head=self.grid.head)

    # --- messages -----------------------------------------------------------------------------------

    def recognise(self, reader: Actor) -> None:
        """See base class."""
        mine = {Role.CLAIMANT: self.grid.claimants, Role.RESPONDENT: self.grid.respondents}.get(reader.role)
        must(mine is None or self.grid.post is None or reader.id in mine, "party.unknown", "actor.id")

    def carry_out(self, name: str, body: bytes) -> None:
        """See base class."""
        mediation.carry_out(self.grid, mediation.parse(name, body), workflow.now())

    @workflow.update(dynamic=True)
    async def take_update(self, name: str, payloads: Sequence[RawValue]) -> GridReceipt | Acknowledgement:
        """Every message as an update: refused at once, or carried out and acknowledged."""
        body = answers.body(payloads)
        self.messages += 1
        try:
            message = mediation.parse(name, body)
            acted = mediation.carry_out(self.grid, message, workflow.now())
        except Exception as error:  # noqa: BLE001 - whatever a message makes our code raise, the rest goes on
            raise self.refused(name, body, error) from None
        if message.name == OpenGrid.name:
            await workflow.wait_condition(lambda: self.grid.plan is not None)
            return self._receipt(message.language)
        return self.acknowledge(message, acted)

    @take_update.validator
    def check_update(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Refuse an update that can't be carried out, in the sender's language, before it enters history."""
        body = answers.body(payloads)
        try:
            mediation.check(self.grid, mediation.parse(name, body), workflow.now())
        except Refused as refused:
            raise answers.refusal(refused, answers.language_of(body)) from None

    def _receipt(self, language: Language) -> GridReceipt:
        found = view.receipt(self.grid)
        assert found is not None
        told = sentences.grid_receipt(found.case, found.due, found.paid_by, found.source, found.verified, language)
        return found.model_copy(update={"text": told})

    @workflow.query
    def grid_view(self, reading: Reading | None = None) -> GridView | None:
        """The mediation, as far as the reader may see it; None before it is opened."""
        if self.grid.post is None:
            return None
        language = (reading or Reading()).language
        seen = view.view(self.grid, proven.reader())
        return seen.model_copy(update={"line": self.line(language)})

    def line(self, language: Language) -> str:
        """See base class."""
        state = self.grid
        due = state.plan.deadline.due if state.plan else None
        number = (state.forwarded.case_number or state.forwarded.case) if state.forwarded else None
        return sentences.grid_line(state.ending, state.outcome, due, number, language)
