"""Offer and counter-offer: who may take which terms off the table, and what becomes of the answers given to them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.protocol import carry_out, check
from domain.case.state import CaseState, ProposalState
from domain.ledger import Actor
from domain.mediation.messages import Answer, Counter, Propose, WithdrawProposal
from domain.mediation.versions import thread_of
from domain.message import Message
from domain.procedure.agenda import ring
from domain.procedure.mediation.bargain import bargain, compared
from domain.refusal import Refused
from domain.settlement.instalments import Instalment
from domain.views.masking import Eyes
from domain.words import Role
from tests.domain.cases import DAY, MEDIATOR, NOW, TODAY, assessment, mediated, represented

D = Decimal
E1 = Actor(id="e1", role=Role.RESPONDENT)
C1, C2 = (Actor(id=ref, role=Role.CLAIMANT) for ref in ("c1", "c2"))
OWED = {"c1": D("100.00"), "c2": D("50.00")}


def in_mediation() -> CaseState:
    return mediated(claimants=2, assessment=assessment(c1="100.00", c2="50.00"))


def one(days: int = 30, *, of: tuple[str, ...] = ("c1", "c2"), part_b: str = "") -> tuple[Instalment, ...]:
    """All of part A in one payment, and so much of part B for the first claimant."""
    b = {of[0]: D(part_b)} if part_b else {}
    return (Instalment(ref="n1", due=TODAY + days * DAY, part_a={ref: OWED[ref] for ref in of}, part_b=b),)


def propose(actor: Actor, ref: str = "p1", terms: tuple[Instalment, ...] | None = None) -> Propose:
    return Propose(message_id=f"m-{ref}", actor=actor, proposal=ref, payer="e1", instalments=terms or one())


def counter(
    actor: Actor, ref: str, to: str, terms: tuple[Instalment, ...] | None = None, on_behalf: str | None = None
) -> Counter:
    return Counter(
        message_id=f"k-{ref}",
        actor=actor,
        proposal=ref,
        counters=to,
        payer="e1",
        instalments=terms or one(60),
        on_behalf=on_behalf,
    )


def answer(actor: Actor, ref: str, *, accept: bool = True) -> Answer:
    return Answer(message_id=f"a-{actor.id}-{ref}", actor=actor, proposal=ref, party=actor.id, accept=accept)


def after(running: CaseState, *messages: Message) -> CaseState:
    for message in messages:
        carry_out(running, message, NOW)
    return running


def states(running: CaseState) -> dict[str, str]:
    assert running.mediation is not None
    return {ref: one.state.value for ref, one in running.mediation.proposals.items()}


def refused(running: CaseState, message: Message) -> list[str]:
    before = running.model_dump_json()
    with pytest.raises(Refused) as told:
        check(running, message, NOW)
    assert running.model_dump_json() == before
    return [problem.code.removeprefix("refusals.") for problem in told.value.problems]


def test_whoever_accepted_the_terms_that_were_countered_is_bound_by_neither_version() -> None:
    running = after(in_mediation(), propose(MEDIATOR), answer(C1, "p1"), counter(E1, "p2", "p1"))
    assert states(running) == {"p1": "countered", "p2": "open"}
    told = next(event for event in running.events if event.kind == "proposal_countered")
    assert told.facts["accepted"] == 1 and told.facts["counter"] == "p2"
    assert running.mediation is not None
    assert set(running.mediation.proposals["p2"].answers) == {"e1"}
    assert refused(running, answer(C2, "p1")) == ["proposal.countered"]
    after(running, answer(C2, "p2"), answer(C1, "p2", accept=False))
    assert states(running)["p2"] == "accepted"
    assert "c1" not in {c for c, given in running.mediation.proposals["p2"].answers.items() if given.accept}


def test_a_new_version_of_ones_own_terms_replaces_them() -> None:
    running = after(in_mediation(), propose(E1), counter(E1, "p2", "p1"))
    assert states(running) == {"p1": "replaced", "p2": "open"}


def test_a_counter_is_held_to_the_same_terms_as_a_proposal_and_must_say_something_else() -> None:
    running = after(in_mediation(), propose(MEDIATOR))
    short = (Instalment(ref="n1", due=TODAY + DAY, part_a={"c1": D("99.99"), "c2": D("50.00")}),)
    assert refused(running, counter(E1, "p2", "p1", short)) == ["proposal.part_a_waived"]
    assert refused(running, counter(E1, "p2", "p1", one())) == ["counter.same_terms"]
    assert refused(running, counter(E1, "p1", "p1")) == ["proposal.known"]
    assert refused(running, counter(E1, "p2", "p7")) == ["proposal.unknown"]


def test_a_worker_takes_no_terms_from_another_but_a_representative_speaks_for_those_who_elected_them() -> None:
    running = after(in_mediation(), propose(MEDIATOR))
    assert refused(running, counter(C1, "p2", "p1", one(9, of=("c1",)))) == ["counter.for_others"]
    alone = after(in_mediation(), propose(MEDIATOR, terms=one(of=("c1",))))
    assert refused(alone, counter(C2, "p2", "p1", one(of=("c2",)))) == ["proposal.not_party"]
    assert refused(alone, counter(C1, "p2", "p1", one(9))) == ["counter.for_others"]
    after(alone, counter(C1, "p2", "p1", one(9, of=("c1",))))
    assert states(alone) == {"p1": "countered", "p2": "open"}
    elected = represented()
    both = (Instalment(ref="n1", due=TODAY + 9 * DAY, part_a=dict.fromkeys(("c1", "c2"), D("8466.43"))),)
    after(elected, counter(C1, "p2", "p1", both))
    assert states(elected) == {"p1": "countered", "p2": "open"}
    assert elected.mediation is not None
    assert set(elected.mediation.proposals["p2"].answers) == {"c1"}, "those represented are asked themselves"


def test_the_mediator_carries_an_offer_over_and_whose_it_is_may_take_it_back() -> None:
    running = after(in_mediation(), propose(MEDIATOR), counter(MEDIATOR, "p2", "p1", on_behalf="e1"))
    assert running.mediation is not None
    carried = running.mediation.proposals["p2"]
    assert (carried.on_behalf, carried.by.id, set(carried.answers)) == ("e1", MEDIATOR.id, {"e1"})
    assert refused(running, counter(E1, "p3", "p2", one(90), on_behalf="e1")) == ["field.role"]
    assert refused(running, counter(MEDIATOR, "p3", "p2", one(90), on_behalf="c1")) == ["counter.for_others"]
    assert refused(running, counter(MEDIATOR, "p3", "p2", one(90), on_behalf="e9")) == ["proposal.not_party"]
    after(running, WithdrawProposal(message_id="w", actor=E1, proposal="p2"))
    assert states(running) == {"p1": "countered", "p2": "withdrawn"}


def test_each_version_is_open_for_as_long_as_it_says() -> None:
    running = after(in_mediation(), propose(MEDIATOR))
    after(running, counter(E1, "p2", "p1").model_copy(update={"answer_days": 2}))
    assert running.mediation is not None
    expires = running.mediation.proposals["p2"].expires_at
    assert running.day(expires - timedelta(seconds=1)) == TODAY + 2 * DAY
    ring(running, expires)
    assert states(running)["p2"] == "expired"


SIDES = (MEDIATOR, E1, C1, C2)
MOVES = st.lists(
    st.tuples(
        st.sampled_from(("propose", "counter", "answer", "withdraw", "wait")),
        st.sampled_from(SIDES),
        st.integers(0, 3),
        st.booleans(),
        st.sampled_from(("100.00", "99.99", "100.01")),
        st.sampled_from((("c1", "c2"), ("c1",), ("c2",))),
    ),
    max_size=25,
)


@given(moves=MOVES)
def test_in_any_order_of_moves_one_version_at_most_is_live_and_no_fen_of_part_a_is_given_up(
    moves: list[tuple[str, Actor, int, bool, str, tuple[str, ...]]],
) -> None:
    running, now = in_mediation(), NOW
    assert running.mediation is not None
    for number, (move, actor, which, accept, part_a, of) in enumerate(moves):
        refs = list(running.mediation.proposals)
        ref = refs[which % len(refs)] if refs else "p0"
        due = TODAY + (30 + number) * DAY
        amounts = {c: D(part_a) if c == "c1" else OWED[c] for c in of}
        terms = (Instalment(ref="n1", due=due, part_a=amounts),)
        on_behalf = ("e1", None)[accept] if actor is MEDIATOR else None
        message: Message
        match move:
            case "propose":
                message = propose(actor, f"p{number}", terms)
            case "counter":
                message = counter(actor, f"p{number}", ref, terms, on_behalf)
            case "answer":
                message = answer(actor, ref, accept=accept)
            case "withdraw":
                message = WithdrawProposal(message_id=f"w{number}", actor=actor, proposal=ref)
            case _:
                now += DAY
                ring(running, now)
                continue
        try:
            carry_out(running, message, now)
        except Refused:
            continue
    proposals = running.mediation.proposals
    threads: dict[str, list[ProposalState]] = {}
    for ref, laid in proposals.items():
        threads.setdefault(thread_of(proposals.values(), ref), []).append(laid.state)
        offered = {c: sum((i.part_a.get(c, D(0)) for i in laid.instalments), D(0)) for c in laid.claimants}
        assert offered == {c: OWED[c] for c in laid.claimants}
        followers = [one for one in proposals.values() if one.counters == ref]
        assert len(followers) <= 1 and not (followers and laid.state is ProposalState.OPEN)
    for of_thread in threads.values():
        live = [state for state in of_thread if state in (ProposalState.OPEN, ProposalState.ACCEPTED)]
        assert len(live) <= 1
    assert [one.state for one in proposals.values()].count(ProposalState.ACCEPTED) <= 1


def test_each_version_tells_what_changed_and_who_answered_it() -> None:
    running = after(in_mediation(), propose(MEDIATOR, terms=one(part_b="9.00")), answer(C1, "p1"))
    after(running, counter(E1, "p2", "p1", one(60, part_b="4.00")))
    told = bargain(running, None, MEDIATOR, NOW)
    assert told is not None
    first, second = compared(told).proposals
    assert (first.number, first.version, second.number, second.version, second.thread) == (1, 1, 2, 2, "p1")
    assert (first.accepted, second.accepted, second.silent) == (("c1",), ("e1",), ("c1", "c2"))
    assert [(what.aspect, what.of, what.before, what.after) for what in second.changed] == [
        ("due", "n1", str(TODAY + 30 * DAY), str(TODAY + 60 * DAY)),
        ("amount", "n1", "159.00", "154.00"),
        ("part-b", "c1", "9.00", "4.00"),
    ]
    seen = compared(Eyes.of(C2, set()).bargain(told)).proposals[1]
    assert [(what.aspect, what.of) for what in seen.changed] == [("due", "n1")]
    assert (seen.accepted, seen.silent) == (("e1",), ("c2",))
