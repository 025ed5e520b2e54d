"""Everything that may be said to a running case, as one model for each message.

On the wire each is a plain JSON object. Who may say what, and when, stands with its effect
(``domain/effects``); docs/messages.md is generated from both.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from domain.base import Model, Ref, Text, Yuan
from domain.complaint import ClaimItem, Complaint
from domain.findings import Finding
from domain.ledger import Actor
from domain.limitation import LimitationEventKind
from domain.papers import PaperKind
from domain.words import CaseClass, Lane, Language, ReferralTarget, Room


class Message(Model):
    """What every message carries. The same ``message_id`` twice acts once."""

    name: ClassVar[str]

    message_id: Ref
    actor: Actor
    language: Language = Language.CHINESE
    """The language of the answer, and of a refusal."""


class FileComplaint(Message):
    """File a complaint; the answer is the receipt. Sent by update-with-start."""

    name = "file_complaint"
    complaint: Complaint
    drill: bool = False
    """An exercise: the supervisor may move its clock on."""
    drill_on: date | None = None
    """The day of the exercise: its clock stands at nine in the morning of that day, whatever day it really is."""


class LinkComplaint(Message):
    """A complaint about this case came in at another window: link it, and take in what the case does not hold yet."""

    name = "link_complaint"
    complaint_id: Ref
    channel: Ref
    case: Ref
    complaint: Complaint | None = None
    """What it says. None where nothing is to be taken in."""
    windows: tuple[Ref, ...] = ()
    """The intake services that filed it: they may act in this case too."""


class SupplyMaterial(Message):
    """Hand in what intake asked for: claim items that were missing."""

    name = "supply_material"
    items: Annotated[tuple[ClaimItem, ...], Field(min_length=1, max_length=20000)]


class ClaimTask(Message):
    """Take an inquiry of one's agency into one's own hands."""

    name = "claim_task"
    task: Ref


class ReleaseTask(Message):
    """Give a claimed inquiry back to the agency's group."""

    name = "release_task"
    task: Ref
    reason: Text | None = None


class CompleteTask(Message):
    """Submit the finding that ends an inquiry. ``accept_draft`` submits the prefilled draft as it is."""

    name = "complete_task"
    task: Ref
    finding: Finding | None = None
    accept_draft: bool = False

    @model_validator(mode="after")
    def _one_finding(self) -> Self:
        if (self.finding is None) != self.accept_draft:
            raise ValueError("complete_task.finding_or_draft")
        return self


class ExtendTask(Message):
    """Give an inquiry more time, in calendar days."""

    name = "extend_task"
    task: Ref
    days: Annotated[int, Field(ge=1, le=90)]
    reason: Text


class DecideDiscrepancy(Message):
    """The joint meeting decides which source prevails."""

    name = "decide_discrepancy"
    discrepancy: Ref
    holds: Literal["first", "second"]
    reason: Text


class HoldSession(Message):
    """Record a mediation session that was held."""

    name = "hold_session"
    held_on: date
    room: Room = Room.ORDINARY
    present: tuple[Ref, ...] = ()
    undisputed: Text | None = None
    """Facts that both sides leave undisputed."""
    minutes: Text | None = None
    session: Ref | None = None
    """The talks that had been called; whoever was invited to them and is not present stayed away."""
    represented: dict[Ref, Text] = {}
    """Who came for a party, and by what mandate."""


class Instalment(Model):
    """One payment that a proposal schedules: what each claimant gets, parts A and B apart, in yuan."""

    ref: Ref
    due: date
    part_a: dict[Ref, Yuan] = {}
    part_b: dict[Ref, Yuan] = {}

    @model_validator(mode="after")
    def _positive(self) -> Self:
        amounts = [*self.part_a.values(), *self.part_b.values()]
        if not amounts or any(amount <= 0 for amount in amounts):
            raise ValueError("instalment.amount_not_positive")
        return self

    @property
    def total(self) -> Decimal:
        """The whole instalment in yuan."""
        return sum((*self.part_a.values(), *self.part_b.values()), Decimal("0.00"))

    def only(self, claimants: Collection[Ref]) -> "Instalment | None":
        """What of it is for some claimants; None where nothing is."""
        part_a = {ref: amount for ref, amount in self.part_a.items() if ref in claimants}
        part_b = {ref: amount for ref, amount in self.part_b.items() if ref in claimants}
        return self.model_copy(update={"part_a": part_a, "part_b": part_b}) if part_a or part_b else None


def in_order(instalments: Sequence[Instalment]) -> None:
    """Raise ValueError unless each instalment has a ref of its own, and none is due before the one ahead of it."""
    refs = [i.ref for i in instalments]
    if len(refs) != len(set(refs)):
        raise ValueError("propose.duplicate_instalment")
    dues = [i.due for i in instalments]
    if dues != sorted(dues):
        raise ValueError("propose.instalments_out_of_order")


class LeftOut(Model):
    """A claim item that terms leave to whoever decides it: for everybody, or for the claimants named."""

    item: Ref
    claimants: tuple[Ref, ...] = ()


