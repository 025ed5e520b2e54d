from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.case.state import CaseState
from domain.refusal import problems
from domain.triage.classification import NearMiss, Rule, TriageFacts, TriageTable, load_table, triage
from domain.views.case_view import group
from domain.words import Agency, CaseClass, ClaimKind, InsuranceKind, Lane, Language, OperatingState
from texts import sentences
from texts.citation import cited

SHIPPED = Path(__file__).parents[3] / "domain" / "tables" / "triage.yaml"


@cache
def table() -> TriageTable:
    return load_table()


FIRES: dict[str, dict[str, Any]] = {
    "otherwise-general": {},
    "employer-gone": {"employer_state": OperatingState.DEREGISTERED},
    "insolvency": {"insolvency": True},
    "employer-insolvent": {"employer_state": OperatingState.INSOLVENT},
    "owner-abroad": {"foreign_element": True},
    "mass-risk": {"claimants": 10, "media_or_mass_risk": True},
    "several-employers": {"respondents": 2},
    "labour-dispatch": {"dispatch": True},
    "insurance-waived": {"insurance_waived": True},
    "platform-work": {"platform_work": True},
    "contested-relation": {"contested_relation": True},
    "records-contradict": {"discrepancies": 1},
    "other-places": {"cross_jurisdiction": True},
    "collective": {"claimants": 10},
    "large-amount": {"amount": Decimal("500000.00")},
    "employer-missing": {"employer_state": OperatingState.ABNORMAL},
    "repeated-employer": {"earlier_cases": 3},
    "policy-question": {"policy_question": True},
    "years-or-base": {"claim_kinds": (ClaimKind.ARREARS, ClaimKind.YEARS_OF_SERVICE)},
    "legal-aid": {"legal_aid_requested": True},
    "vulnerable": {"vulnerable": 1},
    "near-retirement": {"near_retirement": 1},
}
JUST_NOT: dict[str, dict[str, Any]] = {
    "employer-gone": {"employer_state": OperatingState.NORMAL},
    "employer-missing": {"employer_state": None},
    "mass-risk": {"claimants": 9, "media_or_mass_risk": True},
    "several-employers": {"respondents": 1},
    "records-contradict": {"discrepancies": 0},
    "collective": {"claimants": 9},
    "large-amount": {"amount": Decimal("499999.99")},
    "repeated-employer": {"earlier_cases": 2},
    "years-or-base": {"claim_kinds": (ClaimKind.ARREARS,)},
}


def fired(**facts: Any) -> set[str]:
    return {rule.rule for rule in triage(TriageFacts(**facts), table()).fired}


def test_every_rule_has_an_example_here() -> None:
    assert set(FIRES) == {rule.id for rule in table().rules}


@pytest.mark.parametrize("rule", FIRES)
def test_a_rule_fires_on_its_example_and_decides_the_class_it_names(rule: str) -> None:
    result = triage(TriageFacts(**FIRES[rule]), table())
    [why] = [f for f in result.fired if f.rule == rule]
    assert why.case_class in (None, result.case_class)
    assert set(why.agencies) <= set(result.agencies)
    assert set(why.facts) == {condition.fact for r in table().rules if r.id == rule for condition in r.when}


@pytest.mark.parametrize("rule", JUST_NOT)
def test_a_rule_is_silent_just_below_its_threshold(rule: str) -> None:
    assert rule not in fired(**JUST_NOT[rule])


@pytest.mark.parametrize("rule", FIRES)
def test_why_a_rule_fired_can_be_told_from_the_facts_it_names(rule: str) -> None:
    [why] = [f for f in triage(TriageFacts(**FIRES[rule]), table()).fired if f.rule == rule]
    for language in Language:
        told = sentences.triage_reason(rule, why.facts, None, why.source, why.verified, language)
        assert rule in told
        assert cited(why.source, language) in told


