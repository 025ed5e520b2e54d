"""The pages in a real browser, before a whole centre: each role's day, and what people do to pages."""

import asyncio
import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import segno
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from casebook import accounts
from domain.base import CENTRE_ZONE
from domain.ledger import Actor
from domain.words import Role
from tests.console.browsing import Site, afresh, at_stage, claimed, filed, unfolded
from tests.console.conftest import account
from tests.patience import seen


async def find_facts(page: Page, case: str, agency: str) -> None:
    """An officer claims the inquiry of the case and confirms what the records say."""
    await claimed(page, case, agency)
    await page.click("form.card button:not([name])")
    await expect(page.locator('[role="status"]').first).to_contain_text("已办理")


async def test_a_dispute_goes_from_the_counter_to_closure_by_six_people_in_six_browsers(
    site: Site, tmp_path: Path
) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
        slip = counter.locator(".slip")
        address, code = await slip.locator(".address").inner_text(), await slip.locator(".code").inner_text()
        await counter.goto(f"/cases/{case}")
        await counter.select_option("#party", "e1")
        await counter.click('form[action$="/invite"] button:not([formaction])')
        for_employer = [await counter.locator(".address").inner_text(), await counter.locator(".code").inner_text()]
    for name, agency in (("lab-01", "labor"), ("med-01", "medical-insurance"), ("tax-01", "tax")):
        async with site.visit(name) as officer:
            if agency == "labor":
                await labour_finding(officer, case)
            else:
                await find_facts(officer, case, agency)
    async with site.visit("boss") as boss:
        await at_stage(boss, case, "调解")

    async def named() -> str | None:
        mediator: str | None = await site.centre.world.pool.fetchval(
            'select mediator from dispute where $1 in ("case", case_number)', case
        )
        return mediator

    await account(site.centre, f"of-{case}", Actor(id=await seen(named) or "", role=Role.MEDIATOR))
    async with site.visit(f"of-{case}") as table:
        await talks_called(table, case)
        await told_in_confidence(table, case)
        await expect(table.locator("#prognosis")).to_contain_text("难度")
        await table.goto(f"/cases/{case}/terms")
        await expect(table.locator("section.good")).to_be_visible()
        for parts in ("2", "1"):
            await table.fill("#instalments", parts)
            await table.press("#instalments", "Tab")
            await expect(table.locator("#tried table").first.locator("tbody tr")).to_have_count(int(parts))
        await table.fill("#instalments", "abc")
        await table.press("#instalments", "Tab")
        await expect(table.locator("#tried")).to_contain_text("还不能提出")
        assert await table.locator('button[name="send"]').count() == 0
        await table.fill("#instalments", "1")
        await table.press("#instalments", "Tab")
        await table.click('button[name="send"]')
        await expect(table.locator('[role="status"]').first).to_contain_text("已办理")
    for link, secret in ((address, code), for_employer):
        async with site.visit(viewport={"width": 360, "height": 740}) as phone:
            await phone.goto(link)
            await phone.fill("#code", secret)
            await phone.click("main button")
            await expect(phone.locator(".stages")).to_be_visible()
            assert await phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            await phone.click('main a[href*="/answer/"]')
            await expect(phone.locator("main")).to_contain_text("何时支付")
            assert await phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            await phone.click('form[action$="/do/answer"] button >> nth=0')
            await expect(phone.locator('[role="status"]').first).to_contain_text("已办理")
    async with site.visit("boss") as boss:
        await at_stage(boss, case, "履行")
        await expect(boss.locator("#signing")).to_contain_text("未签")
        await expect(boss.locator("main")).to_contain_text("调解协议")
    for party in ("c1", "e1"):
        await signed_by_phone(site, case, party)
    async with site.visit(f"of-{case}") as table:
        await table.goto(f"/cases/{case}/do/seal_agreement")
        await table.fill("#seal", "seal-0001")
        await table.click("form.card button:not([name])")
        await expect(table.locator('[role="status"]').first).to_contain_text("已办理")
    async with site.visit("tax-01") as officer:
        await paid_by_sheet(officer, case, tmp_path)
    async with site.visit("boss") as boss:
        await at_stage(boss, case, "办结")
        await expect(boss.locator("main")).to_contain_text("履行完毕")


