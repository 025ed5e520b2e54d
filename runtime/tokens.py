"""Actor tokens: JSON Web Tokens signed with Ed25519 (RFC 7519, RFC 8037).

``judge`` is a pure function of what came in, of a set of public keys and of an instant: a case proves its signals with
it in replay as it did when they came.
"""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from domain.case.identity import Claims, KeySet, Sent, UnknownKey, Use, Verdict, stand_for, verdict
from domain.ledger import Actor
from domain.refusal import Refused, must, refusal
from runtime.signing_keys import Keys, KeySetFile, KeySetUnreadable

ISSUER: Final = "onestop"
ALGORITHM: Final = "EdDSA"
LIFETIME: Final = timedelta(minutes=5)
"""How long after it was issued a message or a reading may begin to travel."""
QUEUED: Final = timedelta(days=7)
"""How long a signal may wait at the server for a worker. It acts once, whenever it comes."""
LONGEST: Final = {Use.SESSION: timedelta(hours=8), Use.MESSAGE: QUEUED}
"""A token that claims to live longer than this is refused, whoever signed it; the others live ``LIFETIME``."""
LEEWAY: Final = timedelta(seconds=30)
"""How far apart the clocks of issuer and worker may be."""
TOKEN_BYTES: Final = 8192
"""A token that is larger is none of ours."""

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The real time."""
    return datetime.now(UTC)


def mint(
    keys: Keys,
    actor: Actor,
    use: Use,
    case: str,
    at: datetime,
    sent: Sent | None = None,
    account: str | None = None,
    lasts: timedelta | None = None,
) -> str:
    """A token for an actor in a case; for a message, bound to what is sent. Raises NoSigningKey."""
    kid, key = keys.signer(actor.role, at)
    lives = LIFETIME if use is Use.MESSAGE and not (sent and sent.queued) else lasts or LONGEST.get(use, LIFETIME)
    claims = Claims(
        iss=ISSUER,
        aud=use,
        sub=actor.id,
        role=actor.role,
        agency=actor.agency,
        case=case,
        msg=sent and sent.name,
        jti=sent and sent.message_id,
        sha256=sent and sent.sha256,
        acct=account,
        iat=int(at.timestamp()),
        exp=int((at + lives).timestamp()),
    )
    return jwt.encode(claims.model_dump(mode="json", exclude_none=True), key, algorithm=ALGORITHM, headers={"kid": kid})


def key_id(token: str) -> str | None:
    """The id of the key that a token says it is signed with; None where it says none that could be one."""
    try:
        kid = jwt.get_unverified_header(_ours(token)).get("kid")
    except Exception:  # noqa: BLE001 - whatever a stranger's text makes a parser raise, it is no token
        return None
    return kid if isinstance(kid, str) and len(kid) <= _LONGEST_KEY_ID else None


_LONGEST_KEY_ID: Final = 64


def proved(keys: KeySet, token: str, use: Use, at: datetime) -> Claims:
    """What a token says, once it is known to be ours and of now. Raises Refused with the reason to act on."""
    kid = key_id(token)
    must(kid is not None, "identity.forged", "token")
    try:
        key = keys.find(kid or "")
        body = jwt.decode(
            _ours(token),
            _public_key(key.x),
            algorithms=[ALGORITHM],
            audience=[*Use],
            issuer=ISSUER,
            options={"require": ["exp", "iat"], "verify_exp": False, "verify_iat": False},
        )
        claims = Claims.model_validate(body)
        issued, expires = _instant(claims.iat), _instant(claims.exp)
    except UnknownKey:
        raise refusal("identity.key", "token") from None
    except Exception:  # noqa: BLE001 - whatever a stranger's text makes a parser raise, it is no token
        raise refusal("identity.forged", "token") from None
    must(key.vouches(claims.role, issued), "identity.key", "token")
    must(expires - issued <= LONGEST.get(use, LIFETIME), "identity.forged", "token")
    must(issued <= at + LEEWAY, "identity.clock", "token")
    must(at <= expires + LEEWAY, "identity.expired", "token", expired=expires.isoformat())
    return claims


def judge(keys: KeySet, token: str | None, sent: Sent, at: datetime) -> Verdict:
    """The verdict on what came in at an instant."""
    try:
        if not token:
            raise refusal("identity.missing", "token")
        claims = proved(keys, token, sent.use, at)
        stand_for(claims, sent)
    except Refused as refused:
        return verdict(refused)
    return Verdict(actor=claims.actor)


class Verifier:
    """Tells whether what came in now stands under a token that proves its sender."""

    def __init__(self, keys: KeySetFile, clock: Clock = wall_clock) -> None:
        self.keys, self._clock = keys, clock

    def __call__(self, token: str | None, sent: Sent) -> Verdict:
        """The verdict now; refused too while the keys can't be read."""
        try:
            return judge(self.keys.latest, token, sent, self._clock())
        except KeySetUnreadable:
            return verdict(refusal("identity.no_keys", "token"))


def _ours(token: str) -> bytes:
    """The bytes of a token. Raises ValueError for what can't be one."""
    if len(token) > TOKEN_BYTES:
        raise ValueError("too long for a token")
    return token.encode("ascii")


@lru_cache(maxsize=1000)
def _public_key(x: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
