"""Terms may leave an item out, for everybody or for some: it is referred whole, and nothing is waived by it."""

from decimal import Decimal

import pytest

from domain.case.protocol import carry_out
from domain.case.requests import Closing, ClosingRequest, Known
from domain.case.state import CaseState, InstalmentState, Settlement
from domain.mediation.messages import Propose
from domain.papers.kinds import PaperKind
from domain.procedure.closure.closing import close
from domain.procedure.papers.drafting import draft
from domain.procedure.settlement.signing import extent
from domain.refusal import Refused
from domain.settlement.instalments import LeftOut
from domain.words import Extent, Language, Outcome, ReferralTarget
from papers.wording import wording
from tests.builders import arrears_item, complaint
from tests.domain.cases import MEDIATOR, NOW, TODAY, due, instalment, mediated, settled
from tests.domain.closure.test_closing import RELATION, WAGES, owing

BASE = arrears_item().model_copy(update={"ref": "i4"})
ITEMS = (arrears_item(), WAGES, RELATION, BASE)
FOUND = owing(
    ("i1", "c1", "100.00", "0.00"),
    ("i4", "c1", "40.00", "0.00"),
    ("i2", "c1", "0.00", "500.00"),
    ("i1", "c2", "200.00", "0.00"),
    ("i2", "c2", "0.00", "300.00"),
)
WAGES_OUT = LeftOut(item="i2")


def bargaining() -> CaseState:
    return mediated(claimants=2, complaint=complaint(2, items=ITEMS), assessment=FOUND)


def terms(*unsettled: LeftOut, **part_a: str) -> Propose:
    return Propose(
        message_id="p",
        actor=MEDIATOR,
        proposal="p1",
        payer="e1",
        instalments=(instalment("n1", 53, **part_a),),
        unsettled=unsettled,
    )


def refused(message: Propose, code: str) -> None:
    with pytest.raises(Refused, match=rf"{code}$"):
        carry_out(bargaining(), message, NOW)


def ended(*unsettled: LeftOut, part_b: str = "", **part_a: str) -> Closing:
    """A case whose settlement was paid: of c1 and c2, less what it leaves out."""
    one = instalment("n1", 53, **part_a).model_copy(update={"part_b": {"c1": Decimal(part_b)} if part_b else {}})
    paid = due(one)
    paid.state, paid.paid = InstalmentState.PAID, one.total
    settlement = Settlement(
        proposal="p1",
        payer="e1",
        claimants=("c1", "c2"),
        agreed_on=TODAY,
        guarantee=None,
        dues=[paid],
        unsettled=unsettled,
    )
    known = Known(
        case="k",
        complaint=complaint(2, items=ITEMS),
        supplied=(),
        withdrawn=(),
        filed_on=TODAY,
        today=TODAY,
        assessment=FOUND,
    )
    return close(ClosingRequest(known=known, ending=None, settlement=settlement, referrals=()))


def answers(closing: Closing, item: str) -> dict[str, tuple[str, str, ReferralTarget | None]]:
    return {r.claimant: (r.answer, f"{r.amount:.2f}", r.referred_to) for r in closing.reply if r.item == item}


def test_part_a_of_an_item_that_is_left_out_need_not_be_scheduled_and_of_the_others_all_of_it() -> None:
    refused(terms(c1="100.00", c2="200.00"), "proposal.part_a_waived")  # 40.00 of i4 are missing
    carry_out(bargaining(), terms(LeftOut(item="i4"), c1="100.00", c2="200.00"), NOW)
    refused(terms(LeftOut(item="i4"), c1="99.99", c2="200.00"), "proposal.part_a_waived")
    refused(terms(LeftOut(item="i4"), c1="140.00", c2="200.00"), "proposal.part_a_exceeded")


def test_an_item_may_be_left_out_for_one_claimant_only() -> None:
    refused(terms(LeftOut(item="i1", claimants=("c1",)), c1="100.00", c2="200.00"), "proposal.part_a_exceeded")
    carry_out(bargaining(), terms(LeftOut(item="i1", claimants=("c1",)), c1="40.00", c2="200.00"), NOW)


def test_what_nobody_has_claimed_cannot_be_left_out() -> None:
    refused(terms(LeftOut(item="i9"), c1="140.00", c2="200.00"), "proposal.leaves_out_unknown")
    refused(terms(LeftOut(item="i2", claimants=("c9",)), c1="140.00", c2="200.00"), "proposal.leaves_out_unknown")


def test_what_was_left_out_is_referred_whole_and_the_outcome_is_partial() -> None:
    closing = ended(WAGES_OUT, c1="140.00", c2="200.00")
    to = ReferralTarget.ARBITRATION
    assert answers(closing, "i2") == {"c1": ("unsettled", "500.00", to), "c2": ("unsettled", "300.00", to)}
    assert {answer for answer, *_ in answers(closing, "i1").values()} == {"paid"}
    assert closing.outcome is Outcome.PARTLY_PERFORMED
    assert [(r.item, r.claimant) for r in closing.referrals] == [("i2", "c1"), ("i2", "c2")]


def test_part_b_that_was_bargained_is_not_used_up_by_what_was_left_out_for_one() -> None:
    closing = ended(LeftOut(item="i2", claimants=("c2",)), part_b="450.00", c1="140.00", c2="200.00")
    to = ReferralTarget.ARBITRATION
    assert answers(closing, "i2") == {"c1": ("paid", "450.00", None), "c2": ("unsettled", "300.00", to)}


def test_what_leaves_nothing_and_nobody_out_is_full() -> None:
    closing = ended(part_b="500.00", c1="140.00", c2="200.00")
    assert closing.outcome is Outcome.PERFORMED
    case = settled(claimants=2)
    assert extent(case) is Extent.FULL
    assert case.settlement is not None
    case.settlement.claimants = ("c1",)
    assert extent(case) is Extent.PARTIAL


def test_the_agreement_names_what_it_leaves_out_and_where_that_goes() -> None:
    case = settled(claimants=2, complaint=complaint(2, items=ITEMS))
    assert case.settlement is not None
    case.settlement.unsettled = (WAGES_OUT,)
    matter = draft(case, PaperKind.AGREEMENT, None, NOW)
    assert matter.extent is Extent.PARTIAL
    told = wording(matter, "1", Language.ENGLISH)["terms"]
    assert "partial settlement" in told and "after closure it is to be taken to arbitration by the claimant" in told
