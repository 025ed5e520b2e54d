from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum.iso7064 import mod_11_2

from domain.identifiers import CreditCode, DocumentKind, IdentityNumber, birth_date, document_kind, masked
from domain.intake.complaint import Phone
from tests.builders import identity_number

NUMBER: TypeAdapter[str] = TypeAdapter(IdentityNumber)
CODE: TypeAdapter[str] = TypeAdapter(CreditCode)
FICTIONAL_CODE = "91350100M000100Y43"  # the standard's own example, GB 32100-2015


def with_check(body: str) -> str:
    return body + mod_11_2.calc_check_digit(body)


def problem(adapter: TypeAdapter[str], value: str) -> str:
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(value)
    return str(refused.value.errors()[0]["ctx"]["error"])


@given(
    st.from_regex(r"[1-9][0-9]{5}", fullmatch=True),
    st.dates(date(1900, 1, 1), date(2026, 12, 31)),
    st.integers(0, 999),
)
def test_a_number_with_a_right_check_and_a_real_birth_date_is_taken_whatever_its_area(
    area: str, born: date, n: int
) -> None:
    number = with_check(f"{area}{born:%Y%m%d}{n:03d}")
    assert NUMBER.validate_python(number) == number
    assert birth_date(number) == born


SCRIPTS = [range(start, start + 10) for start in (0x30, 0xFF10, 0x660, 0x6F0, 0x966, 0x1D7CE)]
"""ASCII, full-width, two Arabic ones, Devanagari, mathematical bold."""
BETWEEN = st.sampled_from(["", " ", "\u3000", "\u200b", "-", "－", "\t", "\u00a0"])


@given(st.integers(1, 999), st.data())
def test_one_number_is_one_number_in_whatever_width_script_case_and_spacing(serial: int, data: st.DataObject) -> None:
    number, written = identity_number(serial), ""
    for character in number:
        script = data.draw(st.sampled_from(SCRIPTS))
        forms = [chr(script[int(character)])] if character.isdigit() else ["x", "X", "ｘ", "Ｘ"]
        written += data.draw(BETWEEN) + data.draw(st.sampled_from(forms))
    assert NUMBER.validate_python(written) == number


@pytest.mark.parametrize(
    "written", ["９１３５０１００Ｍ０００１００Ｙ４３", "91350100 m000100y43", "91350100-M000100Y-43"]
)
def test_one_credit_code_is_one_credit_code(written: str) -> None:
    assert CODE.validate_python(written) == FICTIONAL_CODE


def test_a_phone_number_in_full_width_is_the_same_number() -> None:
    assert TypeAdapter(Phone).validate_python("１３８ ００００ ００００") == "13800000000"


def test_somebody_of_rizhao_born_before_its_area_code_existed_is_taken() -> None:
    assert NUMBER.validate_python(with_check("37110119630518001"))


@given(st.integers(1, 999), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(serial: int, position: int, step: int) -> None:
    number = identity_number(serial)
    old = number[position]
    new = str((int(old) + step) % 10) if old.isdigit() else str(step)
    with pytest.raises(ValidationError):
        NUMBER.validate_python(number[:position] + new + number[position + 1 :])


@given(st.integers(1, 999), st.integers(0, 16))
def test_two_neighbouring_digits_swapped_are_always_noticed(serial: int, at: int) -> None:
    number = identity_number(serial)
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if swapped != number:
        with pytest.raises(ValidationError):
            NUMBER.validate_python(swapped)


def test_blanks_around_a_number_and_a_small_x_are_forgiven() -> None:
    number = next(n for n in map(identity_number, range(1, 200)) if n.endswith("X"))
    assert NUMBER.validate_python(f" {number.lower()} ") == number


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "identity_number.form"),
        ("123456789012345", "identity_number.form"),  # the old 15 digits
        ("99000019600115001Z0", "identity_number.form"),
        ("9900001960O1150010", "identity_number.form"),
        (with_check("99000019600230001"), "identity_number.birth"),
        (with_check("99000018991231001"), "identity_number.birth"),
        (with_check("99000020230229001"), "identity_number.birth"),
    ],
)
def test_a_bad_number_is_refused_by_what_is_wrong_with_it(value: str, code: str) -> None:
    assert problem(NUMBER, value) == code


def test_a_wrong_check_character_is_refused_as_such() -> None:
    number = identity_number(7)
    assert problem(NUMBER, number[:17] + ("1" if number[17] != "1" else "2")) == "identity_number.checksum"


def test_views_show_area_and_the_last_four_characters_only() -> None:
    number = identity_number(7)
    assert masked(number) == f"{number[:4]}**********{number[-4:]}"
    assert number[6:10] not in masked(number)


def test_a_credit_code_is_taken_in_either_case_and_refused_when_altered() -> None:
    assert CODE.validate_python(f" {FICTIONAL_CODE.lower()} ") == FICTIONAL_CODE
    assert problem(CODE, FICTIONAL_CODE[:-1] + "4") == "credit_code.invalid"
    assert problem(CODE, "") == "credit_code.invalid"


@pytest.mark.parametrize(
    ("written", "kind", "number"),
    [
        ("E12345678", DocumentKind.PASSPORT, "E12345678"),
        ("ｅ１２３ ４５６７８", DocumentKind.PASSPORT, "E12345678"),
        ("USA110090123456", DocumentKind.FOREIGN_CARD_OLD, "USA110090123456"),
        ("H01234567", DocumentKind.HOME_RETURN_PERMIT, "H01234567"),
        ("m0123456701", DocumentKind.HOME_RETURN_PERMIT, "M0123456701"),
        ("01234567", DocumentKind.TAIWAN_PERMIT, "01234567"),
        ("01234567 0A", DocumentKind.TAIWAN_PERMIT, "012345670A"),
        (with_check("81000019900412003"), DocumentKind.RESIDENT_CARD, with_check("81000019900412003")),
        (with_check("91184019900412003"), DocumentKind.FOREIGN_CARD, with_check("91184019900412003")),
    ],
)
def test_people_without_a_resident_card_are_known_by_their_own_document(
    written: str, kind: DocumentKind, number: str
) -> None:
    assert NUMBER.validate_python(written) == number
    assert document_kind(number) is kind
    assert (birth_date(number) is None) == (len(number) != 18)
    assert masked(number) != number and len(masked(number)) == len(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "12345",
        "37110019900412003",
        "3711001990041200355",
        "ABCDEFGH",
        "E1234567890",
        "USA1234",
        "<E12345>",
    ],
)
def test_what_is_no_documents_number_is_refused(number: str) -> None:
    assert problem(NUMBER, number) == "identity_number.form"


@pytest.mark.parametrize("prefix", ["810000", "911840"])
def test_a_card_of_eighteen_characters_is_checked_whoever_holds_it(prefix: str) -> None:
    number = with_check(f"{prefix}19900412003")
    assert problem(NUMBER, number[:17] + ("1" if number[17] != "1" else "2")) == "identity_number.checksum"
