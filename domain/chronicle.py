"""The end of a running ledger: what a case, or a mediation at a grid post, notes of itself."""

from typing import Final

from pydantic import Field, JsonValue

from domain.base import Instant, State
from domain.ledger import GENESIS, SYSTEM, Actor, Event, seal

EVENTS_KEPT: Final = 200
"""Events that whatever runs keeps for its timeline; the casebook has them all."""


class Chronicle(State):
    """A ledger that grows."""

    next_seq: int = 1
    head: str = GENESIS
    events: list[Event] = Field(default=[])
    """The latest events; those from ``recorded`` on are still to be written to the casebook."""
    recorded: int = 0
    """Number of the last event that the casebook has confirmed."""

    def note(
        self,
        kind: str,
        now: Instant,
        actor: Actor = SYSTEM,
        message_id: str | None = None,
        **facts: JsonValue,
    ) -> Event:
        """Add an event to the ledger."""
        event = seal(
            seq=self.next_seq,
            at=now,
            kind=kind,
            actor=actor,
            message_id=message_id,
            facts=facts,
            previous=self.head,
        )
        self.events.append(event)
        self.head, self.next_seq = event.digest, self.next_seq + 1
        self.trim()
        return event

    def trim(self) -> None:
        """Let go of the events that the casebook has confirmed, but for the latest."""
        if self.events:
            confirmed = self.recorded + 1 - self.events[0].seq
            spare = min(len(self.events) - EVENTS_KEPT, confirmed)
            if spare > 0:
                del self.events[:spare]

    def unrecorded(self) -> list[Event]:
        """The events that the casebook has not confirmed yet."""
        first = self.recorded + 1
        return [event for event in self.events if event.seq >= first]
