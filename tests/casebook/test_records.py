from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from casebook.digests import identity_digest
from casebook.records import ROWS, LoadReport, TableRecords, checked, load, parsed, seal_plain
from domain.inquiry.findings import Finding
from domain.inquiry.records import RecordsQuery, Unusable
from domain.intake.complaint import Claimant, Complaint, Respondent
from domain.words import Agency, Language
from runtime.vault import Vault
from tests.builders import arrears_item, claimant, employer, identity_number
from tests.casebook.filing import fresh
from texts.sentences import problem_line

CODE = "91350100M000100Y43"
_serials = count(300)


class Office:
    """An agency that hands in exchange files about two people and an employer that no other test knows."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, folder: Path) -> None:
        self.pool, self.vault, self.file = pool, vault, folder / "records.csv"
        self.company = employer(name=fresh("虚构参保公司"))
        self.first, self.second = identity_number(next(_serials)), identity_number(next(_serials))

    async def load(self, agency: Agency, *lines: str, encoding: str = "utf-8", **how: Any) -> LoadReport:
        self.file.write_text("\n".join(lines) + "\n", encoding=encoding)
        return await load(self.pool, self.vault, agency, self.file, **how)

    async def draft(self, agency: Agency, *others: Respondent) -> dict[str, Any]:
        """What the records say about both people, as they stand in the finding."""
        found: Finding = await TableRecords(self.pool, self.vault, agency).read(self.query(self.company, *others))
        return found.model_dump(mode="json", exclude_defaults=True)

    def query(self, *respondents: Respondent) -> RecordsQuery:
        people: Sequence[Claimant] = (claimant(identity_number=self.first), claimant(2, identity_number=self.second))
        filed = Complaint(
            complaint_id="t",
            channel="counter",
            claimants=tuple(people),
            respondents=respondents,
            items=(arrears_item(),),
        )
        return RecordsQuery.of(filed, ())

    async def stored(self) -> str:
        return str([dict(row) for row in await self.pool.fetch("select * from record")])


@pytest.fixture
def office(pool: asyncpg.Pool, vault: Vault, tmp_path: Path) -> Office:
    return Office(pool, vault, tmp_path)


EMPLOYMENT = "record,identity_number,employer_code,employer_name,first_month,last_month,monthly_wage"


def told(report: LoadReport) -> list[tuple[int, str]]:
    return [(error.line, error.problem.field) for error in report.errors]


async def test_an_agency_that_loaded_nothing_gives_an_empty_draft(office: Office) -> None:
    for agency in Agency:
        assert await office.draft(agency) == {}


async def test_the_labour_bureaus_rows_come_back_as_a_draft_that_names_everybody_by_ref(office: Office) -> None:
    report = await office.load(
        Agency.LABOR,
        "record,identity_number,employer_name,first_month,last_month,monthly_wage,on",
        f"employment,{office.first},{office.company.name},2024-01,2024-06,5200.50,",
        f"employment,{office.second},{office.company.name},2024-02,2024-02,,",
        f"retirement,{office.second},,,,,2027-03-09",
    )
    assert (report.rows, report.loaded, report.errors) == (3, 3, ())
    draft = await office.draft(Agency.LABOR)
    span = {"employer": "e1", "first_month": "2024-01", "last_month": "2024-06", "monthly_wage": "5200.50"}
    assert {"claimant": "c1", **span} in draft["employments"]
    assert {
        "claimant": "c2",
        "employer": "e1",
        "first_month": "2024-02",
        "last_month": "2024-02",
    } in draft["employments"]
    assert draft["retirements"] == [{"claimant": "c2", "on": "2027-03-09"}]


async def test_rows_under_a_former_name_are_those_of_the_employer(
    office: Office,
) -> None:
    now = office.company.model_copy(
        update={"name": fresh("虚构更名公司"), "credit_code": CODE, "former_names": (office.company.name,)}
    )
    await office.load(
        Agency.TAX,
        "record,identity_number,employer_code,employer_name,insurance,first_month,last_month,base,state,since",
        f"contribution,{office.first},,{office.company.name},pension,2024-01,2024-01,6200,,",
        f"contribution,{office.first},{CODE},随便什么名,pension,2024-02,2024-02,6200,,",
        f"contribution,{office.first},91990000MA0000301C,{now.name},pension,2024-03,2024-03,6200,,",
        f"state,,,{office.company.name},,,,,abnormal,2024-05-01",
    )
    office.company = now
    draft = await office.draft(Agency.TAX)
    assert [row["first_month"] for row in draft["contributions"]] == ["2024-01", "2024-02"]
    assert [row["employer"] for row in draft["employers"]] == ["e1"]


async def test_of_an_employers_states_the_latest_counts_and_two_since_one_day_contradict(office: Office) -> None:
    head = "record,employer_name,state,since"
    name = office.company.name
    await office.load(Agency.TAX, head, f"state,{name},normal,", f"state,{name},abnormal,2024-05-01")
    assert [one["state"] for one in (await office.draft(Agency.TAX))["employers"]] == ["abnormal"]
    await office.load(Agency.TAX, head, f"state,{name},revoked,2024-05-01")
    with pytest.raises(Unusable, match=r"connector\.two_states"):
        await office.draft(Agency.TAX)


async def test_each_agencys_rows_fill_its_own_finding(office: Office) -> None:
    who = f"{office.first},{office.company.name}"
    await office.load(
        Agency.MEDICAL_INSURANCE,
        "record,identity_number,employer_name,first_month,last_month,amount",
        f"insured,{who},2024-01,2024-03,",
        f"loss,{office.first},,,,1860.50",
    )
    await office.load(
        Agency.TAX,
        "record,identity_number,employer_name,insurance,first_month,last_month,base,state,since",
        f"contribution,{who},pension,2024-01,2024-02,6200,,",
        f"state,,{office.company.name},,,,,abnormal,2024-05-01",
    )
    await office.load(Agency.UNION, "record,identity_number,granted,counsel", f"legal-aid,{office.first},true,工会律师")
    medical, tax, union = [await office.draft(a) for a in (Agency.MEDICAL_INSURANCE, Agency.TAX, Agency.UNION)]
    span = {"claimant": "c1", "employer": "e1", "first_month": "2024-01"}
    assert medical["insured"] == [{**span, "last_month": "2024-03"}]
    assert medical["losses"] == [{"claimant": "c1", "amount": "1860.50"}]
    assert tax["contributions"] == [{**span, "insurance": "pension", "last_month": "2024-02", "base": "6200.00"}]
    assert tax["employers"] == [{"employer": "e1", "state": "abnormal", "since": "2024-05-01"}]
    assert union["legal_aid"] == [{"claimant": "c1", "granted": True, "counsel": "工会律师"}]
    assert await office.draft(Agency.LABOR) == {}


async def test_an_employer_is_found_by_code_or_by_name_as_the_complaint_gives_it(office: Office) -> None:
    coded = employer("e2", name=fresh("虚构有码公司"), credit_code=CODE)
    lines = [
        f"employment,{office.first},{CODE},,2024-01,2024-01,",
        f"employment,{office.first},,某公司,2024-02,2024-02,",
    ]
    await office.load(Agency.LABOR, EMPLOYMENT, *lines)
    draft = await office.draft(Agency.LABOR, coded)
    assert [(row["employer"], row["first_month"]) for row in draft["employments"]] == [("e2", "2024-01")]


async def test_the_same_file_again_loads_nothing_and_a_longer_one_only_what_is_new(office: Office) -> None:
    line = f"employment,{office.first},,{office.company.name},2024-01,2024-06,5200.50"
    assert (await office.load(Agency.LABOR, EMPLOYMENT, line)).loaded == 1
    assert (await office.load(Agency.LABOR, EMPLOYMENT, line, line)).loaded == 0
    more = f"employment,{office.second},,{office.company.name},2024-01,2024-06,5200.50"
    assert (await office.load(Agency.LABOR, EMPLOYMENT, line, more)).loaded == 1
    assert len((await office.draft(Agency.LABOR))["employments"]) == 2


async def test_a_file_from_a_spreadsheet_with_a_byte_order_mark_and_blanks_is_read(office: Office) -> None:
    line = f" employment , {office.first} ,, {office.company.name} ,2024-01,2024-06, 5200.50 "
    report = await office.load(Agency.LABOR, EMPLOYMENT, line, encoding="utf-8-sig")
    assert (report.loaded, report.errors) == (1, ())
    assert (await office.draft(Agency.LABOR))["employments"][0]["claimant"] == "c1"


def broken_lines(office: Office) -> list[str]:
    good = f"{office.first},,{office.company.name},2024-01"
    return [
        EMPLOYMENT,
        f"employment,{good},2024-06,5200.50",
        f"employment,{office.first[:17]}?,,x,2024-01,2024-06,1",
        f"employment,{good},2024-13,5200.505",
        f"pension,{good},2024-06,",
        "employment,,,,,,",
    ]


PROBLEMS = [
    (3, "identity_number"),
    (4, "last_month"),
    (4, "monthly_wage"),
    (5, "record"),
    (6, "identity_number"),
    (6, "first_month"),
    (6, "last_month"),
]


async def test_a_file_with_errors_loads_nothing_and_names_each_line_and_field(office: Office) -> None:
    report = await office.load(Agency.LABOR, *broken_lines(office))
    assert (report.loaded, told(report)) == (0, PROBLEMS)
    assert await office.draft(Agency.LABOR) == {}


async def test_the_good_rows_of_a_file_with_errors_are_loaded_when_that_is_asked(office: Office) -> None:
    report = await office.load(Agency.LABOR, *broken_lines(office), partial=True)
    assert (report.loaded, told(report)) == (1, PROBLEMS)
    assert len((await office.draft(Agency.LABOR))["employments"]) == 1


async def test_a_report_counts_rows_and_not_the_problems_of_a_row(office: Office) -> None:
    assert (await office.load(Agency.LABOR, *broken_lines(office))).rows == 5


async def test_months_that_run_backwards_are_refused_where_they_stand(office: Office) -> None:
    line = f"employment,{office.first},,{office.company.name},2024-06,2024-01,1"
    report = await office.load(Agency.LABOR, EMPLOYMENT, line)
    assert (report.loaded, [error.line for error in report.errors]) == (0, [2])


async def test_neither_reports_nor_the_database_hold_an_identity_number(office: Office) -> None:
    report = await office.load(Agency.LABOR, *broken_lines(office), partial=True)
    lines = [
        problem_line(error.problem.field, error.problem.code, error.problem.params, language)
        for error in report.errors
        for language in Language
    ]
    stored = await office.stored()
    for text in (report.model_dump_json(), *lines, stored):
        assert office.first[:17] not in text
        assert office.company.name not in text


async def test_a_row_of_a_kind_that_another_agency_keeps_is_refused_with_the_kinds_there_are(office: Office) -> None:
    report = await office.load(Agency.UNION, "record,identity_number,granted", f"insured,{office.first},true")
    [error] = report.errors
    assert (error.problem.code, error.problem.params) == ("records.unknown-kind", {"known": "legal-aid"})


async def test_a_column_that_the_kind_does_not_have_is_refused_when_it_is_filled(office: Office) -> None:
    report = await office.load(
        Agency.LABOR, "record,identity_number,on,remark", f"retirement,{office.first},2027-03-09,人工核对"
    )
    assert told(report) == [(2, "remark")]


async def test_an_empty_file_loads_nothing(office: Office) -> None:
    assert (await office.load(Agency.TAX, "record,identity_number")).model_dump(mode="json") == {
        "agency": "tax",
        "rows": 0,
        "loaded": 0,
        "errors": [],
        "checked": None,
    }


@pytest.mark.parametrize("agency", Agency)
def test_every_agency_has_kinds_of_rows_that_say_what_they_are(agency: Agency) -> None:
    for kind, (model, _) in ROWS[agency].items():
        assert (model.__doc__ or "").startswith(f"{kind}: ")


async def test_at_rest_a_row_shows_neither_its_person_nor_what_is_said_of_them(office: Office) -> None:
    await office.load(Agency.MEDICAL_INSURANCE, "record,identity_number,amount", f"loss,{office.first},7311.45")
    stored = await office.stored()

    assert office.first not in stored and "7311.45" not in stored
    assert (await office.draft(Agency.MEDICAL_INSURANCE))["losses"] == [{"claimant": "c1", "amount": "7311.45"}]


async def test_rows_loaded_before_rows_were_sealed_are_sealed_and_read_as_before(office: Office) -> None:
    line = f"loss,{office.first},88.00"
    await office.load(Agency.MEDICAL_INSURANCE, "record,identity_number,amount", line)
    before = await office.draft(Agency.MEDICAL_INSURANCE)
    await office.pool.execute(
        """update record set fields = '{"amount": "88.00"}', digest = 'old' where identity_digest = $1""",
        identity_digest(office.vault.of_agency(Agency.MEDICAL_INSURANCE), office.first),
    )

    assert await seal_plain(office.pool, office.vault) == 1
    assert await seal_plain(office.pool, office.vault) == 0
    assert await office.draft(Agency.MEDICAL_INSURANCE) == before
    assert (await office.load(Agency.MEDICAL_INSURANCE, "record,identity_number,amount", line)).loaded == 0


def test_a_file_in_the_encoding_of_the_office_is_read_alike(tmp_path: Path) -> None:
    head = "record,identity_number,employer_name,first_month,last_month"
    text = f"{head}\nemployment,{identity_number(1)},虚构公司,2024-01,2024-02\n"
    found = []
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "gbk"):
        file = tmp_path / f"{encoding}.csv"
        file.write_text(text, encoding=encoding)
        found.append(parsed(Agency.LABOR, file))
    assert all(one == found[0] for one in found) and found[0][0] == 1


def test_a_column_that_is_there_twice_is_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "twice.csv"
    file.write_text("record,identity_number,identity_number\nemployment,1,2\n", encoding="utf-8")
    rows, good, [error] = parsed(Agency.LABOR, file)
    assert (rows, good) == (0, [])
    assert (error.problem.code, error.problem.params) == ("records.column-twice", {"columns": "identity_number"})


def test_what_is_no_text_at_all_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "broken.csv"
    file.write_bytes(b"\xff\xff\xff\x80")
    assert [error.problem.code for error in parsed(Agency.LABOR, file)[2]] == ["records.unreadable"]


async def test_a_file_is_only_looked_at_before_it_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "labor.csv"
    number = identity_number(1)
    file.write_text(f"record,identity_number,on\nretirement,{number},2027-03-09\nretirement,{number},soon\n", "utf-8")
    report = checked(Agency.LABOR, file)
    assert (report.rows, report.loaded, report.checked) == (2, 0, {"retirement": 1})
    assert [error.problem.field for error in report.errors] == ["on"]
