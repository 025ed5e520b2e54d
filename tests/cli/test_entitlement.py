"""``entitlement`` from options or a file: what it comes to, the rules, and a claim item made of it."""

from pathlib import Path

import pytest
import yaml

from domain.intake.complaint import ClaimItem
from tests.cli.conftest import Onestop
from texts.citation import cited

SPAN = ("--since", "2019-03-10", "--until", "2026-05-31", "--wage", "6500")


@pytest.mark.parametrize(("language", "article"), [("zh-CN", "六个月以上"), ("en", "half a year or more")])
async def test_a_clerk_reads_the_sum_and_the_articles(onestop: Onestop, language: str, article: str) -> None:
    told = await onestop("entitlement", *SPAN, "--lang", language)
    assert (
        told.code == 0
        and "48,750.00" in told.out
        and article in told.out
        and cited("劳动合同法 Art.47(1)", language) in told.out
    )


async def test_the_example_computes_and_a_complaint_takes_its_item(onestop: Onestop, tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text((await onestop("entitlement", "--example")).out, encoding="utf-8")
    assert yaml.safe_load(file.read_text())["what"] == "severance"
    found = (await onestop("entitlement", file, "--json")).json
    made = ClaimItem.model_validate((await onestop("entitlement", file, "--item", "i7", "--claimant", "c1")).json)
    assert (made.ref, made.kind, made.claimant, f"{made.amount:.2f}") == ("i7", "severance", "c1", found["amount"])


async def test_a_missing_day_and_a_missing_row_are_told_by_name(onestop: Onestop) -> None:
    day = await onestop("entitlement", "--since", "2019-03-10", "--wage", "6500")
    assert day.code == 2 and day.err.startswith("截止日（until）：")
    row = await onestop("entitlement", *SPAN, "--jurisdiction", "CN-3711")
    assert row.code == 1 and "minimum-wage" in row.err
