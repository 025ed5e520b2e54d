"""The cut that everything hangs on: public-law claims (A) are scheduled, private-law ones (B) bargained."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Final

from domain.base import Model
from domain.words import ClaimKind, Nature
from domain.yaml_file import TABLES, read_yaml

_TABLE: Final = TABLES / "claims.yaml"


class ClaimRow(Model):
    """The nature of a kind of claim, whether it asks for money, and the article that says so."""

    kind: ClaimKind
    nature: Nature
    money: bool
    counter: bool = False
    """The respondent's own claim: its amount counts against the claimant's part B."""
    source: str
    verified: bool


class NoWaiver(Model):
    """The article by which nothing of part A may be given up."""

    source: str
    verified: bool


class _Table(Model):
    no_waiver: NoWaiver
    rows: tuple[ClaimRow, ...]


class PublicLawWaived(Exception):
    """A proposal that gives up part of a public-law claim (社会保险费征缴暂行条例 Art.12). Amounts in yuan."""

    def __init__(self, item: str, assessed: Decimal, scheduled: Decimal, article: str) -> None:
        super().__init__(f"{item}: {assessed - scheduled:.2f} of {assessed:.2f} given up ({article})")
        self.item, self.missing, self.article = item, assessed - scheduled, article
        self.code = "claims.public-law-waived"
        self.params = {
            "item": item,
            "assessed": f"{assessed:.2f}",
            "scheduled": f"{scheduled:.2f}",
            "missing": f"{self.missing:.2f}",
            "article": article,
        }


@cache
def _table() -> _Table:
    return _Table.model_validate(read_yaml(_TABLE.read_text("utf-8")))


@cache
def claim_rows() -> dict[ClaimKind, ClaimRow]:
    """The shipped table, by kind; every kind has its row."""
    return {row.kind: row for row in _table().rows}


def nature(kind: ClaimKind) -> Nature:
    """Whether a kind of claim is public-law or private-law."""
    return claim_rows()[kind].nature


def no_waiver() -> NoWaiver:
    """The article by which nothing of part A may be given up."""
    return _table().no_waiver


def given_up(assessed: Mapping[str, Decimal], scheduled: Mapping[str, Decimal]) -> Iterator[PublicLawWaived]:
    """Every public-law item of which less is scheduled than was assessed, in the order of the items' refs.

    Both are yuan by item; an item that is not scheduled at all is given up whole. More for one item never
    makes up for less for another.
    """
    for item in sorted(assessed):
        offered = scheduled.get(item, Decimal("0.00"))
        if offered < assessed[item]:
            yield PublicLawWaived(item, assessed[item], offered, no_waiver().source)


def check_gives_up_nothing(assessed: Mapping[str, Decimal], scheduled: Mapping[str, Decimal]) -> None:
    """Raises PublicLawWaived for the first item of part A of which a single fen is given up."""
    for refusal in given_up(assessed, scheduled):
        raise refusal
