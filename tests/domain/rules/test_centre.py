"""What the centre calls itself and others, and the numbers that it gives."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import texts
from domain.rules.centre import centre_table
from domain.rules.rule_table import TableError
from runtime.rules import Rules

OTHER = """
case_series: WH
paper_series: 芜社调
names:
  the-centre: {zh-CN: 芜湖市一站式联调中心, en: Wuhu Joint Centre}
  labor: {zh-CN: 芜湖市人力资源和社会保障局, en: Wuhu Labour Bureau}
channels:
  app: {zh-CN: 皖事通, en: the province's app}
"""


@pytest.fixture(autouse=True)
def shipped_names_afterwards() -> Iterator[None]:
    yield
    texts.call(centre_table().words)


def test_the_shipped_table_names_the_centre_and_its_channels() -> None:
    texts.call(centre_table(has_text=texts.knows).words)
    assert texts.label("window-labor") == "人社窗口"
    assert texts.label("the-centre", "en") == "Joint Mediation Centre for Social Insurance Disputes"


def test_an_own_table_renames_what_people_read_from_then_on(tmp_path: Path) -> None:
    rules = Rules(tmp_path)
    assert texts.label("labor") == "人社部门"
    (tmp_path / "centre.yaml").write_text(OTHER, encoding="utf-8")
    assert rules.tables.centre.case_series == "WH"
    assert texts.label("labor") == "芜湖市人力资源和社会保障局"
    assert texts.label(["tax", "app"], "en") == "tax bureau, the province's app"
    (tmp_path / "centre.yaml").unlink()
    assert rules.tables.centre.paper_series == "社调"
    assert texts.label("labor") == "人社部门"


@pytest.mark.parametrize(
    ("instead", "code"),
    [
        (("case_series: WH", "case_series: DRILL"), "rule_table.series_of_drills"),
        (("case_series: WH", "case_series: wh-1"), "rule_table.invalid"),
        (("paper_series: 芜社调", "paper_series: ''"), "rule_table.invalid"),
        ((", en: Wuhu Joint Centre", ""), "rule_table.invalid"),
        (("labor: {", "labour: {"), "rule_table.no_text"),
        (("channels:", "chanels:"), "rule_table.invalid"),
    ],
)
def test_a_table_that_names_nothing_or_half_is_refused(tmp_path: Path, instead: tuple[str, str], code: str) -> None:
    file = tmp_path / "centre.yaml"
    file.write_text(OTHER.replace(*instead), encoding="utf-8")
    with pytest.raises(TableError) as refused:
        centre_table(file, texts.knows)
    assert refused.value.code == code
