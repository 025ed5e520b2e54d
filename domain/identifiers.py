"""Identifiers of people and organisations: how they are meant, whether they can be right, how they are masked."""

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.iso7064 import mod_11_2

HIDDEN: Final = "***"
"""What stands where something is not shown."""


def typed(value: str) -> str:
    """An identifier as it is meant, in whatever width, script, case and spacing its characters were typed."""
    if value.isascii() and value.isalnum():
        return value.upper()
    return "".join(_meant(character) for character in unicodedata.normalize("NFKC", value)).upper()


def same_name(name: str) -> str:
    """What names of one organisation have in common, however its brackets, letters and spaces were typed."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in plain if unicodedata.category(character) not in _BETWEEN)


def _meant(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    passed_over = unicodedata.category(character) in _BETWEEN
    return "" if passed_over else character


_BETWEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Pd"})
"""Categories of what people put between digits: spaces, what can't be seen, dashes."""


class DocumentKind(StrEnum):
    """By which document a person is known, as the form of its number tells."""

    RESIDENT_CARD = "resident-card"
    """18 characters: also the residence permit of people from Hong Kong, Macau and Taiwan (810000, 820000, 830000)."""
    FOREIGN_CARD = "foreign-residence-card"
    """18 characters that begin with 9: foreigners' permanent residence card since 2023, checked like a resident's."""
    FOREIGN_CARD_OLD = "foreign-residence-card-old"
    """15 characters: the country's three letters and twelve digits. How its check is made is not published."""
    HOME_RETURN_PERMIT = "home-return-permit"
    """H or M and eight digits, or ten with the number of the issue: people from Hong Kong and Macau."""
    TAIWAN_PERMIT = "taiwan-permit"
    """Eight digits, or ten characters that begin with them: people from Taiwan."""
    PASSPORT = "passport"
    """Up to nine letters and digits (ICAO 9303)."""


_RESIDENT: Final = re.compile(r"\d{17}[\dX]")
_FORMS: Final = (
    (DocumentKind.FOREIGN_CARD_OLD, re.compile(r"[A-Z]{3}\d{12}")),
    (DocumentKind.HOME_RETURN_PERMIT, re.compile(r"[HM]\d{8}(\d\d)?")),
    (DocumentKind.TAIWAN_PERMIT, re.compile(r"\d{8}([A-Z0-9]{2})?")),
    (DocumentKind.PASSPORT, re.compile(r"(?=(?:[A-Z]*\d){5})[A-Z0-9]{6,9}")),
)


def document_kind(number: str) -> DocumentKind | None:
    """By which document a number was given, as its form tells; None for what is no document's."""
    if _RESIDENT.fullmatch(number):
        foreign = number.startswith("9") and not number.startswith("99")
        return DocumentKind.FOREIGN_CARD if foreign else DocumentKind.RESIDENT_CARD
    return next((kind for kind, form in _FORMS if form.fullmatch(number)), None)


def _identity_number(value: str) -> str:
    number = typed(value)
    if document_kind(number) is None:
        raise ValueError("identity_number.form")
    if len(number) != _WITH_BIRTH:
        return number
    try:
        mod_11_2.validate(number)
    except StdnumError:
        raise ValueError("identity_number.checksum") from None
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueError("identity_number.birth") from None
    if birth.year < 1900:
        raise ValueError("identity_number.birth")
    return number


_WITH_BIRTH: Final = 18
"""How long the numbers are that state a birth date and end in a check character."""


def _credit_code(value: str) -> str:
    code = typed(value)
    if not uscc.is_valid(code):
        raise ValueError("credit_code.invalid")
    return code


IdentityNumber = Annotated[str, AfterValidator(_identity_number)]
"""The number of the document by which a person is known (``DocumentKind``).

18 characters are checked by ISO 7064 MOD 11-2 and hold a birth date (GB 11643-1999). The area code is not tied to the
birth year: people born before Rizhao's code 3711 existed carry it. Other documents are checked by their form.
"""

CreditCode = Annotated[str, AfterValidator(_credit_code)]
"""Unified social credit code of an organisation (GB 32100-2015)."""


def birth_date(number: str) -> date | None:
    """The birth date that a valid number states; None where its document states none."""
    if len(number) != _WITH_BIRTH:
        return None
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def is_man(number: str) -> bool | None:
    """Whether a valid number states a man; None where its document states neither."""
    return int(number[16]) % 2 == 1 if len(number) == _WITH_BIRTH else None


def masked(number: str) -> str:
    """A number as views show it: of 18 characters area and last four stay, of others the first two and last two."""
    kept = (4, 4) if len(number) == _WITH_BIRTH else (2, 2)
    return f"{number[: kept[0]]}{'*' * (len(number) - sum(kept))}{number[-kept[1] :]}"
