"""Plays an example's script against a running centre, by the public protocol only.

Everything is sent as any client would send it: update-with-start to file, updates and signals by the names of
the messages, queries to read. Message ids come from the run and the step, so a play that was interrupted can
be played again from the start: what has been done is not done twice.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from time import monotonic
from typing import Final

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

import texts
from cli.counter.reopen import reopened
from cli.plays.at_post import hand_over
from cli.plays.example import localise
from cli.plays.script import (
    AdvanceTo,
    AnswerTogether,
    AtPost,
    Condition,
    CounterWith,
    File,
    Pay,
    ProposeTerms,
    ReopenCase,
    Script,
    Send,
    Step,
    SubmitDrafts,
    Until,
    read_script,
)
from client.offer import counter_of, proposal_of
from domain.base import CENTRE_ZONE, to_fen
from domain.case.receipts import Acknowledgement
from domain.case.state import InstalmentState
from domain.closure.reopening import Reopen, reopened_as
from domain.deadlines.messages import AdvanceClock
from domain.inquiry.messages import CompleteTask
from domain.intake.complaint import Complaint
from domain.intake.messages import FileComplaint
from domain.ledger import Actor
from domain.mediation.messages import Answer
from domain.message import Message
from domain.procedure.settlement.performance_view import PerformanceReading, PerformanceView
from domain.settlement.messages import ConfirmPayment, ConfirmReceipt
from domain.views.case_view import CaseView, InstalmentView, Timeline
from domain.words import Agency, Language, Phase, Role
from runtime import beginning

PLAYED_ON: Final = date(2026, 11, 4)
"""The day on which a play's clock stands when its first complaint is filed: an ordinary Wednesday."""
PATIENCE: Final = timedelta(seconds=30)
"""How long a play waits for a state of the case before it gives up."""

_FIRST_LOOK, _SLOWEST_LOOK = 0.05, 0.5


class PlayStuck(Exception):
    """The case did not come so far in time; the text says at which step, and for what the case waits."""


@dataclass(frozen=True)
class Moment:
    """What a spectator sees: where the play is, the case, and what is new on its timeline."""

    step: int
    steps: int
    narration: str
    view: CaseView | None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlayResult:
    """What a play came to."""

    case: str
    case_number: str | None
    view: CaseView
    sent: int
    """Messages sent."""
    filed: tuple[str, ...] = ()
    """Every case of the play, in the order of filing."""


Listener = Callable[[Moment], Awaitable[None]]
"""Shown each moment; the play goes on when it returns, so a spectator sets the pace."""


async def play(
    client: Client,
    example: Path,
    *,
    run: str,
    listener: Listener | None = None,
    drill_on: date | None = PLAYED_ON,
    language: Language = Language.CHINESE,
) -> PlayResult:
    """Play an example to its end, as a drill on a day of its own; in earnest where no day is given.

    The records of ``localise(example, run)`` must have been loaded before. Raises ScriptError for a bad
    script, PlayStuck when the case does not come so far in time, and Temporal's WorkflowUpdateFailedError
    for a message that was refused.
    """
    player = _Player(
        client=client,
        script=read_script(example / "play.yaml"),
        complaints=localise(example, run).complaints,
        run=run or "play",
        drill_on=drill_on,
        language=language,
        listener=listener,
    )
    return await player.perform()


