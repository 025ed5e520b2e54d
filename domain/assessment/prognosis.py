"""How hard a case will be, and what to do about it: every point comes from a row of the table."""

from collections.abc import Callable
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from domain.assessment.opening_proposal import OpeningProposal, OpeningTerms
from domain.base import Model, Ref, Yuan
from domain.rules.rule_table import Condition, bad, conditions, read_table, require_texts
from domain.triage.classification import TriageFacts
from domain.words import Room
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "prognosis.yaml"
_MOST: Final = 100

Measure = Literal["difficulty", "collectability", "flight", "insolvency", "mass-incident", "limitation"]
"""Difficulty, and the risks: the money can't be got in, the debtor makes off, goes under, the workers take to the
street, a claim lapses. More is worse."""
Band = Literal["low", "medium", "high"]


class PrognosisFacts(TriageFacts):
    """What triage looked at, and what fact-finding and earlier cases add. ``None`` means not known.

    ``amount`` is part A in all, late fees included, in yuan.
    """

    late_fee: Yuan | None = None
    open_discrepancies: int = 0
    """Discrepancies that wait for the joint meeting."""
    decided_discrepancies: int = 0
    silent_agencies: int = 0
    respondents_willing: int = 0
    respondents_declined: int = 0
    """Respondents who have said that they will not talk."""
    others_liable: int = 0
    """Shareholders, liquidators and guarantors who answer beside the employer."""
    earlier_defaults: int = 0
    """Instalments of earlier settlements that the employer did not pay."""
    days_to_limitation: int | None = None
    """Calendar days until the first claim item lapses; negative when one has."""
    monthly_capacity: Yuan | None = None
    """What the employer can put aside in a month, by its operating figures, in yuan."""

    @property
    def months_to_pay(self) -> int | None:
        """The months that the employer would need for part A; None when nothing can be said, or it can pay nothing."""
        if self.amount is None or self.monthly_capacity is None or self.monthly_capacity <= 0:
            return None
        return int((self.amount / self.monthly_capacity).to_integral_value(ROUND_CEILING))

    @property
    def late_fee_percent(self) -> int | None:
        """The late fee in percent of the premiums, rounded down."""
        if self.amount is None or self.late_fee is None or self.amount <= self.late_fee:
            return None
        return int(self.late_fee * 100 / (self.amount - self.late_fee))


class Score(Model):
    """A row of the table: when its conditions hold, a measure changes by some points."""

    id: Ref
    when: tuple[Condition, ...]
    measure: Measure
    points: Annotated[int, Field(ge=-_MOST, le=_MOST)]
    skills: tuple[Ref, ...] = ()
    """What a mediator should know for it."""
    room: Room | None = None
    source: str = "本中心规则"
    verified: bool = True

    @field_validator("when", mode="before")
    @classmethod
    def _as_written(cls, when: Any) -> Any:
        return conditions(when, PrognosisFacts) if isinstance(when, dict) else when


class PrognosisTable(Model):
    """The rows, from how many points a measure is medium and high, and the terms of an opening proposal."""

    medium_from: int
    high_from: int
    rooms: tuple[Room, ...] = tuple(Room)
    """Where rows recommend different rooms, the one ranked first."""
    skills: tuple[Ref, ...] | None = None
    """The skills that rows may ask for; any when left out."""
    opening: OpeningTerms = OpeningTerms()
    scores: tuple[Score, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not 0 < self.medium_from < self.high_from <= _MOST:
            raise bad("bands")
        seen: set[str] = set()
        for row in self.scores:
            if row.id in seen:
                raise bad("duplicate_row", row=row.id)
            seen.add(row.id)
            if self.skills is not None and (unknown := set(row.skills) - set(self.skills)):
                raise bad("unknown_skill", row=row.id, skill=min(unknown))
            if row.room is not None and row.room not in self.rooms:
                raise bad("unranked_room", room=row.room)
        return self


class Point(Model):
    """Points that a row gave, and of which facts: ``row`` and ``facts`` make a text of texts/prognosis.yaml."""

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
    unverified: tuple[Ref, ...] = ()
    """Rows used that nobody has confirmed yet."""
    opening: OpeningProposal | None = None


def prognose(facts: TriageFacts, table: PrognosisTable) -> Prognosis:
    """Add up the points of every row whose conditions hold.

    Given the facts of triage alone, rows about anything else do not hold.
    """
    held = [score for score in table.scores if all(c.holds(facts) for c in score.when)]
    totals: dict[Measure, int] = {score.measure: 0 for score in table.scores}
    for score in held:
        totals[score.measure] += score.points
    totals = {measure: min(_MOST, max(0, total)) for measure, total in totals.items()}
    recommended = {score.room for score in held}
    return Prognosis(
        difficulty=totals.get("difficulty", 0),
        risks={measure: total for measure, total in totals.items() if measure != "difficulty"},
        bands={measure: _band(total, table) for measure, total in totals.items()},
        room=next((room for room in table.rooms if room in recommended), Room.ORDINARY),
        skills=tuple(sorted({skill for score in held for skill in score.skills})),
        points=tuple(_point(score, facts) for score in held),
        unverified=tuple(score.id for score in held if not score.verified),
    )


def _point(score: Score, facts: TriageFacts) -> Point:
    named = {condition.fact: _shown(getattr(facts, condition.fact)) for condition in score.when}
    return Point(row=score.id, measure=score.measure, points=score.points, facts=named)


def _shown(fact: object) -> str:
    return f"{fact:.2f}" if isinstance(fact, Decimal) else str(fact)


def _band(points: int, table: PrognosisTable) -> Band:
    if points >= table.high_from:
        return "high"
    return "medium" if points >= table.medium_from else "low"


def load_prognosis(file: Path = _TABLE, has_text: Callable[[str], bool] | None = None) -> PrognosisTable:
    """A table from a file, held to have a text for each row if ``has_text`` is given. Raises TableError, OSError."""
    table = read_table(file, PrognosisTable)
    if has_text is not None:
        require_texts(file, (f"prognosis.{score.id}" for score in table.scores), has_text)
    return table
