"""Whatever is proposed and whoever accepts, no claimant settles for less of part A than is owed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.case import messages as m
from domain.case.protocol import carry_out
from domain.case.state import ProposalState
from domain.ledger import Actor
from domain.procedure.settlement.agreement import instalments_of
from domain.refusal import Refused
from domain.settlement.instalments import Instalment
from domain.words import Role
from tests.domain.cases import MEDIATOR, NOW, TODAY, assessment, mediated

CLAIMANTS = ("c1", "c2", "c3")
FEN = st.integers(1, 500_000).map(lambda fen: Decimal(fen) / 100)
OWED = st.fixed_dictionaries(dict.fromkeys(CLAIMANTS, FEN))
SLIPS = st.dictionaries(st.sampled_from(CLAIMANTS), st.sampled_from(["0.01", "-0.01", "-1.00"]).map(Decimal))
PAYER = Actor(id="e1", role=Role.RESPONDENT)


def terms(owed: dict[str, Decimal], slips: dict[str, Decimal], cut: int) -> tuple[Instalment, ...]:
    """Two instalments that schedule what is owed, but for the slips; a cut decides what comes first."""
    total = {ref: max(owed[ref] + slips.get(ref, Decimal(0)), Decimal(0)) for ref in owed}
    first = {ref: (yuan * cut / 100).quantize(Decimal("0.01")) for ref, yuan in total.items()}
    rest = {ref: total[ref] - first[ref] for ref in total}
    parts = [{ref: yuan for ref, yuan in part.items() if yuan} for part in (first, rest)]
    return tuple(
        Instalment(ref=f"n{n}", due=date.fromordinal(TODAY.toordinal() + 30 * (n + 1)), part_a=part)
        for n, part in enumerate(parts)
        if part
    )


@settings(deadline=None)  # the first example reads the tables
@given(OWED, SLIPS, st.integers(0, 100), st.sets(st.sampled_from(CLAIMANTS)))
def test_no_accepted_proposal_gives_up_one_fen(
    owed: dict[str, Decimal], slips: dict[str, Decimal], cut: int, accepting: set[str]
) -> None:
    running = mediated(claimants=3, assessment=assessment(**{ref: f"{yuan:.2f}" for ref, yuan in owed.items()}))
    offered = terms(owed, slips, cut)
    assume(offered)  # who offers nobody a fen proposes nothing
    proposed = m.Propose(message_id="p", actor=MEDIATOR, proposal="p1", payer="e1", instalments=offered)
    named = {c for i in proposed.instalments for c in i.part_a}
    sound = not any(slips.get(ref) for ref in named)
    if not sound:
        with pytest.raises(Refused, match=r"part_a_(waived|exceeded)"):
            carry_out(running, proposed, NOW)
        return
    carry_out(running, proposed, NOW)
    for party in (*sorted(named), "e1"):
        actor = PAYER if party == "e1" else Actor(id=party, role=Role.CLAIMANT)
        accept = party == "e1" or party in accepting
        carry_out(
            running, m.Answer(message_id=f"a-{party}", actor=actor, proposal="p1", party=party, accept=accept), NOW
        )
    assert running.mediation is not None
    proposal = running.mediation.proposals["p1"]
    assert (proposal.state is ProposalState.ACCEPTED) == bool(accepting & named)
    kept = instalments_of(running, proposal)
    for claimant in accepting & named:
        assert sum((i.part_a.get(claimant, Decimal(0)) for i in kept), Decimal(0)) == owed[claimant]


def test_what_was_found_owing_meanwhile_is_not_given_up_by_an_old_proposal() -> None:
    running = mediated(claimants=1, assessment=assessment(c1="100.00"))
    due = TODAY + timedelta(days=30)
    offered = Instalment(ref="n1", due=due, part_a={"c1": Decimal("100.00")})
    carry_out(
        running, m.Propose(message_id="p", actor=MEDIATOR, proposal="p1", payer="e1", instalments=(offered,)), NOW
    )
    running.assessment = assessment(c1="100.01")

    def say(accept: bool) -> m.Answer:
        return m.Answer(message_id=f"a-{accept}", actor=PAYER, proposal="p1", party="e1", accept=accept)

    with pytest.raises(Refused) as refused:
        carry_out(running, say(True), NOW)
    [problem] = refused.value.problems
    assert (problem.field, problem.code) == ("proposal", "refusals.proposal.part_a_waived")
    assert (problem.params["missing"], problem.params["article"]) == ("0.01", "社会保险费征缴暂行条例 Art.12")
    assert carry_out(running, say(False), NOW)
