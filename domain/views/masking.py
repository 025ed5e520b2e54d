"""Views cut to what their reader may see, by the table of parts and readers (``tables/visibility.yaml``)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import JsonValue

from domain.assessment.opening_proposal import OpeningProposal
from domain.assessment.prognosis import Prognosis
from domain.assessment.reconcile import Discrepancy
from domain.assessment.side_by_side import Line
from domain.base import Model, Ref
from domain.case.visibility import Level, Sight, visibility
from domain.identifiers import HIDDEN
from domain.inquiry.findings import Finding
from domain.intake.complaint import ClaimItem, Complaint
from domain.ledger import Actor, Event
from domain.papers.kinds import paper_rows
from domain.procedure.closure.ends_view import EndsView
from domain.procedure.mediation.bargain import Bargain, OnTheTable
from domain.procedure.mediation.sessions_view import SittingsView
from domain.procedure.settlement.performance_view import PerformanceView
from domain.refusal import PARTIES, Problem
from domain.settlement.signature import SigningView
from domain.views.case_view import (
    NO_SHARES,
    CaseDeadlines,
    CaseView,
    ClaimantView,
    ProposalView,
    ReferralView,
    RespondentView,
    SettlementView,
    Share,
    Shares,
    TaskView,
)
from domain.views.waiting import Waiting
from domain.words import EMPLOYING, Agency, RespondentKind, Role

_COLUMNS: Final = {
    Agency.LABOR: ("employed", "wage"),
    Agency.MEDICAL_INSURANCE: ("insured",),
    Agency.TAX: ("received", "base", "state"),
}
"""Whose finding the columns of the side-by-side view come from."""
_COMPANIES: Final = EMPLOYING | {RespondentKind.USER_UNIT}
_NIL: Final = Decimal("0.00")


R = TypeVar("R", bound=Model)


@cache
def _parts() -> Mapping[str, str]:
    return {name: part for part, names in visibility().facts.items() for name in names}


def part_of(fact: str) -> str | None:
    """The part that a fact of the ledger belongs to; None for one that the table does not know, and nobody sees."""
    return _parts().get(fact)


def masked_name(name: str) -> str:
    """A name of which the first character stays."""
    return f"{name[:1]}**"


@dataclass(frozen=True)
class Eyes:
    """A reader of one case, and what they see of it."""

    reader: Actor
    sight: Sight
    mediator: Ref | None = None
    """Of the case."""
    page: frozenset[Ref] | None = None
    """The claimants whom a reader who sees everybody looks at now; None: all of them."""

    @classmethod
    def of(cls, reader: Actor, asked: Collection[Agency], mediator: Ref | None = None) -> "Eyes":
        """The eyes of a reader. An officer whose agency is not among those asked sees nothing that is protected."""
        column: str = reader.role
        if reader.role is Role.OFFICER:
            column = reader.agency if reader.agency in asked and reader.agency else ""
        return cls(reader, visibility().readers.get(column, Sight()), mediator)

    @property
    def sees_everybody(self) -> bool:
        """Whether the reader sees each of the people of a case, masked or not."""
        return self.sight.people is Level.FULL

    def on(self, page: frozenset[Ref]) -> "Eyes":
        """The same eyes, turned to some of the claimants."""
        return replace(self, page=page)

    @property
    def _seen(self) -> frozenset[Ref] | None:
        """The claimants whose rows are seen; None: all of them."""
        match self.sight.people:
            case Level.FULL:
                return self.page
            case Level.OWN:
                return frozenset({self.reader.id})
        return frozenset()

    def case(self, view: CaseView, claiming: Collection[Ref], own: Shares = NO_SHARES) -> CaseView:
        """The view of a case as the reader may see it.

        ``claiming``: all claimants of the case; ``own``: what of the terms is the reader's.
        """
        sees = self.sight
        everything, judged = sees.people is Level.FULL, sees.prognosis is Level.FULL
        terms = sees.people is not Level.NONE
        party = self.reader.role in PARTIES
        return view.model_copy(
            update={
                "waits": self._waits(view.waits, claiming),
                "claimants": tuple(self._claimant(c) for c in self._rows(view.claimants, of="ref")),
                "respondents": tuple(self._respondent(r) for r in view.respondents),
                "items": self._rows(view.items),
                "tasks": self.tasks(view.tasks),
                "discrepancies": self._contradictions(view.discrepancies),
                "part_a": view.part_a if everything else None,
                "part_b": view.part_b if everything else None,
                "late_fee": view.late_fee if everything else None,
                "difficulty": view.difficulty if judged else None,
                "prognosis": self._prognosis(view.prognosis) if judged else None,
                "warnings": view.warnings if judged else (),
                "assignment": view.assignment if judged else None,
                "assigned_because": view.assigned_because if judged else (),
                "proposals": tuple(self._answers(p, claiming, own) for p in view.proposals) if terms else (),
                "settlement": self._settlement(view.settlement, claiming, own) if terms else None,
                "signing": self._signing(view.signing, claiming) if terms else None,
                "confirmations": tuple(
                    c.model_copy(update={"asked": self._refs(c.asked, claiming)}) for c in view.confirmations
                )
                if terms
                else (),
                "referrals": tuple(self._referral(r) for r in view.referrals),
                "papers": tuple(p for p in view.papers if not (party and paper_rows()[p.kind].about == "agency")),
                "reply": self._rows(view.reply),
            }
        )

    def tasks(self, tasks: Iterable[TaskView]) -> tuple[TaskView, ...]:
        """Inquiries: everybody sees who is asked and until when, not everybody what was found."""
        return tuple(
            t.model_copy(update={"draft": self._finding(t.draft), "finding": self._finding(t.finding)}) for t in tasks
        )

    def deadlines(self, view: CaseDeadlines, items: Iterable[ClaimItem]) -> CaseDeadlines:
        """Every date of a case; of the limitation clocks, those of the items that one may see."""
        seen = {item.ref for item in self._rows(items)}
        return view.model_copy(update={"clocks": tuple(clock for clock in view.clocks if clock.item in seen)})

    def performance(self, view: PerformanceView) -> PerformanceView:
        """How a settlement is performed; of claimants and of payments for one of them, those that one may see."""
        instalments = tuple(
            one.model_copy(
                update={"part_b": {ref: one.part_b[ref] for ref in self._refs(tuple(one.part_b), one.part_b)}}
            )
            for one in view.instalments
        )
        seen: dict[str, Any] = {"claimants": self._rows(view.claimants), "payments": self._rows(view.payments)}
        if self.reader.role in PARTIES:  # What somebody supposes of others would tell of them.
            seen["would_pay"] = ()
        return view.model_copy(update={**seen, "instalments": instalments})

    def ends(self, view: EndsView) -> EndsView:
        """What a case's end leaves to do; of the claim items, those that one may see."""
        return view.model_copy(update={"items": self._rows(view.items)})

    def sittings(self, view: SittingsView) -> SittingsView:
        """The talks; of what parties answered and how they stand, one's own; of confidences, the case's mediator's."""
        told = self.sight.confidence is Level.FULL and self.reader.id == view.mediator
        people = {party for one in view.talks for party in one.invited} | view.standing.keys()
        seen = set(self._refs(tuple(sorted(people)), people))
        cut = (
            one.model_copy(
                update={
                    "invited": tuple(party for party in one.invited if party in seen),
                    "replies": {party: reply for party, reply in one.replies.items() if party in seen},
                }
            )
            for one in view.talks
        )
        own = {
            "talks": tuple(cut),
            "standing": {party: how for party, how in view.standing.items() if party in seen},
            "caucus": view.caucus if told else (),
        }
        return view.model_copy(update=own)

    def bargain(self, view: Bargain) -> Bargain:
        """What is bargained about: of what is owed and offered, what is one's own; no sums that tell of others."""
        everything, judged = self.sight.people is Level.FULL, self.sight.prognosis is Level.FULL
        own = {
            "owed": self._rows(view.owed),
            "claimants": self._refs(view.claimants, view.claimants),
            "premiums": view.premiums if everything else None,
            "late_fee": view.late_fee if everything else None,
            "opening": self._opening(view.opening) if judged else None,
            "proposals": tuple(self._terms(one, view.claimants) for one in view.proposals),
            "objections": tuple(self._objection(one) for one in view.objections),
        }
        return view.model_copy(update=own)

    def _waits(self, waits: Waiting, claiming: Collection[Ref]) -> Waiting:
        return waits if self.page is None else waits.model_copy(update={"on": self._refs(waits.on, claiming)})

    def _prognosis(self, prognosis: Prognosis | None) -> Prognosis | None:
        return prognosis and prognosis.model_copy(update={"opening": self._opening(prognosis.opening)})

    def _opening(self, opening: OpeningProposal | None) -> OpeningProposal | None:
        """A first offer, with what of each instalment is whose on the page."""
        page = self.page
        if opening is None or page is None:
            return opening
        cut = (
            one.model_copy(update={"claimants": {ref: own for ref, own in one.claimants.items() if ref in page}})
            for one in opening.instalments
        )
        return opening.model_copy(update={"instalments": tuple(cut)})

    def _terms(self, proposal: OnTheTable, claiming: Collection[Ref]) -> OnTheTable:
        of = self._seen
        if of is None:
            return proposal
        cut = (one.only(of) for one in proposal.instalments)
        given = {name: self._refs(getattr(proposal, name), claiming) for name in ("accepted", "rejected", "silent")}
        left = (one for one in proposal.unsettled if not one.claimants or not of.isdisjoint(one.claimants))
        own = {
            "instalments": tuple(one for one in cut if one is not None),
            "unsettled": tuple(
                one.model_copy(update={"claimants": self._refs(one.claimants, claiming)}) for one in left
            ),
        }
        return proposal.model_copy(update=given | own)

    def _objection(self, problem: Problem) -> Problem:
        """What is wrong with the terms of another claimant, without what that claimant is owed."""
        whose = problem.params.get("claimant")
        if whose is None or self.sight.people is Level.FULL or whose == self.reader.id:
            return problem
        shown = {name: value if name in ("claimant", "article") else HIDDEN for name, value in problem.params.items()}
        return problem.model_copy(update={"params": shown})

    def names(self, complaint: Complaint | None) -> dict[Ref, str]:
        """What the people of a case are called, by their refs, as far as the reader may know it."""
        if complaint is None:
            return {}
        claimants = {c.ref: self._name(c.name) for c in self._rows(complaint.claimants, of="ref")}
        known = claimants | {r.ref: self._respondents_name(r.kind, r.name) for r in complaint.respondents}
        return {ref: name for ref, name in known.items() if name != HIDDEN}

    def events(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """Events of the ledger. What is hidden leaves its place; the digests stay those of the whole event."""

        def cut(event: Event) -> Event:
            facts = {name: self._fact(name, value, event) for name, value in event.facts.items()}
            return event.model_copy(update={"facts": facts})

        return tuple(cut(event) for event in events)

    def lines(self, lines: Iterable[Line]) -> tuple[Line, ...]:
        """The findings side by side; the columns of an agency whose finding the reader may not see stay empty."""
        closed = [
            column
            for agency, columns in _COLUMNS.items()
            if self.sight.of(agency) not in (Level.FULL, Level.OWN)
            for column in columns
        ]
        return tuple(line.model_copy(update=dict.fromkeys(closed)) for line in self._rows(lines))

    def _rows(self, rows: Iterable[R], *, of: str = "claimant") -> tuple[R, ...]:
        """Rows that are each about a claimant: all of them, the reader's own and those about everybody, or none."""
        seen = self._seen
        if self.sight.people is Level.NONE:
            return ()
        return tuple(row for row in rows if seen is None or (ref := getattr(row, of)) is None or ref in seen)

    def _claimant(self, claimant: ClaimantView) -> ClaimantView:
        unseen = self.sight.identity_number is Level.NONE
        number, document = (HIDDEN, None) if unseen else (claimant.identity_number, claimant.document)
        return claimant.model_copy(
            update={"name": self._name(claimant.name), "identity_number": number, "document": document}
        )

    def _respondent(self, respondent: RespondentView) -> RespondentView:
        """A company's name is nobody's personal data, and the parties know whom they deal with."""
        return respondent.model_copy(update={"name": self._respondents_name(respondent.kind, respondent.name)})

    def _respondents_name(self, kind: RespondentKind, name: str) -> str:
        known = kind in _COMPANIES or self.reader.role in (Role.CLAIMANT, Role.RESPONDENT)
        return name if known else self._name(name)

    def _name(self, name: str) -> str:
        match self.sight.name:
            case Level.FULL:
                return name
            case Level.MASKED:
                return masked_name(name)
        return HIDDEN

    def _finding(self, finding: Finding | None) -> Finding | None:
        if finding is None or self.sight.of(finding.agency) is Level.NONE:
            return None
        whole = self.sight.of(finding.agency) is Level.FULL
        seen = self.page if whole else frozenset({self.reader.id})
        if seen is None:
            return finding
        cut: dict[str, Any] = {
            name: tuple(row for row in rows if (ref := getattr(row, "claimant", None)) is None or ref in seen)
            for name, rows in finding
            if isinstance(rows, tuple)
        }
        return finding.model_copy(update=cut if whole else {**cut, "remark": None})

    def _contradictions(self, found: Iterable[Discrepancy]) -> tuple[Discrepancy, ...]:
        """Own are those of one's own months, or those in which one's own agency is a source or decides.

        They have an order of their own, and are on other pages than those whom they are about.
        """
        if self.sight.contradictions is Level.NONE:
            return ()
        if self.sight.contradictions is Level.OWN and self.reader.agency is not None:
            return tuple(d for d in found if self.reader.agency in (d.first, d.second, d.resolver))
        return replace(self, page=None)._rows(found)

    def _answers(self, proposal: ProposalView, claiming: Collection[Ref], own: Shares) -> ProposalView:
        """A total would tell one of two claimants what the other is offered."""
        given = {name: self._refs(getattr(proposal, name), claiming) for name in ("accepted", "rejected", "silent")}
        total = own.proposals.get(proposal.ref, _NIL) if self.sight.people is Level.OWN else proposal.total
        return proposal.model_copy(update={**given, "total": total})

    def _settlement(
        self, settlement: SettlementView | None, claiming: Collection[Ref], own: Shares
    ) -> SettlementView | None:
        """A claimant sees the own part of each instalment; and what of it has come."""
        if settlement is None:
            return None
        shown = settlement.model_copy(update={"claimants": self._refs(settlement.claimants, claiming)})
        if self.sight.people is not Level.OWN:
            return shown
        has = {one.ref: own.instalments.get(one.ref, Share()) for one in shown.instalments}
        due = tuple(one.model_copy(update=dict(has[one.ref])) for one in shown.instalments)
        sums = {
            "total": sum((one.amount for one in has.values()), _NIL),
            "paid": sum((one.paid for one in has.values()), _NIL),
            "late_fees": None,
            "late_fee_owed": None,
        }
        return shown.model_copy(update={**sums, "instalments": due})

    def _signing(self, signing: SigningView | None, claiming: Collection[Ref]) -> SigningView | None:
        names = ("signed", "unsigned", "dropped")
        return signing and signing.model_copy(
            update={name: self._refs(getattr(signing, name), claiming) for name in names}
        )

    def _refs(self, refs: Iterable[Ref], claiming: Collection[Ref]) -> tuple[Ref, ...]:
        """Who has done something: a claimant isn't told how each of the others answered."""
        seen = frozenset({self.reader.id}) if self.sight.people is Level.OWN else self.page
        return tuple(ref for ref in refs if seen is None or ref in seen or ref not in claiming)

    def _referral(self, referral: ReferralView) -> ReferralView:
        """The reason is a code where it comes with its article, and somebody's words where it doesn't."""
        if referral.source or self.sight.words is Level.FULL:
            return referral
        return referral.model_copy(update={"reason": HIDDEN})

    def _fact(self, name: str, value: JsonValue, event: Event) -> JsonValue:
        if value is None:
            return None
        part = part_of(name)
        if part == "rows":
            return self._inner(value, event)
        if part == "finding":
            seen = self.sight.of(Agency(str(event.facts["task"]))) is Level.FULL
        elif part == "confidence":
            seen = self.sight.confidence is Level.FULL and self.reader.id == self.mediator
        else:
            seen = part == "open" or (part is not None and getattr(self.sight, part) is Level.FULL)
        return self._own_rows(value) if seen else HIDDEN

    def _inner(self, value: JsonValue, event: Event) -> JsonValue:
        if isinstance(value, dict):
            return {inner: self._fact(inner, part, event) for inner, part in value.items()}
        if isinstance(value, list):
            return [self._inner(row, event) for row in value if not self._of_another(row)]
        return value

    def _own_rows(self, value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return {name: self._own_rows(inner) for name, inner in value.items()}
        return [row for row in value if not self._of_another(row)] if isinstance(value, list) else value

    def _of_another(self, row: JsonValue) -> bool:
        whose = row.get("claimant") if isinstance(row, dict) else None
        seen = frozenset({self.reader.id}) if self.sight.people is Level.OWN else self.page
        return whose is not None and seen is not None and whose not in seen