async def talks_called(table: Page, case: str) -> None:
    """The mediator takes a time at which a room is free."""
    await table.goto(f"/cases/{case}/free")
    await table.locator('main a[href*="/do/schedule_session"]').first.click()
    await expect(table.locator("#session")).to_have_value("s1")
    await table.click("form.card button:not([name])")
    await expect(table.locator('[role="status"]').first).to_contain_text("已办理")
    await expect(table.locator("main")).to_contain_text("约谈")


async def told_in_confidence(table: Page, case: str) -> None:
    """What one side says to the mediator alone stands on a page of its own."""
    await table.goto(f"/cases/{case}/do/note_caucus")
    await table.select_option("#party", "c1")
    await table.fill("#confidence", "一次付清可以让步")
    await table.click("form.card button:not([name])")
    await expect(table.locator('[role="status"]').first).to_contain_text("已办理")
    assert "一次付清可以让步" not in await table.inner_text("main")
    await table.click('a[href$="/confidences"]')
    await expect(table.locator("main")).to_contain_text("一次付清可以让步")
    await table.goto(f"/cases/{case}")


async def signed_by_phone(site: Site, case: str, party: str) -> None:
    """The mediator shows a party the code; the party reads and signs on its own phone."""
    async with site.visit(f"of-{case}") as table:
        await table.goto(f"/cases/{case}")
        await table.click(f'#signing form:has(input[value="{party}"]) button')
        address, code = await table.locator(".address").inner_text(), await table.locator(".code").inner_text()
        assert await table.locator(".slip img").evaluate("image => image.naturalWidth > 0")
    async with site.visit(viewport={"width": 360, "height": 740}) as phone:
        await phone.goto(address)
        await phone.fill("#code", code)
        await phone.click("main button")
        await expect(phone.locator("article")).to_contain_text("调解协议书")
        assert await phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await phone.fill("#signed", "另有其人")
        await phone.click("form.card button")
        await expect(phone.locator('[role="alert"]')).to_contain_text("通读")
        await phone.check("#read")
        await phone.fill("#signed", "另有其人")
        await phone.click("form.card button")
        await expect(phone.locator('[role="alert"]')).to_contain_text("一致")
        asked = await phone.locator('label[for="signed"]').inner_text()
        await phone.check("#read")
        await phone.fill("#signed", asked.partition("：")[2])
        await phone.click("form.card button")
        await expect(phone.locator('[role="status"]').first).to_contain_text("已办理")


async def paid_by_sheet(officer: Page, case: str, folder: Path) -> None:
    """The tax bureau hands in what came as a sheet, sees what it would pay, and confirms it."""
    await officer.goto(f"/cases/{case}")
    await officer.click(f'a[href="/cases/{case}/payments"]')
    owed = (await officer.locator('td[data-label="尚欠社会保险费"]').first.inner_text()).replace(",", "")
    day = datetime.now(CENTRE_ZONE).date()
    sheet = folder / "payments.csv"
    sheet.write_text(f"票据号,到账日期,金额\nr-1,{day},{owed}\nr-2,昨天,1.00\n", encoding="utf-8")
    await officer.set_input_files("#file", sheet)
    await officer.click("form[enctype] button")
    await expect(officer.locator("#bad")).to_contain_text("第 3 行")
    await expect(officer.locator("#shown tbody tr")).to_have_count(1)
    await officer.click('#shown button[name="send"]')
    await expect(officer.locator('[role="status"]').first).to_contain_text("1")


async def labour_finding(page: Page, case: str) -> None:
    """The labour bureau finds an employment that its records do not have."""
    await claimed(page, case, "labor")
    await page.click('button[name="more"][value="employments"]')
    for name, value in {"claimant": "c1", "employer": "e1"}.items():
        await page.select_option(f"#employments\\.0\\.{name}", value)
    for name, value in {"first_month": "2024-01", "last_month": "2024-03", "monthly_wage": "5000"}.items():
        await unfolded(page, f"employments.0.{name}")
        await page.fill(f"#employments\\.0\\.{name}", value)
    await page.click('form[action$="/tasks/labor"] button:not([name])')
    await expect(page.locator('[role="status"]').first).to_contain_text("已办理")


