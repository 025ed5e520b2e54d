"""Why a case is judged as it is, and how limitation came to stand where it stands: sentences for every door."""

from collections.abc import Iterator
from dataclasses import dataclass

import texts
from domain.assessment.limitation import LimitationClock
from domain.assessment.prognosis import Prognosis


@dataclass(frozen=True)
class Measured:
    """A measure of a prognosis from 0 to 100, its band, and the points that made it, each with its reason."""

    name: str
    total: int
    code: str
    """Of the band, as in texts/prognosis.yaml."""
    band: str
    points: tuple[tuple[int, str], ...]


def measured(judged: Prognosis, language: str) -> Iterator[Measured]:
    """Difficulty, then each risk. A reason that rests on an unverified row says so."""
    for measure, total in {"difficulty": judged.difficulty, **judged.risks}.items():
        band = judged.bands[measure]
        yield Measured(
            name=texts.say(f"prognosis.measure.{measure}", language),
            total=total,
            code=band,
            band=texts.say(f"prognosis.band.{band}", language),
            points=tuple(
                (
                    point.points,
                    texts.sentence(f"prognosis.{point.row}", point.facts, language)
                    + (texts.say("cli.unverified", language) if point.row in judged.unverified else ""),
                )
                for point in judged.points
                if point.measure == measure
            ),
        )


def explain_limitation(clock: LimitationClock, language: str) -> list[str]:
    """How a limitation clock came to stand where it stands, and what it warns of."""
    lines = []
    for step in (*clock.history, *clock.warnings):
        params = dict(step.params)
        if "event" in params:
            params["event"] = texts.say(f"limitation.event.{params['event']}", language)
        lines.append(texts.say(f"limitation.{step.code}", language, **params))
    return lines


def limitation_line(clock: LimitationClock, language: str) -> str:
    """Where the clock of a claim item stands, in one sentence."""
    state = texts.say(f"limitation.state.{clock.state}", language)
    return texts.say("limitation.of-item", language, item=clock.item, state=state, day=clock.lapses_on or "—")
