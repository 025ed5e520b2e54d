"""Logging in, keys and tokens as a person or a script uses them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import jwt
import pytest

from casebook import accounts
from casebook.accounts import Account
from client.signing_in import Prover
from domain.words import Agency, Role
from runtime.ports import free_port
from runtime.sessions import Sessions
from runtime.signing_keys import Keys, KeySetFile
from runtime.token_server import application
from tests import builders
from tests.cli.conftest import Centre, Onestop
from tests.oidc_provider import provider, served

PASSWORD = "correct horse battery"


async def filed(onestop: Onestop) -> str:
    """A case just filed."""
    complaint = builders.complaint()
    answer = await onestop("file", "-", "--json", typed=complaint.model_dump_json())
    case: str = answer.json["case"]
    return case


async def test_a_token_says_who_sends_which_message(onestop: Onestop, tmp_path: Path) -> None:
    message = tmp_path / "m.json"
    message.write_text(json.dumps({"message_id": "m1", "actor": {"id": "sup-1", "role": "supervisor"}, "text": "x"}))

    token = (await onestop("token", "dispute-x", "comment", message)).out.strip()

    claims = jwt.decode(token, options={"verify_signature": False})
    told = {name: claims[name] for name in ("aud", "sub", "role", "case", "msg", "jti")}
    assert told == {
        "aud": "message",
        "sub": "sup-1",
        "role": "supervisor",
        "case": "dispute-x",
        "msg": "comment",
        "jti": "m1",
    }


async def test_keys_are_made_listed_and_retired(onestop: Onestop) -> None:
    made = await onestop("keys", "new", "people")
    kid = made.out.split()[-1].removeprefix("已生成密钥")
    keys = (await onestop("keys", "list", "--json")).json["keys"]
    assert kid in [key["kid"] for key in keys]

    assert (await onestop("keys", "retire", kid)).code == 0
    assert (await onestop("keys", "retire", "people-0")).code == 3

    ended = [key["kid"] for key in (await onestop("keys", "list", "--json")).json["keys"] if key["ends"]]
    assert ended == [kid]
    assert kid in (await onestop("keys", "list")).out


async def test_who_logs_in_acts_as_the_account_says_until_logging_out(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    assert (await at_centre("accounts", "add", "li", "officer:tax/tax-07", typed=PASSWORD)).code == 0
    assert (await at_centre("login", "li", typed="wrong")).code == 2

    assert "officer:tax/tax-07" in (await at_centre("login", "li", typed=PASSWORD)).out
    assert (await at_centre("whoami")).out.strip() == "officer:tax/tax-07"
    assert (await at_centre("claim", case, "tax")).code == 0
    assert (await at_centre("suspend", case, "--until", "2027-01-01", "--reason", "x")).code == 1
    await at_centre("logout")

    assert (await at_centre("whoami")).code == 1
    view = (await at_centre("show", case, "--json")).json
    assert next(task for task in view["tasks"] if task["ref"] == "tax")["officer"] == "tax-07"
    assert "li" in (await at_centre("accounts", "list")).out


@contextlib.asynccontextmanager
async def token_server(centre: Centre) -> AsyncIterator[str]:
    """A token server that holds the centre's keys."""
    settings = centre.settings
    pool, published = centre.world.pool, KeySetFile.of(settings)
    signing = application(
        Sessions(Keys.of(settings), published, partial(accounts.stands, pool)), published, Prover(settings, pool).prove
    )
    port = free_port()
    async with served(signing, port):
        yield f"http://127.0.0.1:{port}"


