"""The cut that everything hangs on: public-law claims (A) are scheduled, private-law ones (B) bargained."""

from functools import cache
from pathlib import Path
from typing import Final

import yaml

from domain.base import Model
from domain.words import ClaimKind, Nature

_TABLE: Final = Path(__file__).parent / "tables" / "claims.yaml"


class ClaimRow(Model):
    """The nature of a kind of claim, whether it asks for money, and the article that says so."""

    kind: ClaimKind
    nature: Nature
    money: bool
    source: str
    verified: bool


@cache
def claim_rows() -> dict[ClaimKind, ClaimRow]:
    """The shipped table, by kind; every kind has its row."""
    rows = [ClaimRow.model_validate(row) for row in yaml.safe_load(_TABLE.read_text())]
    return {row.kind: row for row in rows}


def nature(kind: ClaimKind) -> Nature:
    """Whether a kind of claim is public-law or private-law."""
    return claim_rows()[kind].nature
