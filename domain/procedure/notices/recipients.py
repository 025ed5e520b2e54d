"""Notices (通知): which event is told to whom, and when it may be sent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Final

from pydantic import Field

from domain.base import CENTRE_ZONE, Model, Ref
from domain.case.casebook_rows import CasebookEntry
from domain.ledger import Event
from domain.papers.kinds import paper_rows
from domain.rules.rule_table import read_table
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "notices.yaml"


class Audience(StrEnum):
    """Who is told."""

    CLAIMANTS = "claimants"
    RESPONDENTS = "respondents"
    AGENCY = "agency"
    OFFICER = "officer"
    MEDIATOR = "mediator"
    SUPERVISOR = "supervisor"
    MEMBERS = "members"
    """Those who sit in a meeting, its recorder and its guests."""


class NoticeRow(Model):
    """An event that is told, and to whom."""

    event: Ref
    to: Annotated[tuple[Audience, ...], Field(min_length=1)]
    urgent: bool = False


class NoticeTable(Model):
    """Every event that is told, the quiet hours of the centre's zone, and how often a channel is tried."""

    quiet_from: time
    quiet_until: time
    retry_minutes: Annotated[tuple[int, ...], Field(min_length=1)]
    notices: tuple[NoticeRow, ...]

    def by_event(self) -> Mapping[str, NoticeRow]:
        """The rows by event."""
        return {row.event: row for row in self.notices}

    def not_before(self, at: datetime, *, urgent: bool) -> datetime:
        """When something of an instant may be sent: at once, or when the quiet hours are over."""
        local = at.astimezone(CENTRE_ZONE)
        overnight = self.quiet_from > self.quiet_until
        late = local.time() >= self.quiet_from
        early = local.time() < self.quiet_until
        if urgent or not ((late or early) if overnight else (late and early)):
            return at
        day = local.date() + timedelta(days=1) if late and overnight else local.date()
        return datetime.combine(day, self.quiet_until, CENTRE_ZONE)

    def try_again(
        self, at: datetime, tries: int, *, urgent: bool = False, asked: timedelta | None = None
    ) -> datetime | None:
        """When to try again after so many tries in vain, outside the quiet hours; None when it was the last.

        ``asked``: how long the channel wants to be left alone.
        """
        if tries > len(self.retry_minutes):
            return None
        pause = max(timedelta(minutes=self.retry_minutes[tries - 1]), asked or timedelta())
        return self.not_before(at + pause, urgent=urgent)


class Notice(Model):
    """An event that somebody is to be told: an actor's id, an agency, or a party's ref."""

    seq: int
    event: Ref
    recipient: str
    audience: Audience
    urgent: bool


@cache
def notice_table() -> NoticeTable:
    """The shipped table."""
    return read_table(_TABLE, NoticeTable)


def notices(entry: CasebookEntry, parties: Mapping[Audience, tuple[Ref, ...]], table: NoticeTable) -> Iterator[Notice]:
    """Who is to be told of the events of an entry. ``parties`` are the claimants and respondents who can be reached."""
    rows = table.by_event()
    for event in entry.events:
        if (row := rows.get(event.kind)) is not None:
            for audience in row.to:
                for recipient in _recipients(audience, event, entry, parties):
                    yield Notice(
                        seq=event.seq, event=event.kind, recipient=recipient, audience=audience, urgent=row.urgent
                    )


def meeting_notices(events: Iterable[Event], people: Sequence[Ref], table: NoticeTable) -> Iterator[Notice]:
    """Who is to be told of what happened at a meeting: its people, the agency that has an order, the supervisor."""
    rows = table.by_event()
    for event in events:
        if (row := rows.get(event.kind)) is None:
            continue
        agency = event.facts.get("agency")
        told = {
            Audience.MEMBERS: people,
            Audience.AGENCY: (str(agency),) if agency else (),
            Audience.SUPERVISOR: ("supervisor",),
        }
        for audience in row.to:
            for recipient in told.get(audience, ()):
                yield Notice(seq=event.seq, event=event.kind, recipient=recipient, audience=audience, urgent=row.urgent)


def _recipients(
    audience: Audience, event: Event, entry: CasebookEntry, parties: Mapping[Audience, tuple[Ref, ...]]
) -> Iterator[str]:
    task = next((task for task in entry.tasks if task.task == event.facts.get("task")), None)
    match audience:
        case Audience.CLAIMANTS | Audience.RESPONDENTS if not _between_offices(event):
            yield from parties.get(audience, ())
        case Audience.AGENCY if task is not None:
            yield task.agency
        case Audience.OFFICER if task is not None and task.officer is not None:
            yield task.officer
        case Audience.MEDIATOR if entry.case.mediator is not None:
            yield entry.case.mediator
        case Audience.SUPERVISOR:
            yield "supervisor"


def _between_offices(event: Event) -> bool:
    """Whether it tells of a paper that one office sends to another."""
    row = next((row for kind, row in paper_rows().items() if kind == event.facts.get("paper")), None)
    return row is not None and row.about == "agency"