def test_the_higher_ranked_class_and_the_slower_lane_win() -> None:
    result = triage(TriageFacts(policy_question=True, respondents=2, insolvency=True), table())
    assert (result.case_class, result.lane, result.group) == (CaseClass.SPECIAL, Lane.SLOW, "special-group")


def test_urgency_adds_up_and_stops_at_the_highest_priority() -> None:
    assert triage(TriageFacts(), table()).priority == 3
    assert triage(TriageFacts(near_retirement=1), table()).priority == 2
    everything = TriageFacts(near_retirement=1, vulnerable=1, insolvency=True, employer_state=OperatingState.REVOKED)
    assert triage(everything, table()).priority == 1


def test_the_union_is_asked_only_when_a_rule_asks_for_it_and_agencies_keep_their_order() -> None:
    assert triage(TriageFacts(), table()).agencies == (Agency.LABOR, Agency.MEDICAL_INSURANCE, Agency.TAX)
    assert triage(TriageFacts(legal_aid_requested=True), table()).agencies == tuple(Agency)


def test_a_reclassified_case_goes_to_the_group_that_the_table_gives_its_new_class() -> None:
    groups = {case_class: f"team-{case_class}" for case_class in CaseClass}
    found = triage(TriageFacts(), table().model_copy(update={"groups": groups}))
    assert found.group == "team-general"
    now = datetime(2024, 3, 1, tzinfo=UTC)
    case = CaseState(case="k", phase_since=now, triage=found, reclassified=CaseClass.COMPLEX)
    assert group(case) == "team-complex"
    recorded_before = found.model_copy(update={"groups": {}})
    assert group(case.model_copy(update={"triage": recorded_before})) == "complex-group"


def near(rule: str, **facts: Any) -> NearMiss | None:
    return next((n for n in triage(TriageFacts(**facts), table()).nearly if n.rule == rule), None)


def told(missed: NearMiss | None, language: str) -> str:
    assert missed is not None
    return sentences.nearly(missed.rule, [m.model_dump() for m in missed.missed], missed.held, language)


def test_a_rule_that_missed_by_a_condition_is_told_with_what_it_wanted_and_what_was_found() -> None:
    missed = near("mass-risk", claimants=12)
    assert missed is not None
    assert [m.model_dump() for m in missed.missed] == [
        {"fact": "media_or_mass_risk", "comparison": "is", "wanted": "True", "found": "False"}
    ]
    assert told(missed, "en") == (
        "mass-risk nearly fired, 1 of 2 conditions short: risk of mass or media incident is no, must be yes"
    )
    assert told(missed, "zh-CN") == "mass-risk 差一点触发，2 个条件差 1 个：群体性或舆情风险须为是，实为否"


def test_a_rule_with_a_threshold_was_near_from_two_thirds_of_it_on() -> None:
    assert near("collective", claimants=6) is None
    assert "9, must be at least 10: 1 off" in told(near("collective", claimants=9), "en")
    assert near("large-amount", amount=Decimal("333333.33")) is None
    assert "0.01 off" in told(near("large-amount", amount=Decimal("499999.99")), "en")
    assert near("large-amount", amount=None) is None
    assert near("several-employers") is None


def test_the_nearest_rules_are_told_first(tmp_path: Path) -> None:
    common = {"insolvency": True, "vulnerable": {"ge": 1}, "claimants": {"ge": 2}}
    far = {"id": "far", "when": common | {"amount": {"ge": 1}}, "urgency": 1}
    own = edited(tmp_path, rules=rules_and(far, {"id": "close", "when": common, "urgency": 1}))
    nearly = triage(TriageFacts(claimants=2, vulnerable=1, amount=None), own).nearly
    assert [n.rule for n in nearly] == ["close", "far"]
    assert {m.fact: m.found for m in nearly[1].missed} == {"insolvency": "False", "amount": "None"}
    assert "amount in yuan is unknown" in told(nearly[1], "en")


