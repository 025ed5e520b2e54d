"""Mediation is opened by a mediator who may judge the case, as far as complaint and casebook tell."""

from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

import texts
from activities.mediation import MediationService
from activities.unserviceable import RULE_ERRORS
from casebook.digests import identity_digest
from casebook.ledger import record
from casebook.registry import register
from domain.case.requests import Known, MediationRequest
from domain.intake.complaint import Complaint
from domain.rules.rule_table import TableError
from domain.triage.roster import Assignment
from domain.words import Language, Outcome
from runtime.rules import Rules
from runtime.vault import Vault
from tests.builders import claimant, complaint, employer
from tests.casebook.filing import chain, entry, fresh, request

TODAY = date(2024, 3, 4)
_people = count(700)


class Office:
    """A mediation office with two mediators, of whom one would be taken first."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, folder: Path) -> None:
        self.pool, self.vault, self.folder = pool, vault, folder
        self.first, self.other = fresh("m-first"), fresh("m-other")
        self.person = claimant(next(_people), ref="c1")
        self.complaint = complaint(
            respondents=(employer(name=fresh("虚构调解公司"), credit_code="91350100M000100Y43", unit="unit-9"),)
        ).model_copy(update={"claimants": (self.person,)})

    async def opened(self, **first: Any) -> Assignment | None:
        """The mediator of the case, where the first one has these fields."""
        common = {"groups": ["general-group"], "rota": [0]}
        mediators = [
            {"id": self.first, "unit": "unit-1", "skills": ["law"]} | common | first,
            {"id": self.other, "unit": "unit-2"} | common,
        ]
        (self.folder / "roster.yaml").write_text(yaml.safe_dump({"rota_days": 1, "mediators": mediators}))
        asked = request(self.complaint)
        await register(self.pool, self.vault, asked)
        service = MediationService(self.pool, self.vault, Rules(self.folder))
        return (await service.open(self._request(asked.case, self.complaint))).assignment

    def _request(self, case: str, filed: Complaint) -> MediationRequest:
        known = Known(case=case, complaint=filed, supplied=(), withdrawn=(), filed_on=TODAY, today=TODAY)
        return MediationRequest(known=known, group="general-group", skills=("law",))


@pytest.fixture
def office(pool: asyncpg.Pool, vault: Vault, tmp_path: Path) -> Office:
    return Office(pool, vault, tmp_path)


async def test_the_one_with_the_skill_is_taken_when_nothing_speaks_against_it(office: Office) -> None:
    found = await office.opened()
    assert found is not None
    assert (found.mediator, found.exclusions) == (office.first, ())
    assert [(p.mediator, p.why) for p in found.passed_over] == [(office.other, "skills")]


@pytest.mark.parametrize(
    ("fields", "ground"),
    [
        (lambda own: {"person": own}, "party"),
        (lambda own: {"relatives": [own]}, "near-relative"),
        (lambda _: {"conflicts": ["91350100M000100Y43"]}, "interest"),
        (lambda _: {"unit": "unit-9"}, "same-unit"),
    ],
)
async def test_what_the_complaint_says_is_held_against_the_roster(office: Office, fields: Any, ground: str) -> None:
    found = await office.opened(**fields(identity_digest(office.vault, office.person.identity_number)))
    assert found is not None
    assert (found.mediator, [(e.mediator, e.why) for e in found.exclusions]) == (office.other, [(office.first, ground)])


async def test_who_handled_an_earlier_case_of_these_parties_stands_back(office: Office) -> None:
    earlier = request(office.complaint)
    await register(office.pool, office.vault, earlier)
    closed = entry(earlier.case, *chain(1), mediator=office.first, outcome=Outcome.FAILED)
    await record(office.pool, office.vault, closed)
    found = await office.opened()
    assert found is not None
    assert (found.mediator, found.exclusions[0].why) == (office.other, "handled-before")


async def test_who_speaks_the_claimants_language_is_taken(office: Office) -> None:
    office.complaint = office.complaint.model_copy(
        update={"claimants": (office.person.model_copy(update={"language": "ko"}),)}
    )
    found = await office.opened(languages=["zh", "ko"], skills=[])
    assert found is not None
    assert (found.mediator, found.languages_met) == (office.first, ("ko",))


async def test_a_changed_roster_is_in_force_for_the_next_case(office: Office) -> None:
    assert (await office.opened(unit="unit-9")) != (await office.opened(unit="unit-1"))


async def test_a_roster_that_somebody_broke_on_disk_is_told_as_what_no_retry_mends(office: Office) -> None:
    with pytest.raises(TableError) as broken:
        await office.opened(rota=[5])
    assert isinstance(broken.value, RULE_ERRORS)
    for language in Language:
        assert office.first in texts.say(broken.value.code, language, **broken.value.params)


@pytest.mark.parametrize(
    ("filed", "today", "until"),
    [
        # Filed and opened on Monday 2024-03-04: both terms end on Tuesday the 19th.
        (date(2024, 3, 4), date(2024, 3, 4), date(2024, 3, 19)),
        # Opened ten days after the application: the centre goes on mediating for fifteen days.
        (date(2024, 3, 4), date(2024, 3, 14), date(2024, 3, 29)),
        # Opened after the fifteenth day.
        (date(2024, 3, 4), date(2024, 4, 1), date(2024, 4, 16)),
    ],
)
async def test_the_centre_mediates_for_fifteen_days_and_never_less_than_to_the_fifteenth_from_the_application(
    office: Office, filed: date, today: date, until: date
) -> None:
    asked = request(office.complaint)
    await register(office.pool, office.vault, asked)
    known = Known(case=asked.case, complaint=office.complaint, supplied=(), withdrawn=(), filed_on=filed, today=today)
    service = MediationService(office.pool, office.vault, Rules(office.folder))
    plan = await service.open(MediationRequest(known=known, group="general-group", skills=("law",)))
    assert plan.deadline.due == until
