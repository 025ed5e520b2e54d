"""Texts are translated, written once, and asked for by names and parameters that they have."""

import ast
import string
from datetime import datetime
from pathlib import Path

import pytest
import yaml

import texts
from domain.base import CENTRE_ZONE
from domain.words import Language
from texts import sentences

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "texts"
CODE = [
    file for room in ("cli", "runtime", "casebook", "activities", "workflows") for file in ROOT.glob(f"{room}/*.py")
]


def parameters(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_no_text_is_empty_or_left_untranslated() -> None:
    wrong = []
    for key, said in texts.catalogue().items():
        chinese, english = said[Language.CHINESE], said[Language.ENGLISH]
        untranslated = chinese == english and any("\u4e00" <= letter <= "\u9fff" for letter in english)
        if untranslated or not (chinese.strip() and english.strip()):
            wrong.append(key)
    assert wrong == []


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.name)
def test_no_name_is_written_twice_in_a_file(file: Path) -> None:
    node = yaml.compose(file.read_text(), yaml.CSafeLoader)
    assert isinstance(node, yaml.MappingNode)
    names = [key.value for key, _ in node.value]
    assert sorted(names) == sorted(set(names))


def test_every_text_that_code_asks_for_by_name_exists_and_is_given_its_parameters() -> None:
    wrong = []
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text())):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) in {"texts.say", "say"}):
                continue
            key = node.args[0]
            if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                continue
            where = f"{file.relative_to(ROOT)}:{node.lineno} {key.value}"
            given = {keyword.arg for keyword in node.keywords}
            if not texts.knows(key.value):
                wrong.append(where)
            elif None not in given and given != parameters(texts.catalogue()[key.value][Language.CHINESE]):
                wrong.append(f"{where}: given {sorted(map(str, given))}")
    assert wrong == []


def test_a_text_is_filled_in_and_a_missing_parameter_is_an_error() -> None:
    assert "7233" in texts.say("runtime.port_taken", "en", server="Temporal", port=7233, variable="X")
    with pytest.raises(KeyError):
        texts.say("runtime.port_taken", "en")


def test_a_field_named_by_what_looks_like_a_number_is_told_by_what_it_is() -> None:
    assert sentences.problem_line("items.²", "input.missing", {}, "zh-CN").startswith("诉求事项²")
    assert sentences.problem_line("items.0.amount", "input.missing", {}, "zh-CN").startswith("诉求事项第1行")
    assert sentences.problem_line("items.0.amount", "input.missing", {}, "en").startswith("items.0.amount: ")
    on_a_page = sentences.problem_line("claimants.0.name", "input.missing", {}, "en", path=False)
    assert on_a_page.startswith("claimants, row 1, name: ")


@pytest.mark.parametrize(
    ("since", "workers", "language", "called"),
    [
        ("2026-03", 12, "zh-CN", "虚构公司：2026年3月起停缴，涉及12人"),
        ("2026-03", 12, "en", "虚构公司: premiums stopped in 2026-03 for 12 worker(s)"),
        (None, None, "zh-CN", "虚构公司"),
        ("2026-03", None, "en", "虚构公司"),
    ],
)
def test_a_mediation_at_a_post_is_called_by_its_employer_and_what_began_it(
    since: str | None, workers: int | None, language: str, called: str
) -> None:
    assert sentences.mediation_name("虚构公司", since, workers, language) == called


def test_what_changed_in_terms_is_said_by_name() -> None:
    changed = {"aspect": "part-b", "of": "c1", "before": "100.00", "after": None}
    assert sentences.change_line(changed, "zh-CN", {"c1": "张三"}) == "私法部分（张三）：100.00 → 无"
    assert sentences.change_line(changed | {"aspect": "due", "of": "n1"}, "en") == "day of n1: 100.00 → none"


@pytest.mark.parametrize(
    ("language", "line"), [("zh-CN", "已结案（2026年11月4日9时）"), ("en", "Closed on 2026-11-04 09:00")]
)
def test_a_closed_case_waits_on_nobody_and_names_nobody(language: str, line: str) -> None:
    since = datetime(2026, 11, 4, 9, tzinfo=CENTRE_ZONE)
    assert sentences.waiting_line(("nobody",), "closed", since, None, False, language) == line
