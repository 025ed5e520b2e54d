"""Who acts is proved, not claimed: what a token says, and whether it stands for what was sent.

How tokens are signed is the runtime's affair; this module knows only what they must say. A token for a message
is bound to that one message by its id and the SHA-256 of its JSON, so it is worth nothing to whoever captures it.
"""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from domain.base import Instant, Model, Ref
from domain.dialogue import envelope
from domain.ledger import Actor
from domain.refusal import PARTIES, Problem, Refused, must
from domain.words import Agency, Role

EVERY_CASE: Final = "*"
"""Scope of those who work on any case."""
HEADER: Final = "onestop_token"
"""Name of the Temporal header that carries the token, as a JSON string."""
PEOPLE: Final = frozenset(Role) - {Role.SYSTEM}
"""Roles that a person can have."""


class Use(StrEnum):
    """What a token is good for; its ``aud`` claim."""

    MESSAGE = "message"
    """One message, named by id and digest."""
    READING = "reading"
    """Any query, until it expires."""
    SESSION = "session"
    """Asking the issuer for the other kinds."""


class Claims(Model):
    """What a token says, by the names of its JSON."""

    iss: str
    aud: Use
    sub: Ref
    """The actor's id: an officer's, a mediator's, or the ref of a party in its case."""
    role: Role
    agency: Agency | None = None
    case: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """Workflow id of the case, or ``*``."""
    msg: str | None = None
    """Name of the message."""
    jti: str | None = None
    """The message's id."""
    sha256: str | None = None
    """Hex digest of the message's JSON, byte for byte as it is sent."""
    acct: Ref | None = None
    """The account that opened a session."""
    iat: int
    exp: int

    @property
    def actor(self) -> Actor:
        """Whom the token stands for."""
        return Actor(id=self.sub, role=self.role, agency=self.agency)


class PublicKey(Model):
    """A JSON Web Key (RFC 7517, Ed25519 by RFC 8037), with what it may vouch for, and from when until when."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    kid: Ref
    x: str
    roles: frozenset[Role]
    starts: Instant
    ends: Instant | None = None

    def vouches(self, role: Role, at: datetime) -> bool:
        """Whether a token issued at an instant for a role may be signed with this key."""
        return role in self.roles and self.starts <= at and (self.ends is None or at < self.ends)


class UnknownKey(Exception):
    """No key of the set has this id."""


class KeySet(Model):
    """The public keys, as a JSON Web Key Set."""

    keys: tuple[PublicKey, ...] = ()

    def knows(self, kid: str) -> bool:
        """Whether a key of the set has this id."""
        return any(key.kid == kid for key in self.keys)

    def find(self, kid: str) -> PublicKey:
        """The key of an id. Raises UnknownKey."""
        for key in self.keys:
            if key.kid == kid:
                return key
        raise UnknownKey(kid)


class Sent(Model):
    """What came in under a token."""

    use: Use
    case: str
    name: str
    """Name of the message or query."""
    message_id: str | None = None
    sha256: str | None = None
    actor: Actor | None = None
    """Who the message says it is from, as far as that can be made out."""
    queued: bool = False
    """A signal: the server keeps it until a worker is there."""


class Verdict(Model):
    """Whether somebody is who they say they are, and whom they were proved to be."""

    problems: tuple[Problem, ...] = ()
    actor: Actor | None = None


def sent_message(case: str, name: str, body: bytes, *, queued: bool = False) -> Sent:
    """What a message says of itself, as far as that can be made out of its JSON."""
    told = envelope(body)
    return Sent(
        use=Use.MESSAGE,
        case=case,
        name=name,
        message_id=told.message_id,
        sha256=digest(body),
        actor=told.actor,
        queued=queued,
    )


def digest(body: bytes) -> str:
    """The digest that binds a token to a message: of its JSON as it is sent, but for white space around it."""
    return hashlib.sha256(body.strip(b" \t\r\n")).hexdigest()


def stand_for(claims: Claims, sent: Sent) -> None:
    """Raise Refused unless the token was made for exactly what was sent."""
    must(claims.aud is sent.use, "identity.use", "token", use=claims.aud, needed=sent.use)
    own = claims.case == sent.case or (claims.case == EVERY_CASE and claims.role not in PARTIES)
    must(own, "identity.case", "token")
    must((claims.agency is not None) == (claims.role is Role.OFFICER), "identity.agency", "token", role=claims.role)
    if sent.use is not Use.READING:
        same = (claims.msg, claims.sha256) == (sent.name, sent.sha256)
        must(same and claims.jti == sent.message_id, "identity.message", "token", name=sent.name)
    if sent.actor is not None:
        must(sent.actor == claims.actor, "identity.actor", "actor", proved=claims.actor.cast, said=sent.actor.cast)


def verdict(refused: Refused) -> Verdict:
    """The verdict on whoever could not be proved."""
    return Verdict(problems=refused.problems)
