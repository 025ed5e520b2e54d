"""A real browser (the system's Chromium, or Playwright's own), and what people do on pages again and again."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests import builders
from tests.cli.conftest import Centre
from tests.patience import PATIENCE, seen

_NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_WHAT_TO_DO: Final = (
    "No Chromium was found, and the pages are tested in one. On Debian: apt-get install chromium-headless-shell "
    "fonts-noto-cjk. Elsewhere: .venv/bin/python -m playwright install chromium, or name one in ONESTOP_CHROMIUM."
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser without a window. Raises AssertionError, saying what to install, where there is none."""
    async with async_playwright() as playwright:
        own = playwright.chromium.executable_path
        found = os.environ.get("ONESTOP_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), own)
        assert Path(found).exists(), _WHAT_TO_DO
        browser = await playwright.chromium.launch(executable_path=found, args=_QUIET)
        try:
            yield browser
        finally:
            await browser.close()


expect.set_options(timeout=PATIENCE * 1000 / 2)


@asynccontextmanager
async def serving(console: Any, port: int) -> AsyncIterator[str]:
    """The console on a port of this machine, once it has started; yields its address."""
    server = uvicorn.Server(uvicorn.Config(console, host="127.0.0.1", port=port, log_level="warning"))
    running = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    try:
        await seen(started)
        yield f"http://localhost:{port}"
    finally:
        server.should_exit = True
        await running


@dataclass
class Site:
    """The console on a port of this machine, and a browser before it."""

    address: str
    browser: Browser
    centre: Centre
    password: str

    @asynccontextmanager
    async def visit(self, name: str = "", language: str = "zh-CN", **options: Any) -> AsyncIterator[Page]:
        """A page in a context of its own, in which somebody has signed in."""
        context: BrowserContext = await self.browser.new_context(locale=language, base_url=self.address, **options)
        context.set_default_timeout(PATIENCE * 1000 / 2)
        try:
            if name:
                filled: dict[str, str | float | bool] = {"name": name, "password": self.password, "to": "/"}
                signed = await context.request.post(
                    "/sign-in", form=filled, headers={"Origin": self.address}, max_redirects=0
                )
                assert signed.status == 303, await signed.text()
            yield await context.new_page()
        finally:
            await context.close()


async def filed(page: Page, number: int | None = None) -> str:
    """A complaint is typed and filed at the counter; the case."""
    serial = number or int(builders.complaint().complaint_id.removeprefix("t-"))
    await page.goto("/file")
    await page.fill("#claimants\\.0\\.name", "虚构者")
    await page.fill("#claimants\\.0\\.identity_number", builders.identity_number(serial))
    await page.fill("#respondents\\.0\\.name", f"虚构公司{serial}")
    await page.select_option("#items\\.0\\.kind", "arrears")
    await unfolded(page, "items.0.insurance")
    await page.check('[name="items.0.insurance"][value="pension"]')
    await page.fill("#items\\.0\\.first_month", "2024-01")
    await page.fill("#items\\.0\\.last_month", "2024-03")
    await page.click("form.card button:not([name])")
    await expect(page.locator("h1")).to_contain_text("受理回执")
    href = await page.get_attribute('main a.btn[href^="/cases/"]', "href")
    assert href is not None
    return href.removeprefix("/cases/")


async def afresh(page: Page) -> None:
    """The counter's form with nothing in it, whatever was kept."""
    await page.goto("/file")
    if await page.locator('button[name="afresh"]').count():
        await page.click('button[name="afresh"]')


async def unfolded(page: Page, field: str) -> None:
    """Open whatever is folded over a field."""
    await page.evaluate(
        """name => { let at = document.getElementById(name) || document.querySelector(`[name="${name}"]`);
            for (; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true; }""",
        field,
    )


async def claimed(page: Page, case: str, agency: str) -> None:
    """An officer takes an inquiry of the case in hand, and has it open."""
    await page.goto(f"/cases/{case}/tasks/{agency}")
    await page.click('form[action$="claim_task"] button')
    await page.goto(f"/cases/{case}/tasks/{agency}")


async def at_stage(page: Page, case: str, stage: str) -> None:
    """See the case at a stage of its life."""

    async def shown() -> str:
        await page.goto(f"/cases/{case}")
        return await page.inner_text('[aria-current="step"]')

    await seen(shown, lambda now: now == stage)
