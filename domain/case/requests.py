"""What the procedure asks the centre's services, and what they answer: the answers stay in history."""

from datetime import date

from domain.assessment.assessment import Assessment
from domain.assessment.limitation import ClockAsked, LimitationClock
from domain.assessment.reconcile import Decision
from domain.base import Instant, Model, Ref
from domain.case.identity import KeySet
from domain.case.state import CaseRules, Referral, ReplyItem, Settlement
from domain.closure.ends import Remedy, SignatureTerms
from domain.deadlines.deadline import Deadline, Recounting
from domain.inquiry.findings import Finding
from domain.inquiry.sharing import SharingRow
from domain.inquiry.tasks import Desk
from domain.intake.bars import Bar
from domain.intake.complaint import ClaimItem, Complaint
from domain.intake.messages import LinkComplaint
from domain.ledger import Head
from domain.settlement.confirmation import ConfirmationPlan
from domain.settlement.instalments import Instalment
from domain.settlement.performance import PerformanceTerms
from domain.settlement.signature import SigningPlan
from domain.triage.classification import Triage
from domain.triage.roster import Assignment
from domain.words import Agency, CaseClass, Outcome


class Antecedents(Model):
    """What the casebook tells of the employer: other cases, and settlements that it broke."""

    cases: int = 0
    defaults: int = 0


class Known(Model):
    """What is known of a case when a service is asked: the complaint, and what the agencies found."""

    case: Ref
    complaint: Complaint
    supplied: tuple[ClaimItem, ...]
    withdrawn: tuple[Ref, ...]
    parted: tuple[Ref, ...] = ()
    """Of these, who has a case of their own."""
    filed_on: date
    today: date
    findings: tuple[Finding, ...] = ()
    lapsed: tuple[Agency, ...] = ()
    decisions: tuple[Decision, ...] = ()
    assessment: Assessment | None = None
    clocks: tuple[ClockAsked, ...] = ()
    antecedents: Antecedents = Antecedents()
    """Filled in by the service that is asked; the case itself does not know."""


class LinkRequest(Model):
    """Another case is to be told that its complaint came in at this window too."""

    to: Ref
    link: LinkComplaint


class InquiryPlan(Model):
    """An inquiry to open: the agency, its deadline, when it is reminded and when it lapses."""

    agency: Agency
    deadline: Deadline
    remind_at: Instant
    lapse_at: Instant
    escalate_at: Instant | None = None
    """When an escalation to the head of the agency goes on to the supervisor."""


class TriagePlan(Model):
    """The triage, and the inquiries that it asks for."""

    triage: Triage
    inquiries: tuple[InquiryPlan, ...]
    desks: tuple[Desk, ...] = ()
    """The officers of every agency, since an inquiry may be transferred; empty without a directory."""
    sharing: tuple[SharingRow, ...] = ()
    """What each agency is told of the case."""
    application_term: Deadline
    """15 days from receipt of the application: from then on arbitration is open (劳动争议调解仲裁法 Art.14)."""
    clocks: tuple[LimitationClock, ...] = ()


class JudgementRequest(Model):
    """A case is to be judged."""

    known: Known
    looking: bool
    """It goes on to its mediator, if nothing is left to decide first."""
    reclassified: CaseClass | None = None
    """The class that the supervisor gave it."""


class MediationRequest(Model):
    """A case looks for its mediator."""

    known: Known
    group: Ref
    skills: tuple[Ref, ...]


class MediationPlan(Model):
    """Who mediates, and until when: the fifteenth day from the application at least."""

    assignment: Assignment | None
    """None when nobody could be found: the supervisor reassigns."""
    deadline: Deadline


class Judgement(Model):
    """The assessment, the triage that the findings now give, and the joint meeting's deadline."""

    assessment: Assessment
    triage: Triage
    joint_meeting: Deadline
    fresh_until: Instant
    """From then on late fees have run on so far that it is made anew before anything more is put on the table."""
    clocks: tuple[LimitationClock, ...] = ()
    mediation: MediationPlan | None = None
    """For a case that looks for its mediator; None too where none could be looked for, and its own step shows why."""