@dataclass
class _Player:
    client: Client
    script: Script
    complaints: dict[str, Complaint]
    run: str
    drill_on: date | None
    language: Language
    listener: Listener | None
    number: int = 0
    narration: str = ""
    sent: int = 0
    _told: int = 0
    _filed: list[str] = field(default_factory=list)
    case: WorkflowHandle[object, object] = field(init=False)

    async def perform(self) -> PlayResult:
        for number, step in enumerate(self.script.steps, 1):
            self.number, self.narration = number, step.say[self.language]
            await self._show(None, ())
            try:
                await self._attempt(step)
            except WorkflowAlreadyStartedError:
                break
        view = await self._look()
        return PlayResult(view.case, view.case_number, view, self.sent, tuple(self._filed))

    async def _attempt(self, step: Step) -> None:
        """Do a step, or have it refused where the script says so."""
        try:
            await self._do(step)
        except WorkflowUpdateFailedError as failure:
            if step.refused is None or f"refusals.{step.refused}" not in _codes(failure):
                raise
            await self._show(None, (str(failure.cause).removeprefix("Refused: "),))
        else:
            if step.refused is not None:
                raise PlayStuck(texts.say("demo.not_refused", self.language, step=self.number, code=step.refused))

    async def _do(self, step: Step) -> None:
        match step:
            case File():
                await self._file(step)
            case AtPost():
                await self._begin_at_post(step)
            case ReopenCase():
                await self._reopen(step)
            case Send():
                actor, view = await self._actor(step), await self._look()
                await self._send(step.build(self._id(), actor, self.language, _today(view)), step.via)
            case Until():
                await self._wait(step.until)
            case SubmitDrafts():
                await self._submit(step)
            case ProposeTerms():
                actor, view = await self._actor(step), await self._look()
                await self._send(proposal_of(step.propose, view, self._id(), actor, self.language))
            case CounterWith():
                actor, view = await self._actor(step), await self._look()
                await self._send(counter_of(step.counter, view, self._id(), actor, self.language))
            case AnswerTogether():
                await self._answer(step)
            case AdvanceTo():
                await self._advance(step)
            case Pay():
                await self._pay(step)

    # --- deeds --------------------------------------------------------------------------------------

    async def _file(self, step: File) -> None:
        complaint = self.complaints[step.file]
        case = self.client.get_workflow_handle(beginning.case_of(complaint.complaint_id))
        self._filed.append(case.id)
        if step.follow or self.sent == 0:
            self.case, self._told = case, 0
        message = FileComplaint(
            message_id=self._id(),
            actor=await self._actor(step),
            language=self.language,
            complaint=complaint,
            drill=self.drill_on is not None,
            drill_on=self.drill_on,
        )
        await beginning.file(self.client, message)
        self.sent += 1
        await self._look()

    async def _begin_at_post(self, step: AtPost) -> None:
        complaint, actor = self.complaints[step.at_post.file], await self._actor(step)
        case = await hand_over(
            self.client, step.at_post, complaint, actor, self.language, self._id, drill=self.drill_on is not None
        )
        self.case, self._told = self.client.get_workflow_handle(case), 0
        self._filed.append(case)
        self.sent += len(step.at_post.said) + 2
        await self._look()

    async def _reopen(self, step: ReopenCase) -> None:
        closed = await self._look()
        message = Reopen(
            message_id=self._id(),
            actor=await self._actor(step),
            language=self.language,
            case=closed.case,
            ledger_head=closed.ledger_head,
            **step.reopen.model_dump(),
        )
        self.case, self._told = self.client.get_workflow_handle(reopened_as(closed.case)), 0
        self._filed.append(self.case.id)
        await reopened(self.client, message)
        self.sent += 1
        await self._look()

    async def _submit(self, step: SubmitDrafts) -> None:
        await self._wait(Condition(phase=Phase.FACT_FINDING, drafts=tuple(step.submit_drafts)))
        for agency, officer in step.submit_drafts.items():
            await self._send(
                CompleteTask(
                    message_id=self._id(agency),
                    actor=Actor(id=officer, role=Role.OFFICER, agency=agency),
                    language=self.language,
                    task=agency,
                    accept_draft=True,
                )
            )

    async def _answer(self, step: AnswerTogether) -> None:
        view, wanted = await self._look(), step.answers
        proposal = next(p for p in view.proposals if p.ref == wanted.proposal)
        everybody = sorted({*proposal.accepted, *proposal.rejected, *proposal.silent}, key=_natural)
        # The payer last: its refusal would close the proposal, its acceptance alone would not.
        for party in wanted.parties or sorted(everybody, key=lambda ref: ref == proposal.payer):
            await self._send(
                Answer(
                    message_id=self._id(party),
                    actor=_party(view, party) if step.cast == "party" else await self._actor(step),
                    language=self.language,
                    proposal=wanted.proposal,
                    party=party,
                    accept=wanted.accept,
                    remark=wanted.remark,
                )
            )

    async def _advance(self, step: AdvanceTo) -> None:
        view, wanted = await self._look(), step.advance
        due = _instalment(view, wanted.to_instalment).due if wanted.to_instalment else None
        days = wanted.days_from(_today(view), due)
        if days:
            actor = await self._actor(step)
            await self._send(AdvanceClock(message_id=self._id(), actor=actor, language=self.language, days=days))

    async def _pay(self, step: Pay) -> None:
        """The tax bureau confirms the premiums of an instalment, each claimant what came of part B."""
        view = await self._look()
        reading = PerformanceReading(language=self.language, on=_today(view))
        owing: PerformanceView = await self.case.query("owed", reading, result_type=PerformanceView)
        due = next(one for one in owing.instalments if one.ref == step.pay.instalment)
        late_fee = owing.owed.late_fee if step.pay.late_fee == "computed" else to_fen(step.pay.late_fee)
        if due.part_a or late_fee:
            await self._send(
                ConfirmPayment(
                    message_id=self._id(),
                    actor=await self._actor(step),
                    language=self.language,
                    receipt=f"receipt-{self.run}-{due.ref}",
                    paid_on=_today(view),
                    amount=due.part_a,
                    late_fee=late_fee,
                )
            )
        for claimant, amount in due.part_b.items():
            await self._send(
                ConfirmReceipt(
                    message_id=self._id(claimant),
                    actor=Actor(id=claimant, role=Role.CLAIMANT),
                    language=self.language,
                    receipt=f"bank-{self.run}-{due.ref}-{claimant}",
                    claimant=claimant,
                    paid_on=_today(view),
                    amount=amount,
                )
            )

    # --- talking to the case ------------------------------------------------------------------------

    async def _send(self, message: Message, via: str = "update") -> None:
        if via == "signal":
            await self.case.signal(message.name, message)
        else:
            await self.case.execute_update(message.name, message, id=message.message_id, result_type=Acknowledgement)
        self.sent += 1
        if self.listener is not None:
            await self._look()

    async def _look(self) -> CaseView:
        reading = {"language": self.language}
        view: CaseView = await self.case.query("case_view", reading, result_type=CaseView)
        if self.listener is not None:
            timeline: Timeline = await self.case.query("timeline", reading, result_type=Timeline)
            lines = [
                line for event, line in zip(timeline.events, timeline.lines, strict=True) if event.seq > self._told
            ]
            self._told = max([self._told, *(event.seq for event in timeline.events)])
            await self._show(view, tuple(lines))
        return view

    async def _wait(self, condition: Condition) -> None:
        pause, give_up = _FIRST_LOOK, monotonic() + PATIENCE.total_seconds()
        while missing := _unmet(condition, view := await self._look()):
            if monotonic() > give_up:
                raise PlayStuck(
                    texts.say(
                        "demo.stuck",
                        self.language,
                        step=self.number,
                        missing=", ".join(missing),
                        case=view.case,
                        waits=view.line,
                    )
                )
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _SLOWEST_LOOK)
        if condition.phase is Phase.CLOSED:
            # The last events reach the casebook before the workflow ends.
            await asyncio.wait_for(self.case.result(), PATIENCE.total_seconds())

    async def _actor(self, step: Step) -> Actor:
        if step.cast == "mediator":
            mediator = (await self._look()).mediator
            return Actor(id=mediator or "unassigned", role=Role.MEDIATOR)
        role, _, who = step.cast.partition(":")
        agency, slash, officer = who.partition("/")
        if slash:
            return Actor(id=officer, role=Role(role), agency=Agency(agency))
        return Actor(id=who, role=Role(role))

    def _id(self, part: str = "") -> str:
        return f"{self.run}-{self.number:02d}{'-' if part else ''}{part}"

    async def _show(self, view: CaseView | None, lines: tuple[str, ...]) -> None:
        if self.listener is not None:
            await self.listener(Moment(self.number, len(self.script.steps), self.narration, view, lines))


