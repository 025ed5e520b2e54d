"""Chinese that officials and parties read holds no word of another language, and no blank for what is left out."""

import re
from pathlib import Path
from typing import Any

import pytest

import texts
from domain.words import Language
from runtime.rules import Rules
from tests.domain.views.test_every_fact import RECORDED
from texts.sentences import event_line, problem_line

READ_BY_ALL = (
    "assessment", "claims", "console", "ends", "events", "evidence", "limitation", "notices", "papers", "prognosis",
    "receipts", "reconcile", "reply", "simulation", "triage", "waiting", "words",
)  # fmt: skip
KNOWN = {"English", "JSON", "OpenAPI", "PDF", "UTF-", "Word", "form-data", "multipart", "Art", "MB"}
"""What Chinese officials write in Latin letters too; articles are cited in Chinese when a text is said."""
FOR_OPERATORS = {"papers.broken", "papers.unknown_file"}
"""What only whoever keeps templates reads: it names files and commands."""
IDS = {
    "case", "cases", "channel", "code", "complaint", "complaint_id", "consents", "digest", "document", "evidence",
    "grid", "head", "mandate", "name", "number", "of", "paper", "params", "post", "proof", "receipt", "reply",
    "representative", "seal", "sha256",
}  # fmt: skip
"""Facts that are identifiers, or what a stranger sent."""
_LATIN = re.compile(r"[A-Za-z][A-Za-z-]+")
_REF = re.compile(r"[a-z]{1,3}|m-[a-z]|[a-z]{3}-|RZ|DRILL|RZ-|DRILL-")


@pytest.mark.parametrize("file", READ_BY_ALL)
def test_no_text_that_all_read_holds_a_word_of_another_language(file: str) -> None:
    found = {
        key: strange
        for key, said in texts.catalogue().items()
        if key.startswith(f"{file}.")
        and key not in FOR_OPERATORS
        and (strange := set(_LATIN.findall(re.sub(r"\{[^}]*\}", "", said[Language.CHINESE]))) - KNOWN)
    }
    assert found == {}


def test_no_recorded_event_reads_with_a_code_or_a_blank_in_it(tmp_path: Path) -> None:
    Rules(tmp_path)  # Channels are called as the centre calls them.

    def strange(kind: str, facts: dict[str, Any]) -> list[str]:
        line = event_line(kind, facts, Language.CHINESE)
        if kind == "message_rejected":
            return []
        ids = " ".join(str(value) for name, value in facts.items() if name in IDS)
        words = [word for word in _LATIN.findall(line) if word not in ids and not _REF.fullmatch(word)]
        return [*words, *(["—"] if "—" in line else [])]

    assert {(kind, tuple(found)) for kind, facts in RECORDED if (found := strange(kind, facts))} == set()


PEOPLE = {f"c{number}": f"申请人{number}" for number in range(1, 40)} | {
    f"e{number}": "日照厂" for number in range(1, 9)
}


@pytest.mark.parametrize("language", list(Language))
def test_no_recorded_event_calls_a_person_by_a_ref_or_shows_what_holds_a_sentence_together(language: Language) -> None:
    def strange(kind: str, facts: dict[str, Any]) -> list[str]:
        line = event_line(kind, facts, language, PEOPLE)
        return re.findall(r"(?<![\w-])[ce]\d+(?![\w-])|[\[\]{}]", line)

    free = {"message_rejected", "message_unproved"}
    assert {(k, tuple(found)) for k, facts in RECORDED if k not in free and (found := strange(k, facts))} == set()


def test_days_and_what_is_missing_read_as_an_official_writes_them() -> None:
    signed: dict[str, Any] = {"parties": ["c1", "e1"], "signed_on": "2026-11-06", "how": "in-person"}
    blank = dict.fromkeys(("evidence", "representative", "scope", "mandate"))
    own = event_line("agreement_signed", signed | blank | {"consents": []}, "zh-CN", {"c1": "赵一", "e1": "日照厂"})
    assert own == "赵一、日照厂于2026年11月6日签署调解协议（当面签名）"
    by_hand = {
        "evidence": "s-1",
        "representative": "c1",
        "scope": "special-mandate",
        "mandate": None,
        "consents": ["k-1"],
    }
    by_another = event_line("agreement_signed", signed | by_hand, "zh-CN", {"c1": "赵一"})
    assert by_another.endswith("（当面签名，凭证 s-1）；由赵一代理（特别授权）；本人同意书 k-1"), by_another


def test_what_is_wrong_with_a_message_as_such_is_not_told_of_a_persons_name() -> None:
    told = problem_line("name", "refusals.message.phase", {"name": "claim_task", "phase": "prognosis"}, "zh-CN")
    assert told.startswith("案件处于") and "姓名" not in told
