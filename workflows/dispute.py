"""The life of one dispute, from filing to closure."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    import domain.procedure.every_message  # noqa: F401 - fills the protocol's table
    from activities.aftercare import AftercareService
    from activities.assessment import AssessmentService
    from activities.closure import ClosureService
    from activities.intake import IntakeService
    from activities.mediation import MediationService
    from activities.performance import PerformanceService
    from activities.triage import TriageService
    from domain.case import protocol
    from domain.case.opening import Closed, Opening, Reading
    from domain.case.portion import TakeOver
    from domain.case.receipts import Acknowledgement, PersonalData, Receipt
    from domain.case.requests import (
        Admission,
        AdmissionRequest,
        ClosingRequest,
        Judgement,
        JudgementRequest,
        LinkRequest,
        MediationPlan,
        MediationRequest,
        PerformanceRequest,
        RecordsRequest,
        RegistrationRequest,
        TriagePlan,
    )
    from domain.case.state import CaseState
    from domain.closure.reopening import Reopen
    from domain.inquiry.tasks import Task
    from domain.intake.messages import FileComplaint, LinkComplaint
    from domain.ledger import SYSTEM
    from domain.mediation.session_messages import ScheduleSession
    from domain.personal_data.messages import ReadPersonalData
    from domain.procedure import known
    from domain.procedure.assessment.judgement import Reflected, assessment_is_behind, take_judgement
    from domain.procedure.closure import replying
    from domain.procedure.closure.ends_view import EndsView
    from domain.procedure.closure.handover import handover
    from domain.procedure.closure.reply import take_reply
    from domain.procedure.deadlines import counting_anew
    from domain.procedure.inquiry.in_office import must_be_in_office
    from domain.procedure.inquiry.opening import close_inquiries, open_task, tell
    from domain.procedure.intake import reopened
    from domain.procedure.intake.admission import admit
    from domain.procedure.mediation.bargain import Bargain, BargainReading
    from domain.procedure.mediation.effects import accepted_by
    from domain.procedure.mediation.opening import agreed, mediation_over, open_mediation
    from domain.procedure.mediation.sessions_view import SittingsView
    from domain.procedure.personal_data.reading import revealed
    from domain.procedure.settlement import confirming, performing
    from domain.procedure.settlement.agreement import instalments_of, settle
    from domain.procedure.settlement.performance_view import PerformanceReading, PerformanceView
    from domain.procedure.settlement.signing import back_at_the_table
    from domain.procedure.triage.result import take_triage
    from domain.refusal import Problem, Refused, refusal
    from domain.views import case_view
    from domain.views.case_view import CaseDeadlines, CaseView, OpenTasks, SideBySide, Timeline, TriageExplanation
    from domain.views.waiting import centres_turn
    from domain.words import Phase
    from workflows import answers, proven
    from workflows.prefill import prefill
    from workflows.readings import Readings
    from workflows.running_case import EndsEarly, RunningCase, TurnsOver, phase
    from workflows.signing import signed

EMPTY: Final = Opening()
"""What a case begins with when whoever starts it says nothing."""


@workflow.defn
class DisputeWorkflow(RunningCase):
    """One dispute between one or more claimants and whoever answers for their claim."""

    @workflow.init
    def __init__(self, opening: Opening = EMPTY) -> None:
        run = workflow.info()
        handed_on = opening.state if opening.handed_on_by(run.first_execution_run_id, run.continued_run_id) else None
        self.case = handed_on or CaseState(case=run.workflow_id, phase_since=workflow.now())
        self._shown = self.case.next_seq
        self._triage: TriagePlan | None = None
        self._mediation: MediationPlan | None = None
        self._reflected = Reflected()
        if handed_on is None and run.continued_run_id:
            self.halt("ledger.run")

    @workflow.run
    async def run(self, opening: Opening = EMPTY) -> Closed:
        for duty in (
            self.keep_shown,
            self.keep_time,
            self.keep_written,
            self.keep_deadlines,
            self.keep_papers,
            self.keep_calendar,
            self.keep_passages,
        ):
            self.keep(duty)
        await workflow.wait_condition(lambda: self.case.halted is None)
        try:
            await self.intake()
            await self.triage()
            await self.fact_finding()
            await self.prognosis()
            await self.mediation()
            await self.performance()
            while back_at_the_table(self.case):
                self.enter(Phase.MEDIATION)
                await self.mediation()
                await self.performance()
        except EndsEarly:
            if self.case.complaint is None:
                await workflow.wait_condition(workflow.all_handlers_finished)
                raise ApplicationError("nothing was filed", type="NothingFiled", non_retryable=True) from None
        except TurnsOver:
            await workflow.wait_condition(lambda: not self.case.paper_orders or self.case.blocked is not None)
            await self.settle_down()
            self.case.trim()
            run = workflow.info()
            workflow.continue_as_new(Opening(state=self.case, chain=run.first_execution_run_id, run=run.run_id))
        counting_anew.leave(self.case)
        await self.closure()
        await workflow.wait_condition(
            lambda: not self.case.paper_orders and not self.case.sittings.unsettled and not self.case.leaving
        )
        await self.settle_down()
        await self.hand_over()
        assert self.case.outcome is not None
        return Closed(case_number=self.case.case_number, outcome=self.case.outcome, ledger_head=self.case.head)

    # --- the procedure ------------------------------------------------------------------------------

    @phase(Phase.INTAKE)
    async def intake(self) -> None:
        """Register the complaint and answer with a receipt; wait for what is missing."""
        case = self.case
        while case.complaint is None:
            await self.until(lambda: case.complaint is not None or case.reopening is not None)
            if case.reopening is not None:
                of = await self.step(AftercareService.give_back, partial(getattr, case.reopening, "of"))
                reopened.take_up(case, of, self.now)
        if case.receipt is None:
            admission = await self._admitted()
            if admission.registration.joined and not await self._joined(admission.registration.case):
                case.note("kept_apart", self.now, case_number=admission.registration.case_number)
                admission = await self._admitted(apart=True)
            admit(case, admission, self.now)
            self._triage = admission.triage
        if case.ending is None:
            await self.until(lambda: not case.missing)
        self.go_on()

    async def _admitted(self, *, apart: bool = False) -> Admission:
        """The admission, once the casebook knows no other story of this case."""
        case = self.case

        def asked() -> AdmissionRequest:
            assert case.complaint is not None and case.filed_at is not None
            registration = RegistrationRequest(
                case=case.case, complaint=case.complaint, drill=case.drill, filed_at=case.filed_at, apart=apart
            )
            return AdmissionRequest(registration=registration, known=self.known())

        while True:
            admission = await self.step(IntakeService.admit, asked)
            self.public_keys = admission.keys, workflow.now()
            known = admission.ledger
            if known is None or case.agrees(known.seq, known.digest):
                case.unblock("ledger", self.now)
                return admission
            await self.seen_to(self.halt("ledger.ahead", seq=known.seq))

    async def _joined(self, to: str) -> bool:
        """Whether the case that holds claimants of the complaint took it, with whatever it did not hold yet."""
        case = self.case

        def asked() -> LinkRequest:
            assert case.complaint is not None
            link = LinkComplaint(
                message_id=f"link-{case.complaint.complaint_id}",
                actor=SYSTEM,
                complaint_id=case.complaint.complaint_id,
                channel=case.complaint.channel,
                case=case.case,
                complaint=case.complaint,
                windows=tuple(case.windows),
            )
            return LinkRequest(to=to, link=link)

        return await self.step(IntakeService.link, asked)

    @phase(Phase.TRIAGE)
    async def triage(self) -> None:
        """Class, lane, group, agencies to ask and deadlines, with the rules that fired."""
        case = self.case
        plan = self._triage
        if plan is None:
            plan = await self.step(TriageService.plan, self.known)
        case.clocks, case.application_term = plan.clocks, plan.application_term
        take_triage(case, plan.triage, self.now)
        case.desks = {desk.agency: desk for desk in plan.desks}
        case.sharing = {row.agency: row for row in plan.sharing}
        for inquiry in reopened.inquiries(case, plan):
            open_task(case, inquiry, self.now)
        reopened.keep_found(case, self.now)

    @phase(Phase.FACT_FINDING)
    async def fact_finding(self) -> None:
        """All inquiries open at once; each begins with the agency's own records."""
        case = self.case
        prefills: dict[str, asyncio.Task[None]] = {}

        def unread() -> list[Task]:
            return [t for t in case.open_tasks if t.records == "awaited" and t.ref not in prefills]

        def over() -> list[str]:
            waiting = {task.ref for task in case.open_tasks}
            return [ref for ref in prefills if ref not in waiting]

        try:
            while True:
                for task in unread():
                    request = RecordsRequest(known=tell(case, task, self.now), agency=task.agency)
                    prefills[task.ref] = asyncio.create_task(prefill(case, task, request))
                for ref in over():
                    prefills.pop(ref).cancel()
                await self.until(lambda: not case.open_tasks or bool(unread() or over()))
                if not case.open_tasks:
                    break
        finally:
            for reading in prefills.values():
                reading.cancel()

    @phase(Phase.PROGNOSIS)
    async def prognosis(self) -> None:
        """What contradicts, what is owed, how hard it will be; hard questions to the joint meeting."""
        case = self.case
        while case.assessment is None or assessment_is_behind(case):
            judgement = await self._judged(looking=True)
            at_once = not case.undecided and not case.open_tasks
            self._mediation = judgement.mediation if at_once else None
            await self.until(lambda: not case.undecided and not case.open_tasks)

    async def _judged(self, *, looking: bool) -> Judgement:
        """The judgement, taken in; what came while it was made leaves it behind."""
        judgement = await self.step(AssessmentService.judge, partial(self._judging, looking=looking))
        take_judgement(self.case, judgement, self._reflected, self.now)
        return judgement

    def _judging(self, *, looking: bool) -> JudgementRequest:
        self._reflected = Reflected.of(self.case)
        return JudgementRequest(known=self.known(), looking=looking, reclassified=self.case.reclassified)

    @phase(Phase.MEDIATION)
    async def mediation(self) -> None:
        """A mediator brings the sides together, until terms are accepted or the term is over."""
        case = self.case
        if case.mediation is None:
            if self._mediation is None:
                self._mediation = await self.step(MediationService.open, self._looking)
            open_mediation(case, self._mediation, self.now)
        await self._bargain()
        close_inquiries(case, self.now)
        proposal = agreed(case)
        if proposal is None:
            return
        plan_of_payment = await self.step(
            PerformanceService.plan,
            lambda: PerformanceRequest(
                jurisdiction=known.jurisdiction(case),
                instalments=instalments_of(case, proposal),
                agreed_on=case.day(self.now),
                acceleration=proposal.acceleration,
            ),
        )
        settle(case, proposal, accepted_by(case, proposal), plan_of_payment, self.now)

    def _looking(self) -> MediationRequest:
        """The case as it looks for its mediator."""
        case = self.case
        assert case.assessment
        return MediationRequest(
            known=self.known(), group=case_view.group(case) or "", skills=case.assessment.prognosis.skills
        )

    async def _bargain(self) -> None:
        """Until it is agreed or over; what an agency corrects meanwhile is assessed anew."""
        case = self.case

        def done() -> bool:
            return not case.newcomers and (agreed(case) is not None or mediation_over(case))

        while True:
            await self.until(lambda: done() or assessment_is_behind(case))
            if done():
                return
            await self._judged(looking=False)

    @phase(Phase.PERFORMANCE)
    async def performance(self) -> None:
        """Follow the money until it has arrived, or a default has come to enforcement."""
        case = self.case
        await signed(self)
        settlement = case.settlement
        if settlement is None:
            return
        await self.until(lambda: case.performed or performing.broken(settlement))

    @phase(Phase.CLOSURE)
    async def closure(self) -> None:
        """One reply to everybody, referral of what could not be settled, and a visit later."""
        case = self.case
        close_inquiries(case, self.now)
        closing = await self.ask(
            ClosureService.close,
            lambda: ClosingRequest(
                known=self.known(),
                ending=case.ending,
                settlement=case.settlement,
                referrals=tuple(case.referrals),
                confirmed=confirming.confirmed(case),
            ),
        )
        take_reply(case, closing, self.now)
        replying.ask_for_signatures(case, closing.signatures, self.now)
        await workflow.wait_condition(lambda: replying.signed(case))
        confirming.hand_on(case, self.now)
        self.enter(Phase.CLOSED)

    async def hand_over(self) -> None:
        """What goes on after the case, and whoever reopens it, begins with the last digest of its ledger.

        What was heard while it was handed over is handed over too.
        """
        handed = None
        while self.case.case_number is not None:
            if handed == self.case.head:
                return
            handed = self.case.head
            await self.ask(AftercareService.hand_over, lambda: handover(self.case, self.now))
            await self.settle_down()

    # --- messages -----------------------------------------------------------------------------------

    @workflow.update(dynamic=True)
    async def take_update(self, name: str, payloads: Sequence[RawValue]) -> Receipt | Acknowledgement | PersonalData:
        """Every message as an update: refused at once, or carried out and acknowledged."""
        body = answers.body(payloads)
        self.messages += 1
        try:
            message = protocol.parse(name, body)
            acted = protocol.carry_out(self.case, message, self.now)
            self._traced = self.case.next_seq
            if isinstance(message, ReadPersonalData):
                return revealed(self.case, message)
            if isinstance(message, ScheduleSession):
                await self.booked(message)
            if isinstance(message, FileComplaint | Reopen | TakeOver):
                return await self._receipt(message)
        except Exception as error:  # noqa: BLE001 - whatever a message makes our code raise, the case goes on
            raise self.refused(name, body, error) from None
        await workflow.wait_condition(lambda: self.settling or not centres_turn(self.case))
        return self.acknowledge(message, acted)

    async def _receipt(self, message: FileComplaint | Reopen | TakeOver) -> Receipt:
        """The receipt of the complaint. Raises Refused where the case can't go on."""
        case, reopening = self.case, self.case.reopening
        await workflow.wait_condition(
            lambda: (
                case.receipt is not None
                or case.halted is not None
                or (reopening is not None and reopening.refused is not None)
            )
        )
        if case.receipt is None and case.halted is not None:
            raise refusal("ledger.halted", "case")
        if reopening is not None and reopening.refused is not None:
            raise Refused(Problem(field="case", code=reopening.refused))
        receipt = answers.receipt(case, message.language)
        assert receipt is not None
        return receipt

    @take_update.validator
    def check_update(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Refuse an update that can't be carried out, in the sender's language, before it enters history."""
        body = answers.body(payloads)
        try:
            message = protocol.parse(name, body)
            protocol.check(self.case, message, self.now)
            must_be_in_office(self.case, message, self.now, proven.in_office)
        except Refused as refused:
            raise answers.refusal(refused, answers.language_of(body)) from None

    # --- questions ----------------------------------------------------------------------------------

    @workflow.query
    def case_view(self, reading: Reading | None = None) -> CaseView:
        """The case, as far as the reader may see it."""
        return self._read().case_view(reading)

    @workflow.query
    def receipt(self, reading: Reading | None = None) -> Receipt | None:
        """The receipt of the complaint, for whoever asks again."""
        return self._read().receipt(reading)

    @workflow.query
    def timeline(self, reading: Reading | None = None) -> Timeline:
        """The latest events of the ledger, as facts and as sentences."""
        return self._read().timeline(reading)

    @workflow.query
    def open_tasks(self, reading: Reading | None = None) -> OpenTasks:
        """The inquiries that somebody still has to act on."""
        return self._read().open_tasks(reading)

    @workflow.query
    def deadlines(self, reading: Reading | None = None) -> CaseDeadlines:
        """The dates of the case that the reader may see, and how each came about."""
        return self._read().deadlines(reading)

    @workflow.query
    def ends(self, reading: Reading | None = None) -> EndsView:
        """How the case ended, or stands, and what each party can do until when."""
        return self._read().ends(reading)

    @workflow.query
    def sittings(self, reading: Reading | None = None) -> SittingsView:
        """The talks of the case: when and where, who comes, and how each side stands to talking."""
        return self._read().sittings(reading)

    @workflow.query
    def side_by_side(self, reading: Reading | None = None) -> SideBySide:
        """The claim and the findings side by side, for each claimant with each employer."""
        return self._read().side_by_side(reading)

    @workflow.query
    def owed(self, reading: PerformanceReading | None = None) -> PerformanceView | None:
        """What is owed under the settlement on a day, and how that came about; None where nothing was settled."""
        return self._read().owed(reading)

    @workflow.query
    def bargain(self, reading: BargainReading | None = None) -> Bargain | None:
        """What is bargained about, and what stands against terms that are not sent; None before it is assessed."""
        return self._read().bargain(reading)

    @workflow.query
    def explain_triage(self, reading: Reading | None = None) -> TriageExplanation:
        """Why the case is in its class: the rules that fired, and those that nearly did."""
        return self._read().explain_triage(reading)

    def _read(self) -> Readings:
        return Readings(self.case, proven.reader(), workflow.now())
