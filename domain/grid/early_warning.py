"""Early warnings: employers whose premiums have stopped while people still work there, by the agencies' records."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from domain.base import Model, Month, Ref, months
from domain.grid.messages import EarlyWarning, Post
from domain.identifiers import CreditCode
from domain.intake.complaint import Name
from domain.rounds import Round
from domain.rules.rule_table import read_table
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "grid.yaml"
District = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
"""An administrative division (GB/T 2260)."""


class ServedPost(Post):
    """A post, and the places whose employers are its."""

    districts: tuple[District, ...] = ()
    at: tuple[float, float] | None = None
    """Where it lies: degrees of longitude and of latitude."""


class Grade(Model):
    """From how many months without premiums, or how many people, a warning is of a colour."""

    colour: Literal["blue", "yellow", "red"]
    months: Annotated[int, Field(ge=1)]
    workers: Annotated[int, Field(ge=1)]


class GridTable(Model):
    """From when on a stop is warned of, and which post is told."""

    stopped_months: Annotated[int, Field(ge=1)]
    longest_months: Annotated[int, Field(ge=1)]
    source: str
    verified: bool
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]
    """The first that fits holds; the last holds for all others."""
    posts: tuple[ServedPost, ...]
    otherwise: ServedPost

    def grade(self, since: Month, workers: int, today: date) -> str:
        """The colour of a warning on a day: it rises while premiums stay away."""
        year, month = map(int, since.split("-"))
        gone = (today.year - year) * 12 + today.month - month
        fits = (one.colour for one in self.grades if gone >= one.months or workers >= one.workers)
        return next(fits, self.grades[-1].colour)

    def post_for(self, credit_code: str | None) -> Post:
        """The post that serves the place where an employer is registered."""
        place = credit_code[2:8] if credit_code else None
        serving = (post for post in self.posts if place in post.districts)
        found = next(serving, self.otherwise)
        return Post(id=found.id, kind=found.kind)


def grid_table(file: Path | None = None) -> GridTable:
    """The shipped table, or one from a file. Raises TableError, OSError."""
    return read_table(file or _TABLE, GridTable)


class WatchTerms(Model):
    """What is looked for: stops that are at least and at most so many months long on a day."""

    today: date
    stopped_months: int
    longest_months: int

    @property
    def last_paid(self) -> tuple[Month, Month]:
        """The first and the last month that the last premiums can have been for."""
        return self._before(self.longest_months), self._before(self.stopped_months)

    def _before(self, missing: int) -> Month:
        year, month = divmod(self.today.year * 12 + self.today.month - 1 - missing - 1, 12)
        return f"{year:04d}-{month + 1:02d}"


class NamedEmployer(Model):
    """An employer as an agency's records name it."""

    name: Name | None = None
    credit_code: CreditCode | None = None


class PaidUntil(Model):
    """The last month for which an employer paid premiums, and for how many people."""

    employer: NamedEmployer
    last_month: Month
    people: int


class Stoppage(Model):
    """An employer whose premiums have stopped, by the tax bureau's records."""

    employer: NamedEmployer
    since: Month
    """The first month without premiums."""
    months: int
    people: int
    """For how many premiums came in the last month that was paid."""


class Stoppages(Model):
    """Employers whose premiums have stopped."""

    found: tuple[Stoppage, ...]


class Employed(Model):
    """How many people still work for each of the employers that were asked about, by the labour bureau's records."""

    workers: tuple[int, ...]


class WarnAsked(Round):
    """A round of early warnings. ``months`` looks for shorter or longer stops, and then nothing is opened."""

    dry_run: bool = False
    months: Annotated[int | None, Field(ge=1)] = None


class WarningsDue(Model):
    """The warnings of a round: to open, or only to place."""

    warnings: tuple[EarlyWarning, ...]
    dry_run: bool


class Placed(Model):
    """A warning, the post it belongs to, and the mediation there; None where nothing was opened."""

    warning: EarlyWarning
    post: Ref
    case: Ref | None
    new: bool
    """Whether the mediation was opened now, not in an earlier round."""


class Warned(Model):
    """Where the warnings of a round went."""

    placed: tuple[Placed, ...]


class WarnReport(Model):
    """What a round of early warnings found."""

    terms: WatchTerms
    placed: tuple[Placed, ...] = ()
    silent: Ref | None = None
    """The agency whose records could not be read, so that nothing was found."""


def stoppages(paid: Iterable[PaidUntil], terms: WatchTerms) -> tuple[Stoppage, ...]:
    """The employers whose premiums have stopped for as long as the terms say, the longest stop first.

    A month counts as missing when it is over: premiums of the month that runs may still come.
    """
    this_month = f"{terms.today:%Y-%m}"
    found = []
    for one in paid:
        if one.last_month >= this_month:
            continue
        missing = list(months(one.last_month, this_month))[1:-1]
        if terms.stopped_months <= len(missing) <= terms.longest_months:
            found.append(Stoppage(employer=one.employer, since=missing[0], months=len(missing), people=one.people))
    return tuple(sorted(found, key=lambda stop: (-stop.months, -stop.people, str(stop.employer.credit_code))))


def early_warnings(stopped: Sequence[Stoppage], workers: Sequence[int]) -> tuple[EarlyWarning, ...]:
    """A warning for each stop of an employer for whom people still work; of the others nobody is left to be insured."""
    return tuple(
        EarlyWarning(
            employer=stop.employer.name or stop.employer.credit_code or "-",
            credit_code=stop.employer.credit_code,
            since=stop.since,
            months=stop.months,
            workers=count,
        )
        for stop, count in zip(stopped, workers, strict=True)
        if count > 0
    )
