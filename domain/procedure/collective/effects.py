"""A case of many workers: joining it, electing representatives, leaving them, and answering for those who elected."""

from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from domain.base import Ref
from domain.case.protocol import accepts
from domain.case.state import CaseState, Mandate, PartyAnswer, Proposal
from domain.collective.messages import AnswerFor, ElectRepresentatives, JoinClaimants, LeaveRepresentation
from domain.dialogue import Checked
from domain.intake.complaint import MAX_CLAIMANTS
from domain.intake.joining import Brought
from domain.message import Message
from domain.procedure.direction.effects import BEFORE_PERFORMANCE
from domain.procedure.mediation.effects import may_answer, record_answers
from domain.procedure.mediation.opening import agreed, mediation_over
from domain.refusal import Refused, must, refusal
from domain.words import Phase, Role

ELECTORS_MIN: Final = 10
"""Workers from whom on representatives may be elected (调解仲裁法 Art.7)."""
PROBLEMS_TOLD: Final = 200
"""Lines of a list that one refusal names."""
_DESKS: Final = {Role.INTAKE, Role.OFFICER, Role.SUPERVISOR}


@accepts(JoinClaimants, roles=_DESKS, phases=BEFORE_PERFORMANCE)
def join_claimants(case: CaseState, message: JoinClaimants, now: datetime) -> Checked:
    must(case.complaint, "filing.nothing_filed", "name")
    assert case.complaint is not None
    must(case.ending is None and (case.receipt or case.phase is not Phase.INTAKE), "join.not_registered", "name")
    must(may_join(case), "join.settled", "name")
    held = len(case.complaint.claimants) + len(message.claimants)
    must(held <= MAX_CLAIMANTS, "join.too_many", "claimants", most=MAX_CLAIMANTS)
    if problems := [problem for wrong in _misfits(case, message) for problem in wrong.problems]:
        raise Refused(*problems[:PROBLEMS_TOLD])
    yield
    take_in(case, Brought(claimants=message.claimants, items=message.items), message, now)


def may_join(case: CaseState) -> bool:
    """Whether the case still takes people and claims: nothing is settled yet, and it has not come to its end."""
    open_yet = case.phase in BEFORE_PERFORMANCE and case.ending is None and not merging(case)
    return open_yet and agreed(case) is None and not mediation_over(case)


def merging(case: CaseState) -> bool:
    """Whether everybody is on the way to another case."""
    return any(one.how == "merged" for one in case.leaving)


def take_in(case: CaseState, new: Brought, message: Message, now: datetime) -> None:
    """Add people, respondents and claim items to the complaint, and have the assessment judged anew."""
    assert case.complaint is not None
    case.complaint = case.complaint.model_copy(
        update={
            "claimants": (*case.complaint.claimants, *new.claimants),
            "respondents": (*case.complaint.respondents, *new.respondents),
            "items": (*case.complaint.items, *new.items),
        }
    )
    by = message.actor, message.message_id
    if new.respondents:
        case.note("respondents_added", now, *by, respondents=[r.ref for r in new.respondents])
    if new.claimants:
        event = case.note(
            "claimants_joined",
            now,
            *by,
            claimants=[c.ref for c in new.claimants],
            items=len(new.items),
            number=len(case.claimants),
        )
        case.joined.update({c.ref: event.seq for c in new.claimants})
    elif new.items:
        case.note("claims_added", now, *by, claimants=[*sorted(claiming(new))], items=len(new.items))
    case.newcomers.extend(ref for ref in claiming(new) if ref not in case.newcomers)


def claiming(new: Brought) -> list[Ref]:
    """Who joins, and who claims more than before."""
    refs = (*(c.ref for c in new.claimants), *(item.claimant for item in new.items if item.claimant))
    return list(dict.fromkeys(refs))


