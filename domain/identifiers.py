"""The two national identifiers: how they are meant, whether they can be right, how they are masked."""

import unicodedata
from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.iso7064 import mod_11_2

HIDDEN: Final = "***"
"""What stands where something is not shown."""


def typed(value: str) -> str:
    """An identifier as it is meant, in whatever width, script, case and spacing its characters were typed."""
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


def _identity_number(value: str) -> str:
    number = typed(value)
    if len(number) != 18 or not number[:17].isdecimal():
        raise ValueError("identity_number.form")
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


def _credit_code(value: str) -> str:
    code = typed(value)
    if not uscc.is_valid(code):
        raise ValueError("credit_code.invalid")
    return code


IdentityNumber = Annotated[str, AfterValidator(_identity_number)]
"""Resident identity number: 18 characters, ISO 7064 MOD 11-2 check, valid birth date (GB 11643-1999).

The area code is not tied to the birth year: people born before Rizhao's code 3711 existed carry it.
"""

CreditCode = Annotated[str, AfterValidator(_credit_code)]
"""Unified social credit code of an organisation (GB 32100-2015)."""


def birth_date(number: str) -> date:
    """The birth date that a valid identity number states."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def masked(number: str) -> str:
    """An identity number as views show it: area and last four characters stay."""
    return f"{number[:4]}{'*' * 10}{number[14:]}"
