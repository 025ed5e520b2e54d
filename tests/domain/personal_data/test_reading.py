"""Reading a person's data unmasked: who may, for what, and what the ledger keeps of it."""

from typing import Any

import pytest

from domain.case.protocol import carry_out
from domain.case.state import CaseState
from domain.ledger import Actor
from domain.personal_data.messages import ReadPersonalData
from domain.procedure.personal_data.reading import revealed
from domain.refusal import Refused
from domain.words import Agency, Role
from tests import builders
from tests.domain.cases import MEDIATOR, NOW, asked, mediated

TAXMAN, UNIONIST = builders.officer(Agency.TAX), builders.officer(Agency.UNION)
FIRST, SECOND = (builders.party(ref, Role.CLAIMANT) for ref in ("c1", "c2"))


def reading(actor: Actor, purpose: str = "verify-identity", **changes: Any) -> ReadPersonalData:
    """Somebody reads the number of the first claimant."""
    fields = {"message_id": "read-1", "person": "c1", "data": ("identity_number",), "purpose": purpose}
    return ReadPersonalData(**fields | {"actor": actor} | changes)


def refused(case: CaseState, message: ReadPersonalData) -> str:
    """The code with which a reading is refused."""
    with pytest.raises(Refused) as error:
        carry_out(case, message, NOW)
    return error.value.problems[0].code.removeprefix("refusals.")


def test_an_officer_who_inquires_reads_what_is_needed_and_the_ledger_says_who_what_why_and_by_which_article() -> None:
    case = asked()
    message = reading(TAXMAN, data=("identity_number", "phone"), reason="核对缴费记录")
    assert carry_out(case, message, NOW)

    answer = revealed(case, message)
    assert answer.data == {"identity_number": builders.identity_number(1), "phone": None}
    event = case.events[-1]
    assert (event.kind, event.actor, event.seq) == ("personal_data_read", TAXMAN, answer.seq)
    assert event.facts["purpose"] == "verify-identity" and "个人信息保护法" in str(event.facts["source"])
    assert builders.identity_number(1) not in event.model_dump_json()


def test_the_answer_never_travels_in_clear() -> None:
    case, message = asked(), reading(builders.SUPERVISOR, "oversight")
    carry_out(case, message, NOW)
    assert not getattr(revealed(case, message), "public_payload", False)


@pytest.mark.parametrize(
    ("actor", "purpose", "code"),
    [
        (TAXMAN, "oversight", "reading.purpose"),
        (TAXMAN, "curiosity", "reading.purpose"),
        (UNIONIST, "contact", "reading.not_asked"),
        (builders.mediator("somebody-else"), "contact", "reading.not_mediator"),
        (SECOND, "access", "party.unknown"),
        (FIRST, "contact", "reading.purpose"),
        (builders.INTAKE, "contact", "actor.role"),
        (builders.party("e1", Role.RESPONDENT), "contact", "actor.role"),
    ],
)
def test_nobody_reads_without_a_right_to(actor: Actor, purpose: str, code: str) -> None:
    case = asked()
    before = case.model_copy(deep=True)
    assert refused(case, reading(actor, purpose)) == code
    assert case == before


def test_the_cases_own_mediator_may_contact_a_party_and_a_claimant_reads_their_own() -> None:
    case = mediated(mediator=MEDIATOR.id)
    assert carry_out(case, reading(MEDIATOR, "contact", data=("phone",)), NOW)
    own = reading(FIRST, "access", message_id="own")
    assert carry_out(case, own, NOW) and revealed(case, own).data["identity_number"]


def test_of_somebody_who_is_not_in_the_case_nothing_is_read() -> None:
    assert refused(asked(), reading(TAXMAN, person="c9")) == "party.unknown"


def test_the_same_message_again_is_the_same_reading_and_another_under_its_id_is_refused() -> None:
    case, message = asked(), reading(TAXMAN)
    carry_out(case, message, NOW)
    noted = case.next_seq
    assert not carry_out(case, message, NOW)
    assert revealed(case, message).seq == noted - 1 and case.next_seq == noted

    for other in (
        message.model_copy(update={"actor": builders.SUPERVISOR}),
        message.model_copy(update={"data": ("phone",)}),
        message.model_copy(update={"purpose": "contact"}),
    ):
        with pytest.raises(Refused, match=r"reading\.spent"):
            revealed(case, other)
