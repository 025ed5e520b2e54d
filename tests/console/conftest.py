"""A whole centre with a console before it, and people who have accounts there."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from casebook import accounts
from casebook.accounts import Account
from console import door
from console.application import application
from domain.case.identity import EVERY_CASE
from domain.ledger import Actor
from domain.words import Agency, Role
from runtime.servers import free_port
from tests.cli.conftest import Centre, at_work, centre  # noqa: F401 - a fixture
from tests.console.browsing import Site, chromium, serving

PASSWORD = "correct horse battery"
PEOPLE = {
    "counter": Actor(id="counter", role=Role.INTAKE),
    "hotline": Actor(id="hotline", role=Role.INTAKE),
    "boss": Actor(id="boss", role=Role.SUPERVISOR),
    "lab-01": Actor(id="lab-01", role=Role.OFFICER, agency=Agency.LABOR),
    "med-01": Actor(id="med-01", role=Role.OFFICER, agency=Agency.MEDICAL_INSURANCE),
    "tax-01": Actor(id="tax-01", role=Role.OFFICER, agency=Agency.TAX),
    "tax-02": Actor(id="tax-02", role=Role.OFFICER, agency=Agency.TAX),
}
Caller = Callable[[str], httpx.AsyncClient]


async def account(centre: Centre, name: str, actor: Actor, scope: str = EVERY_CASE) -> None:  # noqa: F811
    await accounts.add(centre.world.pool, Account(name=name, actor=actor, scope=scope), PASSWORD)


@pytest.fixture(scope="session")
async def console(centre: Centre) -> AsyncIterator[Any]:  # noqa: F811
    """The application before the centre, with an account for each of the people."""
    for name, actor in PEOPLE.items():
        await account(centre, name, actor)
    async with door.opened(centre.settings) as opened:
        yield application(opened)


@pytest.fixture
async def outside(console: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    transport = httpx.ASGITransport(console, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://console.test") as client:
        yield client


async def signed_in(outside: httpx.AsyncClient, name: str) -> dict[str, str]:
    """The header that a service shows which has signed in."""
    opened = await outside.post("/api/v1/session", json={"name": name, "password": PASSWORD})
    assert opened.status_code == 200, opened.text
    return {"Authorization": f"Bearer {opened.json()['session']}"}


@pytest.fixture
async def served(console: Any) -> AsyncIterator[str]:
    """The console on a port of this machine."""
    async with serving(console, free_port()) as address:
        yield address


@pytest.fixture(scope="module")
async def site(console: Any, centre: Centre) -> AsyncIterator[Site]:  # noqa: F811
    """The console on a port of this machine, and a browser before it."""
    async with serving(console, free_port()) as address, chromium() as browser:
        yield Site(address, browser, centre, PASSWORD)
