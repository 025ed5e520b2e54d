"""All queries by all readers: what each answer holds of other people's data, searched for in the whole answer."""

import json
from datetime import UTC, datetime

import pytest

from domain.case.readers import QUERIES
from domain.ledger import Actor
from domain.mediation.sessions import Caucus
from domain.words import Agency, Role
from tests import builders
from tests.domain.cases import NOW
from tests.domain.views.test_masking import EVERYBODY, FIRST, MEDIATOR, PEOPLE, SECOND, SUPERVISOR, state
from workflows.readings import Readings

OF_A_CASE = sorted(QUERIES.keys() - {"grid_view", "afterwards", "meeting_view"})
STRANGE_MEDIATOR = builders.mediator("m-9")
ILL = "731{n}.45"
"""What the medical insurance bureau found of a claimant; no other number of the case is like it."""


def answers(reader: Actor) -> dict[str, str]:
    """Everything that a reader may ask, as it goes over the wire."""
    whole = state()
    whole.mediator = MEDIATOR.id
    whole.sittings.caucus.append(Caucus(at=NOW, party="e1", confidence="底线是三千元"))
    whole.note("caucus_noted", NOW, MEDIATOR, "s", party="e1", confidence="底线是三千元")
    whole.note("task_completed", NOW, SUPERVISOR, "f", task="medical-insurance", finding={"remark": "赵一说明了病情"})
    reading = Readings(whole, reader, datetime(2026, 11, 2, 4, tzinfo=UTC))
    return {
        query: json.dumps(
            None if (answer := getattr(reading, query)()) is None else answer.model_dump(mode="json"),
            ensure_ascii=False,
        )
        for query in OF_A_CASE
        if reader.role in QUERIES[query]
    }


def holds(reader: Actor, secret: str) -> set[str]:
    """The queries that tell somebody a secret."""
    return {query for query, answer in answers(reader).items() if secret in answer}


@pytest.mark.parametrize("reader", [*EVERYBODY, STRANGE_MEDIATOR], ids=lambda r: f"{r.role}-{r.agency}-{r.id}")
def test_no_answer_tells_anybody_an_identity_number_or_a_phone(reader: Actor) -> None:
    for person in PEOPLE:
        assert not holds(reader, person.identity_number) and not holds(reader, str(person.phone))


@pytest.mark.parametrize("reader", [*EVERYBODY, STRANGE_MEDIATOR], ids=lambda r: f"{r.role}-{r.agency}-{r.id}")
def test_what_one_side_told_the_mediator_alone_is_in_no_other_answer(reader: Actor) -> None:
    assert bool(holds(reader, "底线是三千元")) == (reader == MEDIATOR)


def test_a_claimant_is_told_the_own_illness_and_nobody_elses() -> None:
    for own, (reader, other) in enumerate(((FIRST, 2), (SECOND, 1)), 1):
        assert holds(reader, ILL.format(n=own)) and not holds(reader, ILL.format(n=other))
        assert not holds(reader, PEOPLE[other - 1].name)


def test_illness_is_told_to_the_bureau_that_found_it_and_to_those_who_lead_the_case() -> None:
    told = {reader for reader in EVERYBODY if holds(reader, ILL.format(n=1))}
    assert {(r.role, r.agency) for r in told if r.role is not Role.SYSTEM} == {
        (Role.CLAIMANT, None),
        (Role.MEDIATOR, None),
        (Role.SUPERVISOR, None),
        (Role.OFFICER, Agency.MEDICAL_INSURANCE),
    }


def test_an_intake_service_is_told_nobodys_name_by_any_answer() -> None:
    intake = next(reader for reader in EVERYBODY if reader.role is Role.INTAKE)
    assert not any(holds(intake, person.name) for person in PEOPLE)
