"""Local accounts: opened, tried, locked and closed on a real PostgreSQL."""

import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from casebook import accounts
from casebook.accounts import TRIES, Account
from domain.case.identity import Claims, Use
from domain.ledger import SYSTEM, Actor
from domain.refusal import Refused
from domain.words import Agency, Role
from tests import builders
from tests.conftest import HASHER

PASSWORD = "a long enough password"


def fresh(actor: Actor = builders.SUPERVISOR, scope: str = "*") -> Account:
    return Account(name=f"a-{uuid.uuid4().hex[:8]}", actor=actor, scope=scope)


def session(account: Account, after: timedelta = timedelta(seconds=1)) -> Claims:
    """What a session of the account says that was opened so long from now."""
    at = int((datetime.now(UTC) + after).timestamp())
    actor = account.actor
    claims = {"sub": actor.id, "role": actor.role, "agency": actor.agency, "acct": account.name}
    return Claims(iss="onestop", aud=Use.SESSION, case="*", iat=at, exp=at + 60, **claims)


async def test_sessions_from_before_another_password_are_over_and_later_ones_stand(pool: asyncpg.Pool) -> None:
    account, hour = fresh(), timedelta(hours=1)
    await accounts.add(pool, account, PASSWORD)
    assert not await accounts.stands(pool, session(account, -hour))
    await accounts.set_password(pool, account.name, PASSWORD + "2")
    assert not await accounts.stands(pool, session(account, -timedelta(seconds=2)))
    assert await accounts.stands(pool, session(account))


async def test_all_sessions_of_a_person_end_at_once_with_or_without_an_account(pool: asyncpg.Pool) -> None:
    person = Actor(id=f"tax-{uuid.uuid4().hex[:8]}", role=Role.OFFICER, agency=Agency.TAX)
    other = person.model_copy(update={"agency": Agency.LABOR})
    through_the_provider = session(fresh(person)).model_copy(update={"acct": None})
    of_another = session(fresh(other)).model_copy(update={"acct": None})
    long_ago = {"iat": 1_700_000_000}
    assert await accounts.stands(pool, through_the_provider.model_copy(update=long_ago))
    await accounts.end_sessions(pool, person)
    assert not await accounts.stands(pool, through_the_provider.model_copy(update=long_ago))
    assert await accounts.stands(pool, of_another.model_copy(update=long_ago))
    assert await accounts.stands(pool, through_the_provider)


async def test_a_password_opens_its_account_and_no_other_does(pool: asyncpg.Pool) -> None:
    account = fresh(builders.officer(Agency.TAX))
    await accounts.add(pool, account, PASSWORD)

    assert await accounts.log_in(pool, account.name, PASSWORD) == account
    for name, password in ((account.name, PASSWORD + "x"), ("nobody", PASSWORD)):
        with pytest.raises(Refused) as refused:
            await accounts.log_in(pool, name, password)
        assert refused.value.problems[0].code == "refusals.account.wrong"


async def test_a_password_is_kept_as_an_argon2id_hash(pool: asyncpg.Pool) -> None:
    account = fresh()
    await accounts.add(pool, account, PASSWORD)

    kept = await pool.fetchval("select password from account where name = $1", account.name)
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    for one in (HASHER.hash(PASSWORD), accounts.NOBODYS):
        assert extract_parameters(one) == RFC_9106_LOW_MEMORY


async def test_wrong_tries_in_a_row_lock_an_account_until_its_password_is_set_anew(pool: asyncpg.Pool) -> None:
    account = fresh()
    await accounts.add(pool, account, PASSWORD)
    for _ in range(TRIES):
        with pytest.raises(Refused):
            await accounts.log_in(pool, account.name, "wrong")

    with pytest.raises(Refused):
        await accounts.log_in(pool, account.name, PASSWORD)
    await accounts.set_password(pool, account.name, PASSWORD + "2")

    assert await accounts.log_in(pool, account.name, PASSWORD + "2") == account


async def test_a_closed_account_opens_no_more_and_its_sessions_end(pool: asyncpg.Pool) -> None:
    account = fresh()
    await accounts.add(pool, account, PASSWORD)
    assert await accounts.stands(pool, session(account))

    await accounts.disable(pool, account.name)

    assert not await accounts.stands(pool, session(account))
    with pytest.raises(Refused):
        await accounts.log_in(pool, account.name, PASSWORD)


@pytest.mark.parametrize(
    ("account", "password", "code"),
    [
        (fresh(SYSTEM), PASSWORD, "account.system"),
        (fresh(Actor(id="x", role=Role.OFFICER)), PASSWORD, "identity.agency"),
        (fresh(Actor(id="x", role=Role.SUPERVISOR, agency=Agency.TAX)), PASSWORD, "identity.agency"),
        (fresh(builders.party("c1", Role.CLAIMANT)), PASSWORD, "account.scope"),
        (fresh(scope="dispute-x"), PASSWORD, "account.scope"),
        (fresh(), "short", "account.short"),
    ],
)
async def test_an_account_that_proves_nothing_or_too_much_is_not_opened(
    pool: asyncpg.Pool, account: Account, password: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        await accounts.add(pool, account, password)

    assert refused.value.problems[0].code == f"refusals.{code}"


async def test_a_name_is_given_once(pool: asyncpg.Pool) -> None:
    account = fresh()
    await accounts.add(pool, account, PASSWORD)

    with pytest.raises(Refused):
        await accounts.add(pool, account, PASSWORD)
    assert account in await accounts.every(pool)


async def came_in(pool: asyncpg.Pool, actor: Actor, case: str) -> str:
    """Somebody came in by a link of theirs; the account."""
    made = await accounts.invite(pool, actor, case, builders.INTAKE)
    return (await accounts.log_in(pool, made.link, made.code)).name


async def test_whoever_came_in_to_several_cases_holds_them_together_until_one_is_closed(pool: asyncpg.Pool) -> None:
    boss, run = builders.party("e1", Role.RESPONDENT), uuid.uuid4().hex[:8]
    first, second, third = [await came_in(pool, boss, f"dispute-{run}-{n}") for n in (1, 2, 3)]
    stranger = await came_in(pool, builders.party("c1", Role.CLAIMANT), f"dispute-{run}-1")
    await accounts.hold_together(pool, first, second)
    await accounts.hold_together(pool, third, first)

    assert [one.name for one in await accounts.held_together(pool, second)] == [second, first, third]
    assert [one.name for one in await accounts.held_together(pool, stranger)] == [stranger]

    await accounts.end_invitations(pool, boss, f"dispute-{run}-1")
    assert [one.name for one in await accounts.held_together(pool, second)] == [second, third]


async def test_an_account_of_staff_is_held_with_nobodys(pool: asyncpg.Pool) -> None:
    clerk = fresh()
    await accounts.add(pool, clerk, PASSWORD)
    party = await came_in(pool, builders.party("c1", Role.CLAIMANT), f"dispute-{uuid.uuid4().hex[:8]}")
    await accounts.hold_together(pool, party, clerk.name)

    assert [one.name for one in await accounts.held_together(pool, party)] == [party]
    assert await accounts.held_together(pool, clerk.name) == []
