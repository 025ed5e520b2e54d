"""The mediators' duty roster, and a fair, reproducible choice from it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from domain.base import Model, Ref
from domain.identifiers import CreditCode
from domain.rules.rule_table import bad, read_table
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "roster.yaml"
_TOLD: Final = 12

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The keyed digest of an identity number: the roster holds no numbers."""
Tongue = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""A language by its ISO 639 code; ``zh`` Chinese, ``csl`` Chinese Sign Language."""
Ground = Literal["party", "near-relative", "interest", "handled-before", "same-unit"]
"""Why a mediator may not take a case."""


class Away(Model):
    """Days on which somebody is not there, the first and the last included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise bad("away_backwards", first=self.first, last=self.last)
        return self


class Mediator(Model):
    """A mediator: groups, skills, days on duty, and whom they must not judge."""

    id: Ref
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] | None = None
    """As papers call the mediator; left out: by the id."""
    groups: Annotated[tuple[Ref, ...], Field(min_length=1)]
    skills: tuple[Ref, ...] = ()
    languages: tuple[Tongue, ...] = ("zh",)
    unit: Ref
    rota: tuple[int, ...]
    """Days of the rota (0 to ``Roster.rota_days`` - 1) on duty."""
    person: Digest | None = None
    """The mediator's own identity number."""
    relatives: tuple[Digest, ...] = ()
    """Near relatives: spouse, parents, children, siblings, grandparents, grandchildren (民法典 Art.1045)."""
    conflicts: tuple[CreditCode, ...] = ()
    """Employers with whom the mediator or a near relative has an interest."""
    absences: tuple[Away, ...] = ()
    """Leave, illness, training: no case is assigned on these days."""

    def away_until(self, day: date) -> date | None:
        """The last day of the absence that a day lies in; None where they are there."""
        return max((one.last for one in self.absences if one.first <= day <= one.last), default=None)


