"""What may be said about days: a notice of working days, and the clock of a drill."""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.message import Message


class CalendarChanged(Message):
    """A notice of working days has been loaded: count every open deadline anew."""

    name = "calendar_changed"
    year: Annotated[int, Field(ge=2004, le=2200)]
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    """The notice, as a reader of the ledger finds it."""
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of what the notice says (``domain.deadlines.calendar.Notice.digest``): no other may be counted by."""


class AdvanceClock(Message):
    """Move the clock of a drill on by some days."""

    name = "advance_clock"
    days: Annotated[int, Field(ge=1, le=3700)]
