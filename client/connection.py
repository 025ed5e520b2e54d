"""Connections to the centre, and who acts through them."""

import asyncio
import contextlib
import getpass
import os
import re
from collections.abc import AsyncIterator, Awaitable
from typing import Any, Final, TypeVar

import asyncpg
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)

from casebook import lists
from client.closed_cases import FromCasebook
from domain.ledger import Actor
from domain.words import Agency, Role
from runtime import connect
from runtime.sessions import NotLoggedIn, holder, kept
from runtime.settings import Settings
from runtime.signing import HoldsKeys, Issuer
from runtime.vault import Vault

A = TypeVar("A")
Handle = WorkflowHandle[Any, Any]


class NoSuchCase(Exception):
    """Nobody knows a case by that name."""


class BadActor(Exception):
    """``--as`` can't be read."""


class Link:
    """Connections that a command opens as it needs them."""

    def __init__(self, client: Client, pool: asyncpg.Pool, vault: Vault, reader: Actor) -> None:
        self.client, self.pool, self.vault, self.reader = client, pool, vault, reader

    async def case(self, name: str) -> Handle:
        """A case by its number or its workflow id. Raises NoSuchCase."""
        found = await lists.find(self.pool, name)
        if found is None and not name.startswith(("dispute-", "grid-", "meeting-", "after-")):
            raise NoSuchCase(name)
        return self.client.get_workflow_handle(found or name)


@contextlib.asynccontextmanager
async def link(acting: str | None = None) -> AsyncIterator[Link]:
    """Temporal and the casebook, as configured or embedded; reading as whoever acts."""
    settings, vault = Settings(), Vault.of(Settings())
    async with connect.database(settings, size=2) as pool:
        reader = _reader(acting)
        kept_cases = FromCasebook(reader, pool, vault)
        client = await connect.connect(settings, issuer(settings, acting), [kept_cases])
        yield Link(client, pool, vault, reader)


def _reader(acting: str | None) -> Actor:
    """Who reads: the one named, or else the one logged in, or else the supervisor of this machine. Raises BadActor."""
    return named_or_logged_in(acting or os.environ.get("ONESTOP_ACTOR")) or actor("supervisor")


_CAST: Final = re.compile(r"^(?P<role>[a-z]+)(:(?P<agency>[a-z-]+)(?=/))?([:/](?P<id>[A-Za-z0-9._:-]+))?$")
PATIENCE: Final = 10.0
"""Seconds to wait for an answer to a message."""


class NoAnswer(Exception):
    """Nobody answered in time; it is not known whether the message under this id was carried out."""


def actor(text: str) -> Actor:
    """Who acts: ``officer:tax/tax-01``, ``mediator/m-g19`` or ``mediator:m-g19``, ``claimant/c1``, ``supervisor``.

    Raises BadActor.
    """
    match = _CAST.match(text)
    try:
        if match is None:
            raise ValueError
        return Actor(
            id=match["id"] or getpass.getuser(),
            role=Role(match["role"]),
            agency=Agency(match["agency"]) if match["agency"] else None,
        )
    except ValueError:
        raise BadActor(text) from None


def issuer(settings: Settings, acting: str | None = None) -> Issuer:
    """Whoever proves who acts: the token server or this machine's keys, for the one logged in or the one named.

    Who may read the private keys may act as anybody. Raises BadActor or NotLoggedIn.
    """
    session, server = kept(settings), settings.token_server
    named = acting or os.environ.get("ONESTOP_ACTOR")
    if server is None and (session is None or named):
        return HoldsKeys.of(settings, actor(named or "supervisor"))
    if session is None:
        raise NotLoggedIn
    from client.signing_in import in_session

    return in_session(settings, session)


def whoever(acting: str | None, otherwise: str) -> Actor:
    """Who acts: the one named, or else the one logged in, or else as the command's default says. Raises BadActor."""
    return named_or_logged_in(acting) or actor(otherwise)


def named_or_logged_in(acting: str | None) -> Actor | None:
    """Who acts, if somebody is named or has logged in. Raises BadActor."""
    if acting:
        return actor(acting)
    session = kept(Settings())
    return holder(session) if session else None


async def in_time(answer: Awaitable[A], message_id: str) -> A:
    """The answer to a message. Raises NoAnswer when it takes longer than ``PATIENCE``."""
    try:
        return await asyncio.wait_for(answer, PATIENCE)
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise NoAnswer(message_id) from None
