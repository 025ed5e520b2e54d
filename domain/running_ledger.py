"""The end of a running ledger: what a case, or a mediation at a grid post, notes of itself."""

from datetime import timedelta
from typing import Final

from pydantic import Field, JsonValue

from domain.base import Instant, State
from domain.ledger import GENESIS, SYSTEM, Actor, Event, seal

EVENTS_KEPT: Final = 200
"""Events that whatever runs keeps for its timeline; the casebook has them all."""


HALTING: Final = frozenset(f"refusals.ledger.{why}" for why in ("conflict", "gap", "ahead", "run"))
"""Why whatever runs stops altogether: the casebook knows another story, and what is noted now would be lost."""
FLOOD_LASTS: Final = timedelta(hours=1)
"""For how long signals of unproved senders are counted together."""
TOLD_SINGLY: Final = 10
"""Of them so many are told one by one; from then on how many there were, each time that they have doubled."""


class Blocked(State):
    """A step of the centre that can't be done until somebody mends something, such as a missing table row."""

    step: str
    code: str
    """Key of a text that says what is missing and what to do."""
    params: dict[str, str]
    since: Instant
    tries: int
    retry_at: Instant
    waits: bool = True
    """Nobody tries it at this moment."""


class Flood(State):
    """Signals that nobody proved to have sent, counted since the first of them."""

    since: Instant
    count: int = 0
    told: int = 0


class RunningLedger(State):
    """A ledger that grows."""

    next_seq: int = 1
    head: str = GENESIS
    events: list[Event] = Field(default=[])
    """The latest events; those from ``recorded`` on are still to be written to the casebook."""
    recorded: int = 0
    """Number of the last event that the casebook has confirmed."""
    blocks: dict[str, Blocked] = {}
    """Steps that can't be done, by name."""
    flood: Flood | None = None

    @property
    def blocked(self) -> Blocked | None:
        """The step that has been blocked for longest."""
        return min(self.blocks.values(), key=lambda one: one.since, default=None)

    @property
    def halted(self) -> Blocked | None:
        """Why nothing more may be noted; None: it may."""
        return next((one for one in self.blocks.values() if one.code in HALTING), None)

    def block(self, blocked: Blocked, now: Instant) -> None:
        """A step can't be done until a person mends something. Tried again for the same cause, it is noted once."""
        before = self.blocks.get(blocked.step)
        self.blocks[blocked.step] = blocked
        if before is None or before.code != blocked.code:
            self.note("blocked", now, step=blocked.step, code=blocked.code, params=dict(blocked.params))

    def unblock(self, step: str, now: Instant) -> None:
        """The step has been done."""
        if self.blocks.pop(step, None) is not None:
            self.note("unblocked", now, step=step)

    def retry(self, step: str | None = None) -> None:
        """Try a blocked step again at once; all of them where none is named."""
        for one in self.blocks.values():
            if step in (None, one.step):
                one.waits = False

    def agrees(self, seq: int, digest: str) -> bool:
        """Whether an event that the casebook holds is one of these, or of before those that are kept."""
        if seq >= self.next_seq:
            return False
        return all(event.digest == digest for event in self.events if event.seq == seq)

    def tell_flood(self, now: Instant) -> None:
        """How many signals of unproved senders there were since when, where that has not been told yet."""
        flood = self.flood
        if flood is not None and flood.told < flood.count:
            flood.told = flood.count
            self.note("messages_unproved", now, count=flood.count, since=flood.since.isoformat())

    def end_flood(self, now: Instant) -> None:
        """The time of counting is over: the next one is told singly again."""
        self.tell_flood(now)
        self.flood = None

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
