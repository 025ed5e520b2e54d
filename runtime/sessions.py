"""Sessions: who has logged in may ask for a token for each message, here or from the token server."""

from pathlib import Path
from typing import Final

import httpx
import jwt
from pydantic import ValidationError

from domain.base import Model
from domain.identity import EVERY_CASE, Claims, Sent, Use
from domain.ledger import Actor
from domain.protocol import Problem, Refused, must
from runtime.settings import Settings
from runtime.signing_keys import Keys, KeySetFile
from runtime.tokens import mint, proved, wall_clock

_PATIENCE: Final = 10.0


class NotLoggedIn(Exception):
    """Nobody has logged in on this machine, and it holds no keys to sign with."""


class Sessions:
    """The issuer: opens sessions, and signs for those that are open."""

    def __init__(self, keys: Keys, published: KeySetFile) -> None:
        self._keys, self._published = keys, published

    def open(self, actor: Actor, scope: str, account: str | None = None) -> str:
        """A session for somebody who has proved to be the actor."""
        return mint(self._keys, actor, Use.SESSION, scope, wall_clock(), account=account)

    def claims(self, session: str) -> Claims:
        """Whose session it is. Raises Refused when it is none of ours, or over."""
        claims = proved(self._published.latest, session, Use.SESSION, wall_clock())
        must(claims.aud is Use.SESSION, "identity.use", "token", use=claims.aud, needed=Use.SESSION)
        return claims

    def token(self, session: str, sent: Sent) -> str:
        """A token for what is about to be sent.

        Raises Refused when the session is over, is another's or is for another case.
        """
        claims = self.claims(session)
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
        return self._sessions.token(self._session, sent)


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
    """What the token server answers. Raises Refused as it does, or httpx.HTTPError."""
    async with httpx.AsyncClient(base_url=server, timeout=_PATIENCE) as client:
        answer = await client.post(path, json=question.model_dump(mode="json"))
    if answer.status_code == httpx.codes.FORBIDDEN:
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
    file = session_file(settings)
    return file.read_text().strip() if file.exists() else None


def keep(settings: Settings, session: str) -> None:
    """Keep a session until it is over or ``forget`` is called."""
    file = session_file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(session)


def forget(settings: Settings) -> None:
    """Log out."""
    session_file(settings).unlink(missing_ok=True)
