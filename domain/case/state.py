"""The whole state of a case: one structure, handed on entire from run to run.

It knows no Temporal. Messages change it through ``domain/procedure``, time through ``domain/procedure/agenda``, the
procedure through the methods here; each change is noted on the ledger.
"""

from collections.abc import Callable, KeysView
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Literal

from domain.assessment.assessment import Assessment
from domain.assessment.limitation import LimitationClock, LimitationEvent
from domain.assessment.reconcile import Decision as DiscrepancyDecision
from domain.base import CENTRE_ZONE, Instant, Ref, State, Text, Yuan
from domain.case.receipts import Receipt
from domain.closure.ends import Ends
from domain.closure.reopening import Paid, Reopening
from domain.collective.parting import Kin, Leaving
from domain.deadlines.deadline import Deadline, Recounting
from domain.dialogue import ProcedureState
from domain.inquiry.findings import Finding
from domain.inquiry.sharing import SharingRow
from domain.inquiry.tasks import Desk, Task
from domain.intake.complaint import ClaimItem, Complaint
from domain.ledger import Actor
from domain.mediation.sessions import Sittings
from domain.papers.kinds import Paper, PaperOrder
from domain.settlement.confirmation import Confirmation, ConfirmationKind
from domain.settlement.instalments import DebtsOfOthers, Instalment, LeftOut
from domain.settlement.performance import EnforcementFile, PerformanceTerms, Rescheduling
from domain.settlement.signature import Signing
from domain.triage.classification import Triage
from domain.triage.roster import Assignment
from domain.words import Agency, CaseClass, Lane, Outcome, Phase, ReferralTarget


class PartyAnswer(State):
    """A party's answer to a proposal."""

    accept: bool
    at: Instant
    by: Actor
    remark: Text | None = None


