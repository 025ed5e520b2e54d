"""Opening sessions: who somebody is, by local account or by the OpenID Connect provider, now and when asked again."""

from functools import partial

import asyncpg

from casebook import accounts
from domain.case.identity import Claims
from domain.refusal import must
from domain.words import Role
from runtime import connect, sessions
from runtime.oidc import Leaving, Provider, Roles
from runtime.sessions import InSession, Person, Remote, Renewing, Sessions
from runtime.settings import Settings
from runtime.signing import Issuer
from runtime.signing_keys import Keys, KeySetFile
from runtime.token_server import SignIn


class Prover:
    """Tells who somebody is: by the OpenID Connect provider where one is set, or else by local account."""

    def __init__(self, settings: Settings, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._provider, self._roles = None, None
        if settings.oidc_issuer is not None:
            self._provider = Provider(settings.oidc_issuer, settings.oidc_client)
            self._roles = Roles.read(settings.oidc_roles or settings.data / "oidc.yaml")

    async def prove(self, given: SignIn) -> Person:
        """The person. Raises Refused, and Away when the provider is away."""
        if self._provider is not None and self._roles is not None:
            must(given.id_token, "oidc.token", "id_token")
            return await self._provider.person(given.id_token or "", self._roles)
        account = await accounts.log_in(self._pool, given.name or "", given.password or "")
        return Person(actor=account.actor, scope=account.scope, account=account.name)

    async def service(self, client: str, secret: str) -> Person:
        """A program that signs in by itself, with an account of its own. Raises Refused.

        Where people sign in at a provider, only a window's account is left to programs.
        """
        account = await accounts.log_in(self._pool, client, secret)
        if self._provider is not None and account.actor.role is not Role.INTAKE:
            raise accounts.not_let_in()
        return Person(actor=account.actor, scope=account.scope, account=account.name)

    @property
    def by_provider(self) -> bool:
        """Whether people sign in at an OpenID Connect provider, and not with an account here."""
        return self._provider is not None

    async def leave(self, leaving: Leaving) -> str:
        """Where a browser signs in at the provider. Raises Refused, Away."""
        must(self._provider, "oidc.token", "id_token")
        assert self._provider is not None
        return await self._provider.address(leaving)

    async def come_back(self, leaving: Leaving, state: str, code: str) -> tuple[Person, str | None]:
        """Who has come back from the provider, and with what it is asked again. Raises Refused, Away."""
        must(self._provider, "oidc.token", "id_token")
        assert self._provider is not None and self._roles is not None
        signed = await self._provider.came_back(leaving, state, code)
        return await self._provider.person(signed.id_token, self._roles, leaving.nonce), signed.renewal

    async def again(self, renewal: str) -> tuple[Person, str | None]:
        """Who had signed in there, as the provider knows them now. Raises Refused, Away."""
        assert self._provider is not None and self._roles is not None
        signed = await self._provider.renew(renewal)
        return await self._provider.person(signed.id_token, self._roles), signed.renewal


async def opened(settings: Settings, given: SignIn) -> str:
    """A session for whoever is proved, opened here or by the token server. Raises Refused, Away."""
    if settings.token_server is not None:
        return (await sessions.asked(settings.token_server, "/session", given))["session"]
    async with connect.database(settings, size=1) as pool:
        person = await Prover(settings, pool).prove(given)
    return Sessions(Keys.of(settings), KeySetFile.of(settings), partial(stands, settings)).open(person)


def in_session(settings: Settings, session: str) -> Issuer:
    """Whoever signs for the one who has logged in: the token server, or this machine's keys."""
    renew = partial(renewed, settings) if settings.oidc_issuer and sessions.renewal(settings) else None
    if settings.token_server is not None:
        return Renewing(session, partial(Remote, settings.token_server), renew)
    here = Sessions(Keys.of(settings), KeySetFile.of(settings), partial(stands, settings))
    return Renewing(session, partial(InSession, here), renew)


async def stands(settings: Settings, session: Claims) -> bool:
    """Whether a session goes on, as the casebook has it."""
    async with connect.database(settings, size=1) as pool:
        return await accounts.stands(pool, session)


async def renewed(settings: Settings) -> str:
    """The session of whoever has logged in, opened anew where their provider still knows them. Raises Refused."""
    renewal = sessions.renewal(settings)
    assert settings.oidc_issuer is not None
    assert renewal is not None
    again = await Provider(settings.oidc_issuer, settings.oidc_client).renew(renewal)
    session = await opened(settings, SignIn(id_token=again.id_token))
    sessions.keep(settings, session, again.renewal)
    return session
