"""What goes on after a case, as readers and the casebook see it."""

from datetime import date
from typing import ClassVar

from domain.base import Model, Ref
from domain.ledger import Event
from domain.papers.kinds import Paper
from domain.procedure.aftercare.state import Aftercare, Letter, Visits
from domain.settlement.confirmation import ConfirmationView, confirmation_view
from domain.words import Outcome, ReferralTarget


class AftercareView(Model):
    """What goes on after a case: each referral item by item, the visit, and what came late."""

    public_payload: ClassVar[bool] = True

    case: Ref
    of: Ref
    case_number: str
    outcome: Outcome
    closed_on: date
    letters: tuple[Letter, ...]
    confirmations: tuple[ConfirmationView, ...] = ()
    visits: Visits | None
    satisfaction: float | None
    papers: tuple[Paper, ...] = ()
    """Records of the visit."""
    reversed: tuple[Ref, ...]
    """Payments that were taken back after the closure: a ground to reopen."""
    awaits: bool
    events: tuple[Event, ...]
    ledger_head: str


class LetterRow(Model):
    """The searchable line of a referral letter."""

    ref: Ref
    target: ReferralTarget
    sent_on: date
    receipt_due: date
    items: int
    unreceived: int
    open: int
    escalated: bool
    silent: bool


class AftercareEntry(Model):
    """One step after a case, written in one transaction. Writing it again changes nothing."""

    events: tuple[Event, ...]
    state: Aftercare
    letters: tuple[LetterRow, ...]


def aftercare_view(after: Aftercare) -> AftercareView:
    """The view of what goes on after a case."""
    return AftercareView(
        case=after.case,
        of=after.of,
        case_number=after.case_number,
        outcome=after.outcome,
        closed_on=after.closed_on,
        letters=tuple(after.letters),
        confirmations=tuple(confirmation_view(one) for one in after.confirmations),
        visits=after.visits,
        satisfaction=after.visits.satisfaction if after.visits else None,
        papers=tuple(after.papers),
        reversed=tuple(receipt for receipt, day in after.payments.items() if day is not None),
        awaits=after.awaits,
        events=tuple(after.events),
        ledger_head=after.head,
    )


def entry(after: Aftercare) -> AftercareEntry:
    """What the casebook has not been told yet, with the whole state: a later message goes on from it."""
    return AftercareEntry(
        events=tuple(after.unrecorded()),
        state=after.model_copy(update={"recorded": after.next_seq - 1}, deep=True),
        letters=tuple(
            LetterRow(
                ref=letter.ref,
                target=letter.target,
                sent_on=letter.sent_on,
                receipt_due=letter.terms.receipt_due,
                items=len(letter.items),
                unreceived=sum(sent.unreceived for sent in letter.items),
                open=sum(sent.open for sent in letter.items),
                escalated=letter.escalated,
                silent=letter.silent,
            )
            for letter in after.letters
            if letter.followed
        ),
    )
