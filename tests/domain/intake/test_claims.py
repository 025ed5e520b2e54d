"""The cut in public-law and private-law claims, and that not a fen of the first is given up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import texts
from domain.intake.claims import PublicLawWaived, check_gives_up_nothing, claim_rows, given_up, nature, no_waiver
from domain.words import ClaimKind, Nature

AMOUNTS = st.dictionaries(
    st.sampled_from(["i1", "i2", "i3", "i4"]),
    st.integers(0, 10_000_000).map(lambda fen: Decimal(fen).scaleb(-2)),
)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ClaimKind.ARREARS, Nature.PUBLIC_LAW),
        (ClaimKind.REGISTRATION, Nature.PUBLIC_LAW),
        (ClaimKind.CONTRIBUTION_BASE, Nature.PUBLIC_LAW),
        (ClaimKind.YEARS_OF_SERVICE, Nature.PUBLIC_LAW),
        (ClaimKind.WAGES, Nature.PRIVATE_LAW),
        (ClaimKind.SEVERANCE, Nature.PRIVATE_LAW),
        (ClaimKind.COMPENSATION, Nature.PRIVATE_LAW),
        (ClaimKind.MEDICAL_REIMBURSEMENT, Nature.PRIVATE_LAW),
        (ClaimKind.LABOR_RELATIONSHIP, Nature.PRIVATE_LAW),
    ],
)
def test_each_kind_of_claim_has_its_nature_and_its_source(kind: ClaimKind, expected: Nature) -> None:
    assert nature(kind) is expected
    assert "Art." in claim_rows()[kind].source


def test_every_kind_has_a_row() -> None:
    assert set(claim_rows()) == set(ClaimKind)


def test_giving_up_one_fen_is_refused_with_the_article() -> None:
    with pytest.raises(PublicLawWaived) as refusal:
        check_gives_up_nothing({"i1": Decimal("7666.34")}, {"i1": Decimal("7666.33")})
    waived = refusal.value
    assert (waived.item, waived.missing, waived.article) == (
        "i1",
        Decimal("0.01"),
        "社会保险费征缴暂行条例 Art.12",
    )
    assert texts.say(waived.code, "en", **waived.params).endswith(
        "i1 is assessed at 7666.34 yuan, the proposal schedules 7666.33, 0.01 too little"
    )
    assert "少 0.01 元" in texts.say(waived.code, "zh-CN", **waived.params)


def test_the_whole_amount_and_more_is_accepted() -> None:
    check_gives_up_nothing({"i1": Decimal("7666.34")}, {"i1": Decimal("7666.34")})
    check_gives_up_nothing({"i1": Decimal("7666.34")}, {"i1": Decimal("7666.35"), "b1": Decimal("1.00")})
    check_gives_up_nothing({}, {})


def test_an_item_left_out_is_given_up_whole() -> None:
    [waived] = given_up({"i1": Decimal("5.00")}, {})
    assert waived.missing == Decimal("5.00")


def test_more_for_one_item_does_not_make_up_for_less_for_another() -> None:
    found = given_up(
        {"i2": Decimal("5.00"), "i1": Decimal("5.00"), "i3": Decimal("1.00")},
        {"i1": Decimal("4.00"), "i2": Decimal("4.50"), "i3": Decimal("9.00")},
    )
    assert [(waived.item, waived.missing) for waived in found] == [
        ("i1", Decimal("1.00")),
        ("i2", Decimal("0.50")),
    ]


def test_the_article_is_verified() -> None:
    assert no_waiver().verified


@given(AMOUNTS, AMOUNTS)
def test_it_is_refused_exactly_when_an_item_gets_less_than_assessed(
    assessed: dict[str, Decimal], scheduled: dict[str, Decimal]
) -> None:
    short = {item for item, amount in assessed.items() if scheduled.get(item, Decimal(0)) < amount}
    found = list(given_up(assessed, scheduled))
    assert {waived.item for waived in found} == short
    for waived in found:
        assert scheduled.get(waived.item, Decimal(0)) + waived.missing == assessed[waived.item]
    if not short:
        check_gives_up_nothing(assessed, scheduled)
