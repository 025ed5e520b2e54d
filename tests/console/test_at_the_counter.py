"""A clerk's day at the counter in a real browser: looking first, reckoning, a sheet of workers, a letter."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from playwright.async_api import Page, expect

from client.claimant_sheet import example
from domain.base import CENTRE_ZONE
from tests import builders
from tests.console.browsing import Site, filed, unfolded


async def begun_afresh(page: Page) -> None:
    """No complaint is half filled in."""
    await page.goto("/file/steps/claimants")
    await page.click('button[name="afresh"]')


async def test_a_clerk_looks_first_finds_the_running_case_and_joins_people_to_it(site: Site) -> None:
    serial = int(builders.complaint().complaint_id.removeprefix("t-"))
    async with site.visit("hotline") as hotline:
        case = await filed(hotline, serial)
        await hotline.goto("/file/find")
        await hotline.fill("#employer", f"虚构公司{serial}")
        await hotline.click("form.card button:not([name])")
        row = hotline.locator(f'#found tr:has(a[href="/cases/{case}"])')
        await row.locator('a[href$="/do/join_claimants"]').click()
        await hotline.fill("#claimants\\.0\\.ref", "c2")
        await hotline.fill("#claimants\\.0\\.name", "虚构者戊")
        await hotline.fill("#claimants\\.0\\.identity_number", builders.identity_number(serial + 600_000))
        await hotline.click("form.card button:not([name])")
        await expect(hotline.locator("#log")).to_contain_text("c2 加入本案")
    stranger = builders.identity_number(serial + 500_000)
    async with site.visit("counter") as counter:
        await counter.goto("/file/find")
        await counter.click("form.card button:not([name])")
        await expect(counter.locator('[role="alert"]')).to_contain_text("至少一项")
        await counter.fill("#identity_numbers", f"{builders.identity_number(serial)}，{stranger}")
        await counter.fill("#employer", f"虚构公司{serial}")
        await counter.click("form.card button:not([name])")
        row = counter.locator(f'#found tr:has(a[href="/cases/{case}"])')
        await expect(row).to_contain_text("2 人中有 1 人")
        await expect(row).to_contain_text("同一单位")
        assert builders.identity_number(serial) not in counter.url
        await expect(row).to_contain_text("其他受理点")
        await row.locator(f'a[href="/cases/{case}"]').click()
        await expect(counter.locator(".stages")).to_be_visible()
        await counter.go_back()
        await expect(row).to_contain_text("2 人中有 1 人")
        await counter.click('button[name="afresh"]')
        await expect(counter.locator("#identity_numbers")).to_have_value("")


async def test_whoever_stands_nowhere_is_taken_on_into_a_new_complaint(site: Site) -> None:
    number = builders.identity_number(int(builders.complaint().complaint_id.removeprefix("t-")) + 700_000)
    async with site.visit("counter") as counter:
        await begun_afresh(counter)
        await counter.goto("/file/find")
        await counter.fill("#identity_numbers", number)
        await counter.fill("#employer", "从未来过的虚构公司")
        await counter.click("form.card button:not([name])")
        await expect(counter.locator("#found")).to_contain_text("没有查到")
        await counter.click('button[name="go"]')
        await expect(counter.locator("#claimants\\.0\\.identity_number")).to_have_value(number)
        await counter.fill("#claimants\\.0\\.name", "虚构者丁")
        await counter.click("form.card button:not([name])")
        await expect(counter.locator("#respondents\\.0\\.name")).to_have_value("从未来过的虚构公司")


async def test_what_is_owed_is_reckoned_at_the_counter_and_taken_into_the_claims(site: Site) -> None:
    async with site.visit("counter") as counter:
        await begun_afresh(counter)
        await counter.goto("/reckon/severance")
        await counter.click("form.card button:not([name])")
        await expect(counter.locator('[role="alert"]')).to_be_visible()
        for name, value in {"since": "2019-03-01", "until": "2025-06-30"}.items():
            await counter.fill(f"#{name}", value)
        await unfolded(counter, "monthly_wage")
        await counter.fill("#monthly_wage", "6500")
        await counter.click("form.card button:not([name])")
        # Six years and four months: six and a half months' wages of 6,500 yuan.
        await expect(counter.locator("#found h2")).to_contain_text("42,250.00")
        await counter.select_option("#notice_given", "false")
        await counter.click("form.card button:not([name])")
        await expect(counter.locator("#found h2")).to_contain_text("48,750.00")
        await counter.click('button[name="take"]')
        await expect(counter).to_have_url(re.compile("/file/steps/claims"))
        await expect(counter.locator("#items\\.0\\.amount")).to_have_value("48750.00")
        await expect(counter.locator("#items\\.0\\.kind")).to_have_value("severance")


async def test_unpaid_premiums_are_reckoned_month_by_month_with_the_other_ways_beside(site: Site) -> None:
    async with site.visit("counter") as counter:
        await begun_afresh(counter)
        await counter.goto("/reckon/arrears")
        await counter.fill("#since", "2024-01-01")
        await unfolded(counter, "until")
        await counter.fill("#until", "2024-03-31")
        await unfolded(counter, "monthly_wage")
        await counter.fill("#monthly_wage", "5000")
        for kind in ("medical", "unemployment", "injury"):
            await counter.uncheck(f'[name="kinds"][value="{kind}"]')
        await counter.click("form.card button:not([name])")
        # Three months of pension at 5,000 yuan: 16 % of the employer and 8 % of the worker.
        await expect(counter.locator("#found .figures")).to_contain_text("2,400.00")
        await expect(counter.locator("#found .figures")).to_contain_text("1,200.00")
        await counter.click('button[name="take"]')
        await expect(counter.locator("#items\\.0\\.first_month")).to_have_value("2024-01")
        await expect(counter.locator("#items\\.0\\.last_month")).to_have_value("2024-03")


async def test_many_workers_come_from_a_sheet_that_is_read_back_first(site: Site, tmp_path: Path) -> None:
    sheet = tmp_path / "workers.csv"
    sheet.write_text(example() + "虚构者丙,123,,否,补缴欠费,养老保险,2024-01,2024-03\n", encoding="utf-8")
    async with site.visit("counter") as counter:
        await begun_afresh(counter)
        await counter.goto("/file/sheet")
        await counter.click("form[enctype] button")
        await expect(counter.locator('[role="alert"]')).to_be_visible()
        await counter.set_input_files("#file", sheet)
        await counter.click("form[enctype] button")
        await expect(counter.locator("#bad")).to_contain_text("第 4 行")
        await expect(counter.locator("#shown tbody tr")).to_have_count(2)
        assert "19800115" not in await counter.inner_text("#shown"), "identity numbers are masked"
        other = await counter.context.new_page()
        await other.goto("/file/sheet")
        (tmp_path / "other.csv").write_text(example().replace("虚构者甲", "虚构者己"), encoding="utf-8")
        await other.set_input_files("#file", tmp_path / "other.csv")
        await other.click("form[enctype] button")
        await expect(other.locator("#shown")).to_contain_text("虚构者己")
        await counter.click('button[name="take"]')
        # Another tab has shown another sheet since.
        await expect(counter.locator('[role="alert"]')).to_contain_text("核对")
        await counter.set_input_files("#file", sheet)
        await counter.click("form[enctype] button")
        await counter.click('button[name="take"]')
        await expect(counter).to_have_url(re.compile("/file/steps/employer"))
        await counter.goto("/file/steps/claimants")
        await expect(counter.locator("#claimants\\.1\\.name")).to_have_value("虚构者乙")
        await counter.goto("/file/steps/claims")
        await expect(counter.locator("#items\\.1\\.last_month")).to_have_value("2024-03")


async def test_a_letter_is_taken_with_the_day_on_which_it_came_and_in_its_own_words(site: Site) -> None:
    serial = int(builders.complaint().complaint_id.removeprefix("t-"))
    today = datetime.now(CENTRE_ZONE).date()
    came = (today - timedelta(days=9)).isoformat()
    async with site.visit("counter") as counter:
        await begun_afresh(counter)
        await counter.fill("#claimants\\.0\\.name", "虚构者")
        await counter.fill("#claimants\\.0\\.identity_number", builders.identity_number(serial))
        await counter.click("form.card button:not([name])")
        await counter.fill("#respondents\\.0\\.name", f"虚构公司{serial}")
        await counter.click("form.card button:not([name])")
        await counter.select_option("#items\\.0\\.kind", "wages")
        await unfolded(counter, "statement")
        await counter.fill("#statement", "该公司欠我三个月工资，请予追讨。")
        await unfolded(counter, "items.0.amount")
        await counter.fill("#items\\.0\\.amount", "9000")
        await counter.click("form.card button:not([name])")
        await unfolded(counter, "received_on")
        await counter.fill("#received_on", (today + timedelta(days=2)).isoformat())
        await counter.click("form.card button:not([name])")
        await counter.click("form.card button:not([name])")
        await expect(counter.locator('[role="alert"]')).to_contain_text("书面材料收到日期")
        await counter.goto("/file/steps/rest")
        await unfolded(counter, "received_on")
        await counter.fill("#received_on", came)
        await counter.click("form.card button:not([name])")
        await expect(counter.locator("main")).to_contain_text("请予追讨")
        await counter.click("form.card button:not([name])")
        await expect(counter.locator("h1")).to_contain_text("受理回执")
        await counter.click('main a.btn[href^="/cases/"]')
        await expect(counter.locator("main")).to_contain_text(f"虚构公司{serial}")
