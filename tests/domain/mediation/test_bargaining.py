"""Terms on the table: who may take them off again, and what that leaves."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.case import messages as m
from domain.case.protocol import carry_out
from domain.case.state import CaseState, ProposalState
from domain.ledger import Actor
from domain.refusal import Refused
from domain.settlement.instalments import Instalment
from domain.words import Role
from tests.builders import party
from tests.domain.cases import MEDIATOR, NOW, TODAY, assessment, mediated

CLAIMANT = Actor(id="c1", role=Role.CLAIMANT)
PAYER = Actor(id="e1", role=Role.RESPONDENT)


def proposed_by(actor: Actor, ref: str = "p1", on: CaseState | None = None) -> CaseState:
    running = on or mediated(claimants=1, assessment=assessment(c1="100.00"))
    due = Instalment(ref="n1", due=TODAY + timedelta(days=30), part_a={"c1": Decimal("100.00")})
    terms = m.Propose(message_id=f"make-{ref}", actor=actor, proposal=ref, payer="e1", instalments=(due,))
    carry_out(running, terms, NOW)
    return running


def state_of(running: CaseState, ref: str) -> ProposalState:
    assert running.mediation is not None
    return running.mediation.proposals[ref].state


def withdrawal(actor: Actor) -> m.WithdrawProposal:
    return m.WithdrawProposal(message_id="w", actor=actor, proposal="p1")


@pytest.mark.parametrize("actor", [MEDIATOR, CLAIMANT, PAYER], ids=lambda actor: actor.role)
def test_whoever_made_a_proposal_can_take_it_back(actor: Actor) -> None:
    running = proposed_by(actor)
    carry_out(running, withdrawal(actor), NOW)
    assert state_of(running, "p1") is ProposalState.WITHDRAWN
    assert running.open_proposals == []


def test_nobody_takes_back_the_proposal_of_another() -> None:
    running = proposed_by(PAYER)
    for other in (MEDIATOR, CLAIMANT):
        with pytest.raises(Refused, match="not_yours"):
            carry_out(running, withdrawal(other), NOW)
    assert state_of(running, "p1") is ProposalState.OPEN


def test_a_withdrawn_proposal_takes_no_answer_and_another_can_be_agreed() -> None:
    running = proposed_by(PAYER)
    carry_out(running, withdrawal(PAYER), NOW)
    yes = m.Answer(message_id="a1", actor=CLAIMANT, proposal="p1", party="c1", accept=True)
    with pytest.raises(Refused, match="closed"):
        carry_out(running, yes, NOW)
    proposed_by(PAYER, "p2", running)
    carry_out(running, yes.model_copy(update={"message_id": "a2", "proposal": "p2"}), NOW)
    assert state_of(running, "p1") is ProposalState.WITHDRAWN
    assert state_of(running, "p2") is ProposalState.ACCEPTED


def test_an_agreed_proposal_cannot_be_taken_back() -> None:
    running = proposed_by(PAYER)
    carry_out(running, m.Answer(message_id="a", actor=CLAIMANT, proposal="p1", party="c1", accept=True), NOW)
    with pytest.raises(Refused, match="agreed"):
        carry_out(running, withdrawal(PAYER), NOW)


def test_terms_are_refused_with_everything_that_is_wrong_at_once() -> None:
    running = mediated(claimants=2, assessment=assessment(c1="100.00", c2="50.00"))
    before = running.model_dump_json()
    late = Instalment(ref="n1", due=TODAY - timedelta(days=1), part_a={"c1": Decimal("99.99"), "c9": Decimal("1.00")})
    over = Instalment(ref="n2", due=TODAY, part_a={"c2": Decimal("50.01")})
    terms = m.Propose(message_id="x", actor=MEDIATOR, proposal="p1", payer="e9", instalments=(late, over))
    with pytest.raises(Refused) as refused:
        carry_out(running, terms, NOW)
    assert [(p.field, p.code.removeprefix("refusals.")) for p in refused.value.problems] == [
        ("payer", "party.unknown"),
        ("instalments.0.due", "proposal.due_in_past"),
        ("instalments.0.part_a", "party.unknown"),
        ("instalments", "proposal.part_a_waived"),
        ("instalments", "proposal.part_a_exceeded"),
    ]
    assert running.model_dump_json() == before


def test_a_claimant_whose_terms_are_refused_hears_nothing_of_anothers_sum() -> None:
    running = mediated(claimants=2, assessment=assessment(c1="100.00", c2="50.00"))
    wrong = Instalment(ref="n1", due=TODAY, part_a={"c1": Decimal("99.99"), "c2": Decimal("0.01")})
    terms = m.Propose(message_id="x", actor=MEDIATOR, proposal="p1", payer="e1", instalments=(wrong,))
    heard = {}
    for actor in (MEDIATOR, party("c1", Role.CLAIMANT), party("e1", Role.RESPONDENT)):
        with pytest.raises(Refused) as refused:
            carry_out(running, terms.model_copy(update={"actor": actor, "message_id": actor.id}), NOW)
        heard[actor.id] = [
            (p.code.removeprefix("refusals.proposal."), p.params.get("claimant")) for p in refused.value.problems
        ]
    assert heard["c1"] == [("part_a_waived", "c1"), ("part_a_of_others", None)]
    assert heard["e1"] == heard[MEDIATOR.id] == [("part_a_waived", "c1"), ("part_a_waived", "c2")]