class ProposalState(StrEnum):
    """The life of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    COUNTERED = "countered"


class Proposal(State):
    """Terms on the table, and what each party has answered."""

    ref: Ref
    by: Actor
    at: Instant
    expires_at: Instant
    payer: Ref
    instalments: tuple[Instalment, ...]
    guarantee: Text | None = None
    terms: Text | None = None
    acceleration: bool | None = None
    """Whether a default makes everything due; None: as the performance table has it."""
    unsettled: tuple[LeftOut, ...] = ()
    debts_of_others: DebtsOfOthers = ()
    state: ProposalState = ProposalState.OPEN
    answers: dict[Ref, PartyAnswer] = {}
    counters: Ref | None = None
    """The proposal whose place it took."""
    on_behalf: Ref | None = None
    """The party whose offer the mediator carried over."""

    @cached_property
    def claimants(self) -> frozenset[Ref]:
        """The claimants whom the proposal offers something. The instalments of a proposal never change."""
        return frozenset(c for i in self.instalments for part in (i.part_a, i.part_b) for c in part)

    def sound_by(self, assessment: Assessment | None, weigh: Callable[[], None]) -> None:
        """Weigh the terms against an assessment once, however many thousands answer. Raises what ``weigh`` raises."""
        if not (self._weighed and self._weighed[-1] is assessment):
            weigh()
            self._weighed.append(assessment)

    @cached_property
    def _weighed(self) -> list[Assessment | None]:
        """The assessments by which nothing stood against the terms. No part of the state: it can be found again."""
        return []


class Session(State):
    """A mediation session that was held."""

    held_on: date
    room: str
    present: tuple[Ref, ...]
    undisputed: Text | None
    minutes: Text | None


class InstalmentState(StrEnum):
    """The life of an instalment."""

    PENDING = "pending"
    OVERDUE = "overdue"
    DEFAULTED = "defaulted"
    PAID = "paid"


class Due(State):
    """An agreed instalment on its way to being paid."""

    instalment: Instalment
    deadline: Deadline
    remind_at: Instant
    default_at: Instant
    state: InstalmentState = InstalmentState.PENDING
    reminded: bool = False
    paid: Yuan = Decimal("0.00")
    remind_again_at: Instant | None = None
    """When an instalment that is late is reminded of once more; None in settlements of before there was that."""
    reminded_again: bool = False
    enforce_at: Instant | None = None
    """When the time for payment after a default is over; None: with the default itself, as it was at first."""
    grace_from: Instant | None = None
    """From when its present grace counts, where that is not the end of the due day: a payment was taken back."""
    accelerated_on: date | None = None
    """The day on which the default of another instalment made this one due."""

    @property
    def fell_due(self) -> date:
        """The day after which it is late."""
        return min(self.deadline.due, self.accelerated_on or self.deadline.due)

    @property
    def last_day(self) -> date:
        """The last day of its grace."""
        return CaseState.day(self.default_at - timedelta(microseconds=1))

    def postpone(self, later: timedelta) -> None:
        """Move what hangs on the due day on, but not the due day."""
        self.remind_at, self.default_at = self.remind_at + later, self.default_at + later
        self.remind_again_at = self.remind_again_at and self.remind_again_at + later
        self.enforce_at = self.enforce_at and self.enforce_at + later
        self.grace_from = self.grace_from and self.grace_from + later

    @property
    def outstanding(self) -> Decimal:
        """What is still to come, in yuan."""
        return self.instalment.total - self.paid


class Payment(State):
    """Money that came: premiums as the tax bureau confirmed, part B as whoever was paid said, or a document shows."""

    receipt: Ref
    part: Literal["A", "B"] = "A"
    paid_on: date
    amount: Yuan
    late_fee: Yuan
    surplus: Yuan = Decimal("0.00")
    """What no instalment needs: a credit."""
    claimant: Ref | None = None
    """For whom it counts; None: for all of them."""
    reversed_on: date | None = None
    """The day on which the bank took it back: it has counted for nothing since."""
    document: Text | None = None
    """What shows a payment of part B, where it was not confirmed by whom it was paid to."""
    given_back: Yuan = Decimal("0.00")
    """What of it was refunded or set off against something else: it pays nothing here."""


class Settlement(State):
    """Accepted terms: who settled, who pays, and the instalments for those who settled."""

    proposal: Ref
    payer: Ref
    claimants: tuple[Ref, ...]
    agreed_on: date
    guarantee: Text | None
    unsettled: tuple[LeftOut, ...] = ()
    """Claim items that it leaves to whoever decides them."""
    debts_of_others: DebtsOfOthers = ()
    """Whose premiums the payer pays beside its own."""
    in_effect_on: date | None = None
    """When it was signed; None while it is not, and in settlements of before there were signatures."""
    dues: list[Due] = []
    payments: list[Payment] = []
    terms: PerformanceTerms | None = None
    """None in settlements of before there were such terms: no late fee is computed, nothing is accelerated."""
    late_fee_carried: Yuan = Decimal("0.00")
    """What had run up on instalments that a new schedule replaced, until it did."""
    demanded_until: Instant | None = None
    """Until when all that is in default must have come, or it is referred to enforcement."""
    late_fee_open: Yuan = Decimal("0.00")
    """What is owed of late fees when every instalment has come; 0.00 while one is still to come."""
    late_fee_until: Instant | None = None
    """Until when that must have come, or it is referred to enforcement."""
    reschedulings: list[Rescheduling] = []
    enforcement: EnforcementFile | None = None

    @property
    def defaulted(self) -> bool:
        """Whether an instalment has not come within its grace."""
        return any(due.state is InstalmentState.DEFAULTED for due in self.dues)

    @property
    def breached(self) -> bool:
        """Whether it was broken: by an instalment, or by the late fee that ran up."""
        return self.defaulted or self.enforcement is not None


class Mediation(State):
    """The mediator's part: until when, sessions and proposals."""

    opened_at: Instant
    deadline: Deadline
    consents: dict[Ref, int] = {}
    """Parties who consented to go on beyond the deadline, and for how many days."""
    extended_days: int = 0
    """By how many days both sides have extended it so far."""
    sessions: list[Session] = []
    proposals: dict[Ref, Proposal] = {}
    ended: str | None = None
    """Why mediation ended without (full) settlement; a code of texts/events.yaml."""


class Referral(State):
    """A claim item sent on to who can decide it."""

    item: Ref
    claimant: Ref | None = None
    target: ReferralTarget
    reason: str
    source: str | None = None


class ReplyItem(State):
    """The unified reply's answer on one claim item for one claimant."""

    item: Ref
    claimant: Ref
    answer: str
    """Code of texts/reply.yaml: settled-and-paid, scheduled, referred, withdrawn, nothing-owed."""
    amount: Yuan
    referred_to: ReferralTarget | None = None


