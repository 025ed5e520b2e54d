"""Mediation: sessions, proposals and answers, going on beyond the statutory term, and giving up."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from domain.base import Ref
from domain.case.protocol import accepts
from domain.case.state import CaseState, Mediation, PartyAnswer, Proposal, ProposalState, Session
from domain.deadlines.deadline import GRANTED, end_of, may_be_extended, prolonged
from domain.dialogue import Checked
from domain.ledger import Actor
from domain.mediation.messages import Answer, EndMediation, ExtendMediation, Propose, WithdrawProposal
from domain.mediation.session_messages import HoldSession
from domain.mediation.sessions import Standing
from domain.procedure.mediation.objections import as_told_to, objections, part_a_objections
from domain.procedure.mediation.opening import agreed
from domain.procedure.mediation.sessions import attended
from domain.refusal import must, no_problems
from domain.words import Phase, Role

BARGAINING = {Phase.MEDIATION}
PARTIES = {Role.CLAIMANT, Role.RESPONDENT, Role.MEDIATOR}


def at_the_table(case: CaseState, actor: Actor) -> Mediation:
    """The mediation in which the actor may take part. Raises Refused."""
    must(case.mediation is not None and case.mediation.ended is None, "mediation.not_open", "name")
    if actor.role is Role.MEDIATOR:
        must(actor.id == case.mediator, "mediation.not_your_case", "actor.id", mediator=case.mediator)
    elif actor.role is Role.CLAIMANT:
        must(actor.id in case.claimants, "party.unknown", "actor.id")
    elif actor.role is Role.RESPONDENT:
        must(actor.id in case.respondents, "party.unknown", "actor.id")
    must(agreed(case) is None, "mediation.agreed", "name")
    must(not any(one.how == "merged" for one in case.leaving), "merge.under_way", "name")
    assert case.mediation is not None
    return case.mediation


@accepts(HoldSession, roles={Role.MEDIATOR}, phases=BARGAINING)
def hold_session(case: CaseState, message: HoldSession, now: datetime) -> Checked:
    mediation = at_the_table(case, message.actor)
    must(message.held_on <= case.day(now), "date.in_future", "held_on")
    unknown = set(message.present) - case.refs
    must(not unknown, "party.unknown", "present", refs=", ".join(sorted(unknown)))
    must(case.sittings.challenge is None, "recusal.undecided", "session")
    talks = case.sittings.find(message.session) if message.session else None
    must(message.session is None or (talks is not None and talks.booked), "session.over", "session", state="-")
    strangers = message.represented.keys() - set(message.present)
    must(not strangers, "session.represented_absent", "represented", refs=", ".join(sorted(strangers)))
    sides: list[set[str]] = [
        {who for party, who in message.represented.items() if (party in case.claimants) is worker}
        for worker in (True, False)
    ]
    both = sides[0] & sides[1]
    must(not both or message.both_sides is not None, "signing.both_sides", "represented", who=", ".join(sorted(both)))
    yield
    mediation.sessions.append(
        Session(
            held_on=message.held_on,
            room=message.room,
            present=message.present,
            undisputed=message.undisputed,
            minutes=message.minutes,
        )
    )
    case.note(
        "session_held",
        now,
        message.actor,
        message.message_id,
        held_on=message.held_on.isoformat(),
        room=message.room,
        present=list(message.present),
        undisputed=message.undisputed,
    )
    if talks is not None:
        attended(case, talks, message, now)


@accepts(Propose, roles=PARTIES, phases=BARGAINING)
def propose(case: CaseState, message: Propose, now: datetime) -> Checked:
    mediation = at_the_table(case, message.actor)
    must(message.proposal not in mediation.proposals, "proposal.known", "proposal", ref=message.proposal)
    no_problems(objections(case, message, case.day(now)))
    yield
    lay(case, message, now)


def lay(
    case: CaseState, message: Propose, now: datetime, *, counters: Ref | None = None, on_behalf: Ref | None = None
) -> None:
    """Put terms on the table. A party who offers them accepts them by that."""
    assert case.mediation is not None
    days = message.answer_days or case.rules.proposal_answer_days
    proposal = Proposal(
        ref=message.proposal,
        by=message.actor,
        at=now,
        expires_at=end_of(case.day(now) + timedelta(days=days)),
        payer=message.payer,
        instalments=message.instalments,
        guarantee=message.guarantee,
        terms=message.terms,
        acceleration=message.acceleration,
        unsettled=message.unsettled,
        debts_of_others=message.debts_of_others,
        counters=counters,
        on_behalf=on_behalf,
    )
    case.mediation.proposals[message.proposal] = proposal
    case.note(
        "proposal_made",
        now,
        message.actor,
        message.message_id,
        proposal=message.proposal,
        payer=message.payer,
        claimants=len(proposal.claimants),
        instalments=[{"due": i.due.isoformat(), "amount": f"{i.total:.2f}"} for i in message.instalments],
        total=f"{sum((i.total for i in message.instalments), Decimal(0)):.2f}",
        until=case.day(now + timedelta(days=days)).isoformat(),
    )
    party = on_behalf or (message.actor.id if message.actor.role is not Role.MEDIATOR else None)
    if party in _parties(proposal):
        record_answers(case, proposal, (party,), PartyAnswer(accept=True, at=now, by=message.actor), now)


def _parties(proposal: Proposal) -> frozenset[str]:
    return proposal.claimants | {proposal.payer}


def on_the_table(mediation: Mediation, ref: str, field: str = "proposal") -> Proposal:
    """The open proposal of a ref. Raises Refused, and names the version that has taken its place."""
    must(ref in mediation.proposals, "proposal.unknown", field, known=", ".join(mediation.proposals) or "-")
    proposal = mediation.proposals[ref]
    later = next((one.ref for one in mediation.proposals.values() if one.counters == ref), None)
    must(later is None, "proposal.countered", field, ref=ref, by=later)
    must(proposal.state is ProposalState.OPEN, "proposal.closed", field, state=proposal.state)
    return proposal


@accepts(WithdrawProposal, roles=PARTIES, phases=BARGAINING)
def withdraw_proposal(case: CaseState, message: WithdrawProposal, now: datetime) -> Checked:
    mediation = at_the_table(case, message.actor)
    proposal = on_the_table(mediation, message.proposal)
    mine = (message.actor.role, message.actor.id) == (proposal.by.role, proposal.by.id)
    mine = mine or message.actor.id == proposal.on_behalf
    must(mine, "proposal.not_yours", "proposal", by=proposal.by.id)
    yield
    proposal.state = ProposalState.WITHDRAWN
    case.note(
        "proposal_withdrawn", now, message.actor, message.message_id, proposal=proposal.ref, reason=message.reason
    )


@accepts(Answer, roles=PARTIES, phases=BARGAINING, own={"party"})
def answer(case: CaseState, message: Answer, now: datetime) -> Checked:
    proposal = may_answer(case, message.actor, message.proposal, (message.party,), accept=message.accept, field="party")
    yield
    given = PartyAnswer(accept=message.accept, at=now, by=message.actor, remark=message.remark)
    case.note(
        "proposal_answered",
        now,
        message.actor,
        message.message_id,
        proposal=proposal.ref,
        party=message.party,
        accept=message.accept,
    )
    record_answers(case, proposal, (message.party,), given, now)


def may_answer(
    case: CaseState, actor: Actor, ref: str, parties: Iterable[str], *, accept: bool, field: str = "parties"
) -> Proposal:
    """The proposal that the parties may answer now. Raises Refused."""
    mediation = at_the_table(case, actor)
    proposal = on_the_table(mediation, ref)
    for party in parties:
        concerned = party == proposal.payer or party in proposal.claimants
        must(concerned, "proposal.not_party", field, party=party)
        must(party not in case.withdrawn, "party.withdrawn", field, party=party)
        must(party not in proposal.answers, "answer.given", field, party=party)
    if accept:  # More may have been found owing since it was put on the table.
        proposal.sound_by(
            case.assessment,
            lambda: no_problems(
                as_told_to(case, actor, part_a_objections(case, proposal.instalments, "proposal", proposal.unsettled))
            ),
        )
    return proposal


def record_answers(
    case: CaseState, proposal: Proposal, parties: Collection[str], given: PartyAnswer, now: datetime
) -> None:
    """Keep the same answer of one or more parties; the last one that is waited for closes the proposal."""
    proposal.answers.update(dict.fromkeys(parties, given))
    payer_answers = proposal.payer in parties
    if payer_answers and given.accept:  # Consent of the debtor interrupts limitation.
        case.recounting = case.recounting or GRANTED
    refused_by_payer = payer_answers and not given.accept
    if refused_by_payer or _all_have_answered(case, proposal):
        conclude(case, proposal, now, otherwise=ProposalState.REJECTED)


def _all_have_answered(case: CaseState, proposal: Proposal) -> bool:
    """Looks at each party only when there are answers enough, so that thousands of answers stay cheap."""
    if len(proposal.answers) + len(case.withdrawn) < len(proposal.claimants) + 1:
        return False
    return _parties(proposal) - set(case.withdrawn) <= proposal.answers.keys()


def conclude(case: CaseState, proposal: Proposal, now: datetime, otherwise: ProposalState) -> None:
    """Close a proposal: accepted when the payer and at least one claimant accepted, else as told."""
    agreed = accepted_by(case, proposal)
    payer = proposal.answers.get(proposal.payer)
    proposal.state = ProposalState.ACCEPTED if agreed and payer and payer.accept else otherwise
    case.note(
        "proposal_closed",
        now,
        proposal=proposal.ref,
        state=proposal.state,
        accepted=len(agreed),
        claimants=len(proposal.claimants),
    )
    if proposal.state is ProposalState.ACCEPTED:
        for other in case.open_proposals:
            other.state = ProposalState.REPLACED


def accepted_by(case: CaseState, proposal: Proposal) -> tuple[str, ...]:
    """The claimants who accepted and have not withdrawn."""
    return tuple(c for c in case.claimants if (given := proposal.answers.get(c)) is not None and given.accept)


@accepts(ExtendMediation, roles=PARTIES, phases=BARGAINING, own={"parties"})
def extend_mediation(case: CaseState, message: ExtendMediation, now: datetime) -> Checked:
    mediation = at_the_table(case, message.actor)
    parties = (*case.claimants, *case.respondents)
    unknown = set(message.parties) - set(parties)
    must(not unknown, "party.unknown", "parties", refs=", ".join(sorted(unknown)))
    left = may_be_extended(mediation.deadline, mediation.extended_days)
    must(message.days <= left, "mediation.extension_used_up", "days", left=left, source=mediation.deadline.source)
    yield
    mediation.consents.update(dict.fromkeys(message.parties, message.days))
    case.note(
        "extension_consented",
        now,
        message.actor,
        message.message_id,
        parties=list(message.parties),
        days=message.days,
    )
    consents = mediation.consents
    if set(case.claimants) <= consents.keys() and consents.keys() & set(case.respondents):
        days = min(consents.values())
        mediation.consents = {}
        mediation.deadline = prolonged(mediation.deadline, days)
        mediation.extended_days += days
        case.recounting = case.recounting or GRANTED
        case.note("mediation_extended", now, days=days, due=mediation.deadline.due.isoformat())


@accepts(EndMediation, roles={Role.MEDIATOR, Role.SUPERVISOR}, phases=BARGAINING)
def end_mediation(case: CaseState, message: EndMediation, now: datetime) -> Checked:
    mediation = at_the_table(case, message.actor)
    standing = case.sittings.standing.get(message.party, Standing.TALKS) if message.party else None
    must(standing is not Standing.TALKS, "session.talks", "party")
    yield
    mediation.ended = standing or "given-up"
    if standing is not None:
        case.note("side_does_not_come", now, party=message.party, standing=standing)
    case.note("mediation_ended", now, message.actor, message.message_id, reason=message.reason)
