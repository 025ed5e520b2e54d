"""One dispute from the counter to closure, each of six people in a browser of their own."""

from datetime import datetime
from pathlib import Path

from playwright.async_api import Page, expect

from domain.base import CENTRE_ZONE
from domain.ledger import Actor
from domain.words import Role
from tests.console.browsing import Site, at_stage, claimed, filed, unfolded
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
