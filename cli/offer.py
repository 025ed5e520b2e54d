"""A proposal whose amounts come from the assessment: all of part A, and a share of part B."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from cli.script import CounterTerms, Terms
from domain.bargaining_messages import Counter
from domain.base import CENTRE_ZONE, FEN, to_fen
from domain.ledger import Actor
from domain.messages import Instalment, Propose
from domain.view import CaseView
from domain.words import Language


def proposal_of(terms: Terms, view: CaseView, message_id: str, actor: Actor, language: Language) -> Propose:
    """The terms with the amounts of the assessment, in the shares that are offered."""
    part_a = {c.ref: to_fen(c.part_a * terms.part_a_percent / 100) for c in view.claimants if not c.withdrawn}
    part_b = {c.ref: to_fen(c.part_b * terms.part_b_percent / 100) for c in view.claimants if not c.withdrawn}
    first = view.now.astimezone(CENTRE_ZONE).date() + timedelta(days=terms.first_due_in_days)
    shares_a = {ref: list(shares(amount, terms.instalments)) for ref, amount in part_a.items()}
    shares_b = {ref: list(shares(amount, terms.instalments)) for ref, amount in part_b.items()}
    return Propose(
        message_id=message_id,
        actor=actor,
        language=language,
        proposal=terms.proposal,
        payer=terms.payer,
        instalments=tuple(
            Instalment(
                ref=f"n{index + 1}",
                due=first + timedelta(days=index * terms.every_days),
                part_a={ref: parts[index] for ref, parts in shares_a.items() if parts[index]},
                part_b={ref: parts[index] for ref, parts in shares_b.items() if parts[index]},
            )
            for index in range(terms.instalments)
        ),
        guarantee=terms.guarantee,
        terms=terms.terms,
        acceleration=terms.acceleration,
    )


def counter_of(terms: CounterTerms, view: CaseView, message_id: str, actor: Actor, language: Language) -> Counter:
    """Such terms in the place of a proposal."""
    offered = proposal_of(terms, view, message_id, actor, language)
    return Counter(**dict(offered), counters=terms.counters, on_behalf=terms.on_behalf)


def shares(amount: Decimal, count: int) -> Iterator[Decimal]:
    """An amount in so many even shares of whole fen whose sum is exact; the first ones take the odd fen."""
    fen = int(amount / FEN)
    for index in range(count):
        yield FEN * (fen // count + (index < fen % count))
