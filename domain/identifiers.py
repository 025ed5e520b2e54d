"""Checks of the two national identifiers."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.iso7064 import mod_11_2


def _identity_number(value: str) -> str:
    number = value.strip().upper()
    if len(number) != 18 or not number[:17].isdigit():
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
    code = value.strip().upper()
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