async def test_a_link_lets_in_once_and_not_after_it_was_ended(site: Site) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
        slip = counter.locator(".slip")
        address, code = await slip.locator(".address").inner_text(), await slip.locator(".code").inner_text()
    async with site.visit() as stranger:
        await stranger.goto(address)
        await stranger.fill("#code", "00000000")
        await stranger.click("main button")
        await expect(stranger.locator('[role="alert"]')).to_be_visible()
    async with site.visit() as phone:
        await phone.goto(address)
        await phone.fill("#code", code)
        await phone.click("main button")
        await expect(phone.locator(".stages")).to_be_visible()
        await phone.goto("/cases/dispute-somebody-elses")
        await expect(phone.locator('[role="alert"]')).to_contain_text("没有找到")
        async with site.visit() as again:
            await again.goto(address)
            await again.fill("#code", code)
            await again.click("main button")
            await expect(again.locator('[role="alert"]')).to_be_visible()
        ended = await accounts.end_invitations(site.centre.world.pool, Actor(id="c1", role=Role.CLAIMANT), case)
        assert ended == 1
        await phone.goto(f"/cases/{case}")
        await expect(phone.locator("h1")).to_contain_text("登录")


async def offered(page: Page, case: str) -> None:
    """The list of what is to be claimed, once the case stands on it."""

    async def there() -> int:
        await page.goto("/inquiries?show=open")
        return await page.locator(f'form[action="/cases/{case}/do/claim_task"]').count()

    await seen(there)


async def test_two_officers_at_one_row_one_has_it_and_the_other_is_told(site: Site) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with site.visit("tax-01") as first, site.visit("tax-02") as second:
        for page in (first, second):
            await offered(page, case)
        await first.click(f'form[action="/cases/{case}/do/claim_task"] button')
        await expect(first.locator('[role="status"]').first).to_contain_text("已办理")
        answer = second.expect_response(re.compile("claim_task"))
        async with answer as told:
            await second.click(f'form[action="/cases/{case}/do/claim_task"] button')
        assert (await told.value).status == 409
        await expect(second.locator('[role="alert"]')).to_contain_text("tax-01")


RENEWS = """() => new Promise(told => {
    document.addEventListener("htmx:beforeRequest", event => told(!event.defaultPrevented), { once: true });
    htmx.trigger("#renewing", "renew");
})"""
"""Whether the page asks for its parts anew, as it does by itself after a while."""


async def test_a_list_renews_itself_but_never_under_somebody_who_is_choosing(site: Site) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with site.visit("tax-01") as first, site.visit("tax-02") as second:
        for page in (first, second):
            await offered(page, case)
        await second.check(f'input[name="row"][value="{case}|tax"]')
        await first.click(f'form[action="/cases/{case}/do/claim_task"] button')
        await expect(first.locator('[role="status"]').first).to_contain_text("已办理")
        assert await second.evaluate(RENEWS) is False
        await second.uncheck(f'input[name="row"][value="{case}|tax"]')
        await second.evaluate("document.activeElement.blur()")

        async def gone() -> bool:
            assert await second.evaluate(RENEWS) is True
            return await second.locator(f'form[action="/cases/{case}/do/claim_task"]').count() == 0

        await seen(gone)


async def test_a_double_click_acts_once_and_going_back_sends_nothing_again(site: Site) -> None:
    async with site.visit("boss") as boss, site.visit("counter") as counter:
        case = await filed(counter)
        await boss.goto(f"/cases/{case}/do/comment")
        await boss.fill("#text", "请优先办理")
        await boss.dblclick("form.card button:not([name])")
        await boss.wait_for_url(re.compile(r"done="))
        await boss.go_back()
        await expect(boss.locator("#text")).to_have_value("")
        await boss.goto(f"/cases/{case}")
        timeline = await boss.inner_text("ol.log")
    assert timeline.count("请优先办理") == 1


