"""Signing in to the pages at an OpenID Connect provider: by the code flow with PKCE, over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from console import door
from console.application import application
from console.door import Door
from tests.cli.conftest import Centre
from tests.console.conftest import PASSWORD
from tests.oidc_provider import Provider, provider

ROLES = """
claim: groups
actor: employee
rows:
  - {value: tax-desk, role: officer, agency: tax}
"""
PUBLIC = "https://console.test"


@asynccontextmanager
async def before(centre: Centre, tmp_path: Path, there: Provider) -> AsyncIterator[tuple[httpx.AsyncClient, Door]]:
    """A browser before a console whose people sign in at a provider; it follows nothing by itself."""
    (tmp_path / "oidc.yaml").write_text(ROLES)
    own = {"oidc_issuer": there.address, "oidc_roles": tmp_path / "oidc.yaml", "public_address": PUBLIC}
    async with door.opened(centre.settings.model_copy(update=own)) as opened:
        transport = httpx.ASGITransport(application(opened), raise_app_exceptions=False)
        headers = {"Origin": PUBLIC, "Accept-Language": "zh-CN"}
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC, headers=headers) as client:
            yield client, opened


async def at_the_provider(client: httpx.AsyncClient, to: str = "/inquiries") -> str:
    """Go to the provider and sign in there; the address that it sends the browser back to."""
    left = await client.get("/sign-in/provider", params={"to": to})
    assert left.status_code == 303, left.text
    async with httpx.AsyncClient() as outside:
        return str((await outside.get(left.headers["Location"])).headers["Location"])


async def test_whoever_signs_in_at_the_provider_comes_back_to_the_page_that_was_asked_for(
    centre: Centre, tmp_path: Path
) -> None:
    async with (
        provider(groups=["tax-desk"], employee="tax-07") as there,
        before(centre, tmp_path, there) as (client, _),
    ):
        asked = await client.get("/inquiries")
        assert asked.headers["Location"].startswith("/sign-in?to=")
        page = (await client.get(asked.headers["Location"])).text
        assert "统一身份认证登录" in page and 'name="password"' not in page
        back = await at_the_provider(client)
        assert back.startswith(f"{PUBLIC}/signed-in?")
        assert (there.asked["code_challenge_method"], there.asked["scope"]) == ("S256", "openid profile")

        signed = await client.get(back)
        assert (signed.status_code, signed.headers["Location"]) == (303, "/inquiries")
        kept = signed.headers.get_list("set-cookie")
        assert all("HttpOnly" in one and "Secure" in one for one in kept)
        assert "tax-07" in (await client.get("/inquiries")).text


async def test_a_code_is_of_use_to_the_browser_alone_that_went_for_it(centre: Centre, tmp_path: Path) -> None:
    async with (
        provider(groups=["tax-desk"], employee="tax-07") as there,
        before(centre, tmp_path, there) as (client, at),
    ):
        back = await at_the_provider(client)
        state = parse_qs(urlsplit(back).query)["state"][0]
        forged = await client.get("/signed-in", params={"state": f"{state}x", "code": "c"})
        assert forged.status_code == 401 and "登录" in forged.text
        transport = httpx.ASGITransport(application(at), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as stranger:
            assert (await stranger.get(back)).status_code == 401
            stranger.cookies.set("__Host-onestop-leaving", "bm9uc2Vuc2U=")
            assert (await stranger.get(back)).status_code == 401


async def test_who_has_no_role_here_is_told_so(centre: Centre, tmp_path: Path) -> None:
    async with provider(groups=["canteen"], employee="x-1") as there, before(centre, tmp_path, there) as (client, _):
        refused = await client.get(await at_the_provider(client))
        assert refused.status_code in (401, 403) and "groups" in refused.text


async def test_a_window_s_program_signs_in_by_itself_where_people_go_to_the_provider(
    centre: Centre, console: object, tmp_path: Path
) -> None:
    del console  # Its accounts are there.
    async with provider(groups=[], employee="x") as there, before(centre, tmp_path, there) as (client, _):
        asked = {"grant_type": "client_credentials", "client_id": "counter", "client_secret": PASSWORD}
        told = (await client.post("/api/v1/token", data=asked)).json()
        who = await client.get("/api/v1/session", headers={"Authorization": f"Bearer {told['access_token']}"})
        assert (who.json()["id"], told["token_type"], told["expires_in"] > 0) == ("counter", "Bearer", True)
        in_header = await client.post(
            "/api/v1/token", data={"grant_type": "client_credentials"}, auth=("counter", PASSWORD)
        )
        assert in_header.status_code == 200
        person = await client.post("/api/v1/token", data=asked | {"client_id": "tax-01"})
        assert person.status_code == 401
        for wrong in ({"client_secret": "x"}, {"client_id": ""}):
            assert (await client.post("/api/v1/token", data=asked | wrong)).status_code == 401
        assert (await client.post("/api/v1/token", data=asked | {"grant_type": "password"})).status_code == 422


async def test_a_provider_that_is_away_is_told_and_not_traced(centre: Centre, tmp_path: Path) -> None:
    async with provider(groups=["tax-desk"], employee="tax-07") as there:
        pass
    async with before(centre, tmp_path, there) as (client, _):
        assert (await client.get("/sign-in/provider")).status_code == 503


async def test_a_session_that_runs_out_goes_on_while_the_provider_knows_its_person(
    centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        provider(groups=["tax-desk"], employee="tax-07") as there,
        before(centre, tmp_path, there) as (client, at),
    ):
        await client.get(await at_the_provider(client))
        before_it = client.cookies["__Host-onestop"]
        real = at.sessions.claims

        async def run_out(session: str) -> object:
            return await real("over" if session == before_it else session)

        monkeypatch.setattr(at.sessions, "claims", run_out)
        soon = datetime.now(UTC) + timedelta(seconds=5)  # A session of the same second would be the same one.
        monkeypatch.setattr("runtime.sessions.wall_clock", lambda: soon)
        renewed = await client.get("/inquiries")
        assert renewed.status_code == 200 and "tax-07" in renewed.text
        assert client.cookies["__Host-onestop"] != before_it
        there.denies = True
        client.cookies.set("__Host-onestop", before_it, domain="console.test")
        assert (await client.get("/inquiries")).status_code == 303
