"""Contested points of a reckoning in words: which way was taken, and what the other one would give."""

from decimal import Decimal

import texts
from domain.arrears.model import Alternative
from domain.arrears.options import Chosen


def choice_line(one: Chosen, language: str) -> str:
    """Which way was taken, and by what."""
    return texts.say("arrears.choice", language, **_told(one, language))


def alternative_line(owed: Decimal, other: Alternative, language: str) -> str:
    """What the other way gives, beside what is owed in yuan."""
    return texts.say(
        "arrears.alternative",
        language,
        owed=f"{other.total.owed:,.2f}",
        difference=f"{other.total.owed - owed:+,.2f}",
        late_fee=f"{other.total.late_fee:,.2f}",
        **_told(other.chosen, language),
    )


def _told(choice: Chosen, language: str) -> dict[str, str]:
    doubt = "" if choice.verified else texts.say("arrears.unverified", language)
    return {
        "option": texts.say(f"arrears.option.{choice.option}", language),
        "choice": texts.say(f"arrears.choice.{choice.option}.{choice.choice}", language),
        "source": texts.label(choice.source, language) + doubt,
    }
