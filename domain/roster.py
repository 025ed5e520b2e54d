"""The mediators' duty roster, and a fair, reproducible choice from it."""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import yaml

from domain.base import Model, Ref

_TABLE: Final = Path(__file__).parent / "tables" / "roster.yaml"


class Mediator(Model):
    """A mediator: groups, skills, days on duty, and whom they must not judge."""

    id: Ref
    groups: tuple[Ref, ...]
    skills: tuple[Ref, ...] = ()
    unit: Ref
    rota: tuple[int, ...]
    """Days of the rota (0 to ``Roster.rota_days`` - 1) on duty."""
    conflicts: tuple[str, ...] = ()
    """Credit codes of employers with whom the mediator has an interest."""


class Roster(Model):
    """All mediators, and how many days the rota has before it begins again."""

    rota_days: int
    mediators: tuple[Mediator, ...]


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
    employers: tuple[str, ...] = ()
    """Credit codes of the respondents."""
    units: tuple[Ref, ...] = ()
    """Units that are party to the case."""
    excluded: tuple[Ref, ...] = ()
    """Mediators who handled it before, were challenged, or asked to be let off."""


class Exclusion(Model):
    """Why a mediator could not be taken (调解仲裁法 Art.33); a code of texts/roster.yaml."""

    mediator: Ref
    why: str


class Assignment(Model):
    """The mediator chosen, how far the search had to widen, and who stood back."""

    mediator: Ref
    widened: str
    """on-duty, group, or any-group; a code of texts/roster.yaml."""
    skills_met: tuple[Ref, ...]
    open_cases: int
    runners_up: tuple[Ref, ...]
    exclusions: tuple[Exclusion, ...]


def assign(roster: Roster, request: AssignmentRequest, loads: Mapping[Ref, Load]) -> Assignment | None:
    """Who takes the case: on duty that day in the group, most of the skills, least loaded, longest idle.

    The search widens to the whole group, then to all groups. None when everybody is excluded.
    """
    exclusions = [Exclusion(mediator=m.id, why=why) for m in roster.mediators if (why := _excluded(m, request))]
    barred = {e.mediator for e in exclusions}
    free = [m for m in roster.mediators if m.id not in barred]
    rota_day = request.day.toordinal() % roster.rota_days
    group = [m for m in free if request.group in m.groups]
    for widened, circle in (
        ("on-duty", [m for m in group if rota_day in m.rota]),
        ("group", group),
        ("any-group", free),
    ):
        if circle:
            ranked = sorted(circle, key=lambda m: _rank(m, request, loads))
            chosen = ranked[0]
            return Assignment(
                mediator=chosen.id,
                widened=widened,
                skills_met=tuple(s for s in request.skills if s in chosen.skills),
                open_cases=loads.get(chosen.id, Load()).open_cases,
                runners_up=tuple(m.id for m in ranked[1:4]),
                exclusions=tuple(exclusions),
            )
    return None


def _excluded(mediator: Mediator, request: AssignmentRequest) -> str | None:
    if mediator.id in request.excluded:
        return "handled-before"
    if set(mediator.conflicts) & set(request.employers):
        return "interest"
    if mediator.unit in request.units:
        return "same-unit"
    return None


def _rank(mediator: Mediator, request: AssignmentRequest, loads: Mapping[Ref, Load]) -> tuple[int, int, date, str]:
    load = loads.get(mediator.id, Load())
    unmet = len(set(request.skills) - set(mediator.skills))
    lot = hashlib.sha256(f"{request.case}/{mediator.id}".encode()).hexdigest()
    return unmet, load.open_cases, load.last_assigned or date.min, lot


def load_roster(file: Path = _TABLE) -> Roster:
    """A roster from a file; the shipped one is synthetic."""
    return Roster.model_validate(yaml.safe_load(file.read_text()))