class Propose(Message):
    """Put terms on the table: who pays which claimant how much, and when."""

    name = "propose"
    proposal: Ref
    payer: Ref
    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=120)]
    guarantee: Text | None = None
    terms: Text | None = None
    acceleration: bool | None = None
    """Whether the default of one instalment makes all of them due; left out: as the performance table has it."""
    unsettled: Annotated[tuple[LeftOut, ...], Field(max_length=1000)] = ()
    """Items that these terms do not settle. They are referred item by item when the case closes; nothing is waived."""
    answer_days: Annotated[int, Field(ge=1, le=30)] | None = None
    """Calendar days in which it may be answered; left out: as the deadline table has it (``proposal-answer``)."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        in_order(self.instalments)
        return self


class WithdrawProposal(Message):
    """Take one's own proposal off the table while it is open; the answers given to it bind nobody."""

    name = "withdraw_proposal"
    proposal: Ref
    reason: Text | None = None


class Answer(Message):
    """A party accepts or rejects a proposal. A mediator may record an answer given in a session."""

    name = "answer"
    proposal: Ref
    party: Ref
    accept: bool
    remark: Text | None = None


class ExtendMediation(Message):
    """Parties consent to mediate beyond the statutory 15 days (调解仲裁法 Art.14): calendar days.

    Takes effect when every claimant and a respondent have consented, for the shortest time consented to.
    """

    name = "extend_mediation"
    parties: Annotated[tuple[Ref, ...], Field(min_length=1)]
    days: Annotated[int, Field(ge=1, le=60)]


class EndMediation(Message):
    """The mediator ends mediation without settlement for those who have not settled."""

    name = "end_mediation"
    reason: Text
    party: Ref | None = None
    """The side for which it ends: it declined, stays away or answers nothing, as the case has counted."""


class ConfirmPayment(Message):
    """The tax bureau confirms that money has arrived. The same receipt number counts once."""

    name = "confirm_payment"
    receipt: Ref
    paid_on: date
    amount: Annotated[Yuan, Field(gt=0)]
    late_fee: Annotated[Yuan, Field(ge=0)] = Decimal("0.00")
    """Late fee that the tax bureau charged on a late instalment, apart from ``amount``."""
    claimant: Ref | None = None
    """For whom it arrived; left out: for all of them, in the order of the instalments."""


class Comment(Message):
    """Put a remark on the timeline."""

    name = "comment"
    text: Text
    task: Ref | None = None
    """The inquiry that it is about."""


class Attach(Message):
    """Add evidence: a reference to a stored file with its SHA-256."""

    name = "attach"
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    media_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[A-Za-z0-9.+-]+$")]
    size: Annotated[int, Field(gt=0, le=100_000_000)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    location: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    task: Ref | None = None
    """The inquiry that it belongs to."""


class Withdraw(Message):
    """A claimant, or everybody when ``claimant`` is left out, withdraws. Collection of part A goes on."""

    name = "withdraw"
    claimant: Ref | None = None
    reason: Text


class Suspend(Message):
    """Stop the clocks until a day at the latest."""

    name = "suspend"
    until: date
    reason: Text


class Resume(Message):
    """Let the clocks run again."""

    name = "resume"
    reason: Text | None = None


class Reclassify(Message):
    """The supervisor puts a case in another class, with a reason."""

    name = "reclassify"
    case_class: CaseClass
    lane: Lane | None = None
    reason: Text


class Reassign(Message):
    """Give a task to another officer, or (``task`` left out) the case to another mediator."""

    name = "reassign"
    task: Ref | None = None
    to: Ref
    reason: Text


class Refer(Message):
    """Send a claim item on to who can decide it."""

    name = "refer"
    item: Ref
    target: ReferralTarget
    reason: Text


class Retry(Message):
    """What blocked the case has been mended: try the step again."""

    name = "retry"


class RecordLimitation(Message):
    """Something outside the case acts on the limitation of a claim item, or (``item`` left out) of all of them.

    A claim on the employer, a request to another authority, the employer's consent, an application for arbitration,
    force majeure. A hindrance that still lasts has no ``until``; the same ``on`` again with one ends it.
    """

    name = "record_limitation"
    item: Ref | None = None
    kind: LimitationEventKind
    on: date
    until: date | None = None
    reason: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.on:
            raise ValueError("limitation.reversed")
        return self


class CalendarChanged(Message):
    """A notice of working days has been loaded: count every open deadline anew."""

    name = "calendar_changed"
    year: Annotated[int, Field(ge=2004, le=2200)]
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    """The notice, as a reader of the ledger finds it."""
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of what the notice says (``domain.calendar.Notice.digest``): no other may be counted by."""


class NoticesSent(Message):
    """What became of the notices of an event: how many a channel took, and how many it finally refused."""

    name = "notices_sent"
    seq: Annotated[int, Field(ge=1)]
    channel: Ref
    sent: Annotated[int, Field(ge=0)]
    failed: Annotated[int, Field(ge=0)] = 0


class IssuePaper(Message):
    """Have a paper numbered, drawn up from the case as it stands, and kept: its digest goes on the ledger."""

    name = "issue_paper"
    kind: PaperKind
    about: Ref | None = None
    """The agency, the party or the referral's target that the paper goes to, for those kinds that go to one."""


class AdvanceClock(Message):
    """Move the clock of a drill on by some days."""

    name = "advance_clock"
    days: Annotated[int, Field(ge=1, le=3700)]


class ReadPersonalData(Message):
    """Read what views mask of a person, for a purpose that the ledger keeps. The answer to the update is the data."""

    name = "read_personal_data"
    person: Ref
    data: Annotated[tuple[Literal["name", "identity_number", "phone"], ...], Field(min_length=1, max_length=3)]
    purpose: Ref
    """verify-identity, contact, enforcement-file, oversight; or access: a claimant reads their own."""
    reason: Text | None = None
