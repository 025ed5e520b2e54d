"""The ledger of a case: append-only events, each sealed to the one before by a SHA-256 digest."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC
from typing import Final

from pydantic import JsonValue

from domain.base import Instant, Model, Ref
from domain.words import Agency, Role

GENESIS: Final = "0" * 64
"""What the first event of a case is chained to."""


class Actor(Model):
    """Who acts: an officer of an agency, a mediator, a party (by ref), a supervisor, or the system."""

    id: Ref
    role: Role
    agency: Agency | None = None

    @property
    def cast(self) -> str:
        """The actor as the command line takes it: ``officer:tax/tax-01``."""
        return f"{self.role}:{self.agency}/{self.id}" if self.agency else f"{self.role}:{self.id}"


SYSTEM: Final = Actor(id="onestop", role=Role.SYSTEM)


class Event(Model):
    """One thing that happened to a case. ``facts`` name people by ref only."""

    seq: int
    at: Instant
    kind: str
    actor: Actor
    message_id: Ref | None = None
    facts: dict[str, JsonValue] = {}
    previous: str
    digest: str


class Head(Model):
    """The last event of a ledger as the casebook holds it."""

    seq: int
    digest: str


class BrokenLedger(Exception):
    """An event does not follow from the one before it; ``seq`` names the first such event."""

    def __init__(self, seq: int, problem: str) -> None:
        super().__init__(f"event {seq}: {problem}")
        self.seq = seq
        self.problem = problem
        """A code of texts/ledger.yaml: missing, altered, unchained, unreadable, end-missing, differs."""


class EndMissing(BrokenLedger):
    """What is there follows event from event, and does not reach the end that the case itself knows."""


def _digest(
    seq: int, at: Instant, kind: str, actor: Actor, message_id: str | None, facts: object, previous: str
) -> str:
    content = [
        seq,
        at.astimezone(UTC).isoformat(),
        kind,
        actor.id,
        actor.role,
        actor.agency,
        message_id,
        facts,
        previous,
    ]
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def seal(
    *,
    seq: int,
    at: Instant,
    kind: str,
    actor: Actor,
    message_id: str | None,
    facts: dict[str, JsonValue],
    previous: str,
) -> Event:
    """The event that follows the one whose digest is ``previous``."""
    return Event(
        seq=seq,
        at=at,
        kind=kind,
        actor=actor,
        message_id=message_id,
        facts=facts,
        previous=previous,
        digest=_digest(seq, at, kind, actor, message_id, facts, previous),
    )


def verify(events: Iterable[Event]) -> str:
    """Walk a whole ledger and return the digest of its last event.

    Raises BrokenLedger naming the first event that is missing, altered or out of place.
    """
    previous, expected = GENESIS, 1
    for event in events:
        if event.seq != expected:
            raise BrokenLedger(expected, "missing")
        if event.previous != previous:
            raise BrokenLedger(event.seq, "unchained")
        content = _digest(event.seq, event.at, event.kind, event.actor, event.message_id, event.facts, event.previous)
        if event.digest != content:
            raise BrokenLedger(event.seq, "altered")
        previous, expected = event.digest, expected + 1
    return previous
