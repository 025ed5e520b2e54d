"""Papers (文书): which there are, when each can be issued, and what of the case stands in it.

What a paper says is drawn from the case here, as values and codes; ``papers/`` makes a document of them. The same
matter gives the same document to the byte, in either language.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Final, Literal

from pydantic import Field

from domain.base import Instant, Model, Ref, State, Yuan
from domain.intake.claims import nature
from domain.intake.complaint import ClaimItem
from domain.rules.rule_table import read_table
from domain.words import Agency, ClaimKind, Extent, InsuranceKind, Nature, Outcome, Phase, ReferralTarget, Room
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "papers.yaml"


class PaperKind(StrEnum):
    """The papers of the centre."""

    ACCEPTANCE_NOTICE = "acceptance-notice"
    TRANSFER_SLIP = "transfer-slip"
    ASSISTANCE_LETTER = "assistance-letter"
    SUMMONS = "summons"
    UNDISPUTED_FACTS = "undisputed-facts"
    AGREEMENT = "agreement"
    ENDED_NOTICE = "ended-notice"
    UNIFIED_REPLY = "unified-reply"
    REFERRAL = "referral"
    APPLICATION_NOTICE = "application-notice"
    """What a party is told that has to apply to arbitration or a court itself, with what it needs for that."""
    FOLLOW_UP_RECORD = "follow-up-record"
    NON_ACCEPTANCE_NOTICE = "non-acceptance-notice"
    JOINING_NOTICE = "joining-notice"
    SPLITTING_NOTICE = "splitting-notice"
    SUSPENSION_NOTICE = "suspension-notice"
    REOPENING_NOTICE = "reopening-notice"


class Appointment(Model):
    """When and where somebody is called to talks."""

    starts: Instant
    kind: Room
    room: Ref | None
    link: str | None


class PaperRow(Model):
    """A kind of paper: its series of numbers, what it is about, since when, what it cites and must show."""

    kind: PaperKind
    series: Annotated[str, Field(min_length=1, max_length=4)]
    about: Literal["case", "agency", "party", "referral"]
    from_phase: Annotated[Phase, Field(alias="from")]
    itself: Phase | None = None
    """The phase with which the procedure issues it by itself."""
    identifies: bool = False
    """Whether it has to say beyond doubt who a party is, by identity number or credit code."""
    source: str
    must_show: tuple[Ref, ...]
    verified: bool


class _Table(Model):
    papers: tuple[PaperRow, ...]


@cache
def paper_rows() -> Mapping[PaperKind, PaperRow]:
    """The shipped table, by kind; every kind has its row."""
    return {row.kind: row for row in read_table(_TABLE, _Table).papers}


class PartyLine(Model):
    """A party as a paper names it."""

    ref: Ref
    name: str
    role: str
    identity: str | None = None
    """Identity number or credit code, where the paper must identify the party."""


class ItemLine(Model):
    """A claim item, and where the paper answers it, the answer."""

    item: Ref
    of: Ref | None = None
    """Whose it is; None: everybody's."""
    kind: ClaimKind
    nature: Nature
    claimant: str
    respondent: str
    insurance: tuple[InsuranceKind, ...] = ()
    first_month: str | None = None
    last_month: str | None = None
    amount: Yuan | None = None
    answer: str | None = None
    referred_to: ReferralTarget | None = None


class MoneyLine(Model):
    """A line of a payment schedule, in yuan."""

    instalment: Ref
    of: Ref
    due: date
    claimant: str
    part_a: Yuan
    part_b: Yuan
    kinds: tuple[ClaimKind, ...] = ()
    """What part B is paid for."""
    paid: Yuan | None = None


class DebtLine(Model):
    """Premiums of another employer that the payer of an agreement pays beside its own."""

    payer: str
    debtor: str
    ground: str
    words: str


class WayLine(Model):
    """A way of remedy that a paper tells of: what for, whom to turn to, until when."""

    answer: str
    nature: Nature
    way: str
    body: str
    by_clock: bool = False
    last: date | None = None
    opens_after: date | None = None
    provisional: bool = False
    source: str


class LimitLine(Model):
    """Until when claim items of a kind may be raised, as their clocks stand."""

    kind: ClaimKind
    state: str
    last: date | None
    provisional: bool = False
    count: int = 1
    """How many claim items stand so."""


class VisitLine(Model):
    """What the visit after the closure found of a claimant."""

    of: Ref
    claimant: str
    satisfaction: int
    performed: bool
    remark: str | None = None
    visited_on: date
    visited_by: str | None = None


class SignatureLine(Model):
    """Who has signed a paper, when and how; by whom where it was not the party itself."""

    party: Ref
    signed_on: date
    how: str
    representative: str | None = None
    """The name of whoever signed in the party's stead."""
    mandate: str | None = None
    """The paper by which: a letter of mandate, or the party's own consent."""


class Conclusion(Model):
    """Something that an agency found: a code of texts/papers.yaml, and what goes with it."""

    code: str
    params: dict[str, str] = {}


class FindingLine(Model):
    """An agency's signed part: what it concluded, who submitted it, and when it was signed."""

    agency: Agency
    officer: str | None
    state: str
    conclusions: tuple[Conclusion, ...] = ()
    head: str | None = None
    """Who was asked to sign the agency's part."""
    signed_on: date | None = None


