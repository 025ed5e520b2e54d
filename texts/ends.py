"""What can be done about an end of a case, as sentences of texts/ends.yaml. Takes plain values, knows no models."""

from collections.abc import Mapping
from datetime import date

from texts import knows, label, say


def answer(code: object, language: str) -> str:
    """The answer on a claim item; what is not answered yet is open."""
    return say(f"reply.{code}", language) if knows(f"reply.{code}") else label(code, language)


def dated(day: object, language: str) -> object:
    """A day as a paper writes it: 2027年5月3日."""
    if language != "zh-CN" or not isinstance(day, date):
        return day
    return f"{day.year}年{day.month}月{day.day}日"


def way(told: Mapping[str, object], language: str) -> str:
    """A way of remedy with its last day, or the day after which it is open."""
    does = say(f"ends.way.{told['way']}", language)
    provisional = say("waiting.provisional", language) if told["provisional"] else ""
    if told["last"] is not None and told["opens_after"] is not None:
        opens, last = dated(told["opens_after"], language), dated(told["last"], language)
        return say("ends.opens-until", language, way=does, day=opens, last=last, provisional=provisional)
    if told["last"] is not None:
        return say("ends.until", language, way=does, day=dated(told["last"], language), provisional=provisional)
    if told["opens_after"] is not None:
        return say("ends.opens", language, way=does, day=dated(told["opens_after"], language), provisional=provisional)
    return say("ends.by-clock" if told["by_clock"] else "ends.no-term", language, way=does)


def step(told: Mapping[str, object], language: str) -> str:
    """What follows on a way of remedy, and how long it may take."""
    length = say(f"deadlines.counts-{told['unit']}", language, length=told["length"])
    since = say(f"deadlines.from.{told['counted_from']}", language)
    does = say(f"ends.step.{told['rule']}", language)
    return say("ends.step", language, does=does, length=length, since=since, source=told["source"])


def way_line(told: Mapping[str, object], language: str) -> str:
    """A way of remedy with what it is for and its article."""
    return say(
        "ends.of-answer",
        language,
        nature=label(told["nature"], language),
        answer=answer(told["answer"], language),
        line=way(told, language),
        source=told["source"],
    )


def limit(told: Mapping[str, object], language: str) -> str:
    """Until when a claim item may be raised."""
    provisional = say("waiting.provisional", language) if told["provisional"] else ""
    if told["last"] is None and f"{told['state']}" in ("running", "standing-still", "lapsed"):
        return say("ends.limit.standing-still-open", language)
    return say(f"ends.limit.{told['state']}", language, day=dated(told["last"], language), provisional=provisional)


def limit_line(told: Mapping[str, object], language: str) -> str:
    """The same for all claim items of a kind that stand alike."""
    line = limit(told, language)
    return say("ends.limit.of-kind", language, kind=label(told["kind"], language), count=told["count"], line=line)


def goes_to(target: str | None, language: str) -> str:
    """Where a claim item goes on, and who takes it there."""
    return say(f"ends.to.{target}", language) if target else "—"
