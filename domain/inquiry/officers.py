"""The agencies' officers: who may take an inquiry on a day, who heads an agency, and how many must sign."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.base import Model, Ref
from domain.inquiry.tasks import Desk
from domain.intake.complaint import Name
from domain.words import Agency
from domain.yaml_file import TABLES, read_yaml


class Absence(Model):
    """Days on which an officer is away, both included, and who stands in."""

    first: date
    last: date
    substitute: Ref | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("officers.absence_reversed")
        return self


class Officer(Model):
    """An officer of an agency."""

    id: Ref
    name: Name | None = None
    """As papers call the officer; left out: by the id."""
    agency: Agency
    head: bool = False
    groups: tuple[Ref, ...] = ()
    active: bool = True
    absences: tuple[Absence, ...] = ()

    def absence(self, day: date) -> Absence | None:
        """The absence that a day falls into."""
        return next((a for a in self.absences if a.first <= day <= a.last), None)

    def is_there(self, day: date) -> bool:
        """In office, and not away."""
        return self.active and self.absence(day) is None


class Directory(Model):
    """All officers of all agencies; empty where the centre keeps none."""

    officers: tuple[Officer, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        ids = [o.id for o in self.officers]
        if len(ids) != len(set(ids)):
            raise ValueError("officers.duplicate")
        heads = [o.agency for o in self.officers if o.head and o.active]
        if len(heads) != len(set(heads)):
            raise ValueError("officers.two_heads")
        if {a.substitute for o in self.officers for a in o.absences if a.substitute} - set(ids):
            raise ValueError("officers.unknown_substitute")
        return self

    def find(self, officer: str) -> Officer | None:
        """An officer by id."""
        return next((o for o in self.officers if o.id == officer), None)

    def name_of(self, officer: Ref | None) -> str | None:
        """What papers call an officer: the name, or else the id."""
        found = self.find(officer) if officer else None
        return (found.name if found else None) or officer

    def stand_in(self, officer: str, day: date) -> str | None:
        """The officer, or who stands in on a day: the substitute, or the substitute's. None when nobody does."""
        seen: set[str] = set()
        while (found := self.find(officer)) is not None and officer not in seen:
            if found.is_there(day):
                return officer
            seen.add(officer)
            absence = found.absence(day)
            officer = (absence.substitute if found.active and absence else None) or ""
        return None

    def without(self, officer: str) -> "Directory":
        """The directory after an officer has left: they stay known, but take nothing and head nothing."""
        left = {"active": False, "head": False}
        return Directory(officers=tuple(o.model_copy(update=left) if o.id == officer else o for o in self.officers))

    def with_absence(self, officer: str, absence: Absence) -> "Directory":
        """The directory with an officer away on more days."""
        return Directory(
            officers=tuple(
                o.model_copy(update={"absences": (*o.absences, absence)}) if o.id == officer else o
                for o in self.officers
            )
        )

    def desks(self, day: date, signatures: "Iterable[Signatures]") -> tuple[Desk, ...]:
        """Every agency's desk on a day; none without a directory."""
        if not self.officers:
            return ()
        wanted = {row.agency: row.signatures for row in signatures if row.since <= day}
        heads = {o.agency: o.id for o in self.officers if o.head and o.active}
        return tuple(
            Desk(
                agency=agency,
                candidates=sum(o.agency is agency and o.is_there(day) for o in self.officers),
                head=self.stand_in(heads[agency], day) if agency in heads else None,
                signatures=wanted.get(agency, 1),
            )
            for agency in Agency
        )


class Signatures(Model):
    """How many officers must sign an agency's finding."""

    agency: Agency
    signatures: Annotated[int, Field(ge=2, le=3)]
    jurisdiction: Ref = "CN"
    since: date
    source: str
    verified: bool


def load_directory(file: Path | None = None) -> Directory:
    """The directory of a file. Raises pydantic.ValidationError. Without one: nobody is known."""
    return Directory.model_validate(read_yaml(file.read_text(encoding="utf-8"))) if file else Directory()


@cache
def signatures() -> tuple[Signatures, ...]:
    """The rows of signatures.yaml."""
    rows = read_yaml((TABLES / "signatures.yaml").read_text(encoding="utf-8"))
    return tuple(Signatures.model_validate(row) for row in rows)
