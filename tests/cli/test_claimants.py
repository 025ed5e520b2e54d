"""Lists of claimants as spreadsheets have them, errors and all."""

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from client.claimant_sheet import read_sheet
from domain.intake.complaint import Complaint
from tests.builders import identity_number
from tests.cli.conftest import Onestop
from tests.cli.test_at_the_centre import filed, until

HEAD = ["姓名", "身份证号 *", "险种", "起始月份", "截止月份"]
GOOD = ["虚构者一", identity_number(1), "养老、医疗", "2024-01", "2024-03"]


def csv(folder: Path, *rows: list[str], encoding: str = "utf-8") -> Path:
    file = folder / "list.csv"
    file.write_text("\n".join(",".join(row) for row in rows), encoding=encoding)
    return file


def xlsx(folder: Path, *rows: Any) -> Path:
    file, book = folder / "list.xlsx", Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file


async def test_the_example_becomes_a_complaint_that_can_be_filed(onestop: Onestop, tmp_path: Path) -> None:
    file, out = tmp_path / "example.csv", tmp_path / "complaint.json"
    file.write_text((await onestop("claimants", "import", "--example")).out, encoding="utf-8")
    ran = await onestop("claimants", "import", file, "--complaint", out, "--employer", "虚构公司")
    assert ran.code == 0, ran.err
    complaint = Complaint.model_validate(json.loads(out.read_text(encoding="utf-8")))
    assert [c.ref for c in complaint.claimants] == ["c2", "c3"]
    assert [(i.claimant, i.insurance) for i in complaint.items] == [
        ("c2", ("pension", "medical")),
        ("c3", ("pension",)),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_what_a_spreadsheet_program_saves_is_read_in_either_encoding(tmp_path: Path, encoding: str) -> None:
    sheet = read_sheet(csv(tmp_path, HEAD, GOOD, encoding=encoding), "c", "e1")
    assert [c.name for c in sheet.claimants.values()] == ["虚构者一"]
    assert not sheet.bad


def test_english_headings_are_known_too(tmp_path: Path) -> None:
    head = ["Name", "ID number", "Insurance", "From", "To"]
    sheet = read_sheet(xlsx(tmp_path, head, [*GOOD[:2], "Pension", *GOOD[3:]]), "c", "e1")
    assert [i.insurance for i in sheet.items.values()] == [("pension",)]


async def test_each_bad_line_is_named_with_its_column_and_never_with_its_value(
    onestop: Onestop, tmp_path: Path
) -> None:
    wrong = identity_number(2)[:-1] + ("0" if identity_number(2)[-1] != "0" else "1")
    rows: list[Any] = [HEAD, GOOD, ["虚构者二", wrong, *GOOD[2:]], ["", identity_number(3)], [*GOOD], [None] * 5]
    reversed_months = ["虚构者六", identity_number(6), "养老", "2024-03", "2024-01"]
    file, out = xlsx(tmp_path, *rows, reversed_months), tmp_path / "out.json"
    asked = ("claimants", "import", file, "--complaint", out, "--employer", "虚构公司")
    ran = await onestop(*asked, "--json")
    bad = [(cell["line"], cell["problem"]["field"], cell["problem"]["code"]) for cell in ran.json]
    assert bad == [
        (3, "identity_number", "refusals.identity_number.checksum"),
        (4, "name", "input.missing"),
        (5, "identity_number", "cli.sheet.person_twice"),
        (7, "(message)", "refusals.item.months_reversed"),
    ]
    assert ran.code != 0
    assert not out.exists()
    told = await onestop(*asked)
    assert "第 2 行是同一人" in told.out
    assert not [number for number in (wrong, GOOD[1], "虚构者二") if number in told.out + told.err + ran.out]
    assert (await onestop(*asked, "--partial")).code == 0
    assert [c["ref"] for c in json.loads(out.read_text(encoding="utf-8"))["claimants"]] == ["c2"]


@pytest.mark.parametrize(
    ("head", "said"), [(["姓名", "工号", "身份证号"], "第 2 列"), (["姓名"], "身份证号"), (["姓名", "姓名"], "第 2 列")]
)
async def test_a_list_whose_columns_are_not_known_is_refused_whole(
    onestop: Onestop, tmp_path: Path, head: list[str], said: str
) -> None:
    ran = await onestop("claimants", "import", csv(tmp_path, head), "--complaint", tmp_path / "o", "--employer", "虚")
    assert ran.code != 0
    assert said in ran.err


def test_five_thousand_workers_are_read_whole(tmp_path: Path) -> None:
    people = {identity_number(n): f"虚构者{n}" for n in range(9000)}
    rows = [[name, number, *GOOD[2:]] for number, name in list(people.items())[:5000]]
    sheet = read_sheet(csv(tmp_path, HEAD, *rows), "c", "e1")
    assert (len(sheet.claimants), len(sheet.items), sheet.bad) == (len(rows), len(rows), [])


async def test_a_list_joins_a_running_case_whole_or_without_its_bad_lines(at_centre: Onestop, tmp_path: Path) -> None:
    case = await filed(at_centre)
    await until(at_centre, case, "fact-finding")
    people = [["虚构者", identity_number(n), *GOOD[2:]] for n in (401, 402, 403)]
    first = csv(tmp_path, HEAD, people[0])
    assert (await at_centre("claimants", "import", first, "--into", case)).code == 0
    assert "已" in (await at_centre("claimants", "import", first, "--into", case)).out
    again = csv(tmp_path, HEAD, *people)
    refused = await at_centre("claimants", "import", again, "--into", case, "--json")
    assert [(bad["line"], bad["problem"]["code"]) for bad in refused.json] == [(2, "refusals.join.person_known")]
    assert len((await until(at_centre, case, "fact-finding"))["claimants"]) == 2
    assert (await at_centre("claimants", "import", again, "--into", case, "--partial")).code == 0
    assert len((await until(at_centre, case, "fact-finding"))["claimants"]) == 4


async def test_a_list_is_shown_as_it_is_understood_with_numbers_masked(onestop: Onestop, tmp_path: Path) -> None:
    file = csv(tmp_path, HEAD, GOOD, ["虚构者二", "123", "养老", "2024-01", "2024-03"])
    shown = await onestop("claimants", "import", file, "--dry-run")
    assert shown.code == 2 and "虚构者一" in shown.out and "尚未发送" in shown.out, shown
    assert GOOD[1] not in shown.out and GOOD[1][:3] in shown.out
    assert "公民身份号码" in shown.out and "123" not in shown.out
