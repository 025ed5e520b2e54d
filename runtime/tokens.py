"""Actor tokens: JSON Web Tokens signed with Ed25519 (RFC 7519, RFC 8037)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt
from pydantic import ValidationError

from domain.identity import Claims, Sent, Use, Verdict, stand_for, verdict
from domain.ledger import Actor
from domain.protocol import Refused, must, refusal
from runtime.signing_keys import Keys, KeySetFile, KeySetUnreadable, UnknownKey

ISSUER: Final = "onestop"
ALGORITHM: Final = "EdDSA"
LIFETIME: Final = timedelta(minutes=5)
"""How long after it was issued a message or a reading may begin to travel."""
LONGEST: Final = {Use.SESSION: timedelta(hours=8)}
"""A token that claims to live longer than this is refused, whoever signed it; the others live ``LIFETIME``."""
LEEWAY: Final = timedelta(seconds=30)
"""How far apart the clocks of issuer and worker may be."""

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The real time."""
    return datetime.now(UTC)


def mint(
    keys: Keys, actor: Actor, use: Use, case: str, at: datetime, sent: Sent | None = None, account: str | None = None
) -> str:
    """A token for an actor in a case; for a message, bound to what is sent. Raises NoSigningKey."""
    kid, key = keys.signer(actor.role, at)
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
        exp=int((at + LONGEST.get(use, LIFETIME)).timestamp()),
    )
    return jwt.encode(claims.model_dump(mode="json", exclude_none=True), key, algorithm=ALGORITHM, headers={"kid": kid})


def proved(keys: KeySetFile, token: str, use: Use, at: datetime) -> Claims:
    """What a token says, once it is known to be ours and of now. Raises Refused with the reason to act on."""
    try:
        key = keys.latest.find(jwt.get_unverified_header(token).get("kid", ""))
        body = jwt.decode(
            token,
            key.key,
            algorithms=[ALGORITHM],
            audience=[*Use],
            issuer=ISSUER,
            options={"require": ["exp", "iat"], "verify_exp": False, "verify_iat": False},
        )
        claims = Claims.model_validate(body)
    except UnknownKey:
        raise refusal("identity.key", "token") from None
    except (jwt.PyJWTError, ValidationError):
        raise refusal("identity.forged", "token") from None
    issued, expires = _instant(claims.iat), _instant(claims.exp)
    must(key.vouches(claims.role, issued), "identity.key", "token")
    must(expires - issued <= LONGEST.get(use, LIFETIME), "identity.forged", "token")
    must(issued <= at + LEEWAY, "identity.clock", "token")
    must(at <= expires + LEEWAY, "identity.expired", "token", expired=expires.isoformat())
    return claims


class Verifier:
    """Tells whether what came in stands under a token that proves its sender."""

    def __init__(self, keys: KeySetFile, clock: Clock = wall_clock) -> None:
        self.keys, self._clock = keys, clock

    def __call__(self, token: str | None, sent: Sent) -> Verdict:
        """The verdict now; refused too while the keys can't be read."""
        try:
            return self.judge(token, sent)
        except KeySetUnreadable:
            return verdict(refusal("identity.no_keys", "token"))

    def judge(self, token: str | None, sent: Sent, at: datetime | None = None) -> Verdict:
        """The verdict, now or for something that came in at an instant. Raises KeySetUnreadable."""
        try:
            if not token:
                raise refusal("identity.missing", "token")
            claims = proved(self.keys, token, sent.use, at or self._clock())
            stand_for(claims, sent)
        except Refused as refused:
            return verdict(refused)
        return Verdict(actor=claims.actor)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
