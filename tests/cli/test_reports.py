"""Reports by commands, from the ledgers of a centre at work."""

import csv
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from docx import Document

from tests.cli.conftest import Centre, Onestop, a_centre
from tests.cli.test_at_the_centre import filed, investigate, until
from tests.patience import seen


@pytest.fixture(scope="module")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """Its cases are all counted."""
    async with a_centre(tmp_path_factory) as opened:
        yield opened


async def test_a_report_counts_what_the_ledgers_say_and_once_published_never_drifts(
    at_centre: Onestop, tmp_path: Path
) -> None:
    case = await filed(at_centre)
    await investigate(at_centre, case)
    await until(at_centre, case, "mediation")
    filed_on = (await at_centre("show", case, "--json")).json["now"][:4]

    async def accepted() -> tuple[str, int]:
        told = (await at_centre("report", "show", filed_on, "--drills", "--json")).json
        figure = next(one for one in told["groups"][0]["values"] if one["figure"] == "accepted")
        return figure["value"], figure["rests_on"]

    value, rests_on = await seen(accepted, lambda told: told[1] >= 1)
    assert int(value) == rests_on >= 1
    behind = (await at_centre("report", "list", "accepted", filed_on, "--drills", "--json")).json
    assert len(behind) == rests_on and case in {one["case_number"] for one in behind}
    shown = await at_centre("report", "show", filed_on, "--drills", "--by", "case_class", "--lang", "en")
    assert "cases accepted" in shown.out and "on-time rate" in shown.out

    employer = (await at_centre("show", case, "--json")).json["respondents"][0]["name"]
    told = (await at_centre("report", "show", filed_on, "--drills", "--by", "employer", "--json")).json
    own = next(group for group in told["groups"] if group["of"] == employer)
    assert next(int(one["value"]) for one in own["values"] if one["figure"] == "accepted") == 1
    leaving = await at_centre("report", "show", filed_on, "--drills", "--by", "employer", "--outside", "--json")
    assert employer not in leaving.out and len(leaving.json["groups"]) == len(told["groups"])

    table, paper = tmp_path / "report.csv", tmp_path / "report.docx"
    assert (await at_centre("report", "show", filed_on, "--drills", "--csv", str(table))).code == 0
    rows = list(csv.DictReader(table.open(encoding="utf-8-sig")))
    assert next(row["value"] for row in rows if row["figure"] == "accepted") == value
    assert (await at_centre("report", "show", filed_on, "--drills", "--docx", str(paper))).code == 0
    assert len(Document(str(paper)).tables[0].rows) == len([row for row in rows if row["period"] == filed_on]) + 1

    for _ in range(2):
        refreshed = await at_centre("report", "refresh", "--lang", "en")
        assert refreshed.code == 0 and "drawn anew" in refreshed.out
    assert (await accepted())[0] == value
    assert (await at_centre("report", "publish", filed_on, "--drills")).code == 0
    frozen = (await at_centre("report", "show", filed_on, "--published", "--json")).out
    assert (await at_centre("give-up", case, "--reason", "双方不同意")).code == 0
    await until(at_centre, case, "closed")
    again = (await at_centre("report", "show", filed_on, "--published", "--json")).out
    assert hashlib.sha256(again.encode()).digest() == hashlib.sha256(frozen.encode()).digest()
    refused = await at_centre("report", "publish", filed_on, "--drills", "--lang", "en")
    assert refused.code != 0 and "published already" in refused.err

    async def closed() -> int:
        now = (await at_centre("report", "show", filed_on, "--drills", "--json")).json
        return next(int(one["value"]) for one in now["groups"][0]["values"] if one["figure"] == "closed")

    assert await seen(closed, lambda count: count >= 1)


async def test_a_period_or_a_figure_that_is_none_is_told(at_centre: Onestop) -> None:
    wrong = await at_centre("report", "show", "last year", "--lang", "en")
    assert wrong.code != 0 and "2026-Q1" in wrong.err
    unknown = await at_centre("report", "list", "happiness", "2026", "--lang", "en")
    assert unknown.code != 0 and "recovered" in unknown.err
