"""What follows from the relation that work made: premiums, and who decides."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from domain.base import Model
from domain.rules.rule_table import read_table
from domain.words import ReferralTarget, Relation
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "relations.yaml"


class RelationRow(Model):
    """A row of the table."""

    relation: Relation
    premiums: bool
    """Whether premiums are owed for the work as for an employee's."""
    unsettled: ReferralTarget | None = None
    """Who decides what is not settled; None: as for any claim of its kind."""
    source: str
    verified: bool


class _Table(Model):
    relations: tuple[RelationRow, ...]


@cache
def relation_rows() -> Mapping[Relation, RelationRow]:
    """The shipped table, by relation."""
    return {row.relation: row for row in read_table(_TABLE, _Table).relations}
