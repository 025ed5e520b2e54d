"""A real browser: the system's Chromium, or Playwright's own where it was installed."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, async_playwright

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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
    "No Chromium was found, and the pages are tested in one. On Debian: apt-get install chromium fonts-noto-cjk. "
    "Elsewhere: .venv/bin/python -m playwright install chromium, or name one in ONESTOP_CHROMIUM."
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
