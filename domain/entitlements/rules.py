"""The rules by which claims are reckoned, each with its article."""

from decimal import Decimal
from functools import cache
from typing import Final, Literal

from domain.base import Model
from domain.rules.rule_table import read_table
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "entitlements.yaml"

Name = Literal[
    "year-of-service",
    "half-year-counts-whole",
    "less-than-half-a-year",
    "wage-averaged-over",
    "wage-cap",
    "years-cap",
    "wage-floor",
    "service-before-2008",
    "notice-pay",
    "unlawful-dismissal",
    "double-wage",
    "double-wage-months",
    "paid-days-of-a-month",
    "hours-of-a-day",
    "wages-unpaid",
    "overtime-workday",
    "overtime-rest-day",
    "overtime-holiday",
    "claim-within",
]


class Rule(Model):
    """A rule of the table, with its article."""

    rule: Name
    value: Decimal
    unit: str
    source: str
    verified: bool
    read: str | None = None
    """Where and when its text was read; None while it has not been."""


class _Table(Model):
    rules: tuple[Rule, ...]


@cache
def _rules() -> dict[Name, Rule]:
    return {row.rule: row for row in read_table(_TABLE, _Table).rules}


def rule(name: Name) -> Rule:
    """A rule by its name. Raises TableError where the table can't be read."""
    return _rules()[name]
