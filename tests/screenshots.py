"""Pictures of the main screens, from the shipped example's fictional people: ``make screenshots``."""

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page

from casebook import accounts
from casebook.accounts import Account
from cli.operator.identity import drilled
from cli.operator.up import Centre, whole
from cli.plays.demo import load
from cli.plays.example import example_folder, localise
from cli.plays.play import Moment, play
from domain.ledger import Actor
from domain.words import Language, Phase, Role
from runtime import connect
from runtime.settings import Settings
from runtime.vault import Vault
from tests.console.browsing import chromium

PICTURES: Final = Path(__file__).parents[1] / "docs" / "pictures"
_WIDE: Final = {"width": 1280, "height": 900}
_PHONE: Final = {"width": 360, "height": 740}


async def pictures(example: str = "general") -> None:
    """Play an example on real servers, and take the pictures when the case is where they have something to show."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data=Path(data), temporal_port=0, ui_port=0, postgres_port=0, codec_port=0, console_port=0)
        async with whole(settings) as centre, chromium() as browser, connect.database(settings, size=2) as pool:
            password = await drilled(pool)
            folder = example_folder(example)
            await load(pool, Vault.of(settings), localise(folder, "picture"))
            taken: set[str] = set()

            async def take(moment: Moment) -> None:
                view = moment.view
                if view is None:
                    return
                worker = Account(name="worker", actor=Actor(id="c1", role=Role.CLAIMANT), scope=view.case)
                if not taken:
                    await accounts.put(pool, [worker], password)
                for name, phase, who, path, size in _plan(view.case, view.mediator or "supervisor"):
                    if name not in taken and view.phase is phase:
                        taken.add(name)
                        await _picture(browser, centre, password, name, who, path, size)

            client = await connect.connect(settings)
            await play(client, folder, run="picture", listener=take, language=Language.CHINESE)


def _plan(case: str, mediator: str) -> list[tuple[str, Phase, str, str, dict[str, int]]]:
    """Each picture: its name, in which phase of the case, as whom, which page, and how wide."""
    return [
        ("inbox", Phase.FACT_FINDING, "tax-01", "/inquiries", _WIDE),
        ("finding", Phase.FACT_FINDING, "tax-01", f"/cases/{case}/tasks/tax", _WIDE),
        ("queues", Phase.MEDIATION, "supervisor", "/", _WIDE),
        ("mediation", Phase.MEDIATION, mediator, f"/cases/{case}", _WIDE),
        ("report", Phase.PERFORMANCE, "supervisor", "/reports?of=drill&by=agency", _WIDE),
        ("phone", Phase.PERFORMANCE, "worker", f"/cases/{case}", _PHONE),
        ("sign", Phase.PERFORMANCE, "worker", f"/cases/{case}/sign", _PHONE),
    ]


async def _picture(
    browser: Browser, centre: Centre, password: str, name: str, who: str, path: str, size: dict[str, int]
) -> None:
    context = await browser.new_context(locale="zh-CN", base_url=centre.console, viewport=size)  # type: ignore[arg-type]
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(context.close)
        page: Page = await context.new_page()
        await page.goto("/sign-in")
        await page.fill("#name", who)
        await page.fill("#password", password)
        await page.click("main button")
        await page.goto(path)
        await page.screenshot(path=PICTURES / f"{name}.png", full_page=name == "mediation")


if __name__ == "__main__":
    asyncio.run(pictures())
