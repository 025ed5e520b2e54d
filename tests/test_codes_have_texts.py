"""Every code that the engine hands out has a text in both languages, made of the parameters that come with it."""

import ast
import json
import string
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import texts
from cli.docs.examples_of import example
from domain import words
from domain.case.protocol import MESSAGES, parse
from domain.case.receipts import Decision
from domain.case.state import InstalmentState, ProposalState
from domain.inquiry.tasks import TaskState
from domain.refusal import Refused
from domain.settlement.confirmation import ConfirmationKind, ConfirmationState
from domain.settlement.performance import ReschedulingState
from domain.settlement.signature import SigningState, SigningWay
from domain.views.waiting import WaitedFor
from texts import sentences

ROOT = Path(__file__).parent.parent
HERE = (
    "runtime/tokens.py",
    "runtime/sessions.py",
    "runtime/oidc.py",
    "casebook/accounts.py",
    "casebook/people.py",
    "cli/operator/login.py",
)
ROOMS = ("domain/**/*.py", "workflows/*.py", "console/*.py")
SOURCES = sorted([*(file for room in ROOMS for file in ROOT.glob(room)), *(ROOT / file for file in HERE)])


class Code(NamedTuple):
    """A code where it is handed out, and the parameters that it comes with; None when they are not written there."""

    key: str
    given: frozenset[str] | None
    where: str


@cache
def calls() -> list[tuple[str, ast.Call, str]]:
    """Every call in the sources: the name called, the call, and where it stands."""
    return [
        (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""),
            node,
            f"{file.relative_to(ROOT)}:{node.lineno}",
        )
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
    ]


def keywords(call: ast.Call) -> frozenset[str] | None:
    """The names of a call's keyword arguments; None when some are handed on with ``**``."""
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name)


def literal(call: ast.Call, position: int) -> str | None:
    """The text literal at a position of a call's arguments."""
    if position < len(call.args) and isinstance(argument := call.args[position], ast.Constant):
        return argument.value if isinstance(argument.value, str) else None
    return None


def events() -> set[Code]:
    """The kinds of event that are noted on the ledger, with their facts."""
    found = {
        Code(f"events.{kind}", keywords(call), where)
        for called, call, where in calls()
        if called == "note" and (kind := literal(call, 0))
    }
    return found | {
        Code(f"events.{kind}", frozenset({"instalment", "due", "outstanding"}), where)
        for called, call, where in calls()
        if called == "tell" and (kind := literal(call, 0))
    }


def refusals() -> set[Code]:
    """The codes with which messages are refused."""
    at = {"must": 1, "refusal": 0}
    found = {
        Code(f"refusals.{code}", keywords(call), where)
        for called, call, where in calls()
        if called in at and (code := literal(call, at[called]))
    }
    spoken = {"base", "complaint", "confirmation", "findings", "identifiers", "officers", "records", "signature"}
    spoken |= {"instalments", "model", "people", "wages"}
    models = {file.stem for file in SOURCES if file.stem in spoken or file.stem.endswith("messages")}
    return found | {
        Code(f"refusals.{code}", frozenset(), where)
        for called, call, where in calls()
        if called == "ValueError" and Path(where.split(":")[0]).stem in models and (code := literal(call, 0))
    }


