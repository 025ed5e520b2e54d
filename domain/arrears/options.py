"""What is contested in computing arrears, as ``arrears.yaml`` says: the choices, their sources, the reliefs."""

from collections.abc import Iterator
from functools import cache
from typing import Final, Literal

from domain.base import Model, Month, Ref
from domain.words import InsuranceKind
from domain.yaml_file import TABLES, read_yaml

SHIPPED: Final = TABLES / "arrears.yaml"


class Options(Model):
    """The choices that a computation rests on."""

    base_from: Literal["year-before", "month"] = "year-before"
    """Whether the base is the average month of the year before, or the month's own wage."""
    part_month: Literal["whole", "by-days", "left-out"] = "whole"
    """A month partly worked: owed in full, by calendar days, or not at all."""
    undeclared: Literal["wages", "provisional"] = "wages"
    """A month that was not declared: from the wages, or 110% of the last amount that was declared."""
    late_fee_cap: Literal["none", "principal"] = "none"
    """Whether the late fee of a month may exceed what was owed for it."""
    long_holidays: Literal["leave", "put-off"] = "leave"
    """Whether holidays of three or more days within the time for payment put the due day off by as many days."""
    peasant_unemployment: Literal["exempt", "pays"] = "exempt"
    """Whether a peasant contract worker pays the employee's share of unemployment insurance."""
    payment_order: Literal["principal-first", "fee-first", "month-by-month"] = "principal-first"
    """What a payment is taken for; always the oldest month first."""


class Choice(Model):
    """One answer to a contested point."""

    source: str
    verified: bool


class Chosen(Choice):
    """A choice that a result rests on, or that it might have rested on."""

    option: str
    choice: str


class Contested(Model):
    """A contested point: every answer to it, and the one taken when nobody says otherwise."""

    default: str
    choices: dict[str, Choice]


class Relief(Model):
    """Months on which a relief or deferral of the state may bear; a person decides whether it does."""

    code: Ref
    first_month: Month
    last_month: Month
    kinds: tuple[InsuranceKind, ...]
    source: str
    verified: bool


class DeferralRule(Model):
    """How long premiums may be deferred on approval, in years."""

    longest_years: int
    source: str
    verified: bool


class _Table(Model):
    options: dict[str, Contested]
    reliefs: tuple[Relief, ...]
    deferral: DeferralRule


@cache
def _table() -> _Table:
    return _Table.model_validate(read_yaml(SHIPPED.read_text("utf-8")))


def deferral_rule() -> DeferralRule:
    """How long premiums may be deferred on approval."""
    return _table().deferral


def contested() -> dict[str, Contested]:
    """Every contested point by the name of its option."""
    return _table().options


def reliefs() -> tuple[Relief, ...]:
    """Every relief that a person must think of."""
    return _table().reliefs


def chosen(options: Options) -> tuple[Chosen, ...]:
    """The choices taken, each with its source."""
    return tuple(_chosen(name, getattr(options, name)) for name in contested())


def others(options: Options) -> Iterator[tuple[Chosen, Options]]:
    """Each choice not taken, with the options that differ in it alone."""
    for name, point in contested().items():
        for choice in point.choices:
            if choice != getattr(options, name):
                yield _chosen(name, choice), options.model_copy(update={name: choice})


def _chosen(name: str, choice: str) -> Chosen:
    found = contested()[name].choices[choice]
    return Chosen(option=name, choice=choice, source=found.source, verified=found.verified)
