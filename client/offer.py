"""A proposal whose amounts come from the assessment: all of part A, and a share of part B."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field

from domain.base import CENTRE_ZONE, FEN, Model, Ref, Text, months_later, to_fen
from domain.ledger import Actor
from domain.mediation.items_left_out import leaves_out
from domain.mediation.messages import Counter, Propose
from domain.procedure.mediation.bargain import Bargain
from domain.refusal import must
from domain.settlement.instalments import DebtsOfOthers, Instalment, LeftOut
from domain.views.case_view import CaseView
from domain.words import Language

Percent = Annotated[int, Field(ge=1, le=100)]
NOTHING: Final = Decimal("0.00"), Decimal("0.00")


class Terms(Model):
    """A proposal whose amounts come from the assessment: all of part A, and a share of part B.

    Less than all of part A is there to be refused.
    """

    proposal: Ref
    payer: Ref
    instalments: Annotated[int, Field(ge=1, le=24)]
    first_due_in_days: Annotated[int, Field(ge=0, le=365)]
    every_days: Annotated[int, Field(ge=1, le=365)] = 30
    by_month: bool = False
    """On the same day of each month, or its last day, instead of every so many days."""
    part_a_percent: Percent = 100
    part_b_percent: Percent = 100
    guarantee: Text | None = None
    terms: Text | None = None
    acceleration: bool | None = None
    unsettled: tuple[LeftOut, ...] = ()
    debts_of_others: DebtsOfOthers = ()


class CounterTerms(Terms):
    """The same in the place of an open proposal."""

    counters: Ref
    on_behalf: Ref | None = None


def proposal_of(
    terms: Terms,
    view: CaseView,
    message_id: str,
    actor: Actor,
    language: Language,
    left: Mapping[str, tuple[Decimal, Decimal]] = MappingProxyType({}),
) -> Propose:
    """The terms with the amounts of the assessment, in the shares that are offered.

    ``left``: how much of parts A and B of each claimant stands in items that the terms leave out. Raises Refused.
    """
    settled = {
        c.ref: (c.part_a - without[0], c.part_b - without[1])
        for c in view.claimants
        if not c.withdrawn and (without := left.get(c.ref, NOTHING))
    }
    part_a = {ref: to_fen(sums[0] * terms.part_a_percent / 100) for ref, sums in settled.items()}
    part_b = {ref: to_fen(sums[1] * terms.part_b_percent / 100) for ref, sums in settled.items()}
    must(any((*part_a.values(), *part_b.values())), "proposal.nothing_owed", "instalments")
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
                due=months_later(first, index) if terms.by_month else first + timedelta(days=index * terms.every_days),
                part_a={ref: parts[index] for ref, parts in shares_a.items() if parts[index]},
                part_b={ref: parts[index] for ref, parts in shares_b.items() if parts[index]},
            )
            for index in range(terms.instalments)
        ),
        guarantee=terms.guarantee,
        terms=terms.terms,
        acceleration=terms.acceleration,
        unsettled=terms.unsettled,
        debts_of_others=terms.debts_of_others,
    )


def left_out(told: Bargain, unsettled: Sequence[LeftOut]) -> dict[str, tuple[Decimal, Decimal]]:
    """How much of parts A and B of each claimant, in yuan, stands in items that terms leave out."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for one in told.owed:
        if leaves_out(unsettled, one.item, one.claimant):
            part_a, part_b = sums.get(one.claimant, NOTHING)
            sums[one.claimant] = part_a + one.part_a, part_b + one.part_b
    return sums


def counter_of(terms: CounterTerms, view: CaseView, message_id: str, actor: Actor, language: Language) -> Counter:
    """Such terms in the place of a proposal."""
    offered = proposal_of(terms, view, message_id, actor, language)
    return Counter(**dict(offered), counters=terms.counters, on_behalf=terms.on_behalf)


def shares(amount: Decimal, count: int) -> Iterator[Decimal]:
    """An amount in so many even shares of whole fen whose sum is exact; the first ones take the odd fen."""
    fen = int(amount / FEN)
    for index in range(count):
        yield FEN * (fen // count + (index < fen % count))
