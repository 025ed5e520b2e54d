"""One act on many rows, filters kept by name, and a person read behind the mask: by pages."""

import re
from typing import Any

import httpx

from tests import builders
from tests.cli.conftest import Centre
from tests.console.test_pages import Forms, browser, filed, page
from tests.patience import seen


async def listed(client: httpx.AsyncClient, case: str, path: str) -> str:
    """The page of a list once a case stands on it."""
    return await seen(lambda: page(client, path), lambda shown: f'value="{case}' in shown)


async def test_many_inquiries_are_given_more_time_at_once_and_each_case_keeps_its_own_entry(console: Any) -> None:
    async with browser(console, "counter") as counter:
        cases = [await filed(counter) for _ in range(2)]
    async with browser(console, "boss") as boss:
        for case in cases:
            await listed(boss, f"{case}|tax", "/inquiries?show=open&agency=tax")
        rows = {"row": [f"{case}|tax" for case in cases]}
        preview = await boss.post("/many", data={"of": "inquiries", "act": "extend_task", **rows})
        assert preview.status_code == 200 and all(case in preview.text for case in cases)
        form = Forms(preview.text).of("/many")
        assert "task" not in form and {"days", "reason", "message_id"} <= form.keys()

        blank = await boss.post("/many", data={**form, **rows, "send": "1"})
        assert blank.status_code == 422 and "延长" in blank.text
        said = {**form, **rows, "send": "1", "days": "5", "reason": "材料待核"}
        done = await boss.post("/many", data=said)
        assert done.status_code == 200 and "共 2 项，已办理 2 项" in done.text, done.text
        again = await boss.post("/many", data=said)
        assert "已办理 2 项" in again.text, "the same form again acts once"
        for case in cases:
            assert (await page(boss, f"/cases/{case}")).count("材料待核") == 1


async def test_what_one_case_refuses_does_not_keep_the_others_back(console: Any) -> None:
    async with browser(console, "counter") as counter:
        case, other = await filed(counter), await filed(counter)
    async with browser(console, "tax-01") as tax:
        for one in (case, other):
            await listed(tax, f"{one}|tax", "/inquiries?show=open")
        claimed = await tax.post(f"/cases/{case}/do/claim_task", data={"task": "tax"})
        assert claimed.status_code == 200
    async with browser(console, "tax-02") as tax:
        rows = {"row": [f"{case}|tax", f"{other}|tax"]}
        form = Forms((await tax.post("/many", data={"of": "inquiries", "act": "claim_task", **rows})).text).of("/many")
        done = await tax.post("/many", data={**form, **rows, "send": "1"})
        assert "共 2 项，已办理 1 项" in done.text and "tax-01" in done.text


async def test_nobody_does_to_many_what_is_not_theirs_to_do(console: Any) -> None:
    async with browser(console, "counter") as counter:
        case = await filed(counter)
        refused = await counter.post("/many", data={"of": "cases", "act": "suspend", "row": case})
        assert refused.status_code in (403, 422)
    async with browser(console, "boss") as boss:
        assert (await boss.post("/many", data={"of": "cases", "act": "suspend"})).status_code == 422
        assert (await boss.post("/many", data={"of": "secrets", "act": "suspend", "row": case})).status_code == 422
        too_many = {"of": "cases", "act": "suspend", "row": [f"dispute-{one}" for one in range(201)]}
        assert (await boss.post("/many", data=too_many)).status_code == 422


async def test_a_filter_kept_by_name_is_there_again_and_its_owners_alone(console: Any) -> None:
    async with browser(console, "boss") as boss:
        kept = await boss.post(
            "/filters", data={"page": "/cases", "name": "复杂待办", "query": "show=all&case_class=complex&after=x"}
        )
        assert kept.status_code == 200 and str(kept.url).endswith("/cases?show=all&case_class=complex")
        assert 'href="/cases?show=all&amp;case_class=complex">复杂待办</a>' in await page(boss, "/cases")
        async with browser(console, "tax-01") as other:
            assert "复杂待办" not in await page(other, "/cases")
        assert (await boss.post("/filters", data={"page": "/elsewhere", "name": "x"})).status_code == 422
        assert (await boss.post("/filters", data={"page": "/cases", "name": " "})).status_code == 422
        await boss.post("/filters", data={"page": "/cases", "name": "复杂待办", "forget": "1"})
        assert "复杂待办" not in await page(boss, "/cases")


async def test_a_kept_filter_is_sealed_for_it_may_name_a_person(console: Any, centre: Centre) -> None:
    async with browser(console, "boss") as boss:
        await boss.post("/filters", data={"page": "/cases", "name": "某单位", "query": "employer=虚构者本人"})
    kept = await centre.world.pool.fetchval("select query from saved_filter where name = '某单位'")
    assert "虚构者" not in kept


async def test_who_looks_behind_the_mask_says_what_for_and_it_stands_on_the_ledger(console: Any) -> None:
    async with browser(console, "counter") as counter:
        case = await filed(counter)
    async with browser(console, "boss") as boss:
        form = await page(boss, f"/cases/{case}/do/read_personal_data")
        assert "核验身份" in form and "督办" in form and 'value="access"' not in form
        path = f"/cases/{case}/do/read_personal_data"
        without = await boss.post(path, data={"person": "c1", "data": "identity_number"})
        assert without.status_code == 422
        said = {"person": "c1", "data": "identity_number", "purpose": "oversight", "reason": "核对"}
        told = await boss.post(path, data=said)
        number = re.search(r"<td>(\d{17}[\dX])</td>", told.text)
        assert number is not None and builders.identity_number(1)[:4] == number[1][:4]
        assert told.headers["Cache-Control"] == "no-store"
        assert "用于督办" in await page(boss, f"/cases/{case}")
