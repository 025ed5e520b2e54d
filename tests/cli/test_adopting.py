"""Another city is adopted from the page alone: its tables are checked, taken in, and a drill goes by them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import texts
from domain.rules.centre import centre_table
from tests.cli.conftest import Centre, Onestop, a_centre
from tests.cli.following import ROOT, commands, follow


@pytest.fixture(scope="module")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """Its tables are another city's."""
    async with a_centre(tmp_path_factory) as opened:
        yield opened


@pytest.fixture(autouse=True)
def shipped_names_afterwards() -> Iterator[None]:
    yield
    texts.call(centre_table().words)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_chinese_page_has_the_same_commands() -> None:
    assert commands(page("adopting.zh-CN.md")) == commands(page("adopting.md"))


async def test_a_city_is_adopted_by_the_commands_of_the_page_and_drills_by_its_own_tables(
    at_centre: Onestop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrote = await follow(page("adopting.md"), at_centre, tmp_path, monkeypatch)
    case = "dispute-linhai-drill"
    view = (await at_centre("show", case, "--json")).json
    assert view["mediator"] in {"lh-01", "lh-02"}
    assert "hall-1" in wrote[f"free {case}"].out and "room-1" not in wrote[f"free {case}"].out
    timeline = (await at_centre("timeline", case)).out
    assert "“临海办”小程序" in timeline and "市税务局" in timeline and "税务部门" not in timeline
    complaint = (ROOT / "examples" / "adopting" / "complaint.json").read_text(encoding="utf-8")
    receipt = (await at_centre("file", "-", "--json", typed=complaint.replace("linhai-drill", "linhai-1"))).json
    assert receipt["case_number"].startswith("LH-") and receipt["case_number"].endswith("-000001")
