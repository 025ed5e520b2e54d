import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.rules.parameters import SHIPPED, MissingParameter, Parameters, Row
from domain.rules.rule_table import TableError


def row(id: str = "r1", **changes: Any) -> Row:
    return Row.model_validate(
        {"id": id, "name": "rate", "key": "pension/employer", "value": 16, "unit": "percent", "jurisdiction": "CN-37"}
        | {"since": "2019-05-01", "source": "test", "verified": True}
        | changes
    )


def found(parameters: Parameters, place: str, on: str) -> str:
    return parameters.find("rate", "pension/employer", place, date.fromisoformat(on)).id


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"until": "2019-05-01"}, {"since": "2019-05-01"}),
        ({"until": None}, {"since": "2024-01-01"}),
        ({"until": "2020-12-31"}, {"since": "2020-01-01", "until": "2020-06-30"}),
        ({"until": None}, {"until": None}),
    ],
)
def test_rows_for_the_same_thing_may_not_overlap(first: dict[str, Any], second: dict[str, Any]) -> None:
    for rows in ((row("a", **first), row("b", **second)), (row("b", **second), row("a", **first))):
        with pytest.raises(TableError, match="same_time"):
            Parameters(rows)


@pytest.mark.parametrize("differs", [{"key": "pension/employee"}, {"jurisdiction": "CN"}, {"name": "late-fee"}])
def test_rows_for_different_things_may_hold_at_once(differs: dict[str, Any]) -> None:
    assert len(Parameters([row("a"), row("b", **differs)]).rows()) == 2


def test_a_row_holds_from_its_first_day_through_its_last() -> None:
    parameters = Parameters([row("old", until="2019-12-31"), row("new", since="2020-01-01")])
    days = ("2019-05-01", "2019-12-31", "2020-01-01", "2099-01-01")
    assert [found(parameters, "CN-37", day) for day in days] == ["old", "old", "new", "new"]
    with pytest.raises(MissingParameter):
        found(parameters, "CN-37", "2019-04-30")


def test_a_place_looks_to_the_place_above_only_where_it_says_nothing_itself() -> None:
    parameters = Parameters(
        [row("nation", jurisdiction="CN"), row("province", until="2019-12-31"), row("city", jurisdiction="CN-3711")]
    )
    assert found(parameters, "CN-3711", "2019-06-01") == "city"
    assert found(parameters, "CN-37", "2019-06-01") == "province"
    assert found(parameters, "CN-37", "2020-01-01") == "nation"


def test_the_synthetic_jurisdiction_and_unknown_places_look_nowhere_else() -> None:
    parameters = Parameters([row("nation", jurisdiction="CN")])
    for place in ("demo", "CN-99"):
        with pytest.raises(MissingParameter) as refused:
            found(parameters, place, "2024-01-01")
        assert [one.jurisdiction for one in refused.value.missing] == [place]


def folder(path: Path, *rows: dict[str, Any], jurisdiction: str = "demo", name: str = "own.yaml") -> Path:
    path.mkdir(exist_ok=True)
    (path / name).write_text(yaml.safe_dump({"jurisdiction": jurisdiction, "rows": list(rows)}), encoding="utf-8")
    return path


FLOOR: dict[str, Any] = {
    "id": "demo-floor", "name": "base-floor", "value": 4300, "unit": "yuan", "since": "2008-01-01", "source": "notice",
    "verified": True,
}  # fmt: skip


def test_an_operators_folder_replaces_a_shipped_row_and_leaves_the_others(tmp_path: Path) -> None:
    own = Parameters.load(folder(tmp_path / "own", FLOOR))
    assert own.find("base-floor", "", "demo", date(2024, 1, 1)).value == Decimal(4300)
    assert own.find("base-cap", "", "demo", date(2024, 1, 1)).value == Decimal(20000)
    assert len(own.rows()) == len(Parameters.load().rows())


def test_a_later_folder_wins_over_an_earlier_one(tmp_path: Path) -> None:
    first, second = folder(tmp_path / "a", FLOOR), folder(tmp_path / "b", FLOOR | {"value": 4400})
    assert Parameters.load(first, second).find("base-floor", "", "demo", date(2024, 1, 1)).value == Decimal(4400)


