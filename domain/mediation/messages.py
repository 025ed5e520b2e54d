"""What is said about terms: put on the table, countered, answered, taken back; and how mediation goes on or ends."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.base import Ref, Text
from domain.message import Message
from domain.settlement.instalments import DebtsOfOthers, Instalment, LeftOut, in_order


class Propose(Message):
    """Put terms on the table: who pays which claimant how much, and when."""

    name = "propose"
    proposal: Ref
    payer: Ref
    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=120)]
    guarantee: Text | None = None
    terms: Text | None = None
    acceleration: bool | None = None
    """Whether the default of one instalment makes all of them due; left out: as the performance table has it."""
    unsettled: Annotated[tuple[LeftOut, ...], Field(max_length=1000)] = ()
    """Items that these terms do not settle. They are referred item by item when the case closes; nothing is waived."""
    debts_of_others: DebtsOfOthers = ()
    """Whose premiums the payer schedules beside its own, and in what words. Without them a payer pays for itself."""
    answer_days: Annotated[int, Field(ge=1, le=30)] | None = None
    """Calendar days in which it may be answered; left out: as the deadline table has it (``proposal-answer``)."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        in_order(self.instalments)
        return self


class WithdrawProposal(Message):
    """Take one's own proposal off the table while it is open; the answers given to it bind nobody."""

    name = "withdraw_proposal"
    proposal: Ref
    reason: Text | None = None


class Answer(Message):
    """A party accepts or rejects a proposal. A mediator may record an answer given in a session."""

    name = "answer"
    proposal: Ref
    party: Ref
    accept: bool
    remark: Text | None = None


class ExtendMediation(Message):
    """Parties consent to mediate beyond the statutory 15 days (调解仲裁法 Art.14): calendar days.

    Takes effect when every claimant and a respondent have consented, for the shortest time consented to.
    """

    name = "extend_mediation"
    parties: Annotated[tuple[Ref, ...], Field(min_length=1)]
    days: Annotated[int, Field(ge=1, le=60)]


class EndMediation(Message):
    """The mediator ends mediation without settlement for those who have not settled."""

    name = "end_mediation"
    reason: Text
    party: Ref | None = None
    """The side for which it ends: it declined, stays away or answers nothing, as the case has counted."""


class Counter(Propose):
    """Put other terms in the place of an open proposal: a counter-offer, or a new version of one's own.

    The proposal that it answers is closed, and whoever had accepted it is bound by nothing any more. So a claimant may
    counter only for everybody whom that proposal names, as the only one or as their elected representative, and a
    respondent only where it is to pay; the mediator may at any time.
    """

    name = "counter"
    counters: Ref
    on_behalf: Ref | None = None
    """The party whose offer the mediator carries over: it counts as that party's acceptance of it."""
