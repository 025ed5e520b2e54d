"""How hard a case will be, and what to do about it: every point comes from a row of the table."""

from pathlib import Path
from typing import Any, Final, Literal, Self

import yaml
from pydantic import model_validator

from domain.base import Model, Ref
from domain.triage import Condition, TriageFacts
from domain.words import Room

_TABLE: Final = Path(__file__).parent / "tables" / "prognosis.yaml"

Measure = Literal["difficulty", "collectability", "flight", "insolvency", "mass-incident", "limitation"]
Band = Literal["low", "medium", "high"]


class Score(Model):
    """A row of the table: when its conditions hold, a measure rises by some points."""

    id: Ref
    when: tuple[Condition, ...]
    measure: Measure
    points: int
    skills: tuple[Ref, ...] = ()
    """What a mediator should know for it."""
    room: Room | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_conditions(cls, data: Any) -> Any:
        conditions = [
            {"fact": fact, "operator": operator, "value": value}
            for fact, test in data.get("when", {}).items()
            for operator, value in (test if isinstance(test, dict) else {"is": test}).items()
        ]
        return {**data, "when": conditions}


class PrognosisTable(Model):
    """The rows, and from how many points a measure is medium and high."""

    medium_from: int
    high_from: int
    scores: tuple[Score, ...]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not 0 < self.medium_from < self.high_from <= 100:
            raise ValueError("0 < medium_from < high_from <= 100")
        return self


class Point(Model):
    """Points that a row gave, and of which facts."""

    row: Ref
    measure: Measure
    points: int
    facts: dict[str, str]


class Prognosis(Model):
    """Difficulty and risks from 0 to 100, the room and skills recommended, and every point."""

    difficulty: int
    risks: dict[Measure, int]
    bands: dict[Measure, Band]
    room: Room
    skills: tuple[Ref, ...]
    points: tuple[Point, ...]


def prognose(facts: TriageFacts, table: PrognosisTable) -> Prognosis:
    """Add up the points of every row whose conditions hold. ``facts`` are those of triage."""
    held = [score for score in table.scores if all(c.holds(facts) for c in score.when)]
    totals: dict[Measure, int] = {score.measure: 0 for score in table.scores}
    for score in held:
        totals[score.measure] = min(100, totals[score.measure] + score.points)
    return Prognosis(
        difficulty=totals["difficulty"],
        risks={measure: total for measure, total in totals.items() if measure != "difficulty"},
        bands={measure: _band(total, table) for measure, total in totals.items()},
        room=next((score.room for score in held if score.room is not None), Room.ORDINARY),
        skills=tuple(sorted({skill for score in held for skill in score.skills})),
        points=tuple(
            Point(
                row=score.id,
                measure=score.measure,
                points=score.points,
                facts={c.fact: str(getattr(facts, c.fact)) for c in score.when},
            )
            for score in held
        ),
    )


def _band(points: int, table: PrognosisTable) -> Band:
    if points >= table.high_from:
        return "high"
    return "medium" if points >= table.medium_from else "low"


def load_prognosis(file: Path = _TABLE) -> PrognosisTable:
    """A table from a file. Raises pydantic.ValidationError saying what is wrong with it."""
    return PrognosisTable.model_validate(yaml.safe_load(file.read_text()))
