"""The definitions of figures (``tables/figures.yaml``): each stands there once."""

import hashlib
import json
from functools import cache
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from domain.base import Model, Ref
from domain.rules.rule_table import bad, read_table
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "figures.yaml"
Over = Literal["cases", "payments", "inquiries", "spans", "referrals", "visits", "posts"]


class Taken(Model):
    """What is made of the rows: exactly one of these, of the named field."""

    sum: Ref | None = None
    median: Ref | None = None
    mean: Ref | None = None

    @property
    def field(self) -> str:
        """The field that it is made of."""
        return str(self.sum or self.median or self.mean)


class FigureRow(Model):
    """A figure: rows of a kind, or a share, or a sum of other figures."""

    id: Ref
    unit: Ref
    over: Over | None = None
    when: str | None = None
    open_at: Literal["start", "end"] | None = None
    where: dict[str, tuple[str | bool | None, ...]] = {}
    take: Literal["count"] | Taken | None = None
    of: tuple[Ref, ...] = ()
    to: tuple[Ref, ...] = ()
    all_of: tuple[Ref, ...] = ()
    ever: bool = False
    course: bool = False
    """Shown month by month too."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.over is not None and self.take is not None, bool(self.of and self.to), bool(self.all_of)]
        if sum(ways) != 1 or (self.over is not None and (self.when is None) == (self.open_at is None)):
            raise bad("figure_ways", figure=self.id)
        return self


class FigureTable(Model):
    """Every figure, in the order of a report."""

    source: str
    figures: Annotated[tuple[FigureRow, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _known(self) -> Self:
        ids = [row.id for row in self.figures]
        for row in self.figures:
            if missing := sorted({*row.of, *row.to, *row.all_of} - set(ids)):
                raise bad("figure_unknown", figure=row.id, other=missing[0])
        return self

    def find(self, figure: str) -> FigureRow | None:
        """A figure by its id."""
        return next((row for row in self.figures if row.id == figure), None)

    @property
    def digest(self) -> str:
        """By which definitions a report was made."""
        whole = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(whole.encode()).hexdigest()[:12]


@cache
def figure_table() -> FigureTable:
    """The shipped table. Raises TableError."""
    return read_table(_TABLE, FigureTable)
