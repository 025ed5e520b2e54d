"""Who sees what: the table of parts and readers (``tables/visibility.yaml``)."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Final

from pydantic import Field

from domain.base import Model, Ref
from domain.rules.rule_table import read_table
from domain.words import Agency, Role
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "visibility.yaml"


class Level(StrEnum):
    """How much of a part a reader sees."""

    FULL = "full"
    MASKED = "masked"
    OWN = "own"
    NONE = "none"


class Sight(Model):
    """What one reader sees, by part; findings by agency."""

    name: Level = Level.NONE
    identity_number: Level = Level.NONE
    people: Level = Level.NONE
    """The claimants one by one: who they are, what each asks for, is owed and has answered."""
    labor: Level = Level.NONE
    medical_insurance: Level = Field(default=Level.NONE, alias="medical-insurance")
    tax: Level = Level.NONE
    union: Level = Level.NONE
    contradictions: Level = Level.NONE
    prognosis: Level = Level.NONE
    words: Level = Level.NONE
    confidence: Level = Level.NONE
    """What one side told the mediator alone."""

    def of(self, agency: Agency) -> Level:
        """How much the reader sees of an agency's finding."""
        level: Level = getattr(self, agency.replace("-", "_"))
        return level


class Purpose(Model):
    """For what a person may be read unmasked, by whom, and the article that this rests on."""

    purpose: Ref
    roles: frozenset[Role]
    source: str
    verified: bool


class Visibility(Model):
    """The table: what each reader sees, what part each fact of the ledger is, and for what one may look behind."""

    source: str
    readers: Mapping[str, Sight]
    facts: Mapping[str, frozenset[str]]
    purposes: tuple[Purpose, ...]


@cache
def visibility() -> Visibility:
    """The shipped table. Raises TableError."""
    return read_table(_TABLE, Visibility)
