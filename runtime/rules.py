"""The rule tables in force: the shipped ones, and over them the centre's own in its ``tables`` folder.

``tables/*.yaml`` of parameters, ``tables/notice-YEAR.yaml`` of the calendar, ``tables/triage.yaml``,
``tables/prognosis.yaml`` and ``tables/roster.yaml`` are taken up when they change, without a restart.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from domain.base import CENTRE_ZONE
from domain.calendar import Calendar
from domain.deadlines import Deadline, plan, term
from domain.parameters import Parameters
from domain.prognosis import PrognosisTable, load_prognosis
from domain.roster import Roster, load_roster
from domain.triage import TriageTable, load_table

WHOLE: Final = ("triage.yaml", "prognosis.yaml", "roster.yaml")
"""Tables of which the centre's own file replaces the shipped one as a whole."""


@dataclass(frozen=True)
class Tables:
    """All tables as they are at a moment."""

    calendar: Calendar
    parameters: Parameters
    triage: TriageTable
    prognosis: PrognosisTable
    roster: Roster


def read(folder: Path) -> Tables:
    """The shipped tables under those of a folder. Raises BadTable or pydantic.ValidationError."""
    own = {name: folder / name for name in WHOLE if (folder / name).exists()}
    return Tables(
        calendar=Calendar.load(folder),
        parameters=Parameters.load(folder / "parameters"),
        triage=load_table(own["triage.yaml"]) if "triage.yaml" in own else load_table(),
        prognosis=load_prognosis(own["prognosis.yaml"]) if "prognosis.yaml" in own else load_prognosis(),
        roster=load_roster(own["roster.yaml"]) if "roster.yaml" in own else load_roster(),
    )


class Rules:
    """The tables of a folder, read again when a file of it changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[tuple[str, int], ...] = ()
        self._tables = read(folder)
        self._seen = self._state()

    def _state(self) -> tuple[tuple[str, int], ...]:
        return tuple((str(file), file.stat().st_mtime_ns) for file in sorted(self._folder.rglob("*.yaml")))

    @property
    def tables(self) -> Tables:
        """The tables in force now."""
        state = self._state()
        if state != self._seen:
            self._tables, self._seen = read(self._folder), state
        return self._tables

    def deadline(self, event: str, since: datetime | date) -> Deadline:
        """The deadline that a row of deadlines.yaml gives, counted from a day."""
        start = since.astimezone(CENTRE_ZONE).date() if isinstance(since, datetime) else since
        return plan(event, start, self.tables.calendar)

    def working_days_before(self, day: date, event: str) -> datetime:
        """The beginning of the working day that lies as many working days before a day as a row says."""
        return start_of(self.tables.calendar.add_working_days(day, -length(event)))


def length(event: str) -> int:
    """The length of a row of deadlines.yaml, in its own unit."""
    return term(event).length


def start_of(day: date) -> datetime:
    """The instant at which a legal day begins at the centre."""
    return datetime.combine(day, time(), CENTRE_ZONE)
