"""Who has come in, and what they reach: every page and every call acts and reads as the one who signed in."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import asyncpg
from temporalio.client import Client

from casebook import accounts
from casebook.accounts import Account
from client.closed_cases import FromCasebook
from client.connection import Link, NoSuchCase
from client.signing_in import Prover
from domain.case.identity import EVERY_CASE
from domain.ledger import Actor
from domain.refusal import Refused, must
from runtime import connect
from runtime.oidc import Leaving
from runtime.rules import Rules
from runtime.sessions import InSession, Person, Sessions
from runtime.settings import Settings
from runtime.signing import Signing
from runtime.signing_keys import Keys, KeySetFile
from runtime.token_server import SignIn
from runtime.turns import InTurn
from runtime.vault import Vault

_MOST_RENEWALS: Final = 10_000
"""Of those who came by the provider; whoever came first signs in anew."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who has signed in. The session itself never leaves the console."""

    session: str
    actor: Actor
    scope: str
    """The only case that the session is good for, or every one."""
    account: str | None = None
    """By which account it was opened; None for whoever came by the provider."""

    def may_come_to(self, case: str) -> None:
        """Raise NoSuchCase for another case than the session's: whether there is one is nobody else's business."""
        if self.scope not in (EVERY_CASE, case):
            raise NoSuchCase(case)


@dataclass(frozen=True)
class Door:
    """Connections that all visitors share, and a way to speak for each of them."""

    settings: Settings
    client: Client
    pool: asyncpg.Pool
    vault: Vault
    sessions: Sessions
    prover: Prover
    rules: Rules
    renewals: dict[str, str] = field(default_factory=dict)
    """With what the provider is asked again, by session; it never leaves this process."""

    async def signed_in(self, given: SignIn) -> Visitor:
        """Whoever proves who they are. Raises Refused."""
        person = await self.prover.prove(given)
        return Visitor(self.sessions.open(person), person.actor, person.scope)

    async def service(self, client: str, secret: str) -> Visitor:
        """A program that signs in by itself. Raises Refused."""
        return self._known(await self.prover.service(client, secret), None)

    async def came_back(self, leaving: Leaving, state: str, code: str) -> Visitor:
        """Whoever comes back from the OpenID Connect provider. Raises Refused, Away."""
        return self._known(*await self.prover.come_back(leaving, state, code))

    async def again(self, session: str) -> Visitor:
        """Whose session has run out, where their provider still knows them. Raises Refused, Away."""
        renewal = self.renewals.pop(session, None)
        must(renewal, "oidc.over", "id_token")
        return self._known(*await self.prover.again(renewal or ""))

    def _known(self, person: Person, renewal: str | None) -> Visitor:
        session = self.sessions.open(person)
        if renewal is not None:
            self.renewals[session] = renewal
            while len(self.renewals) > _MOST_RENEWALS:
                del self.renewals[next(iter(self.renewals))]
        return Visitor(session, person.actor, person.scope)

    async def invited(self, link: str, code: str) -> Visitor:
        """A party who comes in by link and code, once. Raises Refused."""
        return self._as(await accounts.log_in(self.pool, link, code))

    async def own_cases(self, visitor: Visitor) -> list[Visitor]:
        """The cases that a party came in to, this one first: each as a visitor who reaches it."""
        held = await accounts.held_together(self.pool, visitor.account) if visitor.account else []
        return [visitor if one.name == visitor.account else self._as(one) for one in held] or [visitor]

    def _as(self, account: Account) -> Visitor:
        person = Person(actor=account.actor, scope=account.scope, account=account.name)
        return Visitor(self.sessions.open(person), person.actor, person.scope, person.account)

    async def visitor(self, session: str) -> Visitor:
        """Whose session it is. Raises Refused when it is none of ours, or over."""
        claims = await self.sessions.claims(session)
        return Visitor(session, claims.actor, claims.case, claims.acct)

    async def still_in(self, visitor: Visitor) -> bool:
        """Whether a visitor's session goes on."""
        try:
            await self.visitor(visitor.session)
        except Refused:
            return False
        return True

    def link(self, visitor: Visitor) -> Link:
        """The centre, as a visitor reaches it: what is sent is signed in the visitor's session."""
        speaking = Client(
            self.client.service_client,
            namespace=self.client.namespace,
            data_converter=self.client.data_converter,
            interceptors=[
                Signing(InSession(self.sessions, visitor.session)),
                InTurn(),
                FromCasebook(visitor.actor, self.pool, self.vault),
            ],
        )
        return Link(speaking, self.pool, self.vault, visitor.actor)


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Door]:
    """The door, for as long as the context lasts. Raises NotRunning, RuntimeError."""
    async with connect.database(settings, size=10) as pool:
        keys, published = Keys.of(settings), KeySetFile.of(settings)
        yield Door(
            settings,
            await connect.connect(settings, service="onestop-console"),
            pool,
            Vault.of(settings),
            Sessions(keys, published, partial(accounts.stands, pool)),
            Prover(settings, pool),
            Rules(settings.own_tables),
        )