async def test_a_machine_without_keys_has_the_token_server_sign(
    at_centre: Onestop, centre: Centre, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case = await filed(at_centre)
    pool = centre.world.pool
    await accounts.add(pool, Account(name="wang", actor=builders.officer(Agency.TAX, "tax-08")), PASSWORD)
    own = Account(name="c1", actor=builders.party("c1", Role.CLAIMANT), scope=case)
    await accounts.add(pool, own, PASSWORD)
    other = await filed(at_centre)
    async with token_server(centre) as address:
        monkeypatch.setenv("ONESTOP_TOKEN_SERVER", address)
        monkeypatch.setenv("ONESTOP_SESSION", str(tmp_path / "session"))
        assert (await at_centre("show", case)).code == 1, "nobody has logged in"
        assert (await at_centre("login", "wang", typed="wrong")).code == 2

        assert (await at_centre("login", "wang", typed=PASSWORD)).code == 0
        assert (await at_centre("claim", case, "tax")).code == 0
        forged = await at_centre("comment", case, "x", "--as", "supervisor/sup-1")
        assert forged.code == 2
        assert "officer:tax/tax-08" in forged.err
        await accounts.disable(pool, "wang")
        assert (await at_centre("claim", case, "labor")).code != 0

        await at_centre("login", "c1", typed=PASSWORD)
        assert (await at_centre("comment", case, "请尽快")).code == 0
        assert (await at_centre("comment", other, "窥探")).code == 2
        assert (await at_centre("show", other)).code == 2


async def test_a_session_ends_with_another_password_and_with_all_those_of_the_person(
    at_centre: Onestop, centre: Centre
) -> None:
    case, pool = await filed(at_centre), centre.world.pool
    me = Account(name="zhao", actor=builders.officer(Agency.TAX, "tax-11"))
    await accounts.add(pool, me, PASSWORD)

    async def acts() -> bool:
        return (await at_centre("comment", case, "x")).code == 0

    assert (await at_centre("login", "zhao", typed=PASSWORD)).code == 0
    assert await acts()
    await asyncio.sleep(1.1)  # Sessions know the second in which they were opened.
    await accounts.set_password(pool, "zhao", PASSWORD + "!")
    assert not await acts()
    assert (await at_centre("login", "zhao", typed=PASSWORD + "!")).code == 0
    assert await acts()
    assert "officer:tax/tax-11" in (await at_centre("accounts", "sign-out", "officer:tax/tax-11")).out
    assert not await acts()
    await asyncio.sleep(1.1)
    assert (await at_centre("login", "zhao", typed=PASSWORD + "!")).code == 0
    assert await acts()
    await at_centre("keys", "new", "people")
    for key in Keys.of(centre.settings).public.keys[:-1]:
        if key.ends is None and key.kid.startswith("people"):
            await at_centre("keys", "retire", key.kid)
    assert not await acts()
    await at_centre("logout")


async def test_who_signs_in_at_the_provider_acts_as_their_group_says(
    at_centre: Onestop, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await filed(at_centre)
    monkeypatch.setattr("runtime.oidc.LASTS", timedelta(seconds=1))
    monkeypatch.setattr("runtime.tokens.LEEWAY", timedelta())
    (centre.settings.data / "oidc.yaml").write_text(
        "{claim: groups, actor: preferred_username, rows: [{value: tax-bureau, role: officer, agency: tax}]}"
    )
    async with provider(groups=["tax-bureau"], preferred_username="tax-09") as there:
        monkeypatch.setenv("ONESTOP_OIDC_ISSUER", there.address)
        logged_in = await at_centre("login")
        assert "ABCD-1234" in logged_in.out
        await asyncio.sleep(2)
        assert (await at_centre("claim", case, "tax")).code == 0, "the provider was asked again"
        there.person["groups"] = ["retired"]
        await asyncio.sleep(2)
        gone = await at_centre("release", case, "tax", "--reason", "x")
        assert (gone.code, "oidc.yaml" in gone.err or "groups" in gone.err) == (2, True), gone.err
        there.denies = True
        assert (await at_centre("release", case, "tax", "--reason", "x")).code == 2
    await at_centre("logout")

    view = (await at_centre("show", case, "--json")).json
    assert next(task for task in view["tasks"] if task["ref"] == "tax")["officer"] == "tax-09"
