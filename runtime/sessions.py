"""Sessions: who has logged in may ask for a token for each message, here or from the token server."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final

import jwt
from pydantic import ValidationError

from domain.base import Model, Ref
from domain.case.identity import EVERY_CASE, Claims, Sent, Use
from domain.ledger import Actor
from domain.refusal import Problem, Refused, must
from runtime.settings import Settings
from runtime.signing import Issuer
from runtime.signing_keys import Keys, KeySetFile
from runtime.tokens import LONGEST, key_id, mint, proved, wall_clock
from runtime.web import reaching

_PATIENCE: Final = 10.0
_OVER: Final = frozenset({"refusals.identity.ended", "refusals.identity.expired"})


class Person(Model):
    """Whom a person was proved to be."""

    actor: Actor
    scope: str
    account: Ref | None = None
    lasts: timedelta = LONGEST[Use.SESSION]
    """How long the session is to last. A provider is asked again soon: it may have taken a role away."""


class NotLoggedIn(Exception):
    """Nobody has logged in on this machine, and it holds no keys to sign with."""


Stands = Callable[[Claims], Awaitable[bool]]
"""Whether a session goes on: nobody has ended it, and its account is as it was."""


class Sessions:
    """The issuer: opens sessions, and signs for those that are open."""

    def __init__(self, keys: Keys, published: KeySetFile, stands: Stands) -> None:
        self._keys, self._published, self._stands = keys, published, stands

    def open(self, person: Person) -> str:
        """A session for somebody who was proved to be the person."""
        at, lasts = wall_clock(), person.lasts
        return mint(self._keys, person.actor, Use.SESSION, person.scope, at, account=person.account, lasts=lasts)

    async def claims(self, session: str) -> Claims:
        """Whose session it is. Raises Refused when it is none of ours, or over."""
        keys, now = self._published.latest, wall_clock()
        claims = proved(keys, session, Use.SESSION, now)
        must(claims.aud is Use.SESSION, "identity.use", "token", use=claims.aud, needed=Use.SESSION)
        signed_with = keys.find(key_id(session) or "")
        must(signed_with.vouches(claims.role, now) and await self._stands(claims), "identity.ended", "token")
        return claims

    async def token(self, session: str, sent: Sent) -> str:
        """A token for what is about to be sent.

        Raises Refused when the session is over, is another's or is for another case.
        """
        claims = await self.claims(session)
        must(sent.use is not Use.SESSION, "identity.use", "token", use=sent.use, needed=Use.MESSAGE)
        must(claims.case in (EVERY_CASE, sent.case), "identity.case", "token")
        said = sent.actor or claims.actor
        must(said == claims.actor, "identity.actor", "actor", proved=claims.actor.cast, said=said.cast)
        return mint(self._keys, claims.actor, sent.use, sent.case, wall_clock(), sent)


class InSession:
    """Signs with this machine's keys, for the one who has logged in here and nobody else."""

    def __init__(self, sessions: Sessions, session: str) -> None:
        self._sessions, self._session = sessions, session

    async def token(self, sent: Sent) -> str:
        """See ``runtime.signing.Issuer``."""
        return await self._sessions.token(self._session, sent)


class Renewing:
    """Signs in a session, and in the one after it where the provider still knows the person."""

    def __init__(
        self, session: str, issue: Callable[[str], Issuer], renew: Callable[[], Awaitable[str]] | None
    ) -> None:
        self._session, self._issue, self._renew = session, issue, renew

    async def token(self, sent: Sent) -> str:
        """See ``runtime.signing.Issuer``."""
        try:
            return await self._issue(self._session).token(sent)
        except Refused as refused:
            over = any(problem.code in _OVER for problem in refused.problems)
            if not over or self._renew is None:
                raise
        self._session = await self._renew()
        return await self._issue(self._session).token(sent)


class Request(Model):
    """What the token server is asked for."""

    session: str
    sent: Sent


class Remote:
    """Has the token server sign."""

    def __init__(self, server: str, session: str) -> None:
        self._server, self._session = server, session

    async def token(self, sent: Sent) -> str:
        """See ``runtime.signing.Issuer``."""
        answer = await asked(self._server, "/token", Request(session=self._session, sent=sent))
        return answer["token"]


async def asked(server: str, path: str, question: Model) -> dict[str, str]:
    """What the token server answers. Raises Refused as it does, or Away."""
    async with reaching(server, patience=_PATIENCE) as client:
        answer = await client.post(path, json=question.model_dump(mode="json"))
        if answer.status_code == HTTPStatus.FORBIDDEN:
            raise Refused(*(Problem.model_validate(problem) for problem in answer.json()["problems"]))
        answer.raise_for_status()
    told: dict[str, str] = answer.json()
    return told


def holder(session: str) -> Actor | None:
    """Who has logged in, as the session says; only whoever signs or verifies needs to be sure."""
    try:
        return Claims.model_validate(jwt.decode(session, options={"verify_signature": False})).actor
    except (jwt.PyJWTError, ValidationError):
        return None


def session_file(settings: Settings) -> Path:
    """Where the session of whoever has logged in is kept (0600)."""
    return settings.session or settings.data / "session"


def kept(settings: Settings) -> str | None:
    """The session of whoever has logged in on this machine."""
    return next(iter(_lines(settings)), None)


def renewal(settings: Settings) -> str | None:
    """What the provider renews the session for, if it gave any."""
    return next(iter(_lines(settings)[1:]), None)


def _lines(settings: Settings) -> list[str]:
    file = session_file(settings)
    return file.read_text().splitlines() if file.exists() else []


def keep(settings: Settings, session: str, renewal: str | None = None) -> None:
    """Keep a session, and what renews it, until it is over or ``forget`` is called."""
    file = session_file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text("\n".join(line for line in (session, renewal) if line))
    draft.replace(file)


def forget(settings: Settings) -> None:
    """Log out."""
    session_file(settings).unlink(missing_ok=True)
