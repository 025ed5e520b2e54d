from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import texts
from domain.assessment.assessment import Assessment, OwedItem
from domain.case.requests import Closing, ClosingRequest, Known
from domain.case.state import Due, InstalmentState, Referral, Settlement
from domain.intake.complaint import ClaimItem
from domain.procedure.closure.closing import close, routes
from domain.settlement.instalments import Instalment
from domain.words import ClaimKind, Outcome, ReferralTarget
from tests.builders import arrears_item, complaint
from tests.domain.cases import TODAY, assessment, due

ARREARS = arrears_item()
WAGES = ClaimItem(ref="i2", kind=ClaimKind.WAGES, respondent="e1", amount=Decimal("500.00"))
RELATION = ClaimItem(ref="i3", kind=ClaimKind.LABOR_RELATIONSHIP, respondent="e1")


def owing(*rows: tuple[str, str, str, str]) -> Assessment:
    """Item, claimant, part A, part B."""
    owed = tuple(OwedItem(item=i, claimant=c, part_a=Decimal(a), part_b=Decimal(b)) for i, c, a, b in rows)
    return assessment().model_copy(update={"owed": owed})


OWED = owing(("i1", "c1", "100.00", "0.00"), ("i1", "c2", "200.00", "0.00"))


def closing(
    *,
    items: tuple[ClaimItem, ...] = (ARREARS,),
    claimants: int = 1,
    found: Assessment | None = OWED,
    withdrawn: tuple[str, ...] = (),
    ending: Outcome | None = None,
    settlement: Settlement | None = None,
    referrals: tuple[Referral, ...] = (),
    confirmed: bool = False,
) -> Closing:
    known = Known(
        case="k",
        complaint=complaint(claimants, items=items),
        supplied=(),
        withdrawn=withdrawn,
        filed_on=TODAY,
        today=TODAY,
        assessment=found,
    )
    return close(
        ClosingRequest(known=known, ending=ending, settlement=settlement, referrals=referrals, confirmed=confirmed)
    )


def paid(state: InstalmentState = InstalmentState.PAID, *claimants: str, **part_b: str) -> Settlement:
    """A settlement of some claimants with one instalment in a state."""
    amounts = {c: Decimal(b) for c, b in part_b.items()}
    one = Instalment(ref="n1", due=date(2027, 1, 15), part_a={"c1": Decimal("100.00")}, part_b=amounts)
    on_its_way: Due = due(one)
    on_its_way.state = state
    return Settlement(
        proposal="p1", payer="e1", claimants=claimants or ("c1",), agreed_on=TODAY, guarantee=None, dues=[on_its_way]
    )


def answers(result: Closing) -> list[tuple[str, str, str, str, str | None]]:
    return [(r.item, r.claimant, r.answer, str(r.amount), r.referred_to) for r in result.reply]


def test_what_was_settled_and_paid_is_answered_so() -> None:
    result = closing(settlement=paid())
    assert (result.outcome, result.referrals) == (Outcome.PERFORMED, ())
    assert answers(result) == [("i1", "c1", "paid", "100.00", None)]


def test_a_settled_item_without_money_is_answered_as_settled() -> None:
    assert answers(closing(items=(RELATION,), settlement=paid()))[0][2] == "settled"


@pytest.mark.parametrize(
    ("confirmed", "answer", "target", "source"),
    [
        (False, "breached", ReferralTarget.ARBITRATION, "劳动争议调解仲裁法 Art.2"),
        (True, "breached-confirmed", ReferralTarget.COURT, "民事诉讼法 Art.205、250"),
    ],
)
def test_a_broken_settlement_goes_to_enforcement_for_part_a_and_is_a_title_for_part_b_only_where_confirmed(
    confirmed: bool, answer: str, target: ReferralTarget, source: str
) -> None:
    found = owing(("i1", "c1", "100.00", "0.00"), ("i2", "c1", "0.00", "500.00"))
    broken = paid(InstalmentState.DEFAULTED, c1="500.00")
    result = closing(items=(ARREARS, WAGES), found=found, settlement=broken, confirmed=confirmed)
    assert result.outcome is Outcome.BREACHED
    assert answers(result) == [
        ("i1", "c1", "breached", "100.00", ReferralTarget.ENFORCEMENT),
        ("i2", "c1", answer, "500.00", target),
    ]
    assert [r.source for r in result.referrals] == [routes()[ClaimKind.ARREARS].source, source]


def test_without_settlement_each_kind_goes_where_its_row_says() -> None:
    found = owing(("i1", "c1", "100.00", "0.00"), ("i2", "c1", "0.00", "500.00"))
    result = closing(items=(ARREARS, WAGES, RELATION), found=found)
    assert result.outcome is Outcome.FAILED
    assert [(r.item, r.target, r.reason) for r in result.referrals] == [
        ("i1", ReferralTarget.LABOUR_INSPECTION, "unsettled"),
        ("i2", ReferralTarget.ARBITRATION, "unsettled"),
        ("i3", ReferralTarget.ARBITRATION, "unsettled"),
    ]


