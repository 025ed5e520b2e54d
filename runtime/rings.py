"""Key rings: the centre's, which holds those of all agencies, and each agency's own.

In the embedded default they are files: ``keys.json`` in the data folder is the centre's, and ``keys.json`` in
``agencies/<agency>`` below it is what that agency's worker is given.
"""

import base64
import contextlib
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict

from domain.words import CENTRE_QUEUE, Agency

HOLDERS: Final = (CENTRE_QUEUE, *Agency)
"""Who has keys of their own."""
_FILE: Final = "keys.json"
_MADE: Final = "keys.made"
"""Says that a ring was made here, so that a lost one is not replaced in silence."""


class RingLost(Exception):
    """The file of a ring that was made before is gone; the text is its path."""


class KeyRing(BaseModel):
    """Keys by id, base64. New text is sealed under ``current``; old text is opened under the key it names."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    current: str
    keys: Mapping[str, str]
    digest: str
    """Key of the look-up digests. It is never rotated, since what is stored could no longer be found."""
    agencies: Mapping[Agency, "KeyRing"] = {}
    """The agencies' rings, in the centre's; an agency's own ring has none."""

    @classmethod
    def fresh(cls) -> Self:
        """A new ring with one key of the centre's, and one of each agency's."""
        return cls(current="k1", keys={"k1": _random()}, digest=_random()).with_agencies(_random)

    def with_agencies(self, digest: Callable[[], str] | None = None) -> Self:
        """The ring with a ring for each agency that had none.

        A ring that comes from a time without them keeps its digest key for all, so that what the agencies have
        loaded is still found.
        """
        rings = {
            agency: KeyRing(
                current=f"{agency}-1", keys={f"{agency}-1": _random()}, digest=digest() if digest else self.digest
            )
            for agency in Agency
        }
        return self.model_copy(update={"agencies": rings | dict(self.agencies)})

    def of(self, holder: str) -> "KeyRing":
        """The ring of the centre or of one agency. Raises KeyError when it isn't there."""
        return self if holder == CENTRE_QUEUE else self.agencies[Agency(holder)]

    def rotated(self, holder: str, *, prepare: bool = False) -> Self:
        """A newer key for a holder; the older ones go on opening what they have sealed.

        ``prepare`` adds the key and seals under the old one still, until every process knows the new one;
        the next rotation takes the key that was prepared. Raises KeyError for a holder without a ring.
        """
        ring = self.of(holder)
        newest = list(ring.keys)[-1]
        if newest != ring.current and not prepare:
            renewed = ring.model_copy(update={"current": newest})
        else:
            stem, number = newest.rstrip("0123456789"), newest[len(newest.rstrip("0123456789")) :]
            name = f"{stem}{int(number or 1) + 1}"
            update = {"keys": {**ring.keys, name: _random()}, "current": ring.current if prepare else name}
            renewed = ring.model_copy(update=update)
        if holder == CENTRE_QUEUE:
            return self.model_validate(renewed.model_dump())
        return self.model_copy(update={"agencies": {**self.agencies, Agency(holder): renewed}})


def kept_ring(folder: Path) -> KeyRing:
    """The centre's ring in a data folder, made at the first start; or the ring that an agency was given there.

    Raises RingLost where one was made before and is gone: a new one would open nothing of what is there.
    """
    file, made = folder / _FILE, folder / _MADE
    if made.exists() and not file.exists():
        raise RingLost(file)
    ring = KeyRing.model_validate_json(kept_secret(file, lambda: KeyRing.fresh().model_dump_json(indent=1)))
    made.touch(0o600)
    return ring


def home(data: Path, agency: Agency) -> Path:
    """The folder of an agency's worker: what lies in it is all that the agency holds."""
    return data / "agencies" / agency


def hand_out(data: Path) -> None:
    """Give each agency its own ring; a centre's ring that has none for it yet is completed."""
    with _locked(data):
        ring = kept_ring(data)
        if set(ring.agencies) != set(Agency):
            ring = ring.with_agencies()
            _write(data / _FILE, ring)
        _hand_out(data, ring)


def rotate(data: Path, holder: str, *, prepare: bool = False) -> KeyRing:
    """Rotate a holder's key in the kept rings, and hand it out. Returns the centre's ring."""
    with _locked(data):
        ring = kept_ring(data).with_agencies().rotated(holder, prepare=prepare)
        _write(data / _FILE, ring)
        _hand_out(data, ring)
        return ring


def kept_secret(file: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(24)) -> str:
    """The secret in a file (0600); made when there is none yet, and the same for all who ask at once."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft(file, make())
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(draft)
        draft.unlink()
    return file.read_text()


def _hand_out(data: Path, ring: KeyRing) -> None:
    for agency, own in ring.agencies.items():
        folder = home(data, agency)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder / _FILE, own)


def _write(file: Path, ring: KeyRing) -> None:
    text = ring.model_dump_json(indent=1)
    if not file.exists() or file.read_text() != text:
        _draft(file, text).replace(file)


def _draft(file: Path, text: str) -> Path:
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
    return draft


@contextlib.contextmanager
def _locked(data: Path) -> Iterator[None]:
    data.mkdir(mode=0o711, parents=True, exist_ok=True)
    with (data / "keys.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _random() -> str:
    return base64.b64encode(os.urandom(32)).decode()
