"""Terms against terms: each takes the place of the proposal that it answers, so that at most one of them is live."""

from collections.abc import Iterator
from datetime import datetime

from domain.case.protocol import accepts
from domain.case.state import CaseState, Proposal, ProposalState
from domain.dialogue import Checked
from domain.mediation.messages import Counter
from domain.procedure.mediation.effects import BARGAINING, PARTIES, at_the_table, lay, on_the_table
from domain.procedure.mediation.objections import objections, spoken_for
from domain.refusal import Refused, must, no_problems, refusal
from domain.words import Role


@accepts(Counter, roles=PARTIES, phases=BARGAINING, only={"on_behalf": {Role.MEDIATOR}})
def counter(case: CaseState, message: Counter, now: datetime) -> Checked:
    mediation = at_the_table(case, message.actor)
    before = on_the_table(mediation, message.counters, "counters")
    must(message.proposal not in mediation.proposals, "proposal.known", "proposal", ref=message.proposal)
    must(not _says_the_same(message, before), "counter.same_terms", "instalments", proposal=before.ref)
    no_problems([*_standing(case, message, before), *objections(case, message, case.day(now))])
    yield
    given = [answer.accept for answer in before.answers.values()]
    own = (message.actor.role, message.actor.id) == (before.by.role, before.by.id)
    before.state = ProposalState.REPLACED if own and message.on_behalf == before.on_behalf else ProposalState.COUNTERED
    case.note(
        "proposal_countered",
        now,
        message.actor,
        message.message_id,
        proposal=before.ref,
        counter=message.proposal,
        state=before.state,
        on_behalf=message.on_behalf or message.actor.id,
        accepted=given.count(True),
    )
    lay(case, message, now, counters=before.ref, on_behalf=message.on_behalf)


def _says_the_same(message: Counter, before: Proposal) -> bool:
    names = ("payer", "instalments", "guarantee", "terms", "acceleration", "unsettled", "debts_of_others")
    return all(getattr(message, name) == getattr(before, name) for name in names)


def _standing(case: CaseState, message: Counter, before: Proposal) -> Iterator[Refused]:
    """Whether whoever offers the terms may take the others off the table: nobody takes them from anybody else."""
    party = message.on_behalf or message.actor.id
    if message.on_behalf is None and message.actor.role is Role.MEDIATOR:
        return
    field = "on_behalf" if message.on_behalf else "counters"
    if party in before.claimants:
        named = {c for one in message.instalments for part in (one.part_a, one.part_b) for c in part}
        others = ((before.claimants | named) & case.claimants) - {party} - spoken_for(case, party)
        if others:
            yield refusal("counter.for_others", field, party=party, refs=", ".join(sorted(others)[:20]))
    elif party != before.payer:
        yield refusal("proposal.not_party", field, party=party)