FACTS = st.builds(
    TriageFacts,
    claimants=st.integers(1, 5000),
    amount=st.none() | st.integers(0, 10**10).map(lambda fen: Decimal(fen).scaleb(-2)),
    employer_state=st.none() | st.sampled_from(OperatingState),
    insurance_kinds=st.lists(st.sampled_from(InsuranceKind), unique=True).map(tuple),
    claim_kinds=st.lists(st.sampled_from(ClaimKind), unique=True).map(tuple),
    respondents=st.integers(1, 5),
    near_retirement=st.integers(0, 30),
    earlier_cases=st.integers(0, 6),
    vulnerable=st.integers(0, 3),
    discrepancies=st.integers(0, 9),
    **{
        name: st.booleans()
        for name, field in TriageFacts.model_fields.items()
        if field.annotation is bool
    },
)  # fmt: skip


@given(FACTS)
def test_every_combination_of_facts_gets_exactly_one_class_and_reasons_for_it(facts: TriageFacts) -> None:
    result = triage(facts, table())
    named = [table().classes.index(rule.case_class) for rule in result.fired if rule.case_class]
    assert result.case_class == table().classes[min(named)]
    assert result.lane == table().lanes[min(table().lanes.index(r.lane) for r in result.fired if r.lane)]
    assert result.group == table().groups[result.case_class]
    assert 1 <= result.priority <= 5
    assert {Agency.LABOR, Agency.MEDICAL_INSURANCE, Agency.TAX} <= set(result.agencies)
    assert not {rule.rule for rule in result.fired} & {missed.rule for missed in result.nearly}


@given(FACTS, st.permutations(load_table().rules))
def test_the_order_of_the_rules_changes_nothing(facts: TriageFacts, rules: list[Rule]) -> None:
    shuffled = triage(facts, table().model_copy(update={"rules": tuple(rules)}))
    kept = triage(facts, table())
    assert shuffled.model_copy(update={"fired": ()}) == kept.model_copy(update={"fired": ()})
    assert {rule.rule for rule in shuffled.fired} == {rule.rule for rule in kept.fired}


@given(FACTS, st.sampled_from(sorted(set(FIRES) - {"otherwise-general"})))
def test_more_facts_of_trouble_never_lower_the_class(facts: TriageFacts, rule: str) -> None:
    before = triage(facts, table())
    worse = facts.model_copy(update=FIRES[rule])
    if all(r in {f.rule for f in triage(worse, table()).fired} for r in (f.rule for f in before.fired)):
        after = triage(worse, table())
        assert table().classes.index(after.case_class) <= table().classes.index(before.case_class)
        assert after.priority <= before.priority


def edited(tmp_path: Path, **changes: Any) -> TriageTable:
    content = yaml.safe_load(SHIPPED.read_text())
    file = tmp_path / "triage.yaml"
    file.write_text(yaml.safe_dump(content | changes, allow_unicode=True), encoding="utf-8")
    return load_table(file)


def rules_and(*more: dict[str, Any], without: str = "") -> list[dict[str, Any]]:
    shipped: list[dict[str, Any]] = yaml.safe_load(SHIPPED.read_text())["rules"]
    return [rule for rule in shipped if rule["id"] != without] + list(more)


def test_a_changed_table_has_another_version(tmp_path: Path) -> None:
    own = edited(tmp_path, rules=rules_and({"id": "odd", "when": {"claimants": 2}, "urgency": 1}))
    assert own.version != table().version
    assert triage(TriageFacts(claimants=2), own).table == own.version
    assert triage(TriageFacts(claimants=2), own).priority == 2


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"claimants": 0}, "claimants"), ({"amount": "-1"}, "amount"), ({"employer_state": "asleep"}, "employer_state"),
     ({"moon": "full"}, "moon"), ({"claim_kinds": ["rent"]}, "claim_kinds.0")],
)  # fmt: skip
def test_facts_that_can_not_be_are_refused_by_the_name_of_their_field(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TriageFacts.model_validate(facts)
    assert field in {problem.field for problem in problems(refused.value)}
