"""The payments and answers of a spreadsheet, good lines and bad ones, on real servers."""

from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from client.message_sheet import ANSWERS, PAYMENTS, read_sheet
from client.sheets import NoSheet
from domain.words import Agency, Language
from tests import builders
from tests.cli.conftest import Onestop
from tests.cli.test_performing import owed, settled

TAX = builders.officer(Agency.TAX, "tax-01")


def test_lines_are_read_in_either_language_and_bad_ones_named(tmp_path: Path) -> None:
    file = tmp_path / "payments.csv"
    file.write_text('票据号,到账日期,金额\nr1,2026-11-20,"1,820.50"\nr2,yesterday,3\nr1,2026-11-20,1\n', "utf-8")
    found = read_sheet(file, PAYMENTS, TAX, Language.ENGLISH)
    assert {line: (p.receipt, f"{p.amount:.2f}") for line, p in found.good.items()} == {2: ("r1", "1820.50")}
    assert [(cell.line, cell.problem.field) for cell in found.bad] == [(3, "paid_on"), (4, "receipt")]
    assert read_sheet(file, PAYMENTS, TAX, Language.ENGLISH).good == found.good  # The same file, the same messages.


def test_a_workbook_is_read_too_and_a_missing_column_is_named(tmp_path: Path) -> None:
    book = Workbook()
    page = book.create_sheet(index=0)
    page.append(["receipt", "paid on", "amount", "claimant"])
    page.append(["r1", "2026-11-20", 12.5, "c1"])
    book.save(file := tmp_path / "payments.xlsx")
    [payment] = read_sheet(file, PAYMENTS, TAX, Language.ENGLISH).good.values()
    assert (payment.claimant, f"{payment.amount:.2f}") == ("c1", "12.50")
    (bare := tmp_path / "bare.csv").write_text("receipt,amount\nr1,2\n")
    with pytest.raises(NoSheet) as missing:
        read_sheet(bare, PAYMENTS, TAX, Language.ENGLISH)
    assert missing.value.params == {"column": "到账日期"}


def test_answers_are_read_in_either_language_and_another_proposal_makes_other_messages(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("申请人,同意,备注\nc1,是,\nc2,否,金额有出入\nc1,否,\nc3,也许,\n", "utf-8")
    mediator = builders.mediator("m-1")
    first, second = (
        read_sheet(file, ANSWERS, mediator, Language.CHINESE, {"proposal": proposal}) for proposal in ("p1", "p2")
    )
    assert [(one.party, one.accept, one.remark) for one in first.good.values()] == [
        ("c1", True, None),
        ("c2", False, "金额有出入"),
    ]
    assert [(cell.line, cell.problem.field) for cell in first.bad] == [(4, "party"), (5, "accept")]
    assert not {one.message_id for one in first.good.values()} & {one.message_id for one in second.good.values()}


async def test_each_line_is_confirmed_or_refused_on_its_own_and_the_file_again_counts_once(
    at_centre: Onestop, tmp_path: Path
) -> None:
    case, today = await settled(at_centre)
    first = (await owed(at_centre, case))["instalments"][0]["amount"]
    future = today + timedelta(days=400)
    file = tmp_path / "payments.csv"
    lines = (f"s1,{today},{first},c1", f"s2,{future},1.00,c1", f"s3,{today},1.00,c9")
    file.write_text("\n".join(("receipt,paid on,amount,claimant", *lines)))
    told = await at_centre("pay-list", case, file, "--json")
    assert "confirmed" in told.json, told
    assert (told.code, told.json["confirmed"]) == (1, 1)
    assert [cell["line"] for cell in told.json["wrong"]] == [3, 4]
    again = await at_centre("pay-list", case, file, "--lang", "en")
    assert "2 not" in again.out
    receipts = [payment["receipt"] for payment in (await owed(at_centre, case))["payments"]]
    assert receipts == ["s1"]

    file.write_text("receipt,paid on,amount\nx,,\n")
    nothing = await at_centre("pay-list", case, file, "--json")
    assert (nothing.code, nothing.json["confirmed"]) == (2, 0)


async def test_a_sheet_is_shown_as_it_is_understood_and_nothing_is_sent(onestop: Onestop, tmp_path: Path) -> None:
    file = tmp_path / "payments.csv"
    file.write_text(
        '票据号,到账日期,金额,滞纳金\nr1,2026年11月20日,"1,820.50",1\nr2,2026/11/21,3,\nr3,yesterday,3,\n', "utf-8"
    )
    shown = await onestop("pay-list", "RZ-2026-000001", file, "--dry-run")  # No server runs here.
    assert shown.code == 2 and "1,820.50" in shown.out and "2026-11-20" in shown.out, shown
    assert "共 2 行，金额合计 1,824.50 元；尚未发送" in shown.out and "到账日期（paid_on）" in shown.out
    told = (await onestop("pay-list", "RZ-2026-000001", file, "--dry-run", "--json")).json
    assert told["understood"][1] == {
        "line": 3, "receipt": "r2", "paid_on": "2026-11-21", "amount": "3.00", "late_fee": "0.00", "claimant": None,
    }  # fmt: skip
    assert [cell["line"] for cell in told["wrong"]] == [4]


async def test_a_list_that_is_not_there_is_told_and_no_server_blamed(onestop: Onestop, tmp_path: Path) -> None:
    for command in (("pay-list", "x"), ("answer-list", "x", "p1")):
        told = await onestop(*command, tmp_path / "none.csv", "--lang", "en")
        assert told.code == 2 and "can't open" in told.err and "none.csv" in told.err, told