async def test_a_form_kept_half_filled_is_there_again_in_another_browser(site: Site) -> None:
    async with site.visit("counter") as counter:
        await afresh(counter)
        await counter.fill("#claimants\\.0\\.name", "虚构者丙")
        await counter.click('button[name="keep"]')
        await expect(counter.locator('[role="status"]')).to_contain_text("暂存")
    async with site.visit("counter") as elsewhere:
        await elsewhere.goto("/file")
        await expect(elsewhere.locator("#claimants\\.0\\.name")).to_have_value("虚构者丙")
        await elsewhere.goto("/file?afresh=1")  # Reading a page forgets nothing.
        await expect(elsewhere.locator("#claimants\\.0\\.name")).to_have_value("虚构者丙")
        await afresh(elsewhere)
        await expect(elsewhere.locator("#claimants\\.0\\.name")).to_have_value("")


async def test_without_scripts_and_by_keyboard_alone_a_remark_is_sent(site: Site) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with site.visit("boss", java_script_enabled=False) as boss:
        await boss.goto(f"/cases/{case}/do/comment")
        await boss.focus("#text")
        await boss.keyboard.type("键盘办理")
        await boss.keyboard.press("Tab")
        while await boss.locator("form.card button:not([name]):focus").count() == 0:
            await boss.keyboard.press("Tab")
        await boss.keyboard.press("Enter")
        await expect(boss.locator('[role="status"]').first).to_contain_text("已办理")


async def test_a_wrong_answer_comes_back_as_it_was_typed_with_the_field_named(site: Site) -> None:
    async with site.visit("counter") as counter:
        await afresh(counter)
        await counter.fill("#claimants\\.0\\.name", "虚构者")
        await counter.fill("#claimants\\.0\\.identity_number", "123")
        await counter.click("form.card button:not([name])")
        await expect(counter.locator('[role="alert"]')).to_contain_text("公民身份号码")
        await expect(counter.locator("#claimants\\.0\\.identity_number")).to_have_value("123")
        assert await counter.get_attribute("#claimants\\.0\\.identity_number", "aria-invalid") == "true"


async def test_evidence_is_handed_in_seen_in_the_page_and_never_run(site: Site, tmp_path: Path) -> None:
    async with site.visit("counter") as counter, site.visit("tax-01") as officer:
        case = await filed(counter)
        (picture := tmp_path / "工资条.png").write_bytes(segno_png())
        await officer.goto(f"/cases/{case}")
        await officer.set_input_files("#file", picture)
        await officer.click('form[action$="/evidence"] button')
        await expect(officer.locator('[role="status"]').first).to_contain_text("已办理")
        link = officer.locator('a[href*="/evidence/"]')
        await expect(link).to_have_text("工资条.png")
        seen_at = await officer.goto(str(await link.get_attribute("href")))
        assert seen_at is not None and seen_at.status == 200
        assert seen_at.headers["content-disposition"] == "inline"
        assert "sandbox" in seen_at.headers["content-security-policy"]


def segno_png() -> bytes:
    """Some picture."""
    held = io.BytesIO()
    segno.make("evidence").save(held, kind="png")
    return held.getvalue()


async def test_what_somebody_wrote_is_shown_as_text_and_never_run(site: Site) -> None:
    async with site.visit("boss") as boss, site.visit("counter") as counter:
        case = await filed(counter)
        await boss.goto(f"/cases/{case}/do/comment")
        await boss.fill("#text", "<img src=x onerror=\"document.title='taken'\">")
        await boss.click("form.card button:not([name])")
        await boss.wait_for_url(re.compile(r"done="))
        assert "onerror" in await boss.inner_text("ol.log") and await boss.title() != "taken"


PAGES = ("/", "/cases", "/inquiries", "/cases/{case}", "/cases/{case}/do/comment", "/cases/{case}/do/suspend")


