"""What may be said to a joint meeting (联席会议)."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from domain.base import Instant, Model, Ref, Text
from domain.message import Message
from domain.words import Agency

Refs = Annotated[tuple[Ref, ...], Field(min_length=1, max_length=500)]


class MeetingKind(StrEnum):
    """Why the agencies meet."""

    REGULAR = "regular"
    URGENT = "urgent"
    LIAISON = "liaison"


class ItemKind(StrEnum):
    """What is put before a meeting."""

    CONTRADICTION = "contradiction"
    LAPSED = "lapsed-inquiry"
    LATE = "late-case"
    SPECIAL = "special-case"
    WARNING = "early-warning"
    ORDER = "overdue-order"
    POLICY = "policy-question"
    OTHER = "other"


class Member(Model):
    """Who sits for an agency."""

    agency: Agency
    member: Ref
    deputy: bool = False


class CallMeeting(Message):
    """Call a meeting. Sent by update-with-start; the agenda fills itself with what waits."""

    name = "call_meeting"
    kind: MeetingKind = MeetingKind.REGULAR
    starts: Instant
    place: Text
    chair: Ref
    recorder: Ref
    members: Annotated[tuple[Member, ...], Field(min_length=2, max_length=40)]
    guests: tuple[Ref, ...] = ()
    drill: bool = False
    """An exercise: only drills come on its agenda, and its decisions reach only drills."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        people = [member.member for member in self.members]
        if len(set(people)) != len(people):
            raise ValueError("meeting.named_twice")
        return self


class ProposeItem(Message):
    """Put something on the agenda that it did not fill itself with."""

    name = "propose_item"
    item: Ref
    kind: ItemKind = ItemKind.OTHER
    title: Text
    cases: tuple[Ref, ...] = ()
    """Cases that it is about, by number or workflow."""


class GatherAgenda(Message):
    """Look again for what waits, before the agenda is fixed."""

    name = "gather_agenda"


class FixAgenda(Message):
    """The agenda stands; what is put off comes on the next one by itself, as far as it still waits."""

    name = "fix_agenda"
    put_off: tuple[Ref, ...] = ()


class OpenSitting(Message):
    """The meeting has begun: who is there of its members and guests."""

    name = "open_sitting"
    present: Refs


class NoteDiscussion(Message):
    """What was reported and discussed on an item."""

    name = "note_discussion"
    item: Ref
    text: Text


class Dissent(Model):
    """What a member put on record against a decision."""

    member: Ref
    text: Text


class DecideItems(Message):
    """One decision on one or many like items. ``act`` is the message that each of their cases gets, by its name.

    ``fields`` are those of the message but its envelope; for a contradiction the item says which, and the reason of the
    message is the decision, with the number of the meeting. Without ``act`` the decision is on record only.
    """

    name = "decide_items"
    decision: Ref
    items: Refs
    text: Text
    article: Text | None = None
    dissent: tuple[Dissent, ...] = ()
    act: Ref | None = None
    fields: dict[str, JsonValue] = {}


class PutOffItems(Message):
    """Not today: the items come on the next agenda by themselves, as far as they still wait."""

    name = "put_off_items"
    items: Refs
    reason: Text


class SetOrder(Message):
    """An order (督办): an agency is to do something within working days, and to report."""

    name = "set_order"
    order: Ref
    what: Text
    agency: Agency
    helping: tuple[Agency, ...] = ()
    days: Annotated[int, Field(ge=1, le=250)]
    """Working days from today."""
    cases: tuple[Ref, ...] = ()
    """Numbers of the cases that it is about: it stands on each of them."""


class ReportOrder(Message):
    """The responsible agency reports what it did."""

    name = "report_order"
    order: Ref
    text: Text


class JudgeReport(Message):
    """The centre accepts a report, which closes the order, or sends it back with what is missing."""

    name = "judge_report"
    order: Ref
    accept: bool
    reason: Text | None = None

    @model_validator(mode="after")
    def _says_what_is_missing(self) -> Self:
        if not self.accept and self.reason is None:
            raise ValueError("meeting.reason_needed")
        return self


class IssueMinutes(Message):
    """The minutes (会议纪要) are signed by chair and recorder and go to the members."""

    name = "issue_minutes"
