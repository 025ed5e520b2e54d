"""Signing keys: private ones with whoever signs, and the set of public ones that the workers read.

The folder ``identity`` holds ``public.json``, a JSON Web Key Set (RFC 7517, Ed25519 by RFC 8037), and under
``private`` a file (0600) for each key that this machine may sign with. A worker needs ``public.json`` only; the
centre's worker also the key of the system, to speak to other cases. Entries are ended, never deleted.
"""

import base64
import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from domain.case.identity import PEOPLE, KeySet, PublicKey
from domain.words import Role
from runtime.settings import Settings

SYSTEM_ONLY: Final = frozenset({Role.SYSTEM})
PURPOSES: Final = {"people": PEOPLE, "system": SYSTEM_ONLY}
"""What a key may vouch for."""


class NoSigningKey(Exception):
    """This machine holds no key that may vouch for the role; log in, or ask the issuer."""


class KeySetUnreadable(Exception):
    """The file of public keys is not there, or is none; the text names it."""


class KeySetFile:
    """The set as its file says now: read again when the file has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp: tuple[int, int] | None = None
        self._keys = KeySet()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The set of this deployment. The embedded default makes its keys at the first start."""
        if settings.public_keys is not None:
            return cls(settings.public_keys)
        Keys.of(settings)
        return cls(_public(settings))

    @property
    def latest(self) -> KeySet:
        """The keys that are valid, or were. Raises KeySetUnreadable."""
        try:
            status = self._file.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp != self._stamp:
                self._keys, self._stamp = KeySet.model_validate_json(self._file.read_text()), stamp
        except (OSError, ValidationError) as problem:
            raise KeySetUnreadable(f"{self._file}: {type(problem).__name__}") from None
        return self._keys


class Keys:
    """The private keys of this machine beside the public set."""

    def __init__(self, folder: Path, published: Path) -> None:
        self._private, self._file = folder / "private", published
        self._published = KeySetFile(published)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The keys of this deployment; made, one for people and one for the system, where there is no set yet."""
        keys = cls(settings.data / "identity", settings.public_keys or _public(settings))
        if not keys._file.exists():
            for purpose in PURPOSES:
                keys.new(purpose, first=True)
        return keys

    @property
    def public(self) -> KeySet:
        """The public keys."""
        return self._published.latest

    def new(self, purpose: str, *, starts: datetime | None = None, first: bool = False) -> PublicKey:
        """Make a key pair and put its public half in the set; ``first``: unless the set has one for the purpose."""
        with self._changing() as known:
            there = [key for key in known.keys if key.roles == PURPOSES[purpose]]
            if first and there:
                return there[0]
            private = Ed25519PrivateKey.generate()
            public = PublicKey(
                kid=f"{purpose}-{secrets.token_hex(4)}",
                x=_encoded(private.public_key().public_bytes_raw()),
                roles=PURPOSES[purpose],
                starts=(starts or datetime.now(UTC)).replace(microsecond=0),
            )
            self._private.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._private / public.kid, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "w") as written:
                written.write(_encoded(private.private_bytes_raw()))
            self._write(KeySet(keys=(*known.keys, public)))
            return public

    def retire(self, kid: str, ends: datetime) -> PublicKey:
        """End a key: what is issued from then on is refused. Raises UnknownKey."""
        with self._changing() as known:
            ended = known.find(kid).model_copy(update={"ends": ends.replace(microsecond=0)})
            self._write(KeySet(keys=tuple(ended if key.kid == kid else key for key in known.keys)))
            return ended

    def holds(self, kid: str) -> bool:
        """Whether this machine can sign with a key."""
        return (self._private / kid).exists()

    def signer(self, role: Role, at: datetime) -> tuple[str, Ed25519PrivateKey]:
        """Id and key to vouch for a role with: of those that this machine holds the latest. Raises NoSigningKey."""
        ours = [key for key in self.public.keys if key.vouches(role, at) and self.holds(key.kid)]
        if not ours:
            raise NoSigningKey(role)
        kid = max(ours, key=lambda key: key.starts).kid
        return kid, self._read(kid)

    def _read(self, kid: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(_decoded((self._private / kid).read_text()))

    @contextlib.contextmanager
    def _changing(self) -> Iterator[KeySet]:
        """The set, while nobody else changes it."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with (self._file.with_suffix(".lock")).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.public if self._file.exists() else KeySet()

    def _write(self, keys: KeySet) -> None:
        draft = self._file.with_suffix(f".{secrets.token_hex(4)}")
        draft.write_text(keys.model_dump_json(indent=1))
        draft.replace(self._file)


def _public(settings: Settings) -> Path:
    return settings.data / "identity" / "public.json"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