@pytest.mark.parametrize(("language", "widths"), [("zh-CN", (360, 1280)), ("en", (360,))])
async def test_no_page_has_a_barrier_that_axe_finds_at_any_width(
    site: Site, language: str, widths: tuple[int, ...]
) -> None:
    found: dict[str, list[str]] = {}
    async with site.visit("counter") as counter:
        case = await filed(counter)
    await account(site.centre, f"c1-{language}-{case}", Actor(id="c1", role=Role.CLAIMANT), case)
    visits = {
        f"c1-{language}-{case}": ("/cases/{case}", "/mine"),
        "boss": (
            *PAGES,
            "/calendar",
            "/operations",
            "/mediators",
            "/warnings",
            "/meetings",
            "/meetings/call",
            "/reports",
            "/reports/figures/accepted",
        ),
        "counter": (
            "/file",
            "/file/find",
            "/file/sheet",
            "/file/steps/claimants",
            "/file/steps/check",
            "/reckon/arrears",
            "/reckon/severance",
        ),
        "tax-01": ("/cases/{case}/tasks/tax",),
        "": ("/sign-in", "/in/x", "/api/v1/docs"),
    }
    for name, paths in visits.items():
        async with site.visit(name, language) as page:
            for path in paths:
                await page.goto(path.format(case=case))
                for width in widths:
                    await page.set_viewport_size({"width": width, "height": 800})
                    result = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
                    violations = result.response["violations"]
                    if broken := [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in violations]:
                        found[f"{name} {path} {width}"] = broken
                    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                    assert wide <= 0, (path, width, wide)
    assert found == {}


async def test_a_page_is_light_and_asks_nobody_else_for_anything(site: Site, tmp_path: Path) -> None:
    asked: list[tuple[str, int]] = []
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with site.visit("boss") as boss:
        boss.on("requestfinished", lambda request: asyncio.create_task(_weighed(request, asked)))
        await boss.goto(f"/cases/{case}")
        await boss.wait_for_load_state("networkidle")
    assert asked and all(url.startswith(site.address) for url, _ in asked)
    assert sum(size for _, size in asked) < 150_000


async def test_a_photo_is_seen_before_it_is_handed_in(site: Site, tmp_path: Path) -> None:
    photo = tmp_path / "payslip.png"
    segno.make("payslip").save(str(photo), scale=8)
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with site.visit("tax-01") as officer:
        told: list[str] = []
        officer.on("console", lambda message: told.append(message.text))
        await officer.goto(f"/cases/{case}")
        await officer.set_input_files("#file", photo)
        await expect(officer.locator("#preview")).to_contain_text("payslip.png")
        await expect(officer.locator("#preview img")).to_be_visible()

        async def drawn() -> bool:
            return bool(await officer.locator("#preview img").evaluate("image => image.naturalWidth > 0"))

        await seen(drawn)
        assert told == []
        await officer.click(f'form[action="/cases/{case}/evidence"] button')
        await expect(officer.locator("main")).to_contain_text("payslip.png")


async def test_a_report_is_drawn_beside_its_tables_within_the_pages_own_rules(site: Site) -> None:
    told: list[str] = []
    async with site.visit("counter") as counter:
        await filed(counter)
    async with site.visit("boss") as boss:
        boss.on("console", lambda message: told.append(message.text))
        boss.on("pageerror", lambda error: told.append(str(error)))
        await boss.goto("/reports?by=channel")
        charts = boss.locator("figure.chart")
        lines = boss.locator('figure.chart[data-kind="line"]')
        await expect(lines.first.locator("canvas")).to_be_visible()
        assert await lines.count() == 6 and await lines.first.locator("tbody tr").count() == 12
        assert await boss.locator("canvas").count() == await charts.count()
    assert told == []
    async with site.visit("boss", java_script_enabled=False) as boss:
        await boss.goto("/reports")
        await expect(boss.locator("figure.chart table").first).to_be_visible()
        assert await boss.locator(".plot").first.is_hidden()


async def _weighed(request: Any, asked: list[tuple[str, int]]) -> None:
    sizes = await request.sizes()
    asked.append((request.url, sizes["responseBodySize"] + sizes["responseHeadersSize"]))
