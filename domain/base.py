"""What every model shares: strictness, money, months, instants."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

CENTRE_ZONE: Final = ZoneInfo("Asia/Shanghai")
"""The centre's time zone: legal days begin and end here."""

FEN: Final = Decimal("0.01")


class Model(BaseModel):
    """A value: immutable, and an unknown field is an error, so that a typing slip is never lost."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class State(BaseModel):
    """A part of a running case's state: the same strictness, but it changes."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


def to_fen(amount: Decimal) -> Decimal:
    """The amount in yuan rounded half up to the fen."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def _whole_fen(amount: Decimal) -> Decimal:
    if amount != to_fen(amount):
        raise ValueError("more than two decimals")
    return to_fen(amount)


Yuan = Annotated[
    Decimal,
    Field(allow_inf_nan=False, max_digits=15),
    AfterValidator(_whole_fen),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
]
"""An amount in yuan with two decimals. In JSON a string, so that no reader makes a float of it."""

Month = Annotated[str, StringConstraints(pattern=r"^(19|20)\d{2}-(0[1-9]|1[0-2])$")]
"""A calendar month, ``2024-03``. Sorts as it reads."""

Instant = AwareDatetime
"""A moment in time, always with its offset."""

Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
"""A short identifier that carries no personal data."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
"""Free text written by a person."""


def month_of(day: date) -> Month:
    """The month that a day lies in."""
    return f"{day:%Y-%m}"


def last_day(month: Month) -> date:
    """The last day of a month."""
    year, number = map(int, month.split("-"))
    return date(year, number, monthrange(year, number)[1])


def months_later(day: date, count: int) -> date:
    """The same day of a later month, or that month's last day (民法典 Art.202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months(first: Month, last: Month) -> Iterator[Month]:
    """Every month from the first to the last, both included."""
    year, month = int(first[:4]), int(first[5:])
    while (current := f"{year:04d}-{month:02d}") <= last:
        yield current
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
