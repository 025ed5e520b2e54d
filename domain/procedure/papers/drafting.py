"""What stands in each paper, drawn from the case."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from domain.case.state import CaseState, Settlement
from domain.closure.ends import Remedy, ends, offices
from domain.inquiry.sharing import cut
from domain.intake.claims import nature
from domain.intake.complaint import ClaimItem, Complaint
from domain.mediation.items_left_out import leaves_out
from domain.mediation.sessions import SessionState
from domain.papers.kinds import (
    Appointment,
    DebtLine,
    FindingLine,
    ItemLine,
    LimitLine,
    MoneyLine,
    PaperKind,
    PaperMatter,
    PartyLine,
    SignatureLine,
    WayLine,
    item_line,
    paper_rows,
)
from domain.procedure.closure.closing import routes
from domain.procedure.closure.ends_view import ends_view, limits
from domain.procedure.papers.conclusions import conclusions
from domain.procedure.settlement.allocation import allocate
from domain.procedure.settlement.signing import extent
from domain.settlement.confirmation import ConfirmationKind
from domain.settlement.signature import SigningState
from domain.triage.classification import group_of
from domain.words import ClaimKind, Nature, Outcome, Phase

_NIL: Final = Decimal("0.00")
_OF_THE_SETTLEMENT: Final = (PaperKind.AGREEMENT, PaperKind.FOLLOW_UP_RECORD)
_TO_AN_AGENCY: Final = (PaperKind.TRANSFER_SLIP, PaperKind.ASSISTANCE_LETTER)
_OF_A_REFERRAL: Final = (PaperKind.REFERRAL, PaperKind.APPLICATION_NOTICE)
_ORDER: Final = list(Phase)


def can_issue(case: CaseState, kind: PaperKind, about: str | None) -> bool:
    """Whether the case has come so far that the paper has something to say, about something that exists."""
    row = paper_rows()[kind]
    if case.complaint is None or _ORDER.index(case.phase) < _ORDER.index(row.from_phase):
        return False
    subjects: Mapping[str, Callable[[], bool]] = {
        "case": lambda: about is None,
        "agency": lambda: about in {task.agency for task in case.tasks.values()},
        "party": lambda: about in case.refs,
        "referral": lambda: about in _targets(case, kind),
    }
    return subjects[row.about]() and _ready(case, kind)


def _targets(case: CaseState, kind: PaperKind) -> Collection[str | None]:
    """The offices that a letter goes to, or those that a party has to apply to itself."""
    applied = kind is PaperKind.APPLICATION_NOTICE
    return dict.fromkeys(r.target for r in case.referrals if offices()[r.target].on_application is applied)


def _ready(case: CaseState, kind: PaperKind) -> bool:
    match kind:
        case PaperKind.AGREEMENT | PaperKind.FOLLOW_UP_RECORD:
            return case.settlement is not None
        case PaperKind.UNIFIED_REPLY:
            return bool(case.reply) and case.case_number is not None
        case PaperKind.ENDED_NOTICE:
            return bool(case.reply) and case.mediation is not None and case.settlement is None
        case PaperKind.NON_ACCEPTANCE_NOTICE:
            return case.outcome is Outcome.NOT_ACCEPTED
        case PaperKind.JOINING_NOTICE:
            return case.outcome is Outcome.MERGED
        case PaperKind.SPLITTING_NOTICE:
            return _split_from(case) is not None
        case PaperKind.SUSPENSION_NOTICE:
            return case.suspension is not None
        case PaperKind.REOPENING_NOTICE:
            return case.reopening is not None and case.reopening.case_number is not None
        case PaperKind.UNDISPUTED_FACTS:
            return case.mediation is not None and any(s.undisputed for s in case.mediation.sessions)
        case _:
            return True


def _split_from(case: CaseState) -> str | None:
    """The number of the case that this one was split off from."""
    return next((kin.case_number for kin in case.kin if (kin.how, kin.direction) == ("split", "from")), None)


def due_with(case: CaseState, phase: Phase) -> Iterator[tuple[PaperKind, str | None]]:
    """The papers that the procedure issues by itself when it enters a phase."""
    by_end = ends()[case.outcome].papers if phase is Phase.CLOSED and case.outcome else None
    for kind, row in paper_rows().items():
        if row.itself is phase if by_end is None else kind in by_end:
            subjects: Collection[str | None] = (None,)
            if row.about == "referral":
                subjects = _targets(case, kind)
            elif row.about == "agency":
                subjects = [task.agency for task in case.open_tasks]
            yield from ((kind, about) for about in subjects if can_issue(case, kind, about))


def draft(case: CaseState, kind: PaperKind, about: str | None, now: datetime) -> PaperMatter:
    """The matter of a paper, as the case stands."""
    complaint = case.complaint
    assert complaint is not None and case.filed_at is not None
    assessment = case.assessment
    common: dict[str, Any] = {
        "kind": kind,
        "case_number": case.case_number or case.case,
        "issued_on": case.day(now),
        "basis": paper_rows()[kind].source,
        "filed_on": case.received_on,
        "about": about,
        "addressee": _addressee(case, kind, about),
        "parties": tuple(_parties(case, kind, about)),
        "items": tuple(_items(case, kind, about)),
        "handler": case.mediator,
        "group": group_of(case.triage, case.reclassified) if case.triage else None,
        "outcome": case.outcome,
        "findings": tuple(_findings(case)),
    }
    if assessment is not None:
        common |= {
            "part_a": sum(assessment.part_a_of().values(), _NIL),
            "part_b": sum(assessment.part_b_of().values(), _NIL),
            "employer_share": assessment.employer_share,
            "employee_share": assessment.employee_share,
            "late_fee": assessment.late_fee,
            "computed_on": assessment.as_of,
        }
    return PaperMatter(**(common | _of_its_own(case, kind, about, now)))


def _parties(case: CaseState, kind: PaperKind, about: str | None) -> Iterator[PartyLine]:
    """Whom the paper is about: those who settled, those whose items are referred, or all who have not withdrawn."""
    complaint, settlement = case.complaint, case.settlement
    assert complaint is not None
    named: set[str] | None = None
    if kind in _TO_AN_AGENCY:
        complaint = _told(case, about)
    elif kind in _OF_THE_SETTLEMENT and settlement is not None:
        named = {*settlement.claimants, settlement.payer}
    elif kind in _OF_A_REFERRAL:
        respondents = {item.ref: item.respondent for item in case.items}
        named = {ref for item, claimant in _referred(case, about) for ref in (claimant, respondents[item])}
    for line in party_lines(complaint, case.withdrawn, identify=paper_rows()[kind].identifies):
        if named is None or line.ref in named:
            yield line


def _told(case: CaseState, agency: str | None) -> Complaint:
    """What an agency is told: those whom its inquiry concerns, and the items that it can speak to."""
    assert case.complaint is not None
    whole = case.complaint.model_copy(update={"items": case.items})
    row = next((row for one, row in case.sharing.items() if one == agency), None)
    return cut(whole, case.withdrawn, row) if row is not None else whole


def _addressee(case: CaseState, kind: PaperKind, about: str | None) -> str | None:
    """Whom a paper goes to by name; everybody who has to apply somewhere, for a notice of that."""
    named = names(case)
    if kind is PaperKind.APPLICATION_NOTICE:
        return "、".join(dict.fromkeys(named[claimant] for _, claimant in _referred(case, about)))
    return named.get(about or "", about)


def _referred(case: CaseState, target: str | None) -> Iterator[tuple[str, str]]:
    """Item and claimant of everything that is referred to an office; once each."""
    assert case.complaint is not None
    items = {item.ref: item for item in case.items}
    pairs: dict[tuple[str, str], None] = {}
    for one in case.referrals:
        if one.target == target:
            whose = (one.claimant,) if one.claimant else case.complaint.claimants_of(items[one.item])
            pairs |= {(one.item, claimant): None for claimant in whose if claimant not in case.withdrawn}
    yield from pairs


def _appointment(case: CaseState, about: str | None) -> Appointment | None:
    """The next talks that a party is called to."""
    coming = [one for one in case.sittings.talks if one.state is SessionState.SCHEDULED and about in one.invited]
    if not coming:
        return None
    talks = min(coming, key=lambda one: one.starts)
    return Appointment(starts=talks.starts, kind=talks.kind, room=talks.room, link=talks.link)


def _of_its_own(case: CaseState, kind: PaperKind, about: str | None, now: datetime) -> dict[str, Any]:
    mediation, settlement = case.mediation, case.settlement
    match kind:
        case PaperKind.TRANSFER_SLIP | PaperKind.ASSISTANCE_LETTER:
            task = next(t for t in case.tasks.values() if t.agency == about)
            return _deadline(task.deadline.due, task.deadline.provisional)
        case PaperKind.SUMMONS if mediation is not None:
            term = _deadline(mediation.deadline.due, mediation.deadline.provisional)
            return term | {"appointment": _appointment(case, about)}
        case PaperKind.ACCEPTANCE_NOTICE if case.application_term is not None:
            return _deadline(case.application_term.due, case.application_term.provisional)
        case PaperKind.UNDISPUTED_FACTS if mediation is not None:
            return {"facts": tuple(s.undisputed for s in mediation.sessions if s.undisputed)}
        case PaperKind.AGREEMENT | PaperKind.FOLLOW_UP_RECORD if settlement is not None:
            proposal = mediation.proposals[settlement.proposal] if mediation else None
            return {
                "schedule": tuple(schedule_lines(settlement, names(case), items=case.items)),
                "terms": proposal.terms if proposal else None,
                "guarantee": settlement.guarantee,
                "acceleration": settlement.terms and settlement.terms.acceleration,
                **(_edition(case, settlement) if kind is PaperKind.AGREEMENT else {}),
                "facts": tuple(s.undisputed for s in mediation.sessions if s.undisputed) if mediation else (),
                "extent": extent(case),
                "unsettled": tuple(_unsettled(case)),
                "debts_of_others": tuple(_debts_of_others(settlement, names(case))),
                "signed": tuple(_signatures(case)),
                "sealed_on": case.signing.seal.signed_on if case.signing and case.signing.seal else None,
                "confirm_by": _until(case, ConfirmationKind.JUDICIAL),
                "review_by": _until(case, ConfirmationKind.REVIEW),
            }
        case PaperKind.ENDED_NOTICE if mediation is not None:
            return {"reason": mediation.ended} | _left_to_do(case, now)
        case PaperKind.UNIFIED_REPLY | PaperKind.NON_ACCEPTANCE_NOTICE:
            refused = next((event.facts["why"] for event in case.events if event.kind == "complaint_refused"), None)
            lapsed = "material-lapsed" if case.missing else None
            return {"reason": refused or lapsed, "part_a_paid": _part_a_paid(case)} | _left_to_do(case, now)
        case PaperKind.JOINING_NOTICE:
            into = next((kin.case_number for kin in case.kin if (kin.how, kin.direction) == ("merged", "to")), None)
            return {"related": into or (case.receipt and (case.receipt.case_number or case.receipt.case))}
        case PaperKind.SPLITTING_NOTICE:
            return {"related": _split_from(case)} | _left_to_do(case, now)
        case PaperKind.REOPENING_NOTICE if case.reopening is not None:
            return {"related": case.reopening.case_number, "reason": case.reopening.reason} | _left_to_do(case, now)
        case PaperKind.SUSPENSION_NOTICE if case.suspension is not None:
            until = case.day(case.suspension.until)
            return {"deadline": until, "reason": case.suspension.reason} | _left_to_do(case, now)
        case PaperKind.REFERRAL | PaperKind.APPLICATION_NOTICE:
            return {
                "reason": next((r.reason for r in case.referrals if r.target == about), None),
                "evidence": tuple(t.agency for t in case.tasks.values() if t.finding is not None),
                "limits": _limits(case, now, {r.item for r in case.referrals if r.target == about}),
            }
        case _:
            return {}


def _part_a_paid(case: CaseState) -> Decimal | None:
    if case.settlement is None:
        return None
    come = (one.amount for one in allocate(case.settlement) if one.part == "A" and one.payment is not None)
    return sum(come, _NIL)


def _unsettled(case: CaseState) -> Iterator[ItemLine]:
    """What the settlement leaves out, and where it goes."""
    named, items = names(case), {item.ref: item for item in case.items}
    for one in case.settlement.unsettled if case.settlement else ():
        item = items[one.item]
        for claimant in one.claimants or (item.claimant,):
            yield _line(item, named, claimant).model_copy(update={"referred_to": routes()[item.kind].unsettled})


def _edition(case: CaseState, settlement: Settlement) -> dict[str, Any]:
    """An agreement is drawn up to be signed, and once more as it was signed: one paper, one number."""
    before = next((p.number for p in case.papers if (p.kind, p.of) == (PaperKind.AGREEMENT, settlement.proposal)), None)
    signed = case.signing is None or case.signing.state is not SigningState.OPEN
    return {"edition": "original" if signed else "for-signature", "again": before}


def _debts_of_others(settlement: Settlement, named: Mapping[str, str]) -> Iterator[DebtLine]:
    for one in settlement.debts_of_others:
        payer, debtor = named[settlement.payer], named[one.debtor]
        yield DebtLine(payer=payer, debtor=debtor, ground=one.ground, words=one.words)


def _signatures(case: CaseState) -> Iterator[SignatureLine]:
    signing, named = case.signing, names(case)
    for party in signing.signed if signing else ():
        if signing is not None and (one := signing.of(party)) is not None:
            by, paper = (one.mandate.name, one.mandate.evidence) if one.mandate else (None, None)
            if party in one.consents:
                by, paper = named.get(one.by.id, one.by.id), one.consents[party]
            yield SignatureLine(party=party, signed_on=one.signed_on, how=one.how, representative=by, mandate=paper)


def _until(case: CaseState, kind: ConfirmationKind) -> date | None:
    one = case.confirmations.get(kind)
    return one.deadline.due if one else None


def _left_to_do(case: CaseState, now: datetime) -> dict[str, Any]:
    """The ways of remedy and the limitation of the claim items, as they stand."""
    left = ends_view(case, now)
    return {"ways": tuple(_ways(left.remedies)), "limits": _limits(case, now, {item.item for item in left.items})}


def _ways(remedies: Iterable[Remedy]) -> Iterator[WayLine]:
    for remedy in remedies:
        for way in remedy.ways:
            yield WayLine(answer=remedy.answer, nature=remedy.nature, **way.model_dump(exclude={"verified", "steps"}))


def _limits(case: CaseState, now: datetime, items: Collection[str]) -> tuple[LimitLine, ...]:
    """Those of the same kind that stand alike in one line."""
    kinds, counted = {item.ref: item.kind for item in case.items}, Counter[tuple[ClaimKind, str, date | None, bool]]()
    counted.update(
        (kinds[ref], str(limit.state), limit.last, limit.provisional)
        for ref, limit in limits(case, now).items()
        if ref in items
    )
    return tuple(
        LimitLine(kind=kind, state=state, last=last, provisional=provisional, count=count)
        for (kind, state, last, provisional), count in counted.items()
    )


def _findings(case: CaseState) -> Iterator[FindingLine]:
    parts = case.ends.signing.parts if case.ends.signing else {}
    for task in case.tasks.values():
        found = tuple(conclusions(task.finding, names(case))) if task.finding is not None else ()
        line = FindingLine(agency=task.agency, officer=task.officer, state=task.state, conclusions=found)
        part = parts.get(task.agency)
        yield line.model_copy(update={"head": part.head, "signed_on": part.signed_on}) if part else line


def _deadline(due: date, provisional: bool) -> dict[str, Any]:
    return {"deadline": due, "provisional": provisional}


def names(case: CaseState) -> dict[str, str]:
    """The name of everybody whom the complaint names, by ref."""
    assert case.complaint is not None
    return called(case.complaint)


def called(complaint: Complaint) -> dict[str, str]:
    """The name of everybody whom a complaint names, by ref."""
    claimants = {c.ref: c.name for c in complaint.claimants}
    return claimants | {r.ref: r.name for r in complaint.respondents}


def party_lines(complaint: Complaint, withdrawn: Collection[str], *, identify: bool) -> Iterator[PartyLine]:
    """The parties of a complaint as a paper names them, without those who withdrew."""
    for c in complaint.claimants:
        if c.ref not in withdrawn:
            yield PartyLine(ref=c.ref, name=c.name, role="claimant", identity=c.identity_number if identify else None)
            if (near := c.successor) is not None:
                number = near.identity_number if identify else None
                yield PartyLine(ref=c.ref, name=near.name, role="successor", identity=number)
    for r in complaint.respondents:
        yield PartyLine(ref=r.ref, name=r.name, role=r.kind, identity=r.credit_code if identify else None)


def _items(case: CaseState, kind: PaperKind, about: str | None) -> Iterator[ItemLine]:
    assert case.complaint is not None
    named, items = names(case), {item.ref: item for item in case.items}
    if kind in (PaperKind.UNIFIED_REPLY, PaperKind.ENDED_NOTICE):
        for reply in case.reply:
            line = _line(items[reply.item], named, reply.claimant)
            yield line.model_copy(
                update={"amount": reply.amount, "answer": reply.answer, "referred_to": reply.referred_to}
            )
        return
    if kind in _OF_A_REFERRAL:
        amounts = {(reply.item, reply.claimant): reply.amount for reply in case.reply if reply.amount}
        for ref, claimant in _referred(case, about):
            line = _line(items[ref], named, claimant)
            yield line.model_copy(update={"amount": amounts.get((ref, claimant), line.amount)})
        return
    for item in _told(case, about).items if kind in _TO_AN_AGENCY else items.values():
        for whose in _of_the_settlement(case, item) if kind in _OF_THE_SETTLEMENT else (item.claimant,):
            yield _line(item, named, whose)


def _of_the_settlement(case: CaseState, item: ClaimItem) -> Iterable[str | None]:
    """For whom a settlement settles an item; None: for everybody who claims it."""
    settlement = case.settlement
    assert settlement is not None and case.complaint is not None
    whose = [ref for ref in case.complaint.claimants_of(item) if ref not in case.withdrawn]
    settled = [
        ref for ref in whose if ref in settlement.claimants and not leaves_out(settlement.unsettled, item.ref, ref)
    ]
    return (item.claimant,) if settled == whose and whose else settled


def _line(item: ClaimItem, named: Mapping[str, str], claimant: str | None) -> ItemLine:
    line = item_line(item, named.get(claimant or "", "*"), named[item.respondent])
    return line.model_copy(update={"of": claimant})


def schedule_lines(
    settlement: Settlement,
    names: Mapping[str, str],
    of: Collection[str] | None = None,
    items: Iterable[ClaimItem] = (),
) -> Iterator[MoneyLine]:
    """What is to be paid when, to whom, and for which of the ``items``; ``of``: only to these claimants."""
    paid_for: dict[str | None, dict[ClaimKind, None]] = {}
    for item in items:
        if nature(item.kind) is Nature.PRIVATE_LAW and not leaves_out(
            settlement.unsettled, item.ref, item.claimant or "*"
        ):
            paid_for.setdefault(item.claimant, {})[item.kind] = None
    for due in settlement.dues:
        part_a, part_b = due.instalment.part_a, due.instalment.part_b
        for claimant in dict.fromkeys((*part_a, *part_b)):
            if of is not None and claimant not in of:
                continue
            yield MoneyLine(
                instalment=due.instalment.ref,
                of=claimant,
                due=due.deadline.due,
                claimant=names[claimant],
                part_a=part_a.get(claimant, _NIL),
                part_b=part_b.get(claimant, _NIL),
                kinds=tuple({**paid_for.get(None, {}), **paid_for.get(claimant, {})}),
            )
