"""Triage on the command line, without a case."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.triage.classification import TriageFacts
from runtime.rules import Rules
from runtime.settings import Settings
from tests.cli.conftest import Onestop

SHIPPED = Path(__file__).parents[2] / "domain" / "tables" / "triage.yaml"


def table(tmp_path: Path, *more: dict[str, Any], otherwise: bool = True) -> Path:
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    if not otherwise:
        content["rules"] = content["rules"][1:]
    content["rules"] += more
    file = tmp_path / "ours.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


OURS = {
    "id": "all-four-kinds",
    "when": {"insurance_kinds": ["medical", "pension", "unemployment", "injury"]},
    "case_class": "policy",
    "says": {"zh-CN": "涉及全部险种", "en": "every kind of insurance"},
}


async def test_the_example_names_every_fact_and_may_be_explained(onestop: Onestop, tmp_path: Path) -> None:
    printed = (await onestop("triage", "explain", "--example")).json
    assert set(printed) == set(TriageFacts.model_fields)
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(printed), encoding="utf-8")
    told = (await onestop("triage", "explain", file, "--json")).json
    assert told["facts"] == printed
    assert told["triage"]["case_class"] == "complex"
    assert {"several-employers", "collective"} <= {rule["rule"] for rule in told["triage"]["fired"]}
    assert set(told["inquiries"]) == set(told["triage"]["agencies"])
    assert len(told["lines"]) == len(told["triage"]["fired"])


@pytest.mark.parametrize(
    ("language", "fired", "nearly"),
    [
        ("zh-CN", "涉及破产（insolvency，企业破产法第一百一十三条，未核实）", "申请人人数须不少于 10，实为 9，差 1"),
        ("en", "insolvency is involved (insolvency, 企业破产法 Art.113, unverified)",
         "number of claimants is 9, must be at least 10: 1 off"),
    ],
)  # fmt: skip
async def test_facts_are_explained_in_both_languages(onestop: Onestop, language: str, fired: str, nearly: str) -> None:
    ran = await onestop("--lang", language, "triage", "explain", "-", typed='{"insolvency": true, "claimants": 9}')
    assert fired in ran.out
    assert nearly in ran.out


async def test_a_complaint_is_explained_before_it_is_filed(onestop: Onestop) -> None:
    complaint = (await onestop("file", "--example")).json
    told = (await onestop("triage", "explain", "-", "--json", typed=json.dumps(complaint))).json
    assert told["facts"]["claimants"] == len(complaint["claimants"])
    assert told["triage"]["case_class"] == "general"
    broken = complaint | {"items": [{"ref": "i1"}]}
    refused = await onestop("triage", "explain", "-", typed=json.dumps(broken))
    assert refused.code == 2
    assert "items.0.kind" in refused.err


@pytest.mark.parametrize(
    ("facts", "field"), [('{"claimants": 0}', "claimants"), ('{"moon": 1}', "moon"), ('{"amount": "much"}', "amount")]
)
async def test_a_bad_fact_is_told_by_its_field(onestop: Onestop, facts: str, field: str) -> None:
    refused = await onestop("--lang", "en", "triage", "explain", "-", typed=facts)
    assert refused.code == 2
    assert field in refused.err


async def test_the_centre_loads_its_own_table_and_it_is_in_force(onestop: Onestop, tmp_path: Path) -> None:
    rules = Rules(Settings(data=tmp_path).own_tables)
    before = rules.tables.triage
    file = table(tmp_path, OURS)
    assert (await onestop("triage", "check", file)).code == 0
    assert rules.tables.triage == before
    assert (await onestop("triage", "load", file)).code == 0
    assert rules.tables.triage.rules[-1].id == "all-four-kinds"
    facts = json.dumps({"insurance_kinds": ["pension", "medical", "unemployment", "injury"]})
    assert "涉及全部险种" in (await onestop("triage", "explain", "-", typed=facts)).out


@pytest.mark.parametrize("command", ["check", "load"])
async def test_a_table_with_a_gap_is_refused_and_the_one_before_stays(
    onestop: Onestop, tmp_path: Path, command: str
) -> None:
    file = table(tmp_path, {"id": "some", "when": {"claimants": {"ge": 2}}, "case_class": "general"}, otherwise=False)
    refused = await onestop("--lang", "en", "triage", command, file)
    assert refused.code == 2
    assert "some cases get no class" in refused.err
    assert (await onestop("--lang", "en", "triage", "check")).out.startswith("22 rules")


async def test_a_table_that_is_not_there_is_told(onestop: Onestop, tmp_path: Path) -> None:
    assert (await onestop("triage", "check", tmp_path / "nowhere.yaml")).code == 2