def test_an_operators_row_may_close_a_gap_of_the_shipped_ones(tmp_path: Path) -> None:
    gap = FLOOR | {"id": "sd-floor-2023", "since": "2023-01-01", "until": "2023-12-31"}
    own = Parameters.load(folder(tmp_path / "own", gap, jurisdiction="CN-37"))
    assert own.find("base-floor", "", "CN-3711", date(2023, 7, 1)).id == "sd-floor-2023"
    with pytest.raises(MissingParameter):
        Parameters.load().find("base-floor", "", "CN-3711", date(2023, 7, 1))


@pytest.mark.parametrize(
    "broken", [{"value": "a lot"}, {"since": "2024-02-30"}, {"verified": None}, {"untli": "2024-01-01"}]
)
def test_a_bad_row_is_refused_with_its_file_and_number(tmp_path: Path, broken: dict[str, Any]) -> None:
    with pytest.raises(TableError, match=r"own\.yaml, where: rows\.2\."):
        Parameters.load(folder(tmp_path / "own", FLOOR, FLOOR | {"id": "other"} | broken))


def test_every_shipped_row_has_a_source_and_an_id_of_its_own() -> None:
    ids = [raw["id"] for file in SHIPPED.glob("*.yaml") for raw in yaml.safe_load(file.read_text())["rows"]]
    assert len(ids) == len(set(ids))
    assert all(row.source.strip() and row.unit for row in Parameters.load().rows())


def test_what_is_from_memory_or_quoted_second_hand_is_not_called_verified() -> None:
    doubtful = [r for r in Parameters.load().rows() if "凭记忆" in r.source or "转引" in r.source]
    assert doubtful
    assert not any(r.verified for r in doubtful)


ODD = {
    "a misspelt name": ({"name": "rates"}, "unknown_name"),
    "a misspelt key": ({"key": "pension/employeer"}, "unknown_key"),
    "another unit": ({"unit": "yuan"}, "wrong_unit"),
    "a hundredfold": ({"value": 1600}, "out_of_range"),
    "less than nothing": ({"value": -16}, "out_of_range"),
    "a share instead of percent": ({"value": "0.16"}, "out_of_range"),
    "a due day that no month has": ({"name": "due-day", "key": "", "unit": "day", "value": 32}, "out_of_range"),
    "half a day": ({"name": "due-day", "key": "", "unit": "day", "value": "1.5"}, "out_of_range"),
    "the id of a row for something else": ({"id": "sd-base-cap-2025"}, "id_twice"),
}


@pytest.mark.parametrize(("odd", "code"), ODD.values(), ids=ODD)
def test_a_row_that_can_not_be_right_is_refused_when_its_file_is_read(
    tmp_path: Path, odd: dict[str, Any], code: str
) -> None:
    shipped = next(row for row in Parameters.load().rows() if row.name == "base-cap")
    row = {"id": "q", "name": "rate", "key": "pension/employer", "value": 16, "unit": "percent", "since": "2020-01-01"}
    row |= {"source": "s", "verified": True, "jurisdiction": "CN-3702"} | odd
    if code == "id_twice":
        row["id"] = shipped.id
    (tmp_path / "own.yaml").write_text(json.dumps({"rows": [row]}), encoding="utf-8")
    with pytest.raises(TableError) as refused:
        Parameters.load(tmp_path)
    assert refused.value.code == f"rule_table.{code}"


def test_two_rows_of_one_file_have_two_ids(tmp_path: Path) -> None:
    row = {"id": "q", "name": "base-floor", "value": 4200, "unit": "yuan", "since": "2020-01-01", "source": "s"}
    rows = [row | {"verified": True}, row | {"name": "base-cap", "value": 20000, "verified": True}]
    (tmp_path / "own.yaml").write_text(json.dumps({"jurisdiction": "CN-3702", "rows": rows}), encoding="utf-8")
    with pytest.raises(TableError) as refused:
        Parameters.load(tmp_path)
    assert refused.value.code == "rule_table.id_twice"