def test_what_is_not_owed_is_answered_so_and_the_case_is_not_a_failure() -> None:
    result = closing(found=owing())
    assert (answers(result), result.outcome) == ([("i1", "c1", "nothing-owed", "0.00", None)], Outcome.PERFORMED)


def test_nothing_is_called_not_owed_before_anything_was_assessed() -> None:
    assert answers(closing(found=None))[0][2] == "unsettled"


def test_those_who_settled_are_paid_and_the_others_are_sent_on() -> None:
    result = closing(claimants=2, settlement=paid())
    assert result.outcome is Outcome.PARTLY_PERFORMED
    assert [(r.claimant, r.answer) for r in result.reply] == [("c1", "paid"), ("c2", "unsettled")]


def test_premiums_are_still_collected_for_whoever_withdrew_and_wages_are_not() -> None:
    found = owing(("i1", "c1", "100.00", "0.00"), ("i2", "c1", "0.00", "500.00"))
    result = closing(items=(ARREARS, WAGES), found=found, withdrawn=("c1",), ending=Outcome.WITHDRAWN)
    assert result.outcome is Outcome.WITHDRAWN
    assert answers(result) == [
        ("i1", "c1", "withdrawn-collected", "100.00", ReferralTarget.ENFORCEMENT),
        ("i2", "c1", "withdrawn", "500.00", None),
    ]


def test_an_item_that_was_referred_earlier_is_answered_so_and_not_referred_again() -> None:
    earlier = Referral(item="i1", target=ReferralTarget.COURT, reason="另案")
    result = closing(referrals=(earlier,), ending=Outcome.REFERRED)
    assert answers(result) == [("i1", "c1", "referred", "100.00", ReferralTarget.COURT)]
    assert (result.outcome, result.referrals) == (Outcome.REFERRED, ())


@pytest.mark.parametrize(("ending", "answer"), [(Outcome.NOT_ACCEPTED, "not-accepted"), (Outcome.MERGED, "merged")])
def test_a_complaint_that_was_not_taken_here_is_answered_so(ending: Outcome, answer: str) -> None:
    result = closing(found=None, ending=ending)
    assert (result.outcome, [r.answer for r in result.reply], result.referrals) == (ending, [answer], ())


def test_the_reply_shows_of_part_b_what_was_agreed_and_not_what_was_claimed() -> None:
    found = owing(("i2", "c1", "0.00", "500.00"))
    assert answers(closing(items=(WAGES,), found=found, settlement=paid(c1="300.00")))[0][3] == "300.00"


def test_what_was_agreed_of_part_b_is_shared_out_once_among_several_items() -> None:
    more = WAGES.model_copy(update={"ref": "i4"})
    found = owing(("i2", "c1", "0.00", "500.00"), ("i4", "c1", "0.00", "500.00"))
    shown = answers(closing(items=(WAGES, more), found=found, settlement=paid(c1="600.00")))
    assert [amount for _, _, _, amount, _ in shown] == ["500.00", "100.00"]


def test_every_kind_of_claim_has_a_route_with_a_source() -> None:
    assert set(routes()) == set(ClaimKind)
    assert all("Art." in route.source for route in routes().values())


ITEMS = st.lists(st.sampled_from([ARREARS, WAGES, RELATION]), min_size=1, unique=True).map(tuple)
ENDINGS = st.sampled_from([None, Outcome.NOT_ACCEPTED, Outcome.MERGED, Outcome.WITHDRAWN, Outcome.REFERRED])


@given(ITEMS, st.integers(1, 3), ENDINGS, st.sampled_from([None, *InstalmentState]), st.booleans(), st.data())
def test_the_unified_reply_has_one_answer_with_a_text_for_each_item_of_each_claimant(
    items: tuple[ClaimItem, ...], claimants: int, ending: Outcome | None, state: InstalmentState | None, assessed: bool,
    data: st.DataObject,
) -> None:  # fmt: skip
    everybody = [f"c{n}" for n in range(1, claimants + 1)]
    gone = tuple(data.draw(st.lists(st.sampled_from(everybody), unique=True)))
    result = closing(
        items=items, claimants=claimants, found=OWED if assessed else None, withdrawn=gone, ending=ending,
        settlement=paid(state, *everybody) if state else None,
    )  # fmt: skip
    assert [(r.item, r.claimant) for r in result.reply] == [(i.ref, c) for i in items for c in everybody]
    assert all(texts.knows(f"reply.{r.answer}") for r in result.reply)
    sent_on: list[Any] = [(r.item, r.claimant, r.referred_to) for r in result.reply if r.referred_to]
    assert sent_on == [(r.item, r.claimant, r.target) for r in result.referrals]
