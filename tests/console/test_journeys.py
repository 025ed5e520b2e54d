"""More of people's days in a real browser: the supervisor's, a worker's on the phone, and what breaks in the middle."""

import contextlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import segno
from playwright.async_api import Page, expect

from domain.ledger import Actor
from domain.words import Role
from runtime.servers import free_port
from tests.console.browsing import Site, at_stage, claimed, filed, serving, unfolded
from tests.console.conftest import account


async def sent(page: Page, **fields: str) -> None:
    """A form is filled in, sent and taken."""
    for name, value in fields.items():
        await page.fill(f"#{name}", value)
    await page.click("form.card button:not([name])")
    await done(page)


async def done(page: Page) -> None:
    """The form was taken."""
    await expect(page.locator('[role="status"]').first).to_contain_text("已办理")


async def test_the_supervisor_holds_a_meeting_by_the_calendar(site: Site) -> None:
    async with site.visit("boss") as boss:
        await boss.goto("/meetings")
        await boss.click('a[href="/meetings/call?kind=regular"]')
        await expect(boss.locator("#place")).to_have_value("联席会议室")
        await boss.check('[name="drill"]')
        await boss.click("form.card button:not([name])")
        await expect(boss.locator("h1")).to_contain_text("联席演")
        here = boss.url
        items = await boss.locator('td[data-label="议题"]').all_inner_texts()
        await boss.click('nav a[href$="/do/propose_item"]')
        await boss.fill("#item", "i-own")
        await boss.fill("#title", "灵活就业人员补缴口径")
        await boss.click("form.card button:not([name])")
        await expect(boss.locator("main")).to_contain_text("灵活就业人员补缴口径")
        await boss.goto(f"{here}/do/fix_agenda")
        for item in items:
            await boss.check(f'[name="put_off"][value="{item}"]')
        await boss.click("form.card button:not([name])")
        await expect(boss.locator("h1 + p .badge")).to_be_visible()


async def test_a_complaint_is_taken_a_step_a_page_back_and_on_again(site: Site) -> None:
    async with site.visit("counter") as counter:
        await counter.goto("/file/steps/claimants")
        if await counter.locator('button[name="afresh"]').count():
            await counter.click('button[name="afresh"]')
        await counter.fill("#claimants\\.0\\.name", "虚构者")
        await counter.fill("#claimants\\.0\\.identity_number", "123")
        await counter.click("form.card button:not([name])")
        await expect(counter.locator('[role="alert"]')).to_contain_text("公民身份号码")
        await counter.fill("#claimants\\.0\\.identity_number", "11010519491231002X")
        await counter.click("form.card button:not([name])")
        await expect(counter).to_have_url(re.compile("/file/steps/employer"))
        await counter.click('button[name="back"]')
        await expect(counter.locator("#claimants\\.0\\.name")).to_have_value("虚构者")
        await counter.click('button[name="afresh"]')


async def test_a_worker_on_a_phone_hands_in_a_photo_and_asks_for_another_mediator(
    site: Site,
    tmp_path: Path,
) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
    await account(site.centre, f"worker-{case}", Actor(id="c1", role=Role.CLAIMANT), case)
    segno.make("payslip").save(str(tmp_path / "payslip.png"), scale=4)
    async with site.visit(viewport={"width": 360, "height": 740}) as phone:
        await phone.goto("/sign-in")
        await phone.fill("#name", f"worker-{case}")
        await phone.fill("#password", site.password)
        await phone.click("main button")
        await expect(phone.locator(".stages")).to_be_visible()
        await phone.set_input_files("#file", tmp_path / "payslip.png")
        await expect(phone.locator("#preview img")).to_be_visible()
        await phone.click('form[action$="/evidence"] button')
        await done(phone)
        assert await phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await phone.goto(f"/cases/{case}/do/comment")
        assert await phone.locator("h1").count() == 1


async def test_the_language_is_switched_on_any_page_and_stays(site: Site) -> None:
    async with site.visit("boss") as boss:
        await boss.goto("/cases?show=overdue")
        await boss.click("header a[lang=en]")
        await expect(boss.locator("html")).to_have_attribute("lang", "en")
        await boss.goto("/meetings")
        await expect(boss.locator("h1")).to_contain_text("meeting", ignore_case=True)
        await boss.click('header a[lang="zh-CN"]')
        await expect(boss.locator("html")).to_have_attribute("lang", "zh-CN")


async def test_a_session_that_ended_in_the_middle_asks_to_sign_in_and_does_nothing(site: Site) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with site.visit("boss") as boss:
        await boss.goto(f"/cases/{case}/do/comment")
        await boss.fill("#text", "会话已结束")
        await boss.context.clear_cookies()
        await boss.click("form.card button:not([name])")
        await expect(boss.locator("#password")).to_be_visible()
    async with site.visit("boss") as boss:
        await boss.goto(f"/cases/{case}")
        await expect(boss.locator("ol.log")).not_to_contain_text("会话已结束")


