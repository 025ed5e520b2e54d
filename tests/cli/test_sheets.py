"""Spreadsheets as offices keep them: read for certain, or refused by line."""

import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from client.claimant_sheet import Sheet, read_sheet
from client.message_sheet import PAYMENTS, Lines
from client.message_sheet import read_sheet as read_messages
from client.sheets import NoSheet, amount, day, month
from domain.settlement.messages import ConfirmPayment
from domain.words import Agency, Language
from tests import builders
from tests.builders import identity_number

HEAD = ["姓名", "身份证号", "险种", "起始月份", "截止月份"]
PAID = ["票据号", "到账日期", "金额", "滞纳金", "申请人"]


def person(serial: int, *months: Any) -> list[Any]:
    return [f"虚构{serial}", identity_number(serial), "养老", *(months or ("2024-01", "2024-03"))]


def saved(folder: Path, book: Workbook) -> Path:
    file = folder / "list.xlsx"
    book.save(file)
    return file


def workbook(*rows: list[Any]) -> Workbook:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    return book


def people(file: Path) -> Sheet:
    return read_sheet(file, "c", "e1")


def payments(file: Path) -> Lines[ConfirmPayment]:
    return read_messages(file, PAYMENTS, builders.officer(Agency.TAX), Language.CHINESE)


def test_a_wrong_description_of_its_own_size_hides_nobody(tmp_path: Path) -> None:
    file = saved(tmp_path, workbook(HEAD, *(person(n) for n in range(1, 6))))
    told = tmp_path / "told.xlsx"
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(told, "w") as wrong:
        for name in whole.namelist():
            content = whole.read(name)
            if name.endswith("sheet1.xml"):
                content = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:E3"', content)
            wrong.writestr(name, content)
    assert len(people(told).claimants) == 5


def test_the_first_sheet_that_is_shown_is_read(tmp_path: Path) -> None:
    book = workbook(HEAD, person(1))
    assert book.active is not None
    book.active.sheet_state = "hidden"
    second = book.create_sheet("名单")
    for row in (HEAD, person(2)):
        second.append(row)
    assert [one.name for one in people(saved(tmp_path, book)).claimants.values()] == ["虚构2"]


def test_what_is_merged_downwards_holds_for_each_of_its_rows(tmp_path: Path) -> None:
    book = workbook(HEAD, person(1), person(2)[:2], person(3)[:2])
    assert book.active is not None
    for column in "CDE":
        book.active.merge_cells(f"{column}2:{column}4")
    items = people(saved(tmp_path, book)).items
    assert [(one.claimant, one.first_month) for one in items.values()] == [
        ("c2", "2024-01"),
        ("c3", "2024-01"),
        ("c4", "2024-01"),
    ]


def test_a_title_above_a_column_of_numbers_and_a_sum_below_are_passed_over(tmp_path: Path) -> None:
    book = workbook(["欠缴社保职工名单"], ["序号", *HEAD], [1, *person(1)], [2, *person(2)], ["合 计", "", "2人"])
    sheet = people(saved(tmp_path, book))
    assert (len(sheet.claimants), sheet.bad) == (2, [])


def test_a_formula_without_a_result_is_refused_in_its_line(tmp_path: Path) -> None:
    book = workbook(PAID, ["r1", "2026-12-01", "=SUM(1,2)"], ["r2", "2026-12-01", 100])
    found = payments(saved(tmp_path, book))
    assert (list(found.good), [(one.line, one.problem.field) for one in found.bad]) == ([3], [(2, "amount")])


def test_an_identity_number_that_a_spreadsheet_took_for_a_number_is_refused(tmp_path: Path) -> None:
    number = identity_number(1)[:17] + "0"
    sheet = people(saved(tmp_path, workbook(HEAD, ["虚构", float(number), "养老", "2024-01", "2024-03"])))
    assert [one.problem.field for one in sheet.bad] == ["identity_number"]


def test_days_amounts_and_the_sum_of_a_list_of_payments(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        PAID,
        ["r1", date(2026, 12, 1), 100],
        ["r2", "2026/12/1", "￥1,820.50元"],
        ["合计", None, 1920.5],
    ]
    found = payments(saved(tmp_path, workbook(*rows)))
    assert [(str(one.paid_on), str(one.amount)) for one in found.good.values()] == [
        ("2026-12-01", "100.00"),
        ("2026-12-01", "1820.50"),
    ]
    assert not found.bad


def test_a_comma_is_never_taken_for_a_decimal_point(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text('票据号,到账日期,金额\nr1,2026-12-01,"1820,50"\n', encoding="utf-8")
    found = payments(file)
    assert (found.good, [one.problem.field for one in found.bad]) == ({}, ["amount"])


def test_two_columns_of_one_meaning_are_an_error(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("票据号,到账日期,金额,金额（元）\nr1,2026-12-01,100.00,999.00\n", encoding="utf-8")
    with pytest.raises(NoSheet) as refused:
        payments(file)
    assert (refused.value.code, refused.value.params) == ("cli.sheet_heading", {"column": "4"})


@pytest.mark.parametrize(
    ("typed", "read"),
    [("2024年7月", "2024-07"), ("2024.7", "2024-07"), ("2024/07", "2024-07"), ("Jul-24", "2024-07"),
     ("2024-07-01", "2024-07"), ("2024-07", "2024-07"), ("七月", "七月"), ("2024", "2024"), ("24-7", "24-7")],
)  # fmt: skip
def test_a_month_is_read_as_people_write_it_or_left_as_it_stands(typed: str, read: str) -> None:
    assert month(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [("2026/12/1", "2026-12-01"), ("2026年12月1日", "2026-12-01"), ("2026.12.01", "2026-12-01"),
     ("1/12/2026", "1/12/2026")],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it_or_left_as_it_stands(typed: str, read: str) -> None:
    assert day(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1,820.50", "1820.50"), ("¥1820.5", "1820.5"), ("100元", "100"), ("1820,50", "1820,50"), ("1,82", "1,82"),
     ("12,345,678", "12345678"), ("一百", "一百"), ("1 820", "1 820"), ("-5", "-5")],
)  # fmt: skip
def test_an_amount_is_read_for_certain_or_left_as_it_stands(typed: str, read: str) -> None:
    assert amount(typed) == read
