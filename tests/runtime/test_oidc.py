"""Signing in at an OpenID Connect provider that serves real HTTP."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from domain.ledger import Actor
from domain.refusal import Refused
from domain.words import Agency, Role
from runtime.oidc import Provider, Roles, person_of
from tests.oidc_provider import CLIENT, provider

TABLE = """
claim: groups
actor: preferred_username
case: onestop_case
rows:
  - {value: tax-bureau, role: officer, agency: tax}
  - {value: joint-centre, role: supervisor}
  - {value: parties, role: claimant}
  - {value: robots, role: system}
"""


@pytest.fixture
def roles(tmp_path: Path) -> Roles:
    """A table of roles as an operator writes it."""
    file = tmp_path / "oidc.yaml"
    file.write_text(TABLE)
    return Roles.read(file)


async def test_whoever_signs_in_with_a_browser_gets_the_role_of_their_group(roles: Roles) -> None:
    shown = []
    async with provider(groups=["staff", "tax-bureau"], preferred_username="tax-07") as there:
        at = Provider(there.address, CLIENT)
        signed_in = await at.sign_in(lambda *said: shown.append(said))
        person = await at.person(signed_in.id_token, roles)

    assert shown == [(f"{there.address}/activate", "ABCD-1234")]
    assert (person.actor, person.scope) == (Actor(id="tax-07", role=Role.OFFICER, agency=Agency.TAX), "*")


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "somebody-else"},
        {"exp": 1},
        {"key": generate_private_key(65537, 2048)},
    ],
    ids=["another issuer", "for another client", "expired", "another's key"],
)
async def test_an_id_token_that_does_not_hold_proves_nobody(roles: Roles, wrong: dict[str, Any]) -> None:
    async with provider(groups="joint-centre", preferred_username="sup-1") as there:
        at = Provider(there.address, CLIENT)
        assert (await at.person(there.id_token(), roles)).actor.role is Role.SUPERVISOR
        with pytest.raises(Refused) as refused:
            await at.person(there.id_token(**wrong), roles)

    assert refused.value.problems[0].code == "refusals.oidc.token"


async def test_a_sign_in_that_is_denied_is_refused(roles: Roles) -> None:
    assert roles.rows
    async with provider() as there:
        there.denies = True
        with pytest.raises(Refused):
            await Provider(there.address, CLIENT).sign_in(lambda *said: None)


async def test_a_provider_that_calls_itself_otherwise_is_not_trusted(roles: Roles) -> None:
    async with provider(groups="joint-centre", preferred_username="sup-1") as there:
        there.calls_itself = "http://elsewhere.example"
        with pytest.raises(Refused) as refused:
            await Provider(there.address, CLIENT).person(there.id_token(), roles)

    assert refused.value.problems[0].code == "refusals.oidc.issuer"


def test_a_party_is_let_into_the_case_that_the_provider_names(roles: Roles) -> None:
    person = person_of({"groups": ["parties"], "preferred_username": "c1", "onestop_case": "dispute-x"}, roles)

    assert (person.actor.role, person.scope) == (Role.CLAIMANT, "dispute-x")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"groups": ["strangers"], "preferred_username": "x"}, "oidc.no_role"),
        ({"preferred_username": "x"}, "oidc.no_role"),
        ({"groups": ["robots"], "preferred_username": "x"}, "oidc.no_role"),
        ({"groups": ["joint-centre"]}, "oidc.no_actor"),
        ({"groups": ["joint-centre"], "preferred_username": "张三"}, "oidc.no_actor"),
        ({"groups": ["parties"], "preferred_username": "c1"}, "oidc.no_actor"),
        ({"groups": ["parties"], "preferred_username": "c1", "onestop_case": "*"}, "oidc.no_actor"),
    ],
)
def test_claims_that_name_no_role_or_nobody_are_refused(roles: Roles, claims: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        person_of(claims, roles)

    assert refused.value.problems[0].code == f"refusals.{code}"
