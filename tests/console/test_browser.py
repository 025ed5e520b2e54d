"""The pages in a real browser, before a whole centre: each role's day, and what people do to pages."""

import asyncio
import io
import re
from pathlib import Path
from typing import Any

import pytest
import segno
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from casebook import accounts
from domain.ledger import Actor
from domain.words import Role
from tests.console.browsing import Site, afresh, filed
from tests.console.conftest import account
from tests.patience import seen


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

BARRIERS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


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
                    result = await Axe().run(page, options=BARRIERS)
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
