"""A triage table is refused when it is read if some case would get no class, or two."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import texts
from domain.rules.rule_table import TableError
from domain.triage.classification import TriageFacts, TriageTable, load_table, triage
from domain.words import Agency, CaseClass, Lane, Language, OperatingState
from texts import sentences

AGENCIES = ["labor", "tax"]
STATES = [state.value for state in OperatingState]
OTHERWISE = {"id": "otherwise", "case_class": "general", "lane": "fast", "agencies": AGENCIES}
MANY = {"id": "many", "when": {"claimants": {"ge": 10}}, "case_class": "complex"}
BROKE = {"id": "broke", "when": {"insolvency": True}, "case_class": "special"}


def table(*rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "classes": ["special", "complex", "policy", "general"],
        "lanes": ["slow", "standard", "fast"],
        "groups": {"general": "g-1", "policy": "g-2", "complex": "g-3", "special": "g-4"},
        "rules": [{"says": {"zh-CN": "理由", "en": "reason"}} | rule for rule in rules],
    } | changes


def read(tmp_path: Path, content: dict[str, Any]) -> TriageTable:
    file = tmp_path / "triage.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return load_table(file, texts.knows)


def refusal(tmp_path: Path, content: dict[str, Any]) -> TableError:
    with pytest.raises(TableError) as refused:
        read(tmp_path, content)
    for language in Language:
        assert texts.say(refused.value.code, language, **refused.value.params)
    return refused.value


def ranked(rule: dict[str, Any], rank: int, **changes: Any) -> dict[str, Any]:
    return rule | {"rank": rank} | changes


@pytest.mark.parametrize(
    ("content", "code", "params"),
    [
        (table(OTHERWISE, BROKE, BROKE), "duplicate_row", {"row": "broke"}),
        (table(OTHERWISE, BROKE, classes=["special", "complex", "policy"]), "ranking", {"list": "classes"}),
        (table(OTHERWISE, BROKE, classes=["special"] * 2 + ["complex", "policy", "general"]), "ranking", {}),
        (table(OTHERWISE, lanes=["slow", "fast"]), "ranking", {"list": "lanes"}),
        (table(OTHERWISE, groups={"general": "g-1"}), "groups", {}),
        (table(OTHERWISE, BROKE, classes=[]), "no_rank", {"row": "otherwise"}),
        (table(OTHERWISE, {"id": "odd", "when": {"moon": "full"}}), "unknown_fact", {"fact": "moon"}),
        (table(OTHERWISE, {"id": "odd", "when": {"claimants": {"gt": 3}}}), "unknown_comparison", {"comparison": "gt"}),
        (table(OTHERWISE, {"id": "odd", "when": {"insolvency": {"ge": 1}}}), "wrong_comparison", {}),
        (table(OTHERWISE, {"id": "odd", "when": {"employer_state": "asleep"}}), "wrong_value", {"value": "asleep"}),
        (table(OTHERWISE, {"id": "odd", "case_class": "hopeless"}), "invalid", {"where": "rules.1.case_class"}),
        (table(OTHERWISE, {"id": "odd", "urgency": 9}), "invalid", {"where": "rules.1.urgency"}),
        (table(OTHERWISE, {"id": "odd", "agency": ["tax"]}), "invalid", {"where": "rules.1.agency"}),
        (table(OTHERWISE | {"says": {"en": "x"}}), "untranslated", {}),
        (table(OTHERWISE | {"says": {"zh-CN": "{", "en": "x"}}), "unreadable", {}),
        (table(OTHERWISE | {"says": {"zh-CN": "{amount}", "en": "x"}}), "unknown_parameter", {"fact": "amount"}),
        (table(OTHERWISE | {"says": {}}), "no_text", {"text": "triage.otherwise"}),
    ],
)  # fmt: skip
def test_a_table_that_can_not_be_read_is_refused_by_its_row(
    tmp_path: Path, content: dict[str, Any], code: str, params: dict[str, str]
) -> None:
    refused = refusal(tmp_path, content)
    assert refused.code == f"rule_table.{code}"
    assert params.items() <= refused.params.items()


@pytest.mark.parametrize(
    ("rules", "code", "facts"),
    [
        ([OTHERWISE | {"when": {"claimants": {"ge": 2}}}, BROKE], "no_class_for", "-"),
        ([OTHERWISE | {"when": {"claimants": {"le": 9}}}, MANY | {"when": {"claimants": {"ge": 11}}}],
         "no_class_for", "claimants: 10"),
        ([OTHERWISE | {"when": {"employer_state": {"in": STATES}}}], "no_class_for", "-"),
        ([OTHERWISE | {"case_class": None}, OTHERWISE | {"id": "known", "when": {"amount": {"known": True}}}],
         "no_class_for", "-"),
        ([OTHERWISE | {"lane": None}, {"id": "one", "when": {"claimants": 1}, "lane": "fast"}],
         "no_lane_for", "claimants: 2"),
        ([OTHERWISE | {"agencies": []}, {"id": "sane", "when": {"insolvency": False}, "agencies": AGENCIES}],
         "no_agency_for", "insolvency: True"),
    ],
)  # fmt: skip
def test_a_table_that_leaves_a_case_out_is_refused_with_such_a_case(
    tmp_path: Path, rules: list[dict[str, Any]], code: str, facts: str
) -> None:
    refused = refusal(tmp_path, table(*rules))
    assert (refused.code, refused.params["facts"]) == (f"rule_table.{code}", facts)


def test_two_rules_of_one_rank_that_may_both_fire_must_name_one_class(tmp_path: Path) -> None:
    rules = ranked(OTHERWISE, 9), ranked(MANY, 1), ranked(BROKE, 1)
    refused = refusal(tmp_path, table(*rules, classes=[]))
    assert refused.code == "rule_table.two_classes"
    assert (refused.params["row"], refused.params["other"]) == ("many", "broke")
    assert refused.params["facts"] == "claimants: 10, insolvency: True"
    assert read(tmp_path, table(ranked(OTHERWISE, 9), ranked(MANY, 1), ranked(BROKE, 2), classes=[]))
    assert read(tmp_path, table(*rules[:2], ranked(BROKE, 1, case_class="complex"), classes=[]))


def test_rules_of_one_rank_that_never_fire_together_may_differ(tmp_path: Path) -> None:
    apart = ranked(BROKE, 1, when={"insolvency": True, "claimants": {"le": 9}})
    read(tmp_path, table(ranked(OTHERWISE, 9), ranked(MANY, 1), apart, classes=[]))


def test_a_contradiction_that_a_higher_rule_always_decides_is_none(tmp_path: Path) -> None:
    decides = {"id": "both", "when": {"insolvency": True, "claimants": {"ge": 10}}, "case_class": "policy"}
    rules = ranked(OTHERWISE, 9), ranked(MANY, 2), ranked(BROKE, 2), ranked(decides, 1)
    own = read(tmp_path, table(*rules, classes=[]))
    assert triage(TriageFacts(insolvency=True, claimants=10), own).case_class is CaseClass.POLICY
    assert triage(TriageFacts(insolvency=True, claimants=9), own).case_class is CaseClass.SPECIAL


def test_a_rank_of_its_own_puts_a_rule_before_the_classes(tmp_path: Path) -> None:
    first = {"id": "first", "when": {"insolvency": True}, "case_class": "policy", "rank": 5}
    own = read(tmp_path, table(OTHERWISE, MANY, first, BROKE | {"when": {"foreign_element": True}}))
    assert triage(TriageFacts(insolvency=True, foreign_element=True), own).case_class is CaseClass.POLICY


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"when": {"claimants": {"ge": 10, "le": 9}}, "urgency": 1}, "never_fires"),
        ({"when": {"claimants": {"ge": 10}, "insolvency": True}, "case_class": "policy"}, "outranked"),
        ({"when": {"claimants": {"ge": 20}}, "case_class": "general"}, "outranked"),
    ],
)
def test_a_rule_without_effect_is_refused(tmp_path: Path, rule: dict[str, Any], code: str) -> None:
    refused = refusal(tmp_path, table(OTHERWISE, MANY, BROKE, {"id": "idle"} | rule))
    assert (refused.code, refused.params["row"]) == (f"rule_table.{code}", "idle")


def test_several_higher_rules_together_can_outrank_one(tmp_path: Path) -> None:
    halves = [
        {"id": "few", "when": {"claimants": {"le": 9}, "insolvency": True}, "case_class": "special"},
        {"id": "more", "when": {"claimants": {"ge": 10}, "insolvency": True}, "case_class": "complex"},
    ]
    idle = {"id": "idle", "when": {"insolvency": True}, "case_class": "policy"}
    assert refusal(tmp_path, table(OTHERWISE, *halves, idle)).params["row"] == "idle"


ANOTHER_PROVINCE = table(
    {"id": "small", "when": {"amount": {"le": 50000}, "claimants": {"le": 4}}, "case_class": "general", "lane": "fast"},
    {"id": "small-unknown", "when": {"amount": {"known": False}, "claimants": {"le": 4}}, "case_class": "general",
     "lane": "standard"},
    {"id": "middling", "when": {"amount": {"ge": "50000.01"}, "claimants": {"le": 4}}, "case_class": "policy",
     "lane": "standard"},
    {"id": "group", "when": {"claimants": {"ge": 5}}, "case_class": "complex", "lane": "slow", "agencies": ["union"]},
    {"id": "medical", "when": {"insurance_kinds": {"any": ["medical"]}}, "agencies": ["medical-insurance"]},
    {"id": "always", "agencies": ["labor"]},
    {"id": "before-court", "when": {"other_proceedings": True}, "case_class": "special", "rank": 1, "urgency": 2,
     "says": {"zh-CN": "已有程序：{other_proceedings}", "en": "elsewhere already: {other_proceedings}"}},
    classes=["complex", "special", "policy", "general"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "case_class", "lane", "agencies"),
    [
        ({}, CaseClass.GENERAL, Lane.STANDARD, (Agency.LABOR,)),
        ({"amount": "50000"}, CaseClass.GENERAL, Lane.FAST, (Agency.LABOR,)),
        ({"amount": "50000.01", "insurance_kinds": ("medical",)}, CaseClass.POLICY, Lane.STANDARD,
         (Agency.LABOR, Agency.MEDICAL_INSURANCE)),
        ({"claimants": 5, "amount": "1"}, CaseClass.COMPLEX, Lane.SLOW, (Agency.LABOR, Agency.UNION)),
        ({"claimants": 5, "other_proceedings": True}, CaseClass.SPECIAL, Lane.SLOW, (Agency.LABOR, Agency.UNION)),
    ],
)  # fmt: skip
def test_another_province_writes_its_own_table_without_a_rule_for_everything_else(
    tmp_path: Path, facts: dict[str, Any], case_class: CaseClass, lane: Lane, agencies: tuple[Agency, ...]
) -> None:
    found = triage(TriageFacts(**facts), read(tmp_path, ANOTHER_PROVINCE))
    assert (found.case_class, found.lane, found.agencies) == (case_class, lane, agencies)


def test_a_rule_may_bring_its_own_words(tmp_path: Path) -> None:
    found = triage(TriageFacts(other_proceedings=True), read(tmp_path, ANOTHER_PROVINCE))
    [why] = [rule for rule in found.fired if rule.rule == "before-court"]
    said = sentences.triage_reason(why.rule, why.facts, why.says[Language.ENGLISH], why.source, True, "en")
    assert said == "elsewhere already: yes (before-court, 本中心规则)"


CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "claimants": st.dictionaries(st.sampled_from(["ge", "le"]), st.integers(2, 6), min_size=1),
        "earlier_cases": st.dictionaries(st.sampled_from(["ge", "le"]), st.integers(1, 4), min_size=1),
        "insolvency": st.booleans(),
        "employer_state": st.lists(st.sampled_from(OperatingState), min_size=1).map(lambda of: {"in": of}),
    },
)
RULES = st.lists(st.tuples(CONDITIONS, st.sampled_from(CaseClass), st.integers(1, 3)), min_size=1, max_size=6)
SOME_FACTS = st.builds(
    TriageFacts,
    claimants=st.integers(1, 8),
    earlier_cases=st.integers(0, 5),
    insolvency=st.booleans(),
    employer_state=st.none() | st.sampled_from(OperatingState),
)


@given(RULES, st.lists(SOME_FACTS, min_size=20, max_size=20))
def test_under_any_table_that_is_accepted_every_case_gets_exactly_one_class(
    rules: list[tuple[dict[str, Any], CaseClass, int]], cases: list[TriageFacts]
) -> None:
    rows = [
        {"id": f"r{n}", "when": when, "case_class": case_class, "rank": rank, "lane": "fast", "agencies": AGENCIES}
        for n, (when, case_class, rank) in enumerate(rules)
    ]
    try:
        own = TriageTable.model_validate(table(*rows, ranked(OTHERWISE, 9), classes=[]))
    except ValueError:
        return
    for facts in cases:
        fired = {rule.rule for rule in triage(facts, own).fired}
        best = min(own.rank(rule) for rule in own.rules if rule.id in fired)
        assert len({rule.case_class for rule in own.rules if rule.id in fired and own.rank(rule) == best}) == 1
