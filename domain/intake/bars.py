"""What keeps a complaint from being taken, and where it belongs instead, by the intake table."""

from pathlib import Path
from typing import Final, Literal

from domain.base import Model, Ref
from domain.intake.complaint import Complaint
from domain.rules.rule_table import read_table
from domain.words import Outcome, ReferralTarget
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "intake.yaml"


class Bar(Model):
    """A row of the intake table: a fact about a complaint that keeps it from being taken."""

    id: Ref
    when: Literal["other_proceedings", "jurisdiction_not_served", "no_items", "anonymous"]
    refer_to: ReferralTarget | None = None
    """Where it belongs; None when material is missing that can be supplied."""
    outcome: Outcome = Outcome.NOT_ACCEPTED
    """``referred`` where the complaint is for another procedure, ``not-accepted`` where it is not for this centre."""
    source: str
    verified: bool


class IntakeTable(Model):
    """What is asked of every complaint, and which jurisdictions the centre serves."""

    jurisdictions: tuple[Ref, ...]
    bars: tuple[Bar, ...]


def intake_table(file: Path | None = None) -> IntakeTable:
    """The shipped intake table, or one from a file. Raises TableError, OSError."""
    return read_table(file or _TABLE, IntakeTable)


def facts(complaint: Complaint, table: IntakeTable) -> dict[str, bool]:
    """The facts that the rows of the intake table speak of."""
    return {
        "other_proceedings": complaint.circumstances.other_proceedings,
        "jurisdiction_not_served": complaint.jurisdiction not in table.jurisdictions,
        "no_items": not complaint.items,
        "anonymous": complaint.anonymous,
    }


def bars(complaint: Complaint, table: IntakeTable) -> list[Bar]:
    """Every row that keeps the complaint from being taken, in the table's order."""
    holding = facts(complaint, table)
    return [bar for bar in table.bars if holding[bar.when]]
