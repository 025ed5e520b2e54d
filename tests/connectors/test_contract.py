"""What holds of an agency's records, whatever stands behind them: the same suite over exchange files and over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from casebook.records import TableRecords, load
from casebook.stoppages import TableStoppages
from connectors.breaker import Breaker
from connectors.http import Service, opened
from domain.grid.early_warning import NamedEmployer, PaidUntil
from domain.inquiry.records import EmployerRecords
from domain.intake.complaint import Claimant, Respondent
from domain.words import Agency
from examples.agency_service.service import service
from runtime.vault import Vault
from tests.builders import claimant, employer, identity_number
from tests.casebook.filing import fresh
from tests.connectors.serving import key_pair, query, serving, told

Given = Callable[..., Awaitable[EmployerRecords]]


class Tables(TableRecords, TableStoppages):
    """Both halves of what the exchange rows of an agency answer."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, agency: Agency) -> None:
        TableRecords.__init__(self, pool, vault, agency)
        TableStoppages.__init__(self, pool, vault, agency, lambda count: None)


_serials = count(600)


@pytest.fixture(params=["exchange file", "HTTP, all at once", "HTTP, row by row"])
async def given(
    request: pytest.FixtureRequest, pool: asyncpg.Pool, vault: Vault, tmp_path: Path
) -> AsyncIterator[Given]:
    """An agency whose records are these lines."""
    async with AsyncExitStack() as stack:

        async def records(agency: Agency, *lines: str) -> EmployerRecords:
            file = tmp_path / f"{agency}.csv"
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")
            if request.param == "exchange file":
                assert (await load(pool, vault, agency, file)).errors == ()
                return Tables(pool, vault, agency)
            private, public = key_pair(tmp_path)
            app = service(agency, file, tmp_path / "register.jsonl", {"onestop": public})
            url = await stack.enter_async_context(serving(app))
            rows = 1 if request.param == "HTTP, row by row" else 1000
            at = Service(agency=agency, url=url, key=private, rows_a_page=rows)
            return await stack.enter_async_context(opened(at, lambda count: None, Breaker()))

        yield records


class People:
    """Two people and an employer whom no other test knows."""

    def __init__(self) -> None:
        self.one: Claimant = claimant(1, identity_number=identity_number(next(_serials)))
        self.two: Claimant = claimant(2, identity_number=identity_number(next(_serials)))
        self.firm: Respondent = employer(name=fresh("虚构接口公司"))


@pytest.fixture
def people() -> People:
    return People()


TAX = "record,identity_number,employer_name,insurance,first_month,last_month,base,state,since,monthly_surplus"
LABOR = "record,identity_number,employer_name,first_month,last_month,monthly_wage,on"


async def test_an_agency_that_knows_nobody_gives_an_empty_finding(given: Given, people: People) -> None:
    records = await given(Agency.TAX, TAX)
    assert told(await records.read(query(people.one, employers=(people.firm,)))) == {}


async def test_rows_come_back_under_refs_in_order_whatever_their_order_in_the_records(
    given: Given, people: People
) -> None:
    records = await given(
        Agency.TAX,
        TAX,
        f"contribution,{people.two.identity_number},{people.firm.name},pension,2024-02,2024-02,,,,",
        f"contribution,{people.one.identity_number},{people.firm.name},pension,2024-03,2024-03,6200.00,,,",
        f"contribution,{people.one.identity_number},{people.firm.name},pension,2024-01,2024-01,6100.00,,,",
        f"state,,{people.firm.name},,,,,abnormal,2024-05-01,18500.00",
    )
    found = await records.read(query(people.one, people.two, employers=(people.firm,)))
    part = {"employer": "e1", "insurance": "pension"}
    assert told(found) == {
        "contributions": [
            {"claimant": "c1", **part, "first_month": "2024-01", "last_month": "2024-01", "base": "6100.00"},
            {"claimant": "c1", **part, "first_month": "2024-03", "last_month": "2024-03", "base": "6200.00"},
            {"claimant": "c2", **part, "first_month": "2024-02", "last_month": "2024-02"},
        ],
        "employers": [{"employer": "e1", "state": "abnormal", "since": "2024-05-01", "monthly_surplus": "18500.00"}],
    }