class PaperMatter(Model):
    """Everything that a paper says, as values and codes."""

    kind: PaperKind
    case_number: str
    issued_on: date
    basis: str
    filed_on: date
    about: str | None = None
    """The agency, party or referral target that the paper goes to."""
    addressee: str | None = None
    parties: tuple[PartyLine, ...] = ()
    items: tuple[ItemLine, ...] = ()
    schedule: tuple[MoneyLine, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    handler: str | None = None
    group: Ref | None = None
    """The mediation group that handles the case while nobody of it is named."""
    deadline: date | None = None
    appointment: Appointment | None = None
    """Of a summons: the talks to come; None where no time is set, and whoever is called comes by the deadline."""
    provisional: bool = False
    limitation: date | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    facts: tuple[str, ...] = ()
    terms: str | None = None
    guarantee: str | None = None
    debts_of_others: tuple[DebtLine, ...] = ()
    acceleration: bool | None = None
    """Whether a default makes everything due; None in papers of before that was a term."""
    extent: Extent | None = None
    """Whether a settlement settles everything for everybody; None in papers of before that was told."""
    unsettled: tuple[ItemLine, ...] = ()
    """Items that a settlement leaves to whoever decides them."""
    signed: tuple[SignatureLine, ...] = ()
    sealed_on: date | None = None
    """When the mediator signed and the centre sealed it; None before, and where it is sealed by hand."""
    confirm_by: date | None = None
    """Until when both sides can ask a court to confirm part B; None where there is none, and in papers of before."""
    review_by: date | None = None
    """Until when they can ask the arbitration commission to review it."""
    visits: tuple[VisitLine, ...] = ()
    evidence: tuple[str, ...] = ()
    part_a: Yuan = Decimal("0.00")
    part_b: Yuan = Decimal("0.00")
    employer_share: Yuan | None = None
    employee_share: Yuan | None = None
    late_fee: Yuan | None = None
    computed_on: date | None = None
    part_a_paid: Yuan | None = None
    """What of part A has come; None where nothing was to be followed, and in papers of before that was told."""
    edition: Literal["for-signature", "original"] | None = None
    """Of a paper that is drawn up once to be signed and once as it was signed, under one number."""
    again: str | None = None
    """The number of the edition before."""
    copy_for: Ref | None = None
    """The party whose copy it is, without what is others' alone; None: the original of the file."""
    related: str | None = None
    """The number of the other case, which this one was joined to or goes on from."""
    ways: tuple[WayLine, ...] = ()
    """Empty in papers of before ways were told with their last days."""
    limits: tuple[LimitLine, ...] = ()

    def copied_for(self, party: Ref) -> "PaperMatter":
        """The copy of one party: without the sums, claims and identity numbers of others. A payer sees what it pays."""
        if party not in {one.ref for one in self.parties if one.role == "claimant"}:
            return self.model_copy(update={"copy_for": party})
        return self.model_copy(
            update={
                "copy_for": party,
                "addressee": self._called(party) if self.kind is PaperKind.APPLICATION_NOTICE else self.addressee,
                "parties": tuple(
                    one if one.ref == party or one.role not in ("claimant", "successor") else _unidentified(one)
                    for one in self.parties
                ),
                "items": tuple(one for one in self.items if one.of in (None, party)),
                "schedule": tuple(one for one in self.schedule if one.of == party),
                "visits": tuple(one for one in self.visits if one.of == party),
                "signed": tuple(one for one in self.signed if one.party == party or one.party not in self._workers),
            }
        )

    def _called(self, party: Ref) -> str:
        return next(one.name for one in self.parties if one.ref == party)

    @property
    def _workers(self) -> frozenset[Ref]:
        return frozenset(one.ref for one in self.parties if one.role == "claimant")


def _unidentified(one: PartyLine) -> PartyLine:
    return one.model_copy(update={"identity": None})


class PaperOrder(State):
    """A paper that is to be issued."""

    kind: PaperKind
    about: str | None = None
    by: Ref
    at: Instant


class Paper(State):
    """A paper that has been issued."""

    kind: PaperKind
    about: str | None = None
    of: Ref | None = None
    """The settlement that it is the agreement of."""
    number: str
    sha256: str
    """Of the Chinese document."""
    issued_on: date


class PaperRequest(Model):
    """A paper to number, render and keep. ``key`` makes it happen once."""

    case: Ref
    key: Ref
    drill: bool
    matter: PaperMatter


class PaperRequests(Model):
    """Papers that are to be issued together."""

    papers: tuple[PaperRequest, ...]


class IssuedTogether(Model):
    """What became of them, in their order."""

    issued: tuple["Issued", ...]


class Issued(Model):
    """The number that a paper got, and the digest of its document."""

    number: str
    sha256: str


def item_line(item: ClaimItem, claimant: str, respondent: str) -> ItemLine:
    """A claim item as papers show it."""
    return ItemLine(
        item=item.ref,
        kind=item.kind,
        nature=nature(item.kind),
        claimant=claimant,
        respondent=respondent,
        insurance=item.insurance,
        first_month=item.first_month,
        last_month=item.last_month,
        amount=item.amount,
    )
