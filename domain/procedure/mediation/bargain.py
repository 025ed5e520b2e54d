"""What is bargained about, as a reader sees it: what the findings show, what is offered, what stands against it."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from domain.assessment.assessment import Reckoned
from domain.assessment.opening_proposal import OpeningProposal
from domain.base import Instant, Model, Ref, Text, Yuan
from domain.case.opening import Page, Reading
from domain.case.protocol import check
from domain.case.state import CaseState, Proposal
from domain.ledger import Actor
from domain.mediation.messages import Counter, Propose
from domain.mediation.versions import Change, changes, lineage
from domain.procedure.mediation.objections import objections
from domain.refusal import Problem, Refused
from domain.settlement.instalments import DebtsOfOthers, Instalment, LeftOut, in_order
from domain.words import ClaimKind

_NIL: Final = Decimal("0.00")
_UNSENT: Final = "unsent"


class Offer(Model):
    """Terms that somebody thinks of proposing: what ``propose`` or ``counter`` carries, without its sender."""

    proposal: Ref
    payer: Ref
    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=120)]
    guarantee: Text | None = None
    terms: Text | None = None
    acceleration: bool | None = None
    unsettled: tuple[LeftOut, ...] = ()
    debts_of_others: DebtsOfOthers = ()
    answer_days: Annotated[int, Field(ge=1, le=30)] | None = None
    counters: Ref | None = None
    """The open proposal whose place they would take; None: they would be a thread of their own."""
    on_behalf: Ref | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        in_order(self.instalments)
        return self

    def message(self, actor: Actor) -> Propose:
        """The same as its sender would send it."""
        model = Counter if self.counters else Propose
        said = {name: value for name, value in self if name in model.model_fields}
        return model(message_id=_UNSENT, actor=actor, **said)


class BargainReading(Reading):
    """How it is asked for."""

    offer: Offer | None = None
    """Terms to be looked at; nothing is sent and nothing changed by it."""
    asked_at: Instant | None = None
    """The reader's clock, by which today is known: a case that nothing happens to does not look at its own."""


class OwedLine(Model):
    """What the findings make of one claim item for one claimant, in yuan."""

    item: Ref
    kind: ClaimKind
    claimant: Ref
    part_a: Yuan
    part_b: Yuan
    reckoned: Reckoned | None = None
    """Of severance: what it comes to by the finding."""


class OnTheTable(Model):
    """A proposal with its terms, the version that it is, and what each party answered to this version alone."""

    ref: Ref
    number: int
    """In the order in which they came."""
    thread: Ref
    """The proposal with which this bargaining began."""
    version: int
    """Within the thread, from 1."""
    counters: Ref | None
    by: Ref
    on_behalf: Ref | None
    at: Instant
    state: str
    expires_at: Instant
    payer: Ref
    instalments: tuple[Instalment, ...]
    guarantee: Text | None
    terms: Text | None
    acceleration: bool | None
    unsettled: tuple[LeftOut, ...] = ()
    debts_of_others: DebtsOfOthers = ()
    accepted: tuple[Ref, ...]
    """Binding while it is open or once it is accepted; an acceptance of a version that was countered binds nobody."""
    rejected: tuple[Ref, ...]
    silent: tuple[Ref, ...]
    changed: tuple[Change, ...] = ()
    """What is otherwise than in the version before, as far as the reader sees it."""


class Bargain(Model):
    """What is bargained about in a case. Part A is scheduled, part B bargained."""

    case: Ref
    page: Page | None = None
    jurisdiction: Ref
    today: date
    as_of: date
    """The day to which the findings' late fees run."""
    claimants: tuple[Ref, ...]
    """Those who have not withdrawn, as far as the reader may see them."""
    owed: tuple[OwedLine, ...]
    premiums: Yuan | None
    """Of part A in the whole case, without the late fee; None for whoever does not see everybody's."""
    late_fee: Yuan | None
    opening: OpeningProposal | None
    proposals: tuple[OnTheTable, ...]
    objections: tuple[Problem, ...] = ()
    """Everything for which the terms would be refused if they were sent now; empty where none were given."""


def bargain(case: CaseState, offer: Offer | None, reader: Actor, now: datetime) -> Bargain | None:
    """What is bargained about at an instant; None before anything is assessed."""
    assessment, complaint = case.assessment, case.complaint
    if assessment is None or complaint is None:
        return None
    kinds = {item.ref: item.kind for item in case.items}
    return Bargain(
        case=case.case,
        jurisdiction=complaint.jurisdiction,
        today=case.day(now),
        as_of=assessment.as_of,
        claimants=tuple(case.claimants),
        owed=tuple(
            OwedLine(kind=kinds[one.item], **dict(one))
            for one in assessment.owed
            if one.claimant not in case.withdrawn and (one.part_a or one.part_b)
        ),
        premiums=assessment.employer_share + assessment.employee_share,
        late_fee=assessment.late_fee,
        opening=assessment.prognosis.opening,
        proposals=tuple(_shown(case)),
        objections=tuple(_problems(case, offer.message(reader), now)) if offer else (),
    )


def _shown(case: CaseState) -> Iterator[OnTheTable]:
    proposals = case.mediation.proposals if case.mediation else {}
    given = OnTheTable.model_fields.keys() & Proposal.model_fields.keys() - {"by"}
    for number, (ref, proposal) in enumerate(proposals.items(), 1):
        line = lineage(proposals.values(), ref)
        answers = proposal.answers
        asked = {proposal.payer, *proposal.claimants} - case.withdrawn.keys()
        shared: dict[str, Any] = {name: getattr(proposal, name) for name in given}
        yield OnTheTable(
            **shared,
            number=number,
            thread=line[0],
            version=len(line),
            by=proposal.by.id,
            accepted=tuple(party for party, answer in answers.items() if answer.accept),
            rejected=tuple(party for party, answer in answers.items() if not answer.accept),
            silent=tuple(sorted(asked - answers.keys())),
        )


def compared(told: Bargain) -> Bargain:
    """The same, with what changed from version to version: of what a reader was left to see."""
    by_ref = {one.ref: one for one in told.proposals}
    laid = (
        one.model_copy(update={"changed": tuple(changes(by_ref[one.counters], one))}) if one.counters else one
        for one in told.proposals
    )
    return told.model_copy(update={"proposals": tuple(laid)})


def _problems(case: CaseState, message: Propose, now: datetime) -> Iterator[Problem]:
    """What sending it would be refused for; what is wrong with the terms even where they can't be sent at all."""
    try:
        check(case, message, now)
    except Refused as refused:
        yield from refused.problems
        told = refused.problems
        wrong = (problem for one in objections(case, message, case.day(now)) for problem in one.problems)
        yield from (problem for problem in wrong if problem not in told)
