"""The parameters of a month: bounds of the base, both rates, due day. Looked up once for each place, kind and month."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from domain.deadlines.calendar import Calendar
from domain.rules.parameters import Missing, MissingParameter, Parameters, Row
from domain.words import InsuranceKind


class Place(NamedTuple):
    """Whose rows hold for an employer."""

    jurisdiction: str
    industry: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """What holds for a kind of insurance in a month at a place. Amounts in yuan, rates in percent."""

    place: Place
    floor: Decimal
    cap: Decimal
    employer: Decimal
    employee: Decimal
    due: date
    due_provisional: bool
    """The due day rests on a calendar that no notice has settled yet."""
    rows: tuple[Row, ...]


def term(
    parameters: Parameters,
    calendar: Calendar,
    place: Place,
    kind: InsuranceKind,
    first: date,
    *,
    put_off: bool = False,
) -> Term:
    """The term of the month that begins on ``first``.

    Bounds and due day may differ by kind: a row with the kind as its key comes before the general one. A due day
    is the month's last day unless a row ``due-day`` names another, and stays on a holiday unless ``due-rolls`` is 1.
    ``put_off``: holidays of three or more days in a row in the month of the due day, up to it, put it off by as many.
    Raises MissingParameter with all that is missing; OutsideCalendar when a due day before 2004 would have to roll.
    """
    rows: list[Row] = []
    missing: list[Missing] = []

    def one_of(name: str, *keys: str) -> Row | None:
        for key in keys:
            try:
                rows.append(parameters.find(name, key, place.jurisdiction, first))
            except MissingParameter:
                continue
            return rows[-1]
        return None

    def needed(name: str, *keys: str) -> Decimal:
        row = one_of(name, *keys)
        if row is None:
            missing.append(Missing(name, keys[-1], place.jurisdiction, first, first))
            return Decimal(0)
        return row.value

    floor, cap = needed("base-floor", kind, ""), needed("base-cap", kind, "")
    by_industry = kind is InsuranceKind.INJURY and place.industry is not None
    employer = needed("rate", f"{kind}/employer/{place.industry}" if by_industry else f"{kind}/employer")
    employee = needed("rate", f"{kind}/employee")
    months_after = int(needed("due-months-after", kind, ""))
    if missing:
        raise MissingParameter(*missing)
    named, rolls = one_of("due-day", kind, ""), one_of("due-rolls", kind, "")
    due = last_day(first, months_after)
    if named is not None:
        due = due.replace(day=min(int(named.value), due.day))
    begins = due
    if put_off:
        due += timedelta(days=calendar.long_holidays(due.replace(day=1), due))
    if rolls is not None and rolls.value:
        rolled = calendar.next_working_day(due)
        return Term(place, floor, cap, employer, employee, rolled, calendar.is_provisional(begins, rolled), tuple(rows))
    provisional = put_off and calendar.is_provisional(begins, due)
    return Term(place, floor, cap, employer, employee, due, provisional, tuple(rows))


def last_day(first: date, months_after: int) -> date:
    """The last day of the month that lies some months after the month of ``first``."""
    year, month = divmod(first.year * 12 + first.month + months_after, 12)
    return date(year, month + 1, 1) - timedelta(days=1)
