"""How hard a case will be, point by point; and a first offer that the employer can bear."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import texts
from domain.assessment.opening_proposal import OpeningProposal, OpeningTerms, opening_proposal
from domain.assessment.prognosis import Prognosis, PrognosisFacts, PrognosisTable, load_prognosis, prognose
from domain.base import Model
from domain.rules.rule_table import TableError
from domain.triage.classification import TriageFacts
from domain.triage.roster import load_roster
from domain.words import OperatingState, Room

TABLE = load_prognosis()
START = date(2024, 1, 16)
TERMS = OpeningTerms(max_instalments=12, without_figures=3, first_after_days=15)


def judged(**facts: Any) -> Prognosis:
    return prognose(PrognosisFacts(**facts), TABLE)


def rows(prognosis: Prognosis) -> dict[str, int]:
    return {point.row: point.points for point in prognosis.points}


def test_one_worker_and_a_sound_employer_make_an_easy_case() -> None:
    prognosis = judged(claimants=1, amount=Decimal("6000.00"), employer_state=OperatingState.NORMAL)

    assert rows(prognosis) == {"base": 10}
    assert (prognosis.difficulty, prognosis.bands["difficulty"], prognosis.room) == (10, "low", Room.ORDINARY)
    assert set(prognosis.risks.values()) == {0}


def test_a_dozen_workers_of_a_deregistered_employer_whose_owner_is_abroad_make_a_hard_one() -> None:
    prognosis = judged(
        claimants=13,
        amount=Decimal("600000.00"),
        employer_state=OperatingState.DEREGISTERED,
        foreign_element=True,
        media_or_mass_risk=True,
        near_retirement=3,
        others_liable=2,
        days_to_limitation=25,
    )

    assert rows(prognosis) == {
        "base": 10,
        "several-claimants": 10,
        "many-claimants": 15,
        "owner-abroad": 15,
        "employer-gone": 50,
        "large-amount": 20,
        "others-liable": -15,
        "flight-abroad": 60,
        "insolvency-gone": 40,
        "mass-several": 15,
        "mass": 25,
        "media": 40,
        "near-retirement": 30,
        "limitation-near": 40,
        "limitation-imminent": 30,
    }
    assert prognosis.difficulty == 50
    assert prognosis.risks == {
        "collectability": 55,
        "flight": 60,
        "insolvency": 40,
        "mass-incident": 80,
        "limitation": 100,
    }
    assert prognosis.bands == {
        "difficulty": "medium",
        "collectability": "medium",
        "flight": "high",
        "insolvency": "medium",
        "mass-incident": "high",
        "limitation": "high",
    }
    assert prognosis.room is Room.MODEL_WORKER
    assert prognosis.skills == ("collective", "law", "psychology")


@pytest.mark.parametrize(
    ("capacity", "months", "expected"),
    [
        ("20000.00", 3, {"quick-payer": -15}),
        ("15000.00", 4, {}),
        ("5000.00", 12, {}),
        ("4999.99", 13, {"slow-payer": 30}),
        ("1500.00", 40, {"slow-payer": 30, "very-slow-payer": 20}),
        ("0.00", None, {"no-capacity": 50, "insolvency-figures": 40}),
        ("-800.00", None, {"no-capacity": 50, "insolvency-figures": 40}),
        (None, None, {}),
    ],
)
def test_operating_figures_say_how_long_the_employer_needs(
    capacity: str | None, months: int | None, expected: dict[str, int]
) -> None:
    facts = PrognosisFacts(amount=Decimal("60000.00"), monthly_capacity=Decimal(capacity) if capacity else None)

    assert facts.months_to_pay == months
    assert rows(prognose(facts, TABLE)) == {"base": 10} | expected


def test_late_fees_are_measured_against_the_premiums_alone() -> None:
    half = PrognosisFacts(amount=Decimal("15000.00"), late_fee=Decimal("5000.00"))
    less = PrognosisFacts(amount=Decimal("15000.01"), late_fee=Decimal("5000.00"))

    assert (half.late_fee_percent, less.late_fee_percent) == (50, 49)
    assert "heavy-late-fee" in rows(prognose(half, TABLE))
    assert "heavy-late-fee" not in rows(prognose(less, TABLE))


def test_a_respondent_who_will_talk_makes_it_easier_and_one_who_will_not_harder() -> None:
    neither, willing, declined = judged(), judged(respondents_willing=1), judged(respondents_declined=1)

    assert (willing.difficulty, neither.difficulty, declined.difficulty) == (0, 10, 30)
    assert declined.room is Room.MODEL_WORKER


@pytest.mark.parametrize(("days", "risk"), [(91, 0), (90, 40), (31, 40), (30, 70), (0, 70), (-1, 100)])
def test_the_risk_of_lapse_rises_as_the_first_limitation_comes_near(days: int, risk: int) -> None:
    assert judged(days_to_limitation=days).risks["limitation"] == risk


def test_the_facts_of_triage_alone_are_enough() -> None:
    assert prognose(TriageFacts(claimants=3), TABLE) == judged(claimants=3)


# --- what holds whatever the facts

_RISING = {
    "claimants": 3,
    "respondents": 1,
    "amount": Decimal("250000.00"),
    "discrepancies": 1,
    "open_discrepancies": 1,
    "silent_agencies": 1,
    "near_retirement": 1,
    "vulnerable": 1,
    "earlier_cases": 1,
    "earlier_defaults": 1,
    "respondents_declined": 1,
}
_WORSE_IF_TRUE = (
    "contested_relation",
    "policy_question",
    "cross_jurisdiction",
    "insolvency",
    "foreign_element",
    "media_or_mass_risk",
    "other_proceedings",
)
_FACTS = st.builds(
    PrognosisFacts,
    claimants=st.integers(1, 20),
    respondents=st.integers(1, 3),
    amount=st.decimals(0, 10**6, places=2),
    employer_state=st.sampled_from([None, *OperatingState]),
    discrepancies=st.integers(0, 4),
    open_discrepancies=st.integers(0, 4),
    near_retirement=st.integers(0, 3),
    vulnerable=st.integers(0, 4),
    earlier_cases=st.integers(0, 3),
    respondents_willing=st.integers(0, 1),
    respondents_declined=st.integers(0, 1),
    others_liable=st.integers(0, 1),
    days_to_limitation=st.none() | st.integers(-10, 120),
    monthly_capacity=st.none() | st.decimals(-100, 10**5, places=2),
    foreign_element=st.booleans(),
    insolvency=st.booleans(),
)


def _measures(facts: PrognosisFacts) -> dict[str, int]:
    prognosis = prognose(facts, TABLE)
    return {"difficulty": prognosis.difficulty} | dict(prognosis.risks.items())


@given(facts=_FACTS, fact=st.sampled_from([*_RISING, *_WORSE_IF_TRUE, "days_to_limitation", "monthly_capacity"]))
def test_a_worse_fact_never_makes_a_case_look_better(facts: PrognosisFacts, fact: str) -> None:
    now = getattr(facts, fact)
    if fact in _RISING:
        worse = now + _RISING[fact]
    elif fact in _WORSE_IF_TRUE:
        worse = True
    else:
        worse = None if now is None else now - 40

    better, harder = _measures(facts), _measures(facts.model_copy(update={fact: worse}))

    assert all(harder[measure] >= points for measure, points in better.items())


@given(facts=_FACTS)
def test_a_measure_is_the_sum_of_its_points_between_0_and_100(facts: PrognosisFacts) -> None:
    prognosis = prognose(facts, TABLE)

    for measure, total in _measures(facts).items():
        points = sum(p.points for p in prognosis.points if p.measure == measure)
        assert total == min(100, max(0, points))


# --- the table


def test_every_row_can_be_read_in_both_languages_with_the_facts_that_it_names() -> None:
    assert load_prognosis(has_text=texts.knows) == TABLE
    for score in TABLE.scores:
        shown = {condition.fact: "7" for condition in score.when}
        for language in ("zh-CN", "en"):
            assert texts.sentence(f"prognosis.{score.id}", shown, language)


def test_the_skills_of_the_table_are_those_of_the_roster() -> None:
    known = {skill for mediator in load_roster().mediators for skill in mediator.skills}

    assert set(TABLE.skills or ()) == known


def table(**changes: Any) -> dict[str, Any]:
    return {"medium_from": 30, "high_from": 60, "scores": []} | changes


def row(**changes: Any) -> dict[str, Any]:
    return {"id": "r", "when": {"claimants": {"ge": 1}}, "measure": "difficulty", "points": 1} | changes


@pytest.mark.parametrize(
    ("content", "code", "params"),
    [
        (table(medium_from=60), "bands", {}),
        (table(scores=[row(when={"weather": "bad"})]), "unknown_fact", {"fact": "weather", "where": "scores.0.when"}),
        (table(scores=[row(when={"claimants": {"near": 3}})]), "unknown_comparison", {"comparison": "near"}),
        (table(scores=[row(when={"insolvency": {"ge": 1}})]), "wrong_comparison", {"fact": "insolvency"}),
        (table(scores=[row(when={"claimants": {"any": [1]}})]), "wrong_comparison", {"fact": "claimants"}),
        (
            table(scores=[row(when={"claimants": {"ge": "many"}})]),
            "wrong_value",
            {"fact": "claimants", "value": "many"},
        ),
        (table(scores=[row(when={"employer_state": "sleepy"})]), "wrong_value", {"value": "sleepy"}),
        (table(scores=[row(when={"employer_state": {"in": "normal"}})]), "wrong_value", {"value": "normal"}),
        (table(scores=[row(when={"amount": None})]), "wrong_value", {"value": "None"}),
        (table(scores=[row(when={"months_to_pay": {"ge": 1.5}})]), "wrong_value", {"value": "1.5"}),
        (table(scores=[row(), row()]), "duplicate_row", {"row": "r"}),
        (table(scores=[row(skills=["cooking"])], skills=["law"]), "unknown_skill", {"skill": "cooking"}),
        (table(scores=[row(room="online")], rooms=["ordinary"]), "unranked_room", {"room": "online"}),
        (table(scores=[row(measure="luck")]), "invalid", {"where": "scores.0.measure"}),
        (table(scores=[row(points=101)]), "invalid", {"where": "scores.0.points"}),
        (table(scores=[row(pionts=1)]), "invalid", {"where": "scores.0.pionts"}),
        (table(scores=[row(id="nobody-wrote-about-me")]), "no_text", {"text": "prognosis.nobody-wrote-about-me"}),
    ],
)
def test_a_bad_table_is_refused_when_it_is_read(
    tmp_path: Path, content: dict[str, Any], code: str, params: dict[str, str]
) -> None:
    file = tmp_path / "prognosis.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")

    with pytest.raises(TableError) as caught:
        load_prognosis(file, has_text=texts.knows)

    assert caught.value.code == f"rule_table.{code}"
    assert params.items() <= caught.value.params.items()
    for language in ("zh-CN", "en"):
        assert texts.say(caught.value.code, language, **caught.value.params)


def test_text_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "prognosis.yaml"
    file.write_text("scores: [", encoding="utf-8")

    with pytest.raises(TableError) as caught:
        load_prognosis(file)

    assert caught.value.code == "rule_table.not_yaml"


def test_values_are_compared_in_the_type_of_the_fact() -> None:
    conditions = {"amount": {"ge": 0.1}, "employer_state": {"in": ["normal"]}, "claim_kinds": {"any": ["wages"]}}
    made = PrognosisTable.model_validate(table(scores=[row(when=conditions)]))

    facts: dict[str, Any] = {"amount": "0.10", "employer_state": "normal", "claim_kinds": ["wages", "arrears"]}
    assert prognose(PrognosisFacts(**facts), made).difficulty == 1
    assert prognose(PrognosisFacts(**facts | {"amount": "0.09"}), made).difficulty == 0


def test_a_table_survives_its_own_serialisation() -> None:
    assert PrognosisTable.model_validate(TABLE.model_dump()) == TABLE


# --- the opening proposal


def offered(
    owed: dict[str, str], capacity: str | None = None, near: tuple[str, ...] = (), **more: Any
) -> OpeningProposal:
    amounts = {ref: Decimal(amount) for ref, amount in owed.items()}
    return opening_proposal(amounts, Decimal(capacity) if capacity else None, START, near, TERMS, **more)


def schedule(proposal: OpeningProposal) -> list[tuple[str, str, dict[str, str]]]:
    return [
        (i.due.isoformat(), str(i.amount), {ref: str(share) for ref, share in i.claimants.items()})
        for i in proposal.instalments
    ]


def codes(proposal: OpeningProposal) -> list[str]:
    return [reason.code.removeprefix("prognosis.opening.") for reason in proposal.reasons]


def test_as_few_instalments_as_the_employer_can_bear_and_the_first_carries_the_remainder() -> None:
    proposal = offered({"c1": "1000.00"}, capacity="350.00")

    # 1,000.00 / 350.00 → 3 parts of 333.33, one fen left; from 31 January, month by month
    assert schedule(proposal) == [
        ("2024-01-31", "333.34", {"c1": "333.34"}),
        ("2024-02-29", "333.33", {"c1": "333.33"}),
        ("2024-03-31", "333.33", {"c1": "333.33"}),
    ]
    assert codes(proposal) == ["by-capacity", "late-fees-run-on"]
    assert proposal.within_capacity is True


def test_the_remainder_too_has_to_be_within_what_the_employer_can_bear() -> None:
    proposal = offered({"c1": "1000.00"}, capacity="333.33")

    assert [str(i.amount) for i in proposal.instalments] == ["250.00"] * 4


def test_those_near_retirement_come_first_and_the_others_share_in_proportion() -> None:
    proposal = offered({"c1": "300.00", "c2": "100.00", "c3": "200.00"}, capacity="200.00", near=("c3", "c2"))

    assert schedule(proposal) == [
        ("2024-01-31", "200.00", {"c3": "200.00"}),
        ("2024-02-29", "200.00", {"c1": "100.00", "c2": "100.00"}),
        ("2024-03-31", "200.00", {"c1": "200.00"}),
    ]
    assert [i.purpose for i in proposal.instalments] == ["near-retirement", "both", "others"]
    assert "near-retirement" in codes(proposal)


def test_shares_in_proportion_are_exact_to_the_fen() -> None:
    proposal = offered({"c1": "100.00", "c2": "0.02", "c3": "0.01"}, capacity="50.02")

    # 5,002 of 10,003 fen: shares of 5,000.4999, 1.0001 and 0.50005 fen; the fen that is left goes to c3's rest
    assert schedule(proposal) == [
        ("2024-01-31", "50.02", {"c1": "50.00", "c2": "0.01", "c3": "0.01"}),
        ("2024-02-29", "50.01", {"c1": "50.00", "c2": "0.01"}),
    ]


def test_without_operating_figures_the_tables_number_is_offered() -> None:
    proposal = offered({"c1": "900.00"})

    assert [str(i.amount) for i in proposal.instalments] == ["300.00"] * 3
    assert codes(proposal)[0] == "no-figures"
    assert proposal.within_capacity is None


@pytest.mark.parametrize("capacity", ["10.00", "0.00", "-5.00"])
def test_what_the_employer_cannot_bear_is_offered_in_full_and_said_to_be_beyond_it(capacity: str) -> None:
    proposal = offered({"c1": "1200.00"}, capacity=capacity)

    assert sum(i.amount for i in proposal.instalments) == 1200
    assert len(proposal.instalments) == 12
    assert codes(proposal)[0] == "beyond-capacity"
    assert proposal.within_capacity is False


def test_an_insolvent_employer_is_offered_no_instalments() -> None:
    proposal = offered({"c1": "1200.00"}, insolvent=True)

    assert not proposal.instalments
    assert codes(proposal) == ["lodge-claim"]


def test_where_nothing_is_owed_nothing_is_offered() -> None:
    proposal = offered({"c1": "0.00"}, capacity="100.00")

    assert not proposal.instalments
    assert codes(proposal) == ["nothing-owed"]


_OWED = st.dictionaries(
    st.sampled_from([f"c{n}" for n in range(1, 9)]), st.decimals(0, 10**5, places=2), min_size=1, max_size=8
)
_CAPACITY = st.none() | st.decimals(-10, 10**5, places=2)


@given(owed=_OWED, capacity=_CAPACITY, near=st.lists(st.sampled_from(["c1", "c3", "c9"]), unique=True))
def test_an_offer_adds_up_to_the_fen_for_all_and_for_each(
    owed: dict[str, Decimal], capacity: Decimal | None, near: list[str]
) -> None:
    proposal = opening_proposal(owed, capacity, START, near, TERMS)

    assert sum(i.amount for i in proposal.instalments) == proposal.total == sum(owed.values())
    for ref, amount in owed.items():
        assert sum(i.claimants.get(ref, Decimal(0)) for i in proposal.instalments) == amount
    for instalment in proposal.instalments:
        assert sum(instalment.claimants.values()) == instalment.amount > 0
        assert all(share > 0 for share in instalment.claimants.values())
    amounts = [i.amount for i in proposal.instalments]
    assert amounts[1:] == amounts[1:2] * (len(amounts) - 1)
    assert len(amounts) <= TERMS.max_instalments
    if proposal.within_capacity and amounts:
        assert capacity is not None and max(amounts) <= capacity
        fewer = len(amounts) - 1
        assert fewer == 0 or proposal.total > fewer * (capacity - fewer * Decimal("0.01"))
    dues = [i.due for i in proposal.instalments]
    assert dues == sorted(set(dues))


@given(owed=_OWED, capacity=_CAPACITY, near=st.lists(st.sampled_from(["c1", "c3"]), unique=True), order=st.randoms())
def test_a_permutation_of_claimants_changes_no_offer(
    owed: dict[str, Decimal], capacity: Decimal | None, near: list[str], order: Any
) -> None:
    shuffled = list(owed.items())
    order.shuffle(shuffled)

    assert opening_proposal(owed, capacity, START, near, TERMS) == opening_proposal(
        dict(shuffled), capacity, START, near, TERMS
    )


@given(owed=_OWED, capacity=_CAPACITY, near=st.lists(st.sampled_from(["c1", "c3"]), unique=True))
def test_nobody_is_paid_while_somebody_nearer_to_retirement_waits(
    owed: dict[str, Decimal], capacity: Decimal | None, near: list[str]
) -> None:
    waiting = {ref: owed[ref] for ref in near if owed.get(ref)}

    for instalment in opening_proposal(owed, capacity, START, near, TERMS).instalments:
        for ref in list(waiting):
            waiting[ref] -= instalment.claimants.get(ref, Decimal(0))
            if waiting[ref] > 0:
                later = set(owed) - set(near[: near.index(ref) + 1])
                assert not later & instalment.claimants.keys()
                break
            del waiting[ref]


@pytest.mark.parametrize("model", [OpeningProposal, Prognosis, PrognosisTable])
def test_results_can_be_shown_as_json(model: type[Model]) -> None:
    made: dict[type[Model], Model] = {
        OpeningProposal: offered({"c1": "10.00"}),
        Prognosis: judged(),
        PrognosisTable: TABLE,
    }

    assert made[model].model_dump_json()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_reasons_of_an_offer_can_be_read(language: str) -> None:
    offers = (
        offered({"c1": "10.00", "c2": "20.00"}, capacity="20.00", near=("c1",)),
        offered({"c1": "10.00"}, capacity="0.00"),
        offered({"c1": "10.00"}),
        offered({}),
        offered({"c1": "10.00"}, insolvent=True),
    )

    for reason in (reason for offer in offers for reason in offer.reasons):
        assert "{" not in texts.sentence(reason.code, reason.params, language)
