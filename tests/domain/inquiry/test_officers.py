"""The directory of officers: who may take an inquiry, who heads an agency, who stands in."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.inquiry.officers import Absence, Directory, Officer, load_directory, signatures
from domain.words import Agency

DAY = date(2026, 11, 23)
LABOR, TAX = Agency.LABOR, Agency.TAX


def away(substitute: str | None = None) -> tuple[Absence, ...]:
    return (Absence(first=DAY, last=date(2026, 11, 30), substitute=substitute),)


def directory(*officers: Officer) -> Directory:
    return Directory(
        officers=(
            *officers,
            Officer(id="tax-head", agency=TAX, head=True),
            Officer(id="tax-01", agency=TAX),
            Officer(id="tax-02", agency=TAX, absences=away("tax-01")),
            Officer(id="tax-03", agency=TAX, active=False),
        )
    )


def test_only_officers_in_office_and_not_away_count_as_candidates() -> None:
    tax = next(d for d in directory().desks(DAY, signatures()) if d.agency is TAX)
    assert (tax.candidates, tax.head, tax.signatures) == (2, "tax-head", 1)
    later = next(d for d in directory().desks(date(2026, 12, 1), signatures()) if d.agency is TAX)
    assert later.candidates == 3


def test_an_agency_without_officers_has_nobody_to_take_anything() -> None:
    [union] = [d for d in directory().desks(DAY, signatures()) if d.agency is Agency.UNION]
    assert (union.candidates, union.head, union.suffices) == (0, None, False)


def test_labour_needs_two_officers_since_the_regulation_is_in_force() -> None:
    one = directory(Officer(id="lab-01", agency=LABOR))
    [desk] = [d for d in one.desks(DAY, signatures()) if d.agency is LABOR]
    assert (desk.signatures, desk.suffices) == (2, False)
    [before] = [d for d in one.desks(date(2004, 11, 30), signatures()) if d.agency is LABOR]
    assert before.signatures == 1


def test_a_centre_without_a_directory_knows_no_desks() -> None:
    assert Directory().desks(DAY, signatures()) == ()
    assert load_directory() == Directory()


def test_while_the_head_is_away_the_substitute_is_told_and_their_substitute_after_them() -> None:
    people = directory(
        Officer(id="lab-head", agency=LABOR, head=True, absences=away("lab-01")),
        Officer(id="lab-01", agency=LABOR, absences=away("lab-02")),
        Officer(id="lab-02", agency=LABOR),
    )
    assert people.stand_in("lab-head", DAY) == "lab-02"
    assert people.stand_in("lab-head", date(2026, 12, 1)) == "lab-head"


def test_substitutes_in_a_circle_leave_nobody_and_no_endless_search() -> None:
    people = directory(
        Officer(id="a", agency=LABOR, absences=away("b")), Officer(id="b", agency=LABOR, absences=away("a"))
    )
    assert people.stand_in("a", DAY) is None
    assert people.stand_in("tax-03", DAY) is None


def test_who_has_left_takes_nothing_and_heads_nothing() -> None:
    [tax] = [d for d in directory().without("tax-head").desks(DAY, signatures()) if d.agency is TAX]
    assert (tax.candidates, tax.head) == (1, None)


@pytest.mark.parametrize(
    ("officers", "code"),
    [
        ((Officer(id="a", agency=TAX), Officer(id="a", agency=LABOR)), "officers.duplicate"),
        ((Officer(id="a", agency=TAX, head=True), Officer(id="b", agency=TAX, head=True)), "officers.two_heads"),
        ((Officer(id="a", agency=TAX, absences=away("nobody")),), "officers.unknown_substitute"),
    ],
)
def test_a_directory_that_contradicts_itself_is_refused(officers: tuple[Officer, ...], code: str) -> None:
    with pytest.raises(ValidationError, match=code):
        Directory(officers=officers)


def test_the_directory_that_the_examples_ship_can_be_loaded() -> None:
    shipped = load_directory(Path(__file__).parents[3] / "examples" / "officers.yaml")
    assert all(desk.suffices and desk.head for desk in shipped.desks(DAY, signatures()))
