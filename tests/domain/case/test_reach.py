"""Role by message by field: what each may say, allowed and refused, for every row of docs/access.md."""

from typing import Any

import pytest

from cli.docs.examples_of import example
from domain.case.protocol import MESSAGES, Reach, check
from domain.ledger import Actor
from domain.message import Message
from domain.refusal import Refused
from domain.words import Agency, Role
from tests import builders
from tests.domain.cases import NOW, asked, task

TOO_FAR = {"refusals.field.role", "refusals.party.not_you", "refusals.task.other_agency"}
WHO = {
    Role.OFFICER: builders.officer(Agency.LABOR),
    Role.CLAIMANT: builders.party("c1", Role.CLAIMANT),
    Role.RESPONDENT: builders.party("e1", Role.RESPONDENT),
}
ROWS = [
    (name, role, field)
    for name, kind in sorted(MESSAGES.items())
    for role in Role
    for field in kind.model.model_fields
    if field not in Message.model_fields and role in kind.roles
]


def who(role: Role) -> Actor:
    """Somebody in a role: of the labour bureau, or a party to the case."""
    return WHO.get(role, Actor(id="somebody", role=role))


def within_reach(name: str, role: Role) -> dict[str, Any]:
    """The example of a message, with what its sender may say in each field."""
    kind, actor = MESSAGES[name], who(role)
    said = {**example(name), "actor": actor}
    for field in kind.model.model_fields:
        match kind.reach(role, field):
            case Reach.ITSELF:
                said[field] = (actor.id,) if isinstance(said.get(field), list) else actor.id
            case Reach.OWN_AGENCY:
                said[field] = Agency.LABOR
            case Reach.NOTHING:
                said.pop(field, None)
    return said


def refused(name: str, said: dict[str, Any]) -> set[tuple[str, str]]:
    """The fields in which a message says too much, and the codes."""
    running = asked(task(Agency.TAX), task(Agency.LABOR))
    try:
        check(running, MESSAGES[name].model.model_validate(said), NOW)
    except Refused as no:
        return {(problem.field, problem.code) for problem in no.problems if problem.code in TOO_FAR}
    return set()


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_field_takes_what_is_within_the_senders_reach_and_nothing_beyond(name: str) -> None:
    for role, field in ((role, field) for named, role, field in ROWS if named == name):
        assert refused(name, within_reach(name, role)) == set(), role
        beyond(name, role, field)


def beyond(name: str, role: Role, field: str) -> None:
    """Hold that what a role may not put into a field is refused at the field."""
    said = within_reach(name, role)
    match MESSAGES[name].reach(role, field):
        case Reach.ITSELF:
            others = ("c1", "e1") if isinstance(said[field], tuple) else "e2"
            assert refused(name, said | {field: others}) == {(field, "refusals.party.not_you")}
        case Reach.OWN_AGENCY:
            assert refused(name, said | {field: Agency.TAX}) == {(field, "refusals.task.other_agency")}
        case Reach.NOTHING:
            assert refused(
                name, said | {field: {"drill_on": "2026-11-04"}.get(field, example(name).get(field, True))}
            ) == {(field, "refusals.field.role")}


def test_the_table_has_every_kind_of_reach() -> None:
    assert {MESSAGES[name].reach(role, field) for name, role, field in ROWS} == set(Reach)
