"""A province's tables, written from scratch, are in force by loading them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cli.tables.parameters import install
from domain.deadlines.deadline import plan
from domain.rules.parameters import MissingParameter
from domain.rules.rule_table import TableError
from runtime.rules import read
from tests.cli.conftest import Onestop

PARAMETERS = """
jurisdiction: CN-44
rows:
  - {id: gd-floor-2024, name: base-floor, value: 4588, unit: yuan, since: 2024-07-01, until: 2025-06-30,
     source: 虚构, verified: false}
  - {id: gd-floor-2025, name: base-floor, value: 4775, unit: yuan, since: 2025-07-01,
     source: 虚构, verified: false}
"""
TERMS = """
rows:
  - {event: inquiry-fast, jurisdiction: CN-44, length: 7, unit: working-day, counted_from: opening,
     when_passed: escalates, origin: centre, source: 虚构省规则, verified: true}
"""
NOTICE = "year: 2027\nsource: 虚构通知\nholidays: [2027-01-01, 2027-02-08]\nworking_days_in_lieu: []\n"

SPAN = ("--since", "2020-01-01", "--until", "2024-01-01", "--wage", "5000")


def written(folder: Path, name: str, text: str) -> Path:
    """A file that an operator wrote."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_another_province_works_by_load_alone(tmp_path: Path) -> None:
    own = tmp_path / "own"
    for name, text in (("gd.yaml", PARAMETERS), ("gd-terms.yaml", TERMS), ("n.yaml", NOTICE)):
        install(written(tmp_path, name, text), own)
    tables = read(own)
    kept = sorted(str(file.relative_to(own)) for file in own.rglob("*.yaml"))
    assert kept == ["deadlines-gd-terms.yaml", "notice-2027.yaml", "parameters/gd.yaml"]

    floor = tables.parameters.find("base-floor", "", "CN-4401", date(2025, 6, 30))
    assert (floor.id, floor.value, floor.verified) == ("gd-floor-2024", Decimal(4588), False)
    assert tables.parameters.find("base-floor", "", "CN-44", date(2025, 7, 1)).value == Decimal(4775)
    with pytest.raises(MissingParameter):
        tables.parameters.find("base-floor", "", "CN-44", date(2024, 6, 30))
    day = date(2025, 3, 3)
    assert plan("inquiry-fast", day, tables.calendar, "CN-4401", table=tables.terms).due == date(2025, 3, 12)
    assert plan("inquiry-fast", day, tables.calendar, "CN-37", table=tables.terms).due == date(2025, 3, 10)
    assert not tables.calendar.is_provisional(date(2027, 2, 8))


def test_an_old_day_keeps_its_old_value_when_a_new_row_is_loaded(tmp_path: Path) -> None:
    own = tmp_path / "own"
    install(written(tmp_path, "gd.yaml", PARAMETERS), own)
    before = read(own).parameters.find("base-floor", "", "CN-44", date(2024, 12, 1))
    later = PARAMETERS.replace("since: 2025-07-01,", "since: 2025-07-01, until: 2026-06-30,")
    later += "  - {id: gd-floor-2026, name: base-floor, value: 4900, unit: yuan, "
    later += "since: 2026-07-01, source: 虚构, verified: false}\n"
    install(written(tmp_path, "gd.yaml", later), own)
    assert read(own).parameters.find("base-floor", "", "CN-44", date(2024, 12, 1)) == before
    assert read(own).parameters.find("base-floor", "", "CN-44", date(2026, 7, 1)).value == Decimal(4900)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gd.yaml", PARAMETERS.replace(", until: 2025-06-30", "")),
        ("gd-terms.yaml", TERMS.replace("length: 7", "length: seven")),
        ("n.yaml", NOTICE.replace("2027-02-08", "2029-02-08")),
    ],
)
def test_a_table_that_does_not_hold_together_changes_nothing(tmp_path: Path, name: str, text: str) -> None:
    own = tmp_path / "own"
    with pytest.raises((TableError, ValueError)):
        install(written(tmp_path, name, text), own)
    assert not own.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "parameters/own.yaml",
            "jurisdiction: CN-3702\nrows:\n- {id: q1, name: rate, key: pension/employer, value: 1600, unit: percent,"
            " since: 2020-01-01, source: s, verified: true}\n",
        ),
        ("notice-2027.yaml", "year: 2027\nsource: s\nholidays: [2030-01-01]\nworking_days_in_lieu: []\n"),
        ("triage.yaml", "rules: {"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ("params", "show"),
        ("arrears", "FILE"),
        ("entitlement", "--since", "2020-01-01", "--until", "2024-01-01", "--wage", "5000"),
    ],
)
async def test_a_bad_table_that_lies_there_already_is_told_by_every_command_that_reads_it(
    onestop: Onestop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str, command: tuple[str, ...]
) -> None:
    (file := tmp_path / "tables" / name).parent.mkdir(parents=True)
    file.write_text(content, "utf-8")
    (dues := tmp_path / "dues.json").write_text(
        '[{"claimant":"c1","employer":"e1","kind":"pension","month":"2024-03","wage":"5000.00"}]', "utf-8"
    )
    monkeypatch.setenv("ONESTOP_TABLES", str(tmp_path / "tables"))
    ran = await onestop(*(dues if word == "FILE" else word for word in command))
    assert ran.code == 2 and file.name in ran.err + ran.out and "Error" not in ran.err, ran