async def test_nobody_elses_rows_come_back(given: Given, people: People) -> None:
    other = employer(name=fresh("虚构旁人公司"))
    records = await given(
        Agency.LABOR,
        LABOR,
        f"employment,{people.two.identity_number},{people.firm.name},2024-01,2024-03,5000.00,",
        f"employment,{people.one.identity_number},{other.name},2024-01,2024-03,5000.00,",
        f"retirement,{people.one.identity_number},,,,,2027-03-09",
    )
    found = await records.read(query(people.one, employers=(people.firm,)))
    assert told(found) == {"retirements": [{"claimant": "c1", "on": "2027-03-09"}]}


@pytest.mark.parametrize(
    ("first", "last", "comes"),
    [
        ("2023-01", "2023-12", False),
        ("2023-01", "2024-01", True),
        ("2024-02", "2024-02", True),
        ("2024-03", "2025-12", True),
        ("2024-04", "2025-12", False),
    ],
)
async def test_only_spans_that_touch_the_months_asked_for_come_back(
    given: Given, people: People, first: str, last: str, comes: bool
) -> None:
    line = f"employment,{people.one.identity_number},{people.firm.name},{first},{last},,"
    records = await given(Agency.LABOR, LABOR, line)
    found = told(await records.read(query(people.one, employers=(people.firm,))))
    assert ("employments" in found) is comes


async def test_every_agencys_rows_come_back(given: Given, people: People) -> None:
    person = people.one.identity_number
    medical = await given(
        Agency.MEDICAL_INSURANCE,
        "record,identity_number,employer_name,first_month,last_month,amount",
        f"insured,{person},{people.firm.name},2024-01,2024-02,",
        f"loss,{person},,,,1860.50",
    )
    union = await given(Agency.UNION, "record,identity_number,granted,counsel", f"legal-aid,{person},true,虚构律师团")
    asked = query(people.one, employers=(people.firm,))
    assert told(await medical.read(asked)) == {
        "insured": [{"claimant": "c1", "employer": "e1", "first_month": "2024-01", "last_month": "2024-02"}],
        "losses": [{"claimant": "c1", "amount": "1860.50"}],
    }
    assert told(await union.read(asked)) == {
        "legal_aid": [{"claimant": "c1", "granted": True, "counsel": "虚构律师团"}]
    }


async def test_the_same_question_twice_gives_the_same_answer(given: Given, people: People) -> None:
    line = f"employment,{people.one.identity_number},{people.firm.name},2024-01,2024-03,5000.00,"
    records = await given(Agency.LABOR, LABOR, line)
    asked = query(people.one, employers=(people.firm,))
    assert await records.read(asked) == await records.read(asked)


async def test_employers_whose_premiums_stopped_in_the_months_asked_for_are_found(given: Given, people: People) -> None:
    paying, long_ago = fresh("虚构缴费公司"), fresh("虚构早停公司")
    one, two, firm = people.one.identity_number, people.two.identity_number, people.firm.name
    records = await given(
        Agency.TAX,
        TAX,
        f"contribution,{one},{firm},pension,2024-01,2024-05,,,,",
        f"contribution,{two},{firm},pension,2024-01,2024-05,,,,",
        f"contribution,{two},{firm},medical,2024-01,2024-04,,,,",
        f"contribution,{one},{paying},pension,2024-05,2024-09,,,,",
        f"contribution,{one},{paying},medical,2024-01,2024-05,,,,",
        f"contribution,{one},{long_ago},pension,2022-01,2022-05,,,,",
    )
    ours = {firm, paying, long_ago}
    found = [one for one in await records.paid_until("2024-03", "2024-06") if one.employer.name in ours]
    assert found == [PaidUntil(employer=NamedEmployer(name=firm), last_month="2024-05", people=2)]


async def test_who_works_on_is_counted_by_employer_and_month(given: Given, people: People) -> None:
    other, unknown = fresh("虚构留守公司"), fresh("虚构无人公司")
    one, two, firm = people.one.identity_number, people.two.identity_number, people.firm.name
    records = await given(
        Agency.LABOR,
        LABOR,
        f"employment,{one},{firm},2024-01,2024-07,5000.00,",
        f"employment,{one},{firm},2024-08,2024-09,5200.00,",
        f"employment,{two},{firm},2024-01,2024-05,5000.00,",
        f"employment,{two},{other},2024-06,2024-09,5000.00,",
    )
    asked = [NamedEmployer(name=name) for name in (firm, other, unknown)]
    assert await records.still_employed(asked, ["2024-06", "2024-10", "2020-01"]) == (1, 0, 0)
    assert await records.still_employed(asked, ["2024-05", "2024-09", "2020-01"]) == (2, 1, 0)
