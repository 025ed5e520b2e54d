"""What a running case does beside its procedure: it keeps time, casebook, deadlines, calendar and papers."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.casebook import CasebookService
    from activities.collective import CollectiveService
    from activities.deadlines import DeadlineService
    from activities.papers import PaperService
    from activities.sessions import SessionService
    from domain.case import protocol
    from domain.case.requests import Known
    from domain.case.state import CaseState
    from domain.ledger import SYSTEM, Actor
    from domain.mediation.session_messages import ScheduleSession
    from domain.mediation.sessions import SessionState
    from domain.papers.kinds import PaperKind, PaperRequest, PaperRequests
    from domain.procedure import agenda, known
    from domain.procedure.collective.parting import arrived, passage
    from domain.procedure.deadlines import counting_anew
    from domain.procedure.mediation import sessions
    from domain.procedure.mediation.session_effects import not_booked
    from domain.procedure.papers.drafting import draft, due_with
    from domain.procedure.papers.effects import order, take_issued, together
    from domain.views.casebook_entry import casebook_entry
    from domain.words import Language, Phase
    from workflows import answers
    from workflows.listing import search_attributes_of
    from workflows.procedure import Needless, Procedure
    from workflows.readings import line

A = TypeVar("A")
B = TypeVar("B")
MESSAGES_PER_RUN: Final = 1000
"""Well below the 2,000 updates that Temporal allows one run."""

EVENTS_PER_RUN: Final = 1000
"""A settlement that is performed over years goes on in a new run well before Temporal suggests it, and so does a case
that is flooded: the server puts down a workflow task during which a hundred signals come, and whoever then has to read
a long history anew takes longer than that for ever."""


def _same(request: A) -> A:
    return request


class EndsEarly(Exception):
    """The case goes straight to closure."""


class TurnsOver(Exception):
    """History has grown long: the case goes on in a new run."""


def phase(this: Phase) -> Callable[[Callable[[Any], Awaitable[None]]], Callable[[Any], Awaitable[None]]]:
    """A step of the procedure: announced when entered, passed over when the case is beyond it already.

    What goes wrong in it unforeseen is shown, and the step is done again.
    """
    order = list(Phase)

    def declare(step: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
        async def run(dispute: "RunningCase") -> None:
            case, tries = dispute.case, 0
            if order.index(case.phase) > order.index(this):
                return
            if case.phase is not this:
                dispute.enter(this)
            while True:
                try:
                    await step(dispute)
                except (EndsEarly, TurnsOver):
                    raise
                except Exception as error:  # noqa: BLE001 - a case must not hang in a workflow task that fails for ever
                    tries += 1
                    await dispute.stuck(this, error, tries)
                else:
                    case.unblock(this, dispute.now)
                    return

        return run

    return declare


class RunningCase(Procedure):
    """A running case, without its procedure."""

    case: CaseState
    _listed: Sequence[Any] = ()
    """What Temporal's lists were last told."""
    _traced = 0
    """The next event's number when an update was last carried out."""

    @property
    def ledger(self) -> CaseState:
        """See base class."""
        return self.case

    @property
    def now(self) -> datetime:
        """The case's clock."""
        return self.case.clock(workflow.now())

    def show(self) -> None:
        """Where cases are listed in Temporal, each stands as it is.

        What an update noted has left a trace already, and so has a task that asks a service.
        """
        attributes, traced = search_attributes_of(self.case), self.case.next_seq <= self._traced
        if attributes != self._listed or not (traced or self.left_a_command):
            self._listed = attributes
            workflow.upsert_search_attributes(attributes)
        workflow.set_current_details(self.line(Language.CHINESE))

    def recognise(self, reader: Actor) -> None:
        """See base class."""
        protocol.must_be_party(self.case, reader)

    def carry_out(self, name: str, body: bytes) -> None:
        """See base class."""
        protocol.carry_out(self.case, protocol.parse(name, body), self.now)

    def enter(self, next_phase: Phase) -> None:
        """Go on to a phase."""
        self.case.enter(next_phase, self.now)
        if next_phase is not Phase.MEDIATION:
            sessions.call_off(self.case, self.now, next_phase)
        for kind, about in due_with(self.case, next_phase):
            order(self.case, kind, about, SYSTEM.id, self.now)

    def go_on(self) -> None:
        if self.case.ending is not None:
            raise EndsEarly
        if self.has_grown_long():
            raise TurnsOver

    def has_grown_long(self) -> bool:
        """Whether the case should go on in a new run."""
        run = workflow.info()
        soon = self.case.phase is Phase.PERFORMANCE or self.case.flood is not None
        return (
            self.messages >= MESSAGES_PER_RUN
            or run.is_continue_as_new_suggested()
            or (soon and run.get_current_history_length() >= EVENTS_PER_RUN)
        )

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until it is done. Ends too when the case ends early, or has to go on in a new run.

        What bounds the wait is on the agenda (domain/procedure/agenda.py): time itself makes it done.
        """
        case = self.case

        def wake() -> bool:
            return (case.suspension is None and done()) or case.ending is not None or self.has_grown_long()

        await workflow.wait_condition(wake)
        if case.suspension is not None or not done():
            self.go_on()

    async def step(self, activity: Callable[[Any, A], Awaitable[B]], request: Callable[[], A]) -> B:
        """Ask a service that the procedure can't go on without. A case that is ended meanwhile waits no longer."""
        try:
            return await self.ask(activity, request, needless=lambda: self.case.ending is not None)
        except Needless:
            raise EndsEarly from None

    def known(self) -> Known:
        return known.known(self.case, self.now)

    def ring(self) -> None:
        """See base class."""
        agenda.ring(self.case, self.now)

    def upcoming(self) -> datetime | None:
        """See base class."""
        at = agenda.next_alarm(self.case)
        return at and at - self.case.clock_offset

    async def keep_written(self) -> None:
        """Keep the casebook. A case to which nothing has been filed is none, and its name stays free."""
        case = self.case
        await workflow.wait_condition(lambda: case.complaint is not None)
        await self.keep_casebook(CasebookService.record, lambda: casebook_entry(case, case.next_seq - 1))

    async def keep_deadlines(self) -> None:
        """Count the open deadlines anew when the calendar has changed, or time was granted."""
        case = self.case
        while True:
            await workflow.wait_condition(lambda: case.recounting is not None and case.ending is None)
            asked = counting_anew.request(case, self.now)
            if not asked.deadlines and not asked.clocks:
                case.recounting = None
                continue
            answer = await self.ask(DeadlineService.recount, partial(_same, asked))
            counting_anew.take_recount(case, asked, answer, self.now)

    async def keep_calendar(self) -> None:
        """Have the calendar keep what the talks of the case need, and nothing more."""
        case = self.case
        while True:
            await workflow.wait_condition(lambda: case.sittings.unsettled)
            told = case.sittings.changes
            answer = await self.ask(SessionService.settle, lambda: sessions.request(case, self.now))
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

    async def keep_passages(self) -> None:
        """See workers over who leave for another case, one passage after the other."""
        case = self.case
        while True:
            await workflow.wait_condition(lambda: bool(case.leaving))
            arrived(case, await self.ask(CollectiveService.hand_on, lambda: passage(case, self.now)), self.now)

    async def keep_papers(self) -> None:
        """Issue the papers that were ordered, in their order."""
        case = self.case
        while True:
            await workflow.wait_condition(lambda: bool(case.paper_orders))
            answer = await self.ask(PaperService.issue, self._papers)
            for issued in answer.issued:
                take_issued(case, issued, self.now)

    def _papers(self) -> PaperRequests:
        case, now = self.case, self.now
        wanted = case.paper_orders[: together(case)]
        return PaperRequests(
            papers=tuple(
                PaperRequest(
                    case=case.case,
                    key=f"{case.case}.{number}",
                    drill=case.drill,
                    matter=draft(case, one.kind, one.about, now),
                )
                for number, one in enumerate(wanted, len(case.papers) + 1)
            )
        )

    def line(self, language: Language) -> str:
        """On whom the case waits, as a sentence."""
        return line(self.case, language)