class Roster(Model):
    """All mediators, and how many days the rota has before it begins again."""

    rota_days: Annotated[int, Field(ge=1)]
    skill_worth: Annotated[int, Field(ge=0)] = 2
    """For each skill asked for that somebody has, this many open cases more are let pass."""
    mediators: Annotated[tuple[Mediator, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        seen: set[str] = set()
        for mediator in self.mediators:
            if mediator.id in seen:
                raise bad("duplicate_row", row=mediator.id)
            seen.add(mediator.id)
            if wrong := [day for day in mediator.rota if not 0 <= day < self.rota_days]:
                raise bad("no_rota_day", row=mediator.id, day=wrong[0], last=self.rota_days - 1)
        return self

    def name_of(self, mediator: Ref | None) -> str | None:
        """What papers call a mediator: the name, or else the id."""
        named = (one.name for one in self.mediators if one.id == mediator)
        return next(named, None) or mediator

    def rota_day(self, day: date) -> int:
        """The day of the rota that a calendar day is."""
        return day.toordinal() % self.rota_days

    def on_duty(self, day: date) -> tuple[Mediator, ...]:
        """Who is on duty on a day, and not away."""
        rota_day = self.rota_day(day)
        return tuple(m for m in self.mediators if rota_day in m.rota and m.away_until(day) is None)

    def unmanned(self, groups: Iterable[Ref]) -> dict[Ref, tuple[int, ...]]:
        """The days of the rota on which nobody of a group is on duty, for each group with such days."""
        manned = {(group, day) for mediator in self.mediators for group in mediator.groups for day in mediator.rota}
        gaps = {group: tuple(d for d in range(self.rota_days) if (group, d) not in manned) for group in groups}
        return {group: days for group, days in gaps.items() if days}


class Load(Model):
    """What a mediator has to do already."""

    open_cases: int = 0
    last_assigned: date | None = None


class AssignmentRequest(Model):
    """A case that looks for a mediator."""

    case: Ref
    group: Ref
    day: date
    skills: tuple[Ref, ...] = ()
    languages: tuple[Tongue, ...] = ()
    """What the claimants speak, Chinese left out."""
    persons: tuple[Digest, ...] = ()
    """The claimants."""
    employers: tuple[str, ...] = ()
    """Credit codes of the respondents."""
    units: tuple[Ref, ...] = ()
    """Units that are party to the case."""
    handled: tuple[Ref, ...] = ()
    """Mediators of an earlier case, now closed, of one of these claimants against one of these employers."""


_RECUSAL: Final[Mapping[Ground, Callable[[Mediator, AssignmentRequest], bool]]] = {
    "party": lambda mediator, case: mediator.person in case.persons,
    "near-relative": lambda mediator, case: not set(case.persons).isdisjoint(mediator.relatives),
    "interest": lambda mediator, case: not set(case.employers).isdisjoint(mediator.conflicts),
    "handled-before": lambda mediator, case: mediator.id in case.handled,
    "same-unit": lambda mediator, case: mediator.unit in case.units,
}
"""The grounds of 调解仲裁法 Art.33, and by the centre's own rule those who handled it before and colleagues."""


class Exclusion(Model):
    """Why a mediator could not be taken; ``recused.`` and the ground is a code of texts/roster.yaml."""

    mediator: Ref
    why: Ground


class PassedOver(Model):
    """Why somebody who could have taken the case did not: ``passed.`` and ``why`` is a code of texts/roster.yaml.

    The first that counted: languages, skills, open-cases, idle, lot.
    """

    mediator: Ref
    why: str
    theirs: str
    """What they have: languages or skills that are asked for, open cases, the day they were last assigned a case."""


class Assignment(Model):
    """The mediator chosen, how far the search had to widen, and who stood back."""

    mediator: Ref
    widened: str
    """on-duty, group, or any-group; ``widened.`` and it is a code of texts/roster.yaml."""
    skills_met: tuple[Ref, ...]
    languages_met: tuple[Tongue, ...] = ()
    open_cases: int
    last_assigned: date | None = None
    runners_up: tuple[Ref, ...]
    passed_over: tuple[PassedOver, ...] = ()
    """The next in turn, and why each of them was passed over."""
    exclusions: tuple[Exclusion, ...]


def assign(roster: Roster, request: AssignmentRequest, loads: Mapping[Ref, Load]) -> Assignment | None:
    """Who takes the case: on duty that day in the group; of these who speaks the claimants' languages, has the fewest
    open cases, each skill that is asked for making up for some, and has been idle longest; then by a lot of the case.

    The search widens to the whole group, then to all groups. Nobody gets a case who is away that day. None when
    everybody is recused or away.
    """
    exclusions = [Exclusion(mediator=m.id, why=why) for m in roster.mediators if (why := _recused(m, request))]
    barred = {e.mediator for e in exclusions}
    free = [m for m in roster.mediators if m.id not in barred and m.away_until(request.day) is None]
    group = [m for m in free if request.group in m.groups]
    for widened, circle in (
        ("on-duty", [m for m in group if roster.rota_day(request.day) in m.rota]),
        ("group", group),
        ("any-group", free),
    ):
        if circle:
            turns = [_turn(m, request, loads.get(m.id, Load()), roster.skill_worth) for m in circle]
            first, *others = sorted(turns, key=lambda turn: turn.order)
            return Assignment(
                mediator=first.mediator,
                widened=widened,
                skills_met=first.skills,
                languages_met=first.languages,
                open_cases=first.load.open_cases,
                last_assigned=first.load.last_assigned,
                runners_up=tuple(turn.mediator for turn in others[:3]),
                passed_over=tuple(turn.after(first) for turn in others[:_TOLD]),
                exclusions=tuple(sorted(exclusions, key=lambda e: e.mediator)),
            )
    return None


@dataclass(frozen=True)
class _Turn:
    """Where a mediator stands in the order of a case."""

    mediator: Ref
    languages: tuple[Tongue, ...]
    skills: tuple[Ref, ...]
    load: Load
    order: tuple[int, int, date, str]

    def after(self, first: Self) -> PassedOver:
        """Why this one comes after the first."""
        (languages, burden, idle, _), (their_languages, their_burden, their_idle, _) = first.order, self.order
        if their_languages != languages:
            return self._passed("languages", ", ".join(self.languages))
        if their_burden != burden and len(self.skills) < len(first.skills):
            return self._passed("skills", ", ".join(self.skills))
        if their_burden != burden:
            return self._passed("open-cases", str(self.load.open_cases))
        if their_idle != idle:
            return self._passed("idle", str(self.load.last_assigned))
        return self._passed("lot", "")

    def _passed(self, why: str, theirs: str) -> PassedOver:
        return PassedOver(mediator=self.mediator, why=why, theirs=theirs)


def _turn(mediator: Mediator, request: AssignmentRequest, load: Load, skill_worth: int) -> _Turn:
    languages = tuple(wanted for wanted in request.languages if wanted in mediator.languages)
    skills = tuple(wanted for wanted in request.skills if wanted in mediator.skills)
    lot = hashlib.sha256(f"{request.case}/{mediator.id}".encode()).hexdigest()
    burden = load.open_cases - skill_worth * len(skills)
    return _Turn(mediator.id, languages, skills, load, (-len(languages), burden, load.last_assigned or date.min, lot))


def _recused(mediator: Mediator, request: AssignmentRequest) -> Ground | None:
    return next((ground for ground, holds in _RECUSAL.items() if holds(mediator, request)), None)


def load_roster(file: Path = _TABLE) -> Roster:
    """A roster from a file; the shipped one is synthetic. Raises TableError, OSError."""
    return read_table(file, Roster)
