"""Every fact that any code puts on a ledger belongs to a part of which a table says who sees it."""

import ast
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.case.visibility import visibility
from domain.identifiers import HIDDEN
from domain.ledger import GENESIS, SYSTEM, Actor, seal
from domain.views.masking import Eyes, part_of
from domain.words import Agency, Role
from tests import builders
from tests.domain.cases import NOW

ROOT = Path(__file__).parents[3]
HISTORIES = ROOT / "tests" / "histories"


def written() -> Iterator[str]:
    """The names of facts as the sources write them."""
    for file in (*(ROOT / "domain").rglob("*.py"), *(ROOT / "workflows").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "note":
                yield from (keyword.arg for keyword in node.keywords if keyword.arg is not None)


def recorded() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every event of the recorded histories: its kind and its facts."""
    for file in HISTORIES.rglob("*.json"):
        for event in json.loads(file.read_text(encoding="utf-8"))["events"]:
            scheduled = event.get("activityTaskScheduledEventAttributes", {})
            for payload in scheduled.get("input", {}).get("payloads", ()):
                told = json.loads(base64.b64decode(payload.get("data", "bnVsbA==")))
                if isinstance(told, dict) and isinstance(told.get("events"), list):
                    yield from ((one["kind"], one["facts"]) for one in told["events"])


RECORDED = list(recorded())


def test_every_fact_that_the_sources_write_is_classified() -> None:
    assert {name for name in written() if part_of(name) is None} == set()


def test_every_fact_of_every_recorded_event_is_classified_to_its_innermost_row() -> None:
    assert len(RECORDED) > 1000

    def unknown(facts: dict[str, Any]) -> Iterator[str]:
        for name, value in facts.items():
            if part_of(name) is None:
                yield name
            if part_of(name) == "rows":
                for row in value if isinstance(value, list) else [value]:
                    if isinstance(row, dict):
                        yield from unknown(row)

    assert {name for _, facts in RECORDED for name in unknown(facts)} == set()


def test_a_fact_stands_in_one_part_only() -> None:
    names = [name for names in visibility().facts.values() for name in names]
    assert len(names) == len(set(names))


READERS = {
    "intake": builders.INTAKE,
    "not asked": builders.officer(Agency.UNION),
    "labour": builders.officer(Agency.LABOR),
    "tax": builders.officer(Agency.TAX),
    "mediator": builders.mediator("m-1"),
    "another mediator": builders.mediator("m-2"),
    "supervisor": builders.SUPERVISOR,
}
ASKED = {Agency.LABOR, Agency.MEDICAL_INSURANCE, Agency.TAX}


def as_seen(reader: Actor, kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    event = seal(seq=1, at=NOW, kind=kind, actor=SYSTEM, message_id=None, facts=facts, previous=GENESIS)
    [seen] = Eyes.of(reader, ASKED, "m-1").events([event])
    return seen.facts


@pytest.mark.parametrize("who", READERS)
def test_no_reader_sees_a_finding_words_sums_or_confidences_that_are_not_for_them(who: str) -> None:
    reader = READERS[who]
    sight = Eyes.of(reader, ASKED, "m-1").sight
    for kind, facts in RECORDED:
        for name, shown in as_seen(reader, kind, facts).items():
            part = part_of(name)
            if shown in (None, HIDDEN) or part in ("open", "rows"):
                continue
            if part == "finding":
                assert sight.of(Agency(facts["task"])) == "full", (kind, name)
            else:
                assert getattr(sight, str(part)) == "full", (kind, name)


def test_an_intake_service_sees_no_wage_and_an_agency_no_finding_of_another() -> None:
    done = {"task": "labor", "finding": {"employments": [{"claimant": "c1", "monthly_wage": "5000.00"}]}}
    for who in ("intake", "not asked", "tax"):
        assert as_seen(READERS[who], "task_completed", done)["finding"] == HIDDEN
    assert as_seen(READERS["labour"], "task_completed", done) == done
    assert as_seen(READERS["mediator"], "task_completed", done) == done


def test_a_confidence_is_for_the_mediator_of_the_case_alone() -> None:
    told = {"party": "e1", "confidence": "年底前可以补齐"}
    readers = {who: as_seen(reader, "caucus_noted", told)["confidence"] for who, reader in READERS.items()}
    assert {who for who, shown in readers.items() if shown != HIDDEN} == {"mediator"}


def test_a_fact_that_nobody_has_classified_is_hidden_from_everybody() -> None:
    everybody = [*READERS.values(), Actor(id="onestop", role=Role.SYSTEM)]
    assert {as_seen(reader, "some_event", {"salary_of_c1": "9000"})["salary_of_c1"] for reader in everybody} == {HIDDEN}
