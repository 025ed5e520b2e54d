"""What goes on after a case has closed, as one structure: letters and their items, visits, papers, confirmation."""

from datetime import date, datetime, timedelta
from typing import Final

from domain.aftercare.messages import ReferralResult
from domain.base import Instant, Model, Ref, State, Yuan
from domain.closure.ends import offices
from domain.dialogue import ProcedureState
from domain.papers.kinds import Paper, PaperOrder
from domain.procedure.closure.handover import Handover
from domain.procedure.settlement.confirming import concerned
from domain.settlement.confirmation import Confirmation
from domain.words import Outcome, ReferralTarget

FINAL: Final = frozenset(ReferralResult) - {ReferralResult.TAKEN}
"""Results after which nothing more is expected of the office."""


class LetterTerms(Model):
    """Until when an office has to confirm a referral, and to say what became of it."""

    remind_at: Instant
    receipt_due: date
    receipt_until: Instant
    return_due: date
    return_until: Instant
    provisional: bool = False


class SentItem(State):
    """A claim item on its way: sent, received, and what became of it."""

    item: Ref
    claimant: Ref | None = None
    reason: str
    source: str | None = None
    receipt: str | None = None
    """The number of the receipt slip."""
    received_by: str | None = None
    received_on: date | None = None
    result: ReferralResult | None = None
    document: str | None = None
    remark: str | None = None
    returned_on: date | None = None

    @property
    def unreceived(self) -> bool:
        """Whether nobody has said yet that it arrived."""
        return self.received_on is None and self.result is None

    @property
    def open(self) -> bool:
        """Whether a result is still to come."""
        return self.result not in FINAL


class Letter(State):
    """A referral letter (移送函) to one office, followed item by item."""

    ref: Ref
    target: ReferralTarget
    sent_on: date
    terms: LetterTerms
    items: list[SentItem]
    reminded: bool = False
    escalated: bool = False
    silent: bool = False
    """The office said nothing until its time was over."""

    @property
    def onward(self) -> bool:
        """Whether it takes on what another office said was not its own: the case's own letters went out with it."""
        return any(sent.reason == ReferralResult.MISDIRECTED for sent in self.items)

    @property
    def followed(self) -> bool:
        """Whether an office has to answer, and not a party to apply there itself."""
        return not offices()[self.target].on_application


class Visited(State):
    """What the visit found of a claimant."""

    satisfaction: int
    easy: int | None = None
    prepared: int | None = None
    timely: int | None = None
    fair: int | None = None
    performed: bool
    remark: str | None
    on: date
    by: Ref | None = None
    """Who visited; None in visits of before that was kept."""


class Visits(State):
    """The follow-up visit (回访): whom, from when, until when, and what it found."""

    claimants: tuple[Ref, ...]
    visit_on: date
    until: Instant
    found: dict[Ref, Visited] = {}
    missed: bool = False

    @property
    def open(self) -> bool:
        """Whether somebody is still to be visited."""
        return not self.missed and len(self.found) < len(self.claimants)

    @property
    def satisfaction(self) -> float | None:
        """On average, from 1 to 5; None while nobody has been visited."""
        return sum(v.satisfaction for v in self.found.values()) / len(self.found) if self.found else None


class Aftercare(ProcedureState):
    """Everything that goes on after a case."""

    of: Ref
    """The case that it goes on after; its own workflow is ``after-`` and the case."""
    case_number: str
    drill: bool
    clock_offset: timedelta
    outcome: Outcome
    closed_on: date
    jurisdiction: Ref
    ledger_head: str
    letters: list[Letter] = []
    to_send: dict[ReferralTarget, list[SentItem]] = {}
    """Items that wait for a letter to be sent."""
    visits: Visits | None = None
    payments: dict[Ref, date | None] = {}
    """Receipts of payments that had been confirmed, and the day on which one was taken back since."""
    surplus: dict[Ref, Yuan] = {}
    """What came too much and has not been dealt with, by receipt."""
    papers: list[Paper] = []
    """What was issued since the closure: records of the visit."""
    paper_orders: list[PaperOrder] = []
    confirmations: list[Confirmation] = []
    """What can still be asked for, or was asked for, to have the settlement confirmed."""
    confirming: tuple[Ref, ...] = ()
    """Who has to ask for it together; empty where nobody is reminded, as of before they were."""

    @property
    def awaited(self) -> tuple[int, int]:
        """How many referred items have not come back, and how many people are still to be visited."""
        items = sum(one.open for letter in self.letters if letter.followed for one in letter.items)
        items += sum(len(sent) for target, sent in self.to_send.items() if not offices()[target].on_application)
        return items, len(self.visits.claimants) - len(self.visits.found) if self.visits else 0

    @property
    def awaits(self) -> bool:
        """Whether anything is still to come by itself."""
        return (
            bool(self.to_send or self.paper_orders)
            or any(one.followed and not one.silent and any(i.open for i in one.items) for one in self.letters)
            or (self.visits is not None and self.visits.open)
            or any(one.runs and not one.over for one in self.confirmations)
        )


def workflow_of(case: str) -> str:
    """The workflow that goes on after a case."""
    return f"after-{case}"


def begin(of: Handover, visit_on: date, visit_until: datetime) -> Aftercare:
    """What goes on after a case that has just closed."""
    waiting: dict[ReferralTarget, list[SentItem]] = {}
    for one in of.referrals:
        sent = SentItem(item=one.item, claimant=one.claimant, reason=one.reason, source=one.source)
        waiting.setdefault(one.target, []).append(sent)
    settled = of.settlement.claimants if of.settlement else ()
    return Aftercare(
        case=workflow_of(of.case),
        of=of.case,
        case_number=of.case_number,
        drill=of.drill,
        clock_offset=of.clock_offset,
        outcome=of.outcome,
        closed_on=of.closed_on,
        jurisdiction=of.complaint.jurisdiction,
        ledger_head=of.ledger_head,
        to_send=waiting,
        visits=Visits(claimants=settled, visit_on=visit_on, until=visit_until) if settled else None,
        confirmations=[one.model_copy() for one in of.confirmations],
        confirming=(of.settlement.payer, *concerned(of.settlement)) if of.settlement and of.confirmations else (),
        payments={p.receipt: p.reversed_on for p in of.settlement.payments} if of.settlement else {},
        surplus={p.receipt: p.surplus for p in of.settlement.payments if p.surplus} if of.settlement else {},
    )


def opened(after: Aftercare, now: datetime) -> None:
    """The ledger begins, chained to that of the case."""
    after.note("aftercare_opened", now, of=after.of, number=after.case_number, head=after.ledger_head)