def parameters(text: str) -> set[str]:
    """The ``{parameters}`` of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@cache
def codes() -> list[Code]:
    """Every code, where it is handed out."""
    return sorted(events() | refusals(), key=lambda code: (code.key, code.where))


def test_the_sources_hand_out_codes() -> None:
    assert len({code.key for code in codes() if code.key.startswith("events.")}) > 40
    assert len({code.key for code in codes() if code.key.startswith("refusals.")}) > 40


def test_a_code_has_a_text() -> None:
    assert [f"{code.key} at {code.where}" for code in codes() if not texts.knows(code.key)] == []


def test_a_text_is_made_of_what_comes_with_its_code() -> None:
    lacking = {
        f"{code.key} at {code.where}: {name}"
        for code in codes()
        if code.given is not None
        for text in texts.catalogue().get(code.key, {}).values()
        for name in parameters(text) - code.given
    }
    assert lacking == set()


def test_every_text_stands_in_both_languages_with_the_same_parameters() -> None:
    def whole(languages: dict[str, str]) -> bool:
        if set(languages) != set(words.Language) or not all(
            isinstance(text, str) and text for text in languages.values()
        ):
            return False
        chinese, english = (parameters(languages[language]) for language in words.Language)
        return chinese == english

    assert [key for key, languages in texts.catalogue().items() if not whole(languages)] == []


def test_no_event_or_refusal_has_a_text_that_nothing_uses() -> None:
    """A few refusals are made by name elsewhere: by the procedures, their activities, the casebook and the clients."""
    ledger = {f"refusals.ledger.{why}" for why in ("conflict", "gap", "ahead", "run")}
    elsewhere = ledger | {f"refusals.{why}" for why in ("service.failed", "service.away", "message.unforeseen")}
    elsewhere |= {"refusals.identity.crowded", "refusals.proposal.nothing_owed"}
    known = {key for key in texts.catalogue() if key.startswith(("events.", "refusals."))}
    assert known - {code.key for code in codes()} - elsewhere == set()


VOCABULARY: list[type[StrEnum]] = [
    *(
        kind
        for kind in vars(words).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind.__members__
    ),
    Decision,
    InstalmentState,
    ProposalState,
    ConfirmationKind,
    ConfirmationState,
    ReschedulingState,
    SigningState,
    SigningWay,
    TaskState,
]


def test_every_word_of_the_vocabulary_and_every_message_has_a_label() -> None:
    said = {*MESSAGES, *(value for kind in VOCABULARY for value in kind)}
    assert {value for value in said if not texts.knows(f"words.{value}")} == set()


JUNK: list[Any] = [
    None, True, 0, -1, 10**9, 1.5, "", " ", "x" * 5000, "2026-02-30", "2026-03-01T10:00:00", "12", "1.234", "NaN", "-1",
    "9" * 30, "1e9", "汉字", [], [None], {}, {"agency": "police"}, [{}] * 121,
]  # fmt: skip


def broken(value: Any) -> Iterator[Any]:
    """A JSON value with one thing wrong: replaced by junk, a field left out, a field too many."""
    yield from JUNK
    match value:
        case dict():
            yield {**value, "unheard_of": 1}
            for name, part in value.items():
                yield {key: kept for key, kept in value.items() if key != name}
                yield from ({**value, name: worse} for worse in broken(part))
        case list():
            for position, part in enumerate(value):
                yield from ([*value[:position], worse, *value[position + 1 :]] for worse in broken(part))
            yield [*value, *value]


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_whatever_is_wrong_with_a_message_is_told_in_words(name: str) -> None:
    bodies = [b"", b"[", b"1", *(json.dumps(body).encode() for body in broken(example(name)))]
    untold = set()
    for body in bodies:
        try:
            parse(name, body)
        except Refused as refused:
            for problem in refused.problems:
                untold |= {problem.code} - set(texts.catalogue())
                for language in words.Language:
                    assert sentences.problem_line(problem.field, problem.code, problem.params, language)
    assert untold == set()


def test_a_code_without_a_text_still_says_what_to_do() -> None:
    line = sentences.problem_line("days", "input.unheard_of", {}, "en")
    assert line == "days: does not fit; compare with the message's JSON schema"


GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
SPOKEN = [*words.Agency, *words.Phase, *words.CaseClass, *words.Lane]


def test_the_glossary_calls_a_thing_what_users_read() -> None:
    spoken = {value: texts.label(value, words.Language.CHINESE).removesuffix("争议") for value in SPOKEN}
    assert [value for value, chinese in spoken.items() if value not in GLOSSARY or chinese not in GLOSSARY] == []


@pytest.mark.parametrize("what", [*WaitedFor])
def test_whatever_a_case_waits_for_is_said_in_full_and_in_short(what: WaitedFor) -> None:
    assert texts.knows(f"waiting.{what}")
    assert texts.knows(f"waiting.for.{what}")


def _patterns() -> set[str]:
    """Every pattern that what is typed is held to."""
    return {
        keyword.value.value
        for room in ("domain", "casebook")
        for file in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "pattern" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }


def test_nobody_is_shown_a_pattern_but_what_to_write() -> None:
    patterns = _patterns()
    assert len(patterns) > 10
    for pattern in patterns:
        for language in words.Language:
            line = sentences.problem_line("x", "input.string_pattern_mismatch", {"pattern": pattern}, language)
            assert pattern not in line and "$" not in line, line


def test_what_is_wrong_with_a_table_has_a_text_in_both_languages() -> None:
    told = {code for called, call, _ in calls() if called == "bad" and (code := literal(call, 0))}
    assert told and {code for code in told if not texts.knows(f"rule_table.{code}")} == set()
