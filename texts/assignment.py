"""Who mediates a case, and why nobody else: sentences of texts/roster.yaml. Takes plain values, knows no models."""

from collections.abc import Mapping, Sequence

from texts import knows, label, say

_LISTED = {"skills": "skill", "languages": "lang"}
"""Reasons that come with what a mediator has of what was asked for, and by which words it is called."""


def lines(found: Mapping[str, object], language: str) -> tuple[str, ...]:
    """An assignment as sentences, from its plain fields: the choice, who was recused, who was passed over."""
    return (*_chosen(found, language), *_recused(found["exclusions"], language), *_passed(found, language))


def _chosen(found: Mapping[str, object], language: str) -> list[str]:
    said = [
        say(
            "roster.chosen",
            language,
            mediator=found["mediator"],
            widened=say(f"roster.widened.{found['widened']}", language),
            open_cases=found["open_cases"],
            last_assigned=found["last_assigned"] or say("roster.first_case", language),
        )
    ]
    if met := found["languages_met"]:
        said.append(say("roster.with_languages", language, languages=named("lang", met, language)))
    if met := found["skills_met"]:
        said.append(say("roster.with_skills", language, skills=named("skill", met, language)))
    return said


def _recused(exclusions: object, language: str) -> list[str]:
    by_ground: dict[str, list[str]] = {}
    for exclusion in exclusions if isinstance(exclusions, Sequence) else ():
        by_ground.setdefault(exclusion["why"], []).append(exclusion["mediator"])
    return [say(f"roster.recused.{why}", language, mediators=label(who, language)) for why, who in by_ground.items()]


def _passed(found: Mapping[str, object], language: str) -> list[str]:
    passed = found["passed_over"]
    return [_why_not(one, language) for one in (passed if isinstance(passed, Sequence) else ())]


def _why_not(one: Mapping[str, str], language: str) -> str:
    why, theirs, listed = one["why"], one["theirs"], _LISTED.get(one["why"])
    if listed and not theirs:
        return say(f"roster.passed.no-{why}", language, mediator=one["mediator"])
    shown = named(listed, theirs.split(", "), language) if listed else theirs or say("roster.first_case", language)
    return say(f"roster.passed.{why}", language, mediator=one["mediator"], theirs=shown)


def named(kind: str, codes: object, language: str) -> str:
    """Skills (``skill``) or languages (``lang``) by their words; a code without a word as it is."""
    listed = list(codes) if isinstance(codes, Sequence) else []
    return label([f"{kind}.{code}" if knows(f"words.{kind}.{code}") else code for code in listed], language)