def _misfits(case: CaseState, message: JoinClaimants) -> Iterator[Refused]:
    """Whatever of the message does not fit the case, line by line, so that a long list is mended in one go."""
    assert case.complaint is not None
    known = {c.identity_number: c.ref for c in case.complaint.claimants}
    refs, newcomers = set(case.refs), set()
    for index, claimant in enumerate(message.claimants):
        field = f"claimants.{index}"
        if claimant.ref in refs:
            yield refusal("join.ref_known", f"{field}.ref", ref=claimant.ref)
        if (same := known.setdefault(claimant.identity_number, claimant.ref)) != claimant.ref:
            yield refusal("join.person_known", f"{field}.identity_number", ref=same)
        refs.add(claimant.ref)
        newcomers.add(claimant.ref)
    items, respondents = {item.ref for item in case.items}, set(case.respondents)
    for index, item in enumerate(message.items):
        field = f"items.{index}"
        if item.ref in items:
            yield refusal("filing.item_known", f"{field}.ref", ref=item.ref)
        if item.claimant not in newcomers:
            yield refusal("join.item_of_another", f"{field}.claimant")
        if item.respondent not in respondents:
            yield refusal("party.unknown", f"{field}.respondent")
        items.add(item.ref)
    claiming = {item.claimant for item in message.items}
    if all(item.claimant for item in case.items) and (without := newcomers - claiming):
        yield refusal("join.nothing_claimed", "items", refs=", ".join(sorted(without)[:20]))


@accepts(ElectRepresentatives, roles=_DESKS | {Role.MEDIATOR}, phases=BEFORE_PERFORMANCE)
def elect_representatives(case: CaseState, message: ElectRepresentatives, now: datetime) -> Checked:
    must(message.mandate not in case.mandates, "representatives.mandate_known", "mandate", ref=message.mandate)
    must(len(message.represented) >= ELECTORS_MIN, "representatives.too_few_workers", "represented", least=ELECTORS_MIN)
    for name in ("represented", "representatives"):
        unknown = set(getattr(message, name)) - case.claimants
        must(not unknown, "party.unknown", name, refs=", ".join(sorted(unknown)[:20]))
    outside = set(message.representatives) - set(message.represented)
    must(not outside, "representatives.not_of_them", "representatives", refs=", ".join(sorted(outside)))
    yield
    case.mandates[message.mandate] = Mandate(at=now, by=message.actor, representatives=message.representatives)
    case.represented.update(dict.fromkeys(message.represented, message.mandate))
    case.note(
        "representatives_elected",
        now,
        message.actor,
        message.message_id,
        mandate=message.mandate,
        representatives=list(message.representatives),
        workers=len(message.represented),
        represented=list(message.represented),
    )


@accepts(
    LeaveRepresentation,
    roles={Role.CLAIMANT, *_DESKS, Role.MEDIATOR},
    phases=BEFORE_PERFORMANCE,
    own={"claimant"},
)
def leave_representation(case: CaseState, message: LeaveRepresentation, now: datetime) -> Checked:
    must(message.claimant in case.represented, "representatives.not_represented", "claimant", ref=message.claimant)
    yield
    mandate = case.represented.pop(message.claimant)
    case.note(
        "representation_left",
        now,
        message.actor,
        message.message_id,
        claimant=message.claimant,
        mandate=mandate,
        reason=message.reason,
    )


@accepts(AnswerFor, roles={Role.CLAIMANT}, phases={Phase.MEDIATION})
def answer_for(case: CaseState, message: AnswerFor, now: datetime) -> Checked:
    speaker = message.actor.id
    proposal = may_answer(case, message.actor, message.proposal, message.parties, accept=message.accept)
    for party in message.parties:
        mandate = case.mandates.get(case.represented.get(party, ""))
        speaks = mandate is not None and speaker in mandate.representatives and speaker in case.claimants
        must(speaks, "representatives.not_yours", "parties", party=party)
    if message.accept:
        needing = disposing(case, proposal, message.parties) - message.consents.keys() - {speaker}
        must(
            not needing,
            "representatives.own_consent",
            "consents",
            workers=len(needing),
            refs=", ".join(sorted(needing)[:20]),
        )
    yield
    given = PartyAnswer(accept=message.accept, at=now, by=message.actor, remark=message.remark)
    case.note(
        "proposal_answered_for",
        now,
        message.actor,
        message.message_id,
        proposal=proposal.ref,
        parties=list(message.parties),
        workers=len(message.parties),
        accept=message.accept,
        consents=dict(message.consents),
    )
    record_answers(case, proposal, message.parties, given, now)


def disposing(case: CaseState, proposal: Proposal, parties: Collection[str]) -> set[str]:
    """Those of the parties for whom to accept is to settle or to give up something of part B."""
    touched = {c for instalment in proposal.instalments for c, yuan in instalment.part_b.items() if yuan > 0}
    claimed = case.assessment.part_b_of() if case.assessment else {}
    return {party for party in parties if party in touched or claimed.get(party, Decimal(0)) > 0}
