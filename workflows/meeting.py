"""A joint meeting: from its call to its minutes, and its orders until each is done."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    import domain.procedure.every_message  # noqa: F401 - a decision's acts are messages of the protocol
    from activities.meeting import ActRequest, GatherRequest, MeetingService, TermRequest
    from domain.base import CENTRE_ZONE, Model
    from domain.case.opening import Reading
    from domain.case.receipts import Acknowledgement
    from domain.meeting import effects
    from domain.meeting.effects import MEETING
    from domain.meeting.messages import CallMeeting
    from domain.meeting.state import Meeting, Order, OrderState
    from domain.meeting.view import MeetingReceipt, MeetingView, entry, next_alarm, view
    from domain.refusal import Refused
    from domain.words import Language
    from texts import sentences
    from workflows import answers
    from workflows.procedure import Procedure

CALLED_WITHIN: Final = timedelta(hours=1)
"""A meeting begun without the message that calls it ends, and its name stays free."""


class MeetingOver(Model):
    """What a meeting came to."""

    number: str | None
    decisions: int
    orders: int
    ledger_head: str


@workflow.defn
class MeetingWorkflow(Procedure):
    """One joint meeting."""

    @workflow.init
    def __init__(self) -> None:
        self.meeting = Meeting(case=workflow.info().workflow_id)

    @workflow.run
    async def run(self) -> MeetingOver:
        meeting = self.meeting
        try:
            await workflow.wait_condition(lambda: meeting.kind is not None, timeout=CALLED_WITHIN)
        except TimeoutError:
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise ApplicationError("nobody called it", type="NothingFiled", non_retryable=True) from None
        for duty in (
            self.keep_shown,
            self.keep_written,
            self.keep_time,
            self.keep_agenda,
            self.keep_acts,
            self.keep_terms,
        ):
            self.keep(duty)
        await workflow.wait_condition(lambda: meeting.over)
        await self.settle_down()
        return MeetingOver(
            number=meeting.number,
            decisions=len(meeting.decisions),
            orders=len(meeting.orders),
            ledger_head=meeting.head,
        )

    async def keep_agenda(self) -> None:
        """Fill the agenda with what waits, when it is asked for."""
        meeting = self.meeting
        while True:
            await workflow.wait_condition(lambda: meeting.to_gather)
            gathered = await self.ask(MeetingService.gather, self._gathering)
            meeting.number = gathered.number
            effects.take_found(meeting, gathered.found, self.now)

    def _gathering(self) -> GatherRequest:
        meeting, now = self.meeting, self.now
        assert meeting.starts is not None
        year = meeting.starts.astimezone(CENTRE_ZONE).year
        return GatherRequest(meeting=meeting.case, drill=meeting.drill, year=year, now=now)

    async def keep_acts(self) -> None:
        """Tell the cases what was decided, one after the other; what a case refuses is on the agenda again."""
        meeting = self.meeting
        while True:
            await workflow.wait_condition(lambda: bool(meeting.pending))
            act = meeting.pending[0]
            decision = next(one for one in meeting.decisions.values() if act in one.acts)
            position = decision.acts.index(act)
            request = ActRequest(meeting=meeting.case, decision=decision.ref, act=act, position=position)
            answer = await self.ask(MeetingService.act, partial(_same, request))
            effects.take_answer(meeting, act, answer, self.now)

    async def keep_terms(self) -> None:
        """Have it counted until when each order is to be done."""
        meeting = self.meeting

        def uncounted() -> list[Order]:
            return [order for order in meeting.orders.values() if order.state is OrderState.SET]

        while True:
            await workflow.wait_condition(lambda: bool(uncounted()))
            order = uncounted()[0]
            asked = TermRequest(set_on=order.at.astimezone(CENTRE_ZONE).date(), days=order.days)
            effects.take_term(meeting, order, await self.ask(MeetingService.term, partial(_term, asked)), self.now)

    async def keep_written(self) -> None:
        """Keep the casebook."""
        await self.keep_casebook(MeetingService.record, lambda: entry(self.meeting))

    def ring(self) -> None:
        """See base class."""
        effects.ring(self.meeting, self.now)

    def upcoming(self) -> datetime | None:
        """See base class."""
        return next_alarm(self.meeting)

    @property
    def ledger(self) -> Meeting:
        """See base class."""
        return self.meeting

    def line(self, language: Language) -> str:
        """See base class."""
        meeting = self.meeting
        open_ = sum(order.open for order in meeting.orders.values())
        return sentences.meeting_line(meeting.number, meeting.stage, len(meeting.items), open_, language)

    # --- messages -----------------------------------------------------------------------------------

    def carry_out(self, name: str, body: bytes) -> None:
        """See base class."""
        MEETING.carry_out(self.meeting, MEETING.parse(name, body), self.now)

    @workflow.update(dynamic=True)
    async def take_update(self, name: str, payloads: Sequence[RawValue]) -> MeetingReceipt | Acknowledgement:
        """Every message as an update: refused at once, or carried out and acknowledged."""
        body = answers.body(payloads)
        self.messages += 1
        try:
            message = MEETING.parse(name, body)
            acted = MEETING.carry_out(self.meeting, message, self.now)
        except Exception as error:  # noqa: BLE001 - whatever a message makes our code raise, the rest goes on
            raise self.refused(name, body, error) from None
        if message.name == CallMeeting.name:
            await workflow.wait_condition(lambda: not self.meeting.to_gather)
            assert self.meeting.number is not None
            return MeetingReceipt(meeting=self.meeting.case, number=self.meeting.number, items=len(self.meeting.items))
        await workflow.wait_condition(lambda: not self.meeting.pending or self.meeting.blocked is not None)
        return self.acknowledge(message, acted)

    @take_update.validator
    def check_update(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Refuse an update that can't be carried out, in the sender's language, before it enters history."""
        body = answers.body(payloads)
        try:
            MEETING.check(self.meeting, MEETING.parse(name, body), self.now)
        except Refused as refused:
            raise answers.refusal(refused, answers.language_of(body)) from None

    @workflow.query
    def meeting_view(self, reading: Reading | None = None) -> MeetingView:
        """The meeting as it stands."""
        del reading
        return view(self.meeting)


def _same(request: ActRequest) -> ActRequest:
    return request


def _term(request: TermRequest) -> TermRequest:
    return request
