"""The rule tables in force: the shipped ones, and over them the centre's own in its ``tables`` folder.

``parameters/*.yaml``, ``notice-YEAR.yaml`` of the calendar, ``deadlines*.yaml`` and those of ``WHOLE`` are taken up
when they change, without a restart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from domain.assessment.limitation import ClockAsked, LimitationClock, clocks
from domain.assessment.prognosis import PrognosisTable, load_prognosis
from domain.assessment.reconcile import ConflictTable, load_conflicts, shipped
from domain.base import CENTRE_ZONE
from domain.deadlines.calendar import Calendar
from domain.deadlines.deadline import Deadline, on_day, plan, remind_on
from domain.deadlines.term_table import Terms
from domain.grid.early_warning import GridTable, grid_table
from domain.inquiry.officers import Directory, load_directory
from domain.intake.bars import IntakeTable, intake_table
from domain.mediation.rooms import RoomTable, room_table
from domain.meeting.calendar import MeetingTable, meeting_table
from domain.notices.contacts import Contacts, contacts
from domain.rules.centre import CentreTable, centre_table
from domain.rules.parameters import Parameters
from domain.triage.classification import TriageTable, load_table
from domain.triage.roster import Roster, load_roster
from domain.words import Agency, Language
from texts import call, catalogue, knows

WHOLE: Final = (
    "intake.yaml",
    "triage.yaml",
    "reconcile.yaml",
    "prognosis.yaml",
    "roster.yaml",
    "officers.yaml",
    "grid.yaml",
    "rooms.yaml",
    "meetings.yaml",
    "centre.yaml",
    "contacts.yaml",
)
"""Tables of which the centre's own file replaces the shipped one as a whole."""


@dataclass(frozen=True)
class Tables:
    """All tables as they are at a moment."""

    calendar: Calendar
    terms: Terms
    parameters: Parameters
    intake: IntakeTable
    triage: TriageTable
    conflicts: ConflictTable
    prognosis: PrognosisTable
    roster: Roster
    officers: Directory
    grid: GridTable
    rooms: RoomTable
    meetings: MeetingTable
    centre: CentreTable
    contacts: Contacts


def read(folder: Path) -> Tables:
    """The shipped tables under those of a folder. Raises TableError or pydantic.ValidationError."""
    own = {name: folder / name for name in WHOLE if (folder / name).exists()}
    return Tables(
        calendar=Calendar.load(folder),
        terms=Terms.load(folder),
        parameters=Parameters.load(folder / "parameters"),
        intake=intake_table(own.get("intake.yaml")),
        conflicts=load_conflicts(own["reconcile.yaml"]) if "reconcile.yaml" in own else shipped(),
        triage=load_table(own["triage.yaml"], knows) if "triage.yaml" in own else load_table(),
        prognosis=load_prognosis(own["prognosis.yaml"]) if "prognosis.yaml" in own else load_prognosis(),
        roster=load_roster(own["roster.yaml"]) if "roster.yaml" in own else load_roster(),
        officers=load_directory(own.get("officers.yaml")),
        grid=grid_table(own.get("grid.yaml")),
        rooms=room_table(own.get("rooms.yaml")),
        meetings=meeting_table(own.get("meetings.yaml")),
        centre=centre_table(own.get("centre.yaml"), knows),
        contacts=contacts(own.get("contacts.yaml")),
    )


def names_of_officials(tables: Tables) -> dict[str, dict[str, str]]:
    """What mediators and officers are called, by their ids; one whose id is a word of ours keeps the id."""
    named = [(one.id, one.name) for one in tables.roster.mediators]
    named += [(one.id, one.name) for one in tables.officers.officers]
    known = catalogue()
    return {who: dict.fromkeys(Language, name) for who, name in named if name and f"words.{who}" not in known}


class Rules:
    """The tables of a folder, read again when a file of it changes; from then on names are those of the centre."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: tuple[tuple[str, int], ...] = ()
        self._tables = self._read()
        self._seen = self._state()

    def _read(self) -> Tables:
        tables = read(self.folder)
        call(names_of_officials(tables) | tables.centre.words)
        return tables

    def _state(self) -> tuple[tuple[str, int], ...]:
        return tuple((str(file), file.stat().st_mtime_ns) for file in sorted(self.folder.rglob("*.yaml")))

    @property
    def tables(self) -> Tables:
        """The tables in force now."""
        state = self._state()
        if state != self._seen:
            self._tables, self._seen = self._read(), state
        return self._tables

    def in_office(self, agency: Agency | None, who: str, on: date | None) -> bool:
        """Whether an officer of an agency, or of the mediators (None), holds office, and is there on a day.

        Without a directory every officer is; whoever mediates stands in the roster.
        """
        if agency is None:
            return any(one.id == who for one in self.tables.roster.mediators)
        officers = self.tables.officers
        found = officers.find(who)
        held = found is not None and found.active and found.agency is agency
        return not officers.officers or (held and found is not None and (on is None or found.is_there(on)))

    def deadline(self, event: str, since: datetime | date, jurisdiction: str) -> Deadline:
        """The deadline that a row of deadlines.yaml gives in a place, counted from a day."""
        start = since.astimezone(CENTRE_ZONE).date() if isinstance(since, datetime) else since
        return plan(event, start, self.tables.calendar, jurisdiction, table=self.tables.terms)

    def agreed(self, event: str, day: date, jurisdiction: str) -> Deadline:
        """A deadline that was agreed for a day; on a holiday it moves as the row says."""
        return on_day(event, day, self.tables.calendar, jurisdiction, table=self.tables.terms)

    def reminder(self, deadline: Deadline, event: str) -> datetime:
        """The beginning of the day on which a deadline is to be reminded of."""
        return start_of(remind_on(deadline, self.tables.calendar, event, table=self.tables.terms))

    def clocks(self, asked: Iterable[ClockAsked], as_of: date, jurisdiction: str) -> tuple[LimitationClock, ...]:
        """The limitation clock of each claim item as of a day."""
        return clocks(asked, as_of, self.tables.calendar, jurisdiction, self.tables.terms)

    def length(self, event: str, jurisdiction: str) -> int:
        """The length of a row of deadlines.yaml, in its own unit."""
        return self.tables.terms.find(event, jurisdiction).length


def start_of(day: date) -> datetime:
    """The instant at which a legal day begins at the centre."""
    return datetime.combine(day, time(), CENTRE_ZONE)
