"""What an end of a case leaves to do: the papers that tell it, and the ways of remedy with their last days.

Terms that count from a day of the case are counted once, when the unified reply is made; the limitation of each claim
item is its own clock, which runs on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Final, Literal, Self

from pydantic import model_validator

from domain.base import Instant, Model, Ref, State
from domain.deadlines.deadline import Deadline
from domain.papers.kinds import PaperKind
from domain.rules.rule_table import read_table
from domain.words import Agency, Nature, ReferralTarget
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "ends.yaml"
OPEN: Final = "open"
"""The answer on a claim item while nothing has been answered."""


class End(Model):
    """An end of a case, or what comes before one, and the papers that the procedure issues then."""

    end: Ref
    papers: tuple[PaperKind, ...]


class Way(Model):
    """A way of remedy: who is turned to, and the term in which."""

    way: Ref
    body: Ref
    counted_from: Literal["closure", "agreement", "last-instalment", "decision", "clock"] | None = None
    rule: Ref | None = None
    opens: bool = False
    """Whether the term has to pass before the way is open."""
    then: Ref | None = None
    """The rule by which the way runs out once it is open; None: it does not."""
    steps: tuple[Ref, ...] = ()
    """The rules of what follows on this way, none of which has begun to run."""
    source: str
    verified: bool

    @model_validator(mode="after")
    def _term_is_whole(self) -> Self:
        if (self.rule is None) != (self.counted_from in (None, "clock")):
            raise ValueError("a way counts by a rule from a day, by the item's clock, or not at all")
        if self.then is not None and not self.opens:
            raise ValueError("what runs on from the opening of a way needs a way that opens")
        return self


class RemedyRow(Model):
    """The ways that an answer on a claim item of a nature leaves."""

    answer: Ref
    nature: Nature
    ways: tuple[Ref, ...]


class Office(Model):
    """An office that claim items are referred to."""

    target: ReferralTarget
    agency: Agency | None = None
    """Whose officers may say what it does; None: the supervisor does."""
    misdirected: ReferralTarget
    """Where an item goes on that does not belong there (社会保险法 Art.82)."""
    refused: Ref
    """The way that its refusal leaves."""
    on_application: bool = False
    """It acts on a party's own application only (不告不理): the centre sends it nothing, and equips the party."""
    source: str
    verified: bool


class EndsTable(Model):
    """The table of ends."""

    offices: tuple[Office, ...]
    ends: tuple[End, ...]
    ways: tuple[Way, ...]
    remedies: tuple[RemedyRow, ...]

    @model_validator(mode="after")
    def _every_way_is_known(self) -> Self:
        named = {way for row in self.remedies for way in row.ways} | {office.refused for office in self.offices}
        if unknown := named - {way.way for way in self.ways}:
            raise ValueError(f"no such way: {', '.join(sorted(unknown))}")
        return self


class NextStep(Model):
    """A term of what follows on a way, counted from a day that has not come."""

    rule: Ref
    length: int
    unit: str
    counted_from: str
    source: str
    verified: bool


class WayOpen(Model):
    """A way of remedy in a case. Neither ``last`` nor ``opens_after``: nothing runs out, or the item's clock does."""

    way: Ref
    body: Ref
    by_clock: bool = False
    """Its last day is that of the claim item's limitation clock."""
    last: date | None = None
    opens_after: date | None = None
    provisional: bool = False
    steps: tuple[NextStep, ...] = ()
    source: str
    verified: bool


class Remedy(Model):
    """What can be done about an answer."""

    answer: Ref
    nature: Nature
    ways: tuple[WayOpen, ...]


class SignatureTerms(Model):
    """Until when a reply is to be signed: reminded, escalated, and then sent without the signatures that lack."""

    deadline: Deadline
    remind_at: Instant
    lapse_at: Instant


class ReplySignature(State):
    """An agency's part of the reply."""

    head: Ref
    signed_on: date | None = None


