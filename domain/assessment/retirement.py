"""When somebody reaches the retirement age, which rises step by step since 2025."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final, Literal

from pydantic import Field

from domain.base import Model, months_later
from domain.identifiers import birth_date, is_man
from domain.intake.complaint import Claimant
from domain.rules.rule_table import read_table
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "retirement.yaml"

Who = Literal["men", "women-50", "women-55"]


class AgeRow(Model):
    """A row of the table: the age in years before ``since``, and how it rises in months."""

    who: Who
    age: int
    until: int
    """The age in years at which it stops rising."""
    step: int = Field(ge=1)
    """Months of birth for each month of delay."""
    since: date
    source: str
    verified: bool


class _Table(Model):
    ages: tuple[AgeRow, ...]


@cache
def age_rows() -> Mapping[Who, AgeRow]:
    """The shipped table."""
    return {row.who: row for row in read_table(_TABLE, _Table).ages}


def reached_on(born: date, who: Who) -> date:
    """The day on which the retirement age is reached (渐进式延迟法定退休年龄, in force from 2025-01-01)."""
    row = age_rows()[who]
    before = months_later(born, row.age * 12)
    late = _months(before) - _months(row.since)
    delay = min(late // row.step + 1, (row.until - row.age) * 12) if late >= 0 else 0
    return months_later(born, row.age * 12 + delay)


def retires_on(claimant: Claimant) -> date | None:
    """As the complaint says, or for a man as his birth date gives it; a woman's age depends on her position."""
    born = birth_date(claimant.identity_number)
    if claimant.retires_on is not None or born is None or not is_man(claimant.identity_number):
        return claimant.retires_on
    return reached_on(born, "men")


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1