async def test_a_console_restarted_in_the_middle_takes_the_form_that_was_open(
    site: Site,
    console: Any,
) -> None:
    port = free_port()
    elsewhere = replace(site, address=f"http://localhost:{port}")
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with contextlib.AsyncExitStack() as stack:
        async with serving(console, port):
            boss = await stack.enter_async_context(elsewhere.visit("boss"))
            await boss.goto(f"/cases/{case}/do/comment")
            await boss.fill("#text", "重启前写好")
        async with serving(console, port):
            await boss.click("form.card button:not([name])")
            await done(boss)
            await expect(boss.locator("ol.log")).to_contain_text("重启前写好")


async def test_at_twice_the_size_a_case_is_read_without_scrolling_sideways(site: Site) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with site.visit("boss", viewport={"width": 640, "height": 450}, device_scale_factor=2) as boss:
        await at_stage(boss, case, "核实")
        assert await boss.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def test_the_supervisor_reassigns_a_case_and_the_log_is_filtered(site: Site) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with site.visit("boss") as boss:
        await at_stage(boss, case, "核实")
        await boss.goto(f"/cases/{case}/do/comment")
        await boss.fill("#text", "请优先")
        await boss.click("form.card button:not([name])")
        await done(boss)
        await boss.select_option("#log-who", "supervisor")
        await boss.click("#log button")
        lines = boss.locator("#log li")
        await expect(lines).to_have_count(1)
        await expect(lines).to_contain_text("请优先")


async def test_arrears_are_reckoned_while_an_officer_types(site: Site) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with site.visit("lab-01") as officer:
        await at_stage(officer, case, "核实")
        await claimed(officer, case, "labor")
        reckoned = officer.locator("#reckoned")
        await expect(reckoned).to_contain_text("没有欠费")
        await officer.click('button[name="more"][value="employments"]')
        for name, value in {"claimant": "c1", "employer": "e1"}.items():
            await officer.select_option(f"#employments\\.0\\.{name}", value)
        for name, value in {"first_month": "2024-01", "last_month": "2024-03", "monthly_wage": "5000"}.items():
            await unfolded(officer, f"employments.0.{name}")
            await officer.fill(f"#employments\\.0\\.{name}", value)
        # Three months of pension at 5,000 yuan: 16 % of the employer and 8 % of the worker.
        await expect(reckoned).to_contain_text("2,400.00")
        await expect(reckoned).to_contain_text("1,200.00")
        await expect(reckoned).to_contain_text("税务未答复")
        await officer.fill("#employments\\.0\\.last_month", "2024-02")
        await expect(reckoned).to_contain_text("1,600.00")
        await officer.fill("#employments\\.0\\.monthly_wage", "abc")
        await expect(reckoned).to_contain_text("填写完整")
        await expect(officer.locator("#employments\\.0\\.monthly_wage")).to_have_value("abc")


async def test_an_officer_asks_for_more_time_and_the_supervisor_grants_it(site: Site) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with site.visit("tax-01") as officer:
        await at_stage(officer, case, "核实")
        await claimed(officer, case, "tax")
        await officer.goto(f"/cases/{case}/do/ask_for_time")
        await officer.select_option("#task", "tax")
        await sent(officer, days="5", reason="调取历年账册")
    async with site.visit("boss") as boss:
        await boss.goto(f"/cases/{case}/do/extend_task")
        await boss.select_option("#task", "tax")
        await sent(boss, days="5", reason="同意")


async def test_an_employer_with_two_cases_goes_from_one_to_the_other(site: Site) -> None:
    links, cases = [], []
    for _ in range(2):
        async with site.visit("counter") as counter:
            cases.append(case := await filed(counter))
            await counter.goto(f"/cases/{case}")
            await counter.select_option("#party", "e1")
            await counter.click('form[action$="/invite"] button:not([formaction])')
            links.append((await counter.inner_text(".address"), await counter.inner_text(".code")))
    async with site.visit(viewport={"width": 360, "height": 740}) as phone:
        for at, (address, code) in enumerate(links):
            await phone.goto(address)
            await phone.fill("#code", code)
            if at:
                await phone.check('[name="mine"]')
            await phone.click("main button")
            await expect(phone.locator("h1")).to_be_visible()
        await expect(phone).to_have_url(re.compile("/mine$"))
        await expect(phone.locator("section.card")).to_have_count(2)
        assert await phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await phone.click(f'form:has(input[value="{cases[0]}"]) button')
        await expect(phone).to_have_url(re.compile(f"/cases/{cases[0]}"))
        await phone.goto(f"/cases/{cases[1]}")
        await expect(phone.locator("h1")).to_contain_text("不能办理")


async def test_a_supervisor_reads_what_is_masked_for_a_purpose_that_is_noted(site: Site) -> None:
    async with site.visit("counter") as counter:
        case = await filed(counter)
    async with site.visit("boss") as boss:
        await at_stage(boss, case, "核实")
        assert "****" in await boss.inner_text("main")
        await boss.goto(f"/cases/{case}/do/read_personal_data")
        await boss.select_option("#person", "c1")
        await boss.check('[name="data"][value="identity_number"]')
        await boss.select_option("#purpose", "verify-identity")
        await unfolded(boss, "reason")
        await boss.fill("#reason", "核对身份证复印件")
        await boss.click("form.card button:not([name])")
        await expect(boss.locator("main")).to_contain_text("990000")
        await boss.goto(f"/cases/{case}")
        await expect(boss.locator("#log")).to_contain_text("核验身份")