class Suspension(State):
    """A time in which the clocks stand still."""

    since: Instant
    until: Instant
    reason: Text


class Linked(State):
    """The same complaint, filed at another window."""

    complaint_id: Ref
    channel: Ref
    at: Instant


class Mandate(State):
    """Representatives whom workers elected (调解仲裁法 Art.7)."""

    at: Instant
    by: Actor
    representatives: tuple[Ref, ...]


class LimitationNoted(State):
    """Something outside the case that acts on the limitation clocks; ``item`` None: on all of them."""

    item: Ref | None
    event: LimitationEvent


class CaseRules(State):
    """Lengths from the deadline table that messages are checked against, fixed when the case is filed."""

    proposal_answer_days: int
    """Calendar days to answer a proposal."""
    suspension_days_max: int
    """Calendar days that a case may stand still."""


class CaseState(ProcedureState):
    """Everything that a case is."""

    drill: bool = False
    clock_offset: timedelta = timedelta()
    phase: Phase = Phase.INTAKE
    phase_since: Instant
    case_number: str | None = None
    rules: CaseRules = CaseRules(proposal_answer_days=5, suspension_days_max=180)
    complaint: Complaint | None = None
    filed_at: Instant | None = None
    receipt: Receipt | None = None
    material_deadline: Deadline | None = None
    missing: tuple[str, ...] = ()
    supplied: tuple[ClaimItem, ...] = ()
    supplied_at: Instant | None = None
    limitation: list[LimitationNoted] = []
    clocks: tuple[LimitationClock, ...] = ()
    """As they were last computed, one for each claim item."""
    linked: list[Linked] = []
    windows: list[Ref] = []
    """The intake services that filed the complaint, or one that was joined to it."""
    triage: Triage | None = None
    reclassified: CaseClass | None = None
    lane: Lane | None = None
    tasks: dict[Ref, Task] = {}
    desks: dict[Agency, Desk] = {}
    """The agencies' officers when the inquiries were opened; empty where the centre keeps no directory of them."""
    sharing: dict[Agency, SharingRow] = {}
    """What each agency is told, as the table stood at the triage."""
    corrections_assessed: int = 0
    """How many corrected findings the assessment reflects."""
    assessment: Assessment | None = None
    decisions: dict[Ref, DiscrepancyDecision] = {}
    decisions_corrected: int = 0
    """How often a decision was corrected."""
    decisions_assessed: int = 0
    assessment_fresh_until: Instant | None = None
    assessment_stale: bool = False
    """Late fees have run on for longer than an assessment holds."""
    """How many decisions the assessment reflects."""
    joint_meeting: Deadline | None = None
    assignment: Assignment | None = None
    mediator: Ref | None = None
    application_term: Deadline | None = None
    """From its end on arbitration is open."""
    arbitration_told: bool = False
    mediation: Mediation | None = None
    settlement: Settlement | None = None
    signing: Signing | None = None
    """None in settlements of before there were signatures: they took effect when they were agreed."""
    confirmations: dict[ConfirmationKind, Confirmation] = {}
    referrals: list[Referral] = []
    withdrawn: dict[Ref, str] = {}
    joined: dict[Ref, int] = {}
    """People who joined, or whose data was corrected, while the case ran, and the latest ledger event of it."""
    newcomers: list[Ref] = []
    """Those who joined or claimed more, as far as the assessment does not reflect it yet."""
    mandates: dict[Ref, Mandate] = {}
    represented: dict[Ref, Ref] = {}
    """Workers who let representatives speak for them, and by which mandate: the latest that they gave."""
    reply: list[ReplyItem] = []
    ends: Ends = Ends()
    sittings: Sittings = Sittings()
    reopening: Reopening | None = None
    """From which closed case this one goes on."""
    kept: dict[Agency, Finding] = {}
    """Findings of the case that it came from, which stand."""
    paid_before: tuple[Paid, ...] = ()
    """What was paid in the case that it came from, as far as no finding holds it."""
    leaving: list[Leaving] = []
    """Workers who are on their way to another case."""
    parted: dict[Ref, Ref] = {}
    """Workers who have a case of their own, and which."""
    kin: list[Kin] = []
    paper_orders: list[PaperOrder] = []
    papers: list[Paper] = []
    suspension: Suspension | None = None
    recounting: Recounting | None = None
    ending: Outcome | None = None
    """Set when the case must end early; the procedure goes straight to closure."""
    outcome: Outcome | None = None

    # --- time -------------------------------------------------------------------------------------

    def clock(self, real: datetime) -> datetime:
        """The case's time: the real time, in a drill moved on by what the supervisor has advanced."""
        return real + self.clock_offset

    @staticmethod
    def day(now: datetime) -> date:
        """The legal day at the centre."""
        return now.astimezone(CENTRE_ZONE).date()

    @property
    def received_on(self) -> date:
        """The legal day on which the complaint reached the centre: terms and limitation go by it."""
        assert self.complaint is not None and self.filed_at is not None
        return self.complaint.received_on or self.day(self.filed_at)

    # --- the procedure's steps ----------------------------------------------------------------------

    def enter(self, phase: Phase, now: datetime) -> None:
        """Go on to the next phase of the procedure."""
        self.phase, self.phase_since = phase, now
        self.note("phase_entered", now, phase=phase)

    # --- what the state says ------------------------------------------------------------------------

    @property
    def case_class(self) -> CaseClass | None:
        """The class in force: the supervisor's, or else the triage's."""
        return self.reclassified or (self.triage.case_class if self.triage else None)

    @property
    def items(self) -> tuple[ClaimItem, ...]:
        """All claim items, those supplied later included."""
        return (*(self.complaint.items if self.complaint else ()), *self.supplied)

    @property
    def claimants(self) -> KeysView[Ref]:
        """The claimants who have not withdrawn, in the order of the complaint: found in no time among thousands."""
        known = self.__dict__.get("_present")
        if known is None or known[0] is not self.complaint or known[1] != len(self.withdrawn):
            people = self.complaint.claimants if self.complaint else ()
            present = {c.ref: None for c in people if c.ref not in self.withdrawn}
            known = self.__dict__["_present"] = (self.complaint, len(self.withdrawn), present)
        refs: KeysView[Ref] = known[2].keys()
        return refs

    @property
    def respondents(self) -> tuple[Ref, ...]:
        """Everybody who answers for the claim."""
        return tuple(r.ref for r in self.complaint.respondents) if self.complaint else ()

    @property
    def refs(self) -> frozenset[Ref]:
        """Everybody whom the complaint names, those who have withdrawn included."""
        if self.complaint is None:
            return frozenset()
        claimants, respondents = self.complaint.claimants, self.complaint.respondents
        return frozenset(c.ref for c in claimants) | {r.ref for r in respondents}

    @property
    def findings(self) -> dict[Agency, Finding]:
        """The findings submitted so far."""
        return {task.agency: task.finding for task in self.tasks.values() if task.finding is not None}

    @property
    def open_tasks(self) -> list[Task]:
        """Inquiries that somebody still has to act on."""
        return [task for task in self.tasks.values() if task.is_open]

    @property
    def decided(self) -> int:
        """How often something was decided about discrepancies, corrections among it."""
        return len(self.decisions) + self.decisions_corrected

    @property
    def corrections(self) -> int:
        """How many findings have come in anew after they were sent back."""
        return sum(len(task.earlier) for task in self.tasks.values() if task.finding is not None)

    @property
    def undecided(self) -> list[Ref]:
        """Discrepancies that wait for the joint meeting."""
        if self.assessment is None:
            return []
        return [
            d.id for d in self.assessment.discrepancies if d.resolver == "joint-meeting" and d.id not in self.decisions
        ]

    @property
    def open_proposals(self) -> list[Proposal]:
        """Proposals that can still be answered."""
        if self.mediation is None:
            return []
        return [p for p in self.mediation.proposals.values() if p.state is ProposalState.OPEN]

    @property
    def performed(self) -> bool:
        """Whether all that was agreed has come, and what ran up because it came late."""
        return not self.unpaid and (self.settlement is None or not self.settlement.late_fee_open)

    @property
    def unpaid(self) -> list[Due]:
        """Agreed instalments that have not been paid in full, in order of their due days."""
        if self.settlement is None:
            return []
        return [due for due in self.settlement.dues if due.state is not InstalmentState.PAID]
