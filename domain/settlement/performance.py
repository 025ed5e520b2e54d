"""What belongs to a settlement while it is performed: its terms, a new schedule, the file for enforcement."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Final, Literal

from pydantic import Field

from domain.base import Instant, Model, Ref, State, Text, Yuan, to_fen
from domain.ledger import Actor
from domain.papers.kinds import Paper
from domain.rules.rule_table import read_table
from domain.settlement.instalments import Instalment
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "performance.yaml"


class PerformanceRule(Model):
    """A row of the performance table: what holds of every settlement that does not say otherwise."""

    rule: Literal["acceleration-on-default"]
    holds: bool
    origin: Literal["statute", "centre"]
    source: str
    verified: bool


class PaymentRule(Model):
    """What is believed of a payment that is confirmed."""

    late_fee_times: Annotated[Decimal, Field(ge=1)]
    late_fee_least: Yuan
    """A late fee up to so much is believed, whatever the centre reckons."""
    source: str
    verified: bool

    def most(self, reckoned: Decimal) -> Decimal:
        """The highest late fee that is believed, where the centre reckons so much."""
        return max(self.late_fee_least, to_fen(reckoned * self.late_fee_times))


class _Table(Model):
    rules: tuple[PerformanceRule, ...]
    payments: PaymentRule


@cache
def payment_rule() -> PaymentRule:
    """What is believed of payments. Raises TableError."""
    return read_table(_TABLE, _Table).payments


@cache
def acceleration_rule() -> PerformanceRule:
    """Whether everything becomes due on default where the settlement does not say. Raises TableError."""
    return next(row for row in read_table(_TABLE, _Table).rules if row.rule == "acceleration-on-default")


class PerformanceTerms(Model):
    """What a settlement is performed by, fixed when it was agreed. Settlements of before it have none."""

    acceleration: bool
    """Whether the default of one instalment makes all of them due."""
    acceleration_source: str
    late_fee: Annotated[Decimal, Field(ge=0)]
    """Percent of part A for each calendar day after the due day (社会保险法 Art.86)."""
    late_fee_row: str
    """The parameter row that the rate is from."""


class ReschedulingState(StrEnum):
    """The life of a new schedule."""

    OPEN = "open"
    IN_FORCE = "in-force"
    REJECTED = "rejected"
    EXPIRED = "expired"
    OVERTAKEN = "overtaken"
    """A payment was confirmed, corrected or taken back meanwhile."""


class Rescheduling(State):
    """A new schedule for what is still to come, that binds when both sides have consented."""

    ref: Ref
    by: Actor
    at: Instant
    expires_at: Instant
    instalments: tuple[Instalment, ...]
    reason: Text
    state: ReschedulingState = ReschedulingState.OPEN
    consents: dict[Ref, bool] = {}


class EnforcementFile(State):
    """What goes along with a settlement that is referred to compulsory enforcement."""

    at: Instant
    payer: Ref
    outstanding: Yuan
    part_a: Yuan
    late_fee: Yuan
    """Of late instalments, as of that day, less what was charged already."""
    as_of: date
    instalments: tuple[Ref, ...]
    papers: tuple[Paper, ...]
    ledger_head: str
    """The digest of the last event that the file covers."""
    ledger_events: int