class PerformanceRequest(Model):
    """Accepted instalments look for their deadlines."""

    jurisdiction: Ref
    instalments: tuple[Instalment, ...]
    agreed_on: date | None = None
    """Where it is missing no terms are fixed, and what comes after a default is not counted."""
    acceleration: bool | None = None
    """Whether a default makes everything due, where the settlement says so or says not."""


class DuePlan(Model):
    """When an instalment is due on a working day, when it is reminded, and when it is in default."""

    instalment: Instalment
    deadline: Deadline
    remind_at: Instant
    default_at: Instant
    remind_again_at: Instant | None = None
    enforce_at: Instant | None = None


class PerformancePlan(Model):
    """The agreed instalments with their deadlines, and what they are performed by."""

    dues: tuple[DuePlan, ...]
    terms: PerformanceTerms | None = None
    signing: SigningPlan | None = None
    confirmations: tuple[ConfirmationPlan, ...] = ()
    """What both sides may ask for, where part B was agreed."""


class OpenDeadline(Model):
    """A deadline that runs: what for, of which task or instalment, and the instants that hang on it."""

    what: Ref
    """material, inquiry, joint-meeting, mediation or instalment."""
    about: Ref | None = None
    deadline: Deadline
    passed: bool = False
    """The due day is over; only what follows on it is still open."""
    remind_at: Instant | None = None
    escalate_at: Instant | None = None
    """When an inquiry that is late goes on from the head of the agency to the supervisor."""
    final_at: Instant | None = None
    """When the inquiry lapses, or the instalment is in default."""


class RecountRequest(Model):
    """Open deadlines to be counted anew by the tables that are now in force."""

    deadlines: tuple[OpenDeadline, ...]
    because: Recounting
    clocks: tuple[ClockAsked, ...] = ()
    jurisdiction: Ref = "CN"
    today: date


class Recount(Model):
    """The same deadlines and clocks, in the same order."""

    deadlines: tuple[OpenDeadline, ...]
    clocks: tuple[LimitationClock, ...] = ()


class ClosingRequest(Model):
    """Everything that the unified reply is made from."""

    known: Known
    ending: Outcome | None
    settlement: Settlement | None
    referrals: tuple[Referral, ...]
    confirmed: bool = False
    """Whether a court or the arbitration commission has confirmed the settlement."""


class Closing(Model):
    """The unified reply and the referrals that follow from how the case ended."""

    outcome: Outcome
    reply: tuple[ReplyItem, ...]
    referrals: tuple[Referral, ...]
    remedies: tuple[Remedy, ...] = ()
    signatures: SignatureTerms | None = None
    """Until when it is to be signed."""


class RecordsRequest(Model):
    """What an agency's records are asked for a case: who, and which months."""

    known: Known
    agency: Agency


class RegistrationRequest(Model):
    """A complaint that asks for a case number."""

    case: Ref
    complaint: Complaint
    drill: bool
    filed_at: Instant
    apart: bool = False
    """The case that it was to join doesn't take it: give it a number of its own."""


class AdmissionRequest(Model):
    """A complaint that asks to be taken in."""

    registration: RegistrationRequest
    known: Known
    """What its triage goes by."""


class Registration(Model):
    """The casebook's answer: a number, or the open case that has claimants of the complaint already."""

    case: Ref
    """The case that holds the complaint: the one that asked, or the one it is joined to."""
    case_number: str
    joined: bool
    overlaps: tuple[Ref, ...] = ()
    """Claimants (refs of this complaint) who are in another open case against the same employer."""
    merge_with: tuple[str, ...] = ()
    """The numbers of those cases: somebody has to merge them."""


class Admission(Model):
    """What becomes of a complaint: registered, joined, refused with a referral, or waiting for material."""

    registration: Registration
    """A refused complaint is registered too: it is never dropped."""
    refused: Bar | None = None
    missing: tuple[str, ...] = ()
    material_deadline: Deadline | None = None
    rules: CaseRules
    ledger: Head | None = None
    """The last event that the casebook holds of the case that asks."""
    keys: KeySet = KeySet()
    """The public keys that are in force, by which the case proves its signals."""
    triage: TriagePlan | None = None
    """The triage that follows at once; None where something comes before it, or it has to be asked for by itself."""
