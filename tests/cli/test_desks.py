"""Officers, many inquiries at once, and evidence, by commands on real servers."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import builders
from tests.cli.conftest import Centre, Onestop, a_centre
from tests.cli.test_at_the_centre import filed
from tests.patience import seen

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """Its directory of officers is not the others'."""
    async with a_centre(tmp_path_factory) as opened:
        yield opened


@pytest.fixture
def directory(centre: Centre) -> Iterator[None]:
    """The directory of officers is the centre's only while a test that loads it runs."""
    yield
    (centre.settings.own_tables / "officers.yaml").unlink(missing_ok=True)


async def inbox(onestop: Onestop, cases: list[str], *filters: str, count: int | None = None) -> list[dict[str, Any]]:
    """The lines of some cases, once the casebook has had time to write them all."""

    async def lines() -> list[dict[str, Any]]:
        shown = (await onestop("inbox", *filters, "--limit", 500, "--json")).json
        return [line for line in shown if line["case_number"] in cases]

    return await seen(lines, lambda found: len(found) == (len(cases) if count is None else count))


async def test_many_inquiries_are_claimed_and_submitted_at_once(at_centre: Onestop, tmp_path: Path) -> None:
    cases = [await filed(at_centre) for _ in range(3)]
    await inbox(at_centre, cases, "--agency", "tax", "--state", "offered")
    listed = await at_centre("claim", "--all", "--agency", "tax", "--dry-run", "--json", "--as", "officer:tax/tax-07")
    assert {row["done"] for row in listed.json} == {False}
    claimed = await at_centre("claim", "--all", "--agency", "tax", "--json", "--as", "officer:tax/tax-07")
    assert claimed.code == 0
    lines = await inbox(at_centre, cases, "--officer", "tax-07")
    assert {line["state"] for line in lines} == {"claimed"}

    finding = builders.tax_finding().model_dump(mode="json")
    rows = [{"case": case, "finding": finding} for case in cases]
    bad = {"case": cases[0], "finding": {"agency": "tax", "contributions": [{"claimant": "c1"}]}}
    file = tmp_path / "findings.jsonl"
    file.write_text("\n".join([json.dumps(rows[0]), "not json", json.dumps(bad), *map(json.dumps, rows[1:])]))
    whole = await at_centre("submit", "--batch", file, "--as", "officer:tax/tax-07", "--json")
    assert whole.code == 1
    assert [row["line"] for row in whole.json] == [2, 3], "nothing is sent while a line is bad"
    part = await at_centre("submit", "--batch", file, "--partial", "--as", "officer:tax/tax-07", "--json")
    assert {row["line"]: row["done"] for row in part.json} == {1: True, 2: False, 3: False, 4: True, 5: True}
    again = await at_centre("submit", "--batch", file, "--partial", "--as", "officer:tax/tax-07", "--json")
    assert {row["line"]: row["done"] for row in again.json} == {1: True, 2: False, 3: False, 4: True, 5: True}
    await inbox(at_centre, cases, "--officer", "tax-07", "--state", "done")


@pytest.mark.usefixtures("directory")
async def test_a_leavers_open_inquiries_are_listed_and_then_moved(at_centre: Onestop) -> None:
    assert (await at_centre("officers", "load", ROOT / "examples" / "officers.yaml")).code == 0
    cases = [await filed(at_centre) for _ in range(2)]
    for case in cases:
        assert (await at_centre("claim", case, "tax", "--as", "officer:tax/tax-01")).code == 0
    await inbox(at_centre, cases, "--officer", "tax-01")

    assert (await at_centre("officers", "leave", "tax-01", "--to", "lab-01")).code == 2
    stranger = await at_centre("delegate", cases[0], "tax", "tax-99", "--reason", "出差", "--as", "officer:tax/tax-01")
    assert (stranger.code, "tax-99 不在名录中" in stranger.err) == (1, True)
    listed = await at_centre("officers", "leave", "tax-01", "--to", "tax-02", "--dry-run", "--json")
    assert (listed.code, len(listed.json)) == (0, 2)
    await inbox(at_centre, cases, "--officer", "tax-01")
    moved = await at_centre("officers", "leave", "tax-01", "--to", "tax-02", "--reason", "调离", "--json")
    assert {row["done"] for row in moved.json} == {True}
    await inbox(at_centre, cases, "--officer", "tax-02")
    people = {one["id"]: one for one in (await at_centre("officers", "list", "--json")).json["officers"]}
    assert people["tax-01"]["active"] is False

    away = await at_centre("officers", "away", "tax-02", "--to", "tax-03", "--until", "2099-12-31", "--json")
    assert {row["done"] for row in away.json} == {True}
    [first, _] = await inbox(at_centre, cases, "--officer", "tax-03")
    assert first["delegated_by"] == ["tax-02"]
    both = await at_centre("officers", "leave", "tax-03")
    assert both.code == 2


@pytest.mark.usefixtures("directory")
async def test_a_directory_that_contradicts_itself_is_not_loaded(at_centre: Onestop, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("officers: [{id: a, agency: tax}, {id: a, agency: labor}]")
    ran = await at_centre("officers", "load", file, "--lang", "en")
    assert (ran.code, "same id" in ran.err) == (2, True)
    assert (await at_centre("officers", "list", "--json")).json == {"officers": []}


async def test_evidence_is_kept_with_its_inquiry_and_comes_out_again(at_centre: Onestop, tmp_path: Path) -> None:
    case = await filed(at_centre)
    paper, out = tmp_path / "paper.txt", tmp_path / "out.txt"
    paper.write_text("工资流水")
    added = await at_centre("evidence", "add", case, paper, "--task", "labor", "--as", "officer:labor/lab-01")
    assert added.code == 0
    [one] = (await at_centre("evidence", "list", case, "--json")).json
    assert (one["task"], one["title"]) == ("labor", "paper.txt")
    assert (await at_centre("evidence", "get", case, one["sha256"], out)).code == 0
    assert out.read_text() == "工资流水"
    task = next(t for t in (await at_centre("show", case, "--json")).json["tasks"] if t["ref"] == "labor")
    assert task["evidence"] == [one["sha256"]]
    assert (await at_centre("evidence", "get", case, "0" * 64, out)).code == 3
    tool = tmp_path / "tool.exe"
    tool.write_bytes(b"MZ")
    assert (await at_centre("evidence", "add", case, tool)).code == 2
