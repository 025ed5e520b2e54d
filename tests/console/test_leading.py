"""The supervisor's pages beside the cases: joint meetings with their orders, and reports."""

import csv
import io
import re
import uuid
from typing import Any

import pytest
from docx import Document

from domain.grid.messages import EarlyWarning, OpenGrid, Post
from domain.grid.view import GridReceipt
from domain.ledger import SYSTEM
from domain.words import Language, PostKind
from runtime import beginning
from tests.cli.conftest import Centre
from tests.console.test_pages import browser, filed, page
from tests.patience import seen

CALL = {
    "kind": "regular",
    "starts": "2026-12-09T09:00",
    "place": "第一调解室",
    "chair": "boss",
    "recorder": "rec-01",
    "members.0.agency": "labor",
    "members.0.member": "boss",
    "members.1.agency": "tax",
    "members.1.member": "tax-01",
    "drill": "true",
}


async def test_a_meeting_is_called_held_and_followed_by_pages_alone(console: Any) -> None:
    async with browser(console, "counter") as counter:
        case = await filed(counter)
    async with browser(console, "boss") as boss:
        wrong = await boss.post("/meetings/call", data=CALL | {"chair": "nobody"})
        assert wrong.status_code == 422 and "不在成员之列" in wrong.text and "第一调解室" in wrong.text, wrong.text[
            1500:3500
        ]
        called = await boss.post("/meetings/call", data=CALL)
        assert called.status_code == 200 and "联席演" in called.text, called.text
        here = called.url.path

        async def do(name: str, **fields: Any) -> str:
            form = await page(boss, f"{here}/do/{name}")
            assert "<form" in form
            sent = await boss.post(f"{here}/do/{name}", data=fields)
            assert sent.status_code == 200 and "已办理" in sent.text, sent.text
            return sent.text

        await do("propose_item", item="i-own", kind="policy-question", title="补缴口径")
        await do("fix_agenda")
        await do("open_sitting", present=["boss", "tax-01"])
        await do("decide_items", decision="d1", items=["i-own"], text="报上级明确")
        await do("set_order", order="o1", what="整理历年口径", agency="tax", days="10", cases=[case])
        await seen(lambda: page(boss, f"/cases/{case}"), lambda shown: "整理历年口径" in shown)
        shown = await page(boss, here)
        assert "报上级明确" in shown and "整理历年口径" in shown and "绿色" in shown
        slip = await boss.get(f"{here}/orders/o1")
        assert slip.content[:2] == b"PK" and (await boss.get(f"{here}/orders/o9")).status_code == 404
        word = await boss.get(f"{here}/minutes")
        told = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(word.content)).paragraphs)
        assert "补缴口径" in told and "报上级明确" in told

    async with browser(console, "tax-01") as officer:
        listed = await seen(lambda: page(officer, "/meetings"), lambda shown: "整理历年口径" in shown)
        assert "/meetings/call" not in listed
        assert "整理历年口径" in await page(officer, "/inquiries")
        reported = await officer.post(f"{here}/do/report_order", data={"order": "o1", "text": "已整理"})
        assert "已整理" in reported.text
        assert (await officer.get("/meetings/call")).status_code == 403
    async with browser(console, "boss") as boss:
        load = await page(boss, "/mediators")
        assert "名册人数" in load and "王文明（虚构）" in load
        assert "会议日程" in await page(boss, "/meetings") and "联络员会议" in await page(boss, "/meetings")
        form = await page(boss, "/meetings/call?kind=urgent")
        assert 'value="lab-head"' in form and "联席会议室" in form
    async with browser(console, "counter") as counter:
        assert (await counter.get("/meetings")).status_code == 403


@pytest.mark.parametrize("language", Language)
async def test_a_report_is_read_broken_down_traced_and_taken_along(console: Any, language: Language) -> None:
    async with browser(console, "counter") as counter:
        case = await filed(counter)
        shown = await seen(lambda: page(counter, f"/cases/{case}"), lambda text: "RZ-" in text)
        year = re.search(r"RZ-(\d{4})-\d+", shown)
        assert year is not None
    async with browser(console, "boss", language) as boss:
        over = f"?period={year[1]}"
        report = await seen(
            lambda: page(boss, f"/reports/figures/accepted{over}"), lambda text: f"/cases/{year[0]}" in text
        )
        assert "<table" in report
        whole = await page(boss, f"/reports{over}&by=case_class")
        assert f"/reports/figures/recovered{over}" in whole.replace("&amp;", "&") and 'data-kind="bar"' in whole
        assert f"/reports/sheet{over}&by=case_class&figure=closed" in whole.replace("&amp;", "&")
        trades = await page(boss, f"/reports{over}&only.trade=construction")
        assert 'value="construction" selected' in trades
        assert "RZ-" not in await page(boss, f"/reports/figures/accepted{over}&only.channel=no-such-channel")
        rows = list(csv.DictReader(io.StringIO((await boss.get(f"/reports/sheet{over}")).text.lstrip("\ufeff"))))
        assert int(next(row["value"] for row in rows if row["figure"] == "accepted")) >= 1
        word = Document(io.BytesIO((await boss.get(f"/reports/word{over}")).content))
        assert len(word.tables[0].rows) == len([row for row in rows if row["period"] == year[1]]) + 1
        assert [len(table.rows) for table in word.tables[1:]] == [12] * 6, "six figures month by month"
        one = (await boss.get(f"/reports/sheet{over}&figure=closed")).text.lstrip("\ufeff")
        assert {row["figure"] for row in csv.DictReader(io.StringIO(one))} == {"closed"}
        assert (await boss.get(f"/reports/sheet{over}&figure=zodiac")).status_code == 422
        assert (await boss.get("/reports?period=soon")).status_code == 422
        assert (await boss.get("/reports?by=zodiac")).status_code == 422
    async with browser(console, "lab-01") as officer:
        assert (await officer.get("/reports")).status_code == 403


async def test_warnings_stand_on_a_map_of_the_posts_and_in_a_list_with_what_came_of_each(
    console: Any, centre: Centre
) -> None:
    warning = EarlyWarning(employer="虚构的停缴公司", credit_code=None, since="2025-01", months=9, workers=60)
    opening = OpenGrid(
        message_id="w", actor=SYSTEM, post=Post(id="park-7", kind=PostKind.PARK), warning=warning, drill=True
    )
    name = f"grid-warning-{uuid.uuid4().hex[:8]}"
    await beginning.begin(centre.world.client, "GridWorkflow", name, opening, GridReceipt)
    async with browser(console, "boss") as boss:
        shown = await seen(lambda: page(boss, "/warnings?of=drill"), lambda told: "虚构的停缴公司" in told)
        assert 'class="red"' in shown and "待走访" in shown and "红色" in shown
        assert "虚构的停缴公司" not in await page(boss, "/warnings?of=drill&post=village-3")
        assert "虚构的停缴公司" not in await page(boss, "/warnings"), "a drill stands apart"
    async with browser(console, "tax-01") as officer:
        assert (await officer.get("/warnings")).status_code == 403