class ReplySigning(State):
    """How far a unified reply has been signed."""

    terms: SignatureTerms
    digest: str
    """SHA-256 of the answers that are signed."""
    parts: dict[Agency, ReplySignature]
    reminded: bool = False
    escalated: bool = False
    over: bool = False
    """It went out without the signatures that lack."""

    @property
    def unsigned(self) -> list[Agency]:
        """The agencies whose signature lacks."""
        return [agency for agency, part in self.parts.items() if part.signed_on is None]

    @property
    def done(self) -> bool:
        """Whether the reply can go out."""
        return self.over or not self.unsigned


class Ends(State):
    """What a case keeps of its end."""

    remedies: tuple[Remedy, ...] = ()
    signing: ReplySigning | None = None
    """None where nobody is asked to sign."""


@cache
def _table() -> EndsTable:
    return read_table(_TABLE, EndsTable)


@cache
def ends() -> Mapping[str, End]:
    """The shipped ends, by name."""
    return {row.end: row for row in _table().ends}


@cache
def ways() -> Mapping[str, Way]:
    """The shipped ways of remedy, by name."""
    return {way.way: way for way in _table().ways}


@cache
def offices() -> Mapping[ReferralTarget, Office]:
    """The shipped offices, by target; every target has its row."""
    return {row.target: row for row in _table().offices}


@cache
def remedy_rows() -> Mapping[tuple[str, Nature], RemedyRow]:
    """The shipped remedies, by answer and nature."""
    return {(row.answer, row.nature): row for row in _table().remedies}


def remedies(
    answers: Iterable[tuple[str, Nature]], starts: Mapping[str, date], count: Callable[[str, date], Deadline]
) -> tuple[Remedy, ...]:
    """What can be done about each answer that was given, each once.

    ``starts`` tells from which day each kind of term counts; a way whose day never came is not open. ``count``
    gives the deadline of a rule from a day, and may raise UnknownTerm.
    """
    given = sorted(set(answers))
    return tuple(
        Remedy(answer=answer, nature=nature, ways=tuple(_open(answer, nature, starts, count)))
        for answer, nature in given
    )


def _open(
    answer: str, nature: Nature, starts: Mapping[str, date], count: Callable[[str, date], Deadline]
) -> Iterator[WayOpen]:
    for way in (ways()[name] for name in remedy_rows()[answer, nature].ways):
        steps = tuple(_steps(way.steps, starts, count))
        told = WayOpen(way=way.way, body=way.body, source=way.source, verified=way.verified, steps=steps)
        if way.counted_from == "clock":
            yield told.model_copy(update={"by_clock": True})
        elif way.rule is None or way.counted_from is None:
            yield told
        elif way.counted_from in starts:
            term = count(way.rule, starts[way.counted_from])
            end = count(way.then, term.due) if way.then else None if way.opens else term
            terms = [term, end] if end else [term]
            yield told.model_copy(
                update={
                    "opens_after": term.due if way.opens else None,
                    "last": end.due if end else None,
                    "provisional": any(one.provisional for one in terms),
                    "verified": way.verified and all(one.verified for one in terms),
                }
            )


def _steps(
    rules: Iterable[Ref], starts: Mapping[str, date], count: Callable[[str, date], Deadline]
) -> Iterator[NextStep]:
    for rule in rules if "closure" in starts else ():
        row = count(rule, starts["closure"]).row
        if row is not None:
            yield NextStep(rule=rule, **{name: getattr(row, name) for name in NextStep.model_fields if name != "rule"})


def without_terms(answers: Iterable[tuple[str, Nature]]) -> tuple[Remedy, ...]:
    """What can be done before anything has ended: only the clocks of the claim items run."""

    def never(rule: str, start: date) -> Deadline:
        raise AssertionError(f"{rule} counts from {start} in a case that has not ended")

    return remedies(answers, {}, never)
