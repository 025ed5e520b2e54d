"""``arrears`` from a file: the example, each format, both languages, and what is wrong with a file."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.arrears.records import Records
from tests.cli.conftest import Onestop
from texts.citation import cited

WORKED = (Path(__file__).parents[2] / "docs" / "law" / "arrears_worked.csv").read_text(encoding="utf-8")


async def test_the_example_has_every_section_and_option_and_computes(onestop: Onestop, tmp_path: Path) -> None:
    shown = (await onestop("arrears", "--example")).out
    file = tmp_path / "example.yaml"
    file.write_text(shown, encoding="utf-8")
    assert set(yaml.safe_load(shown)) == set(Records.model_fields) - {"dues"}
    assert set(yaml.safe_load(shown)["options"]) == set(Records().options.model_dump())
    found = (await onestop("arrears", file, "--as-of", "2024-12-31", "--json")).json
    assert [found["employer_share"], found["employee_share"]] == ["9202.34", "3913.95"]
    assert sum(Decimal(total["owed"]) for total in found["by_claimant"].values()) == Decimal(found["owed"])


async def test_the_worked_example_in_csv_is_right_to_the_fen(onestop: Onestop, tmp_path: Path) -> None:
    file = tmp_path / "worked.csv"
    file.write_text(WORKED, encoding="utf-8-sig")
    found = (await onestop("arrears", file, "--as-of", "2024-12-31", "--json")).json
    assert [found[part] for part in ("employer_share", "employee_share", "late_fee", "owed")] == [
        "7666.34", "3145.95", "1890.86", "12703.15",
    ]  # fmt: skip
    assert {row["id"] for row in found["sources"]} == set(found["rows"])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_person_reads_lines_totals_choices_and_rows(onestop: Onestop, tmp_path: Path, language: str) -> None:
    file = tmp_path / "worked.csv"
    file.write_text(WORKED, encoding="utf-8")
    shown = (await onestop("arrears", file, "--as-of", "2024-12-31", "--lang", language)).out
    for part in ("2023-11-30", "397", "12,703.15", "demo-floor", cited("社会保险法 Art.86", language)):
        assert part in shown
    assert ("days late" in shown, "逾期天数" in shown) == (language == "en", language == "zh-CN")


async def test_a_result_names_the_rows_that_nobody_has_verified(onestop: Onestop) -> None:
    dues = [{"claimant": "A", "employer": "e1", "kind": "pension", "month": "2024-06", "wage": "5000.00"}]
    ran = await onestop("arrears", "-", "--as-of", "2024-12-31", "--jurisdiction", "CN-3711", typed=json.dumps(dues))
    assert "✗" in ran.out and "参数未核实" in ran.out


async def test_totals_leave_the_lines_out(onestop: Onestop, tmp_path: Path) -> None:
    file = tmp_path / "worked.csv"
    file.write_text(WORKED, encoding="utf-8")
    assert (await onestop("arrears", file, "--as-of", "2024-12-31", "--totals", "--json")).json["lines"] == []


async def test_every_format_says_the_same(onestop: Onestop, tmp_path: Path) -> None:
    sections = {"employment": "employments", "wage": "wages"}
    content: dict[str, Any] = {}
    for row in csv.DictReader(WORKED.splitlines()):
        entry = {name: cell for name, cell in row.items() if cell}
        content.setdefault(sections[entry.pop("record")], []).append(entry)
    outs = []
    for name, text in (("a.csv", WORKED), ("a.json", json.dumps(content)), ("a.yaml", yaml.safe_dump(content))):
        (tmp_path / name).write_text(text, encoding="utf-8")
        outs.append((await onestop("arrears", tmp_path / name, "--as-of", "2024-12-31", "--json")).out)
    assert outs[0] == outs[1] == outs[2]


async def test_csv_carries_options_payments_and_kinds(onestop: Onestop, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = [
        "record,claimant,employer,since,until,wage,kinds,paid_on,amount,option,choice",
        "employment,A,e1,2024-01-01,2024-01-31,5000,pension injury,,,,",
        "payment,,e1,,,,,2024-03-01,600,,",
        "option,,,,,,,,,payment_order,fee-first",
    ]
    file.write_text("\n".join(rows), encoding="utf-8")
    found = (await onestop("arrears", file, "--as-of", "2024-03-01", "--json")).json
    assert [line["kind"] for line in found["lines"]] == ["pension", "injury"]
    assert found["paid_fee"] == "18.30"  # (1 200.00 + 20.00) × 0.05% × 30 days


BAD = [
    ("a.csv", WORKED.replace("3200.00", "a lot"), ["row 5", "amount"]),
    ("a.csv", WORKED.replace("2023-11-30", "2023-11-31"), ["row 2", "until"]),
    ("a.csv", WORKED.replace("2023-11-30", "2023-10-30"), ["row 2", "before"]),
    ("a.csv", WORKED.replace("wage,B", "wages,B"), ["row 6", "record", "employment"]),
    ("a.csv", WORKED.replace("e1,,,2023-12", ",,,2023-12"), ["row 6", "employer"]),
    ("a.yaml", "employments: [{claimant: A, employer: e1}]", ["employments, entry 1", "since"]),
    ("a.yaml", "options: {late_fee_cap: half}", ["options.late_fee_cap", "'none' or 'principal'"]),
    ("a.yaml", "employments: []\nwages: [}", ["a.yaml", "2:9"]),
    ("a.json", '{"employments": [\n,]}', ["2:1"]),
    ("a.json", "{}", ["employments"]),
    ("a.yaml", "wages: [{claimant: A, employer: e1, month: 2024-01, amount: -5}]", ["wages, entry 1, amount", "0"]),
    ("a.yaml", "payments: [{paid_on: 2024-01-01, amount: 99999999999}]", ["payments, entry 1, amount", "less than"]),
]


@pytest.mark.parametrize(("name", "text", "told"), BAD)
async def test_a_bad_file_is_told_by_row_and_field(
    onestop: Onestop, tmp_path: Path, name: str, text: str, told: list[str]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    ran = await onestop("arrears", tmp_path / name, "--as-of", "2024-12-31", "--lang", "en")
    assert ran.code == 2
    assert [part for part in told if part not in ran.err] == []


async def test_a_month_before_the_tables_says_what_to_load(onestop: Onestop) -> None:
    dues = [{"claimant": "A", "employer": "e1", "kind": "pension", "month": "2007-12", "wage": None}]
    ran = await onestop("arrears", "-", "--as-of", "2024-12-31", "--lang", "en", typed=json.dumps(dues))
    assert ran.code == 1
    assert [part for part in ("base-floor", "demo", "2007-12-01", "params load") if part not in ran.err] == []


async def test_without_a_file_it_says_what_to_give(onestop: Onestop) -> None:
    ran = await onestop("arrears", "--lang", "en")
    assert ran.code == 2
    assert "--example" in ran.err
