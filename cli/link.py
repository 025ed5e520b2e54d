"""What every command shares: connections, who acts, and how errors are told."""

import asyncio
import contextlib
import getpass
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final, NoReturn, TypeVar

import asyncpg
import httpx
import typer
from pydantic import ValidationError
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

import texts
from casebook import aftercare as closed_cases
from casebook import lists
from cli.kept import FromCasebook
from cli.out import Exit, fail
from domain.ledger import Actor, BrokenLedger
from domain.protocol import Problem, Refused, problems
from domain.words import Agency, Role
from runtime import connect
from runtime.rings import RingLost
from runtime.sessions import NotLoggedIn, holder, kept
from runtime.settings import Settings
from runtime.signing import HoldsKeys, Issuer
from runtime.signing_keys import NoSigningKey
from runtime.vault import Vault
from texts import sentences

A = TypeVar("A")
Handle = WorkflowHandle[Any, Any]


class NoSuchCase(Exception):
    """Nobody knows a case by that name."""


class BadActor(Exception):
    """``--as`` can't be read."""


class Link:
    """Connections that a command opens as it needs them."""

    def __init__(self, client: Client, pool: asyncpg.Pool, vault: Vault) -> None:
        self.client, self.pool, self.vault = client, pool, vault

    async def case(self, name: str) -> Handle:
        """A case by its number or its workflow id. Raises NoSuchCase."""
        found = await lists.find(self.pool, name)
        if found is None and not name.startswith(("dispute-", "grid-")):
            raise NoSuchCase(name)
        return self.client.get_workflow_handle(found or name)


@contextlib.asynccontextmanager
async def link(acting: str | None = None) -> AsyncIterator[Link]:
    """Temporal and the casebook, as configured or embedded; reading as whoever acts."""
    settings, vault = Settings(), Vault.of(Settings())
    async with connect.database(settings, size=2) as pool:
        kept_cases = FromCasebook(_reader(acting), partial(closed_cases.kept, pool, vault))
        client = await connect.connect(settings, issuer(settings, acting), [kept_cases])
        yield Link(client, pool, vault)


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
    from cli.signing_in import in_session

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


def run(work: Callable[[], Awaitable[None]], language: str) -> None:
    """Run a command; tell what went wrong in the user's language, and exit with its code."""
    try:
        asyncio.run(work())  # type: ignore[arg-type]
    except typer.Exit:
        raise
    except WorkflowUpdateFailedError as failure:
        if isinstance(failure.cause, ApplicationError) and failure.cause.type == "Refused":
            fail(Exit.REFUSED, str(failure.cause.message), _problems_of(failure.cause))
        fail(Exit.REFUSED, texts.say("cli.failed", language, why=failure.cause))
    except WorkflowQueryFailedError as failure:
        fail(Exit.REFUSED, texts.say("cli.failed", language, why=failure.message))
    except ValidationError as error:
        told(problems(error), language)
    except Refused as refused:
        told(refused.problems, language)
    except BrokenLedger as broken:
        fail(
            Exit.REFUSED,
            texts.say(
                "cli.ledger_broken", language, seq=broken.seq, problem=texts.say(f"ledger.{broken.problem}", language)
            ),
        )
    except NoSuchCase as unknown:
        fail(Exit.NOT_FOUND, texts.say("cli.no_such_case", language, case=unknown))
    except (NotLoggedIn, NoSigningKey):
        fail(Exit.REFUSED, texts.say("cli.not_logged_in", language))
    except httpx.HTTPError as error:
        fail(Exit.UNREACHABLE, texts.say("cli.token_server_away", language, why=type(error).__name__))
    except RingLost as lost:
        fail(Exit.UNREACHABLE, texts.say("cli.ring_lost", language, file=lost))
    except BadActor as bad:
        fail(Exit.BAD_INPUT, texts.say("cli.bad_actor", language, given=bad))
    except NoAnswer as waited:
        fail(Exit.UNREACHABLE, texts.say("cli.no_answer", language, message_id=waited))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            fail(Exit.NOT_FOUND, texts.say("cli.case_over", language))
        fail(Exit.UNREACHABLE, texts.say("cli.temporal_away", language, why=error.message))
    except (connect.NotRunning, RuntimeError, OSError, asyncpg.PostgresError) as error:
        fail(Exit.UNREACHABLE, texts.say("cli.unreachable", language, why=error))


def _problems_of(refused: ApplicationError) -> list[Problem]:
    return [Problem.model_validate(detail) for details in refused.details for detail in details]


def told(found: Sequence[Problem], language: str) -> NoReturn:
    """Say what is wrong with each field, and exit."""
    lines = (sentences.problem_line(p.field, p.code, p.params, language) for p in found)
    fail(Exit.BAD_INPUT, "\n".join(lines), found)