def _codes(failure: WorkflowUpdateFailedError) -> list[str]:
    """Why an update was refused; none when it failed otherwise."""
    problems = failure.cause.details if isinstance(failure.cause, ApplicationError) else ()
    return [problem["code"] for problem in problems[0]] if problems else []


def _unmet(condition: Condition, view: CaseView) -> list[str]:
    """What of a condition does not hold yet. What a case has passed counts as reached."""
    order = list(Phase)
    passed = order.index(view.phase)
    proposals = {p.ref: p.state for p in view.proposals}
    instalments = {i.ref: i.state for i in view.settlement.instalments} if view.settlement else {}
    reached = {
        "phase": condition.phase is None or passed >= order.index(condition.phase),
        "drafts": set(condition.drafts) <= {t.agency for t in view.tasks if t.records == "read"},
        "undecided": not condition.undecided or bool(view.undecided) or passed > order.index(Phase.PROGNOSIS),
        "proposal": all(proposals.get(ref) == state for ref, state in condition.proposal.items()),
        "instalment": all(
            instalments.get(ref) in (state, InstalmentState.PAID) for ref, state in condition.instalment.items()
        ),
        "linked": len(view.linked) >= condition.linked,
    }
    return [f"{name} {getattr(condition, name)}" for name, holds in reached.items() if not holds]


def _instalment(view: CaseView, ref: str) -> InstalmentView:
    instalments = view.settlement.instalments if view.settlement else ()
    return next(i for i in instalments if i.ref == ref)


def _party(view: CaseView, ref: str) -> Actor:
    claims = any(c.ref == ref for c in view.claimants)
    return Actor(id=ref, role=Role.CLAIMANT if claims else Role.RESPONDENT)


def _natural(ref: str) -> tuple[str, int]:
    return ref.rstrip("0123456789"), int("0" + "".join(c for c in ref if c.isdecimal()))


def _today(view: CaseView) -> date:
    return view.now.astimezone(CENTRE_ZONE).date()
