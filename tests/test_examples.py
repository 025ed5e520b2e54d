"""The shipped examples: what can be said of them without playing them."""

import csv
import io
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.records import ROWS
from cli.plays.example import EXAMPLES, example_folder, example_names, localise
from cli.plays.script import (
    AnswerTogether,
    AtPost,
    CounterWith,
    File,
    Pay,
    ProposeTerms,
    ScriptError,
    Send,
    Until,
    read_script,
)
from client.offer import shares
from domain.assessment.assessment import Assessment
from domain.assessment.months_owed import dues
from domain.assessment.prognosis import load_prognosis
from domain.case.requests import Known
from domain.inquiry.findings import FINDING, Finding
from domain.intake.complaint import Complaint
from domain.procedure.assessment.assessing import assess
from domain.procedure.triage.facts import triage_facts
from domain.rules.parameters import Parameters
from domain.triage.classification import load_table, triage
from domain.words import Agency, Language, Phase, RespondentKind

NAMES = ["complex", "general", "policy", "special"]
HARD = [name for name in example_names() if name.startswith("hard-")]
each_class = pytest.mark.parametrize("name", NAMES)
OTHERS = ["counter", "grid"]
each_example = pytest.mark.parametrize("name", [*NAMES, *OTHERS, *HARD])


def complaint(name: str) -> Complaint:
    return localise(EXAMPLES / name, "").complaint


def findings(name: str) -> tuple[Finding, ...]:
    """What the agencies' records say, as their workers draft it."""
    filed, records = complaint(name), localise(EXAMPLES / name, "").records
    people = {c.identity_number: c.ref for c in filed.claimants}
    employers = {r.credit_code: r.ref for r in filed.respondents if r.credit_code}
    drafts = []
    for agency, text in records.items():
        parts: dict[str, list[dict[str, object]]] = {}
        for row in csv.DictReader(io.StringIO(text)):
            model, part = ROWS[agency][row.pop("record")]
            fields = {key: value for key, value in row.items() if value}
            drafted = model.model_validate(fields).model_dump(exclude_none=True)
            named = {
                "claimant": people.get(drafted.pop("identity_number", "")),
                "employer": employers.get(drafted.pop("employer_code", "")),
            }
            drafted.pop("employer_name", None)
            parts.setdefault(part, []).append(drafted | {k: v for k, v in named.items() if v})
        drafts.append(FINDING.validate_python({"agency": agency} | parts))
    return tuple(drafts)


def known(name: str) -> Known:
    day = date(2026, 6, 1)
    return Known(
        case=f"dispute-demo-{name}",
        complaint=complaint(name),
        supplied=(),
        withdrawn=(),
        filed_on=day,
        today=day,
        findings=findings(name),
    )


def assessed(name: str) -> Assessment:
    return assess(known(name), Parameters.load(), load_prognosis())


def test_the_four_classes_of_dispute_have_an_example_each() -> None:
    assert example_names() == sorted([*NAMES, *OTHERS, *HARD])


def test_each_of_the_laws_fourteen_hard_cases_has_an_example_that_the_table_lists() -> None:
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name.split("-")[1] for name in HARD] == [f"{number:02d}" for number in range(1, 15)]
    assert all(f"| `{name}` |" in table for name in HARD)


@each_example
def test_a_play_files_first_and_ends_with_the_closed_case(name: str) -> None:
    steps = read_script(example_folder(name) / "play.yaml").steps
    assert isinstance(steps[0], File | AtPost)
    assert isinstance(steps[-1], Until)
    assert steps[-1].until.phase is Phase.CLOSED


@each_example
def test_every_step_is_narrated_in_both_languages(name: str) -> None:
    script = read_script(example_folder(name) / "play.yaml")
    assert set(script.title) == set(Language)
    for step in script.steps:
        assert set(step.say) == set(Language)
        assert any("\u4e00" <= c <= "\u9fff" for c in step.say[Language.CHINESE])
        assert step.say[Language.ENGLISH].isascii() or "…" in step.say[Language.ENGLISH]


@each_example
def test_a_play_names_only_people_and_instalments_that_there_are(name: str) -> None:
    filed = complaint(name)
    parties = {c.ref for c in filed.claimants} | {r.ref for r in filed.respondents}
    steps = read_script(example_folder(name) / "play.yaml").steps
    scheduled: set[str] = set()
    for step in steps:
        match step:
            case CounterWith():
                assert step.counter.payer in {r.ref for r in filed.respondents}
                scheduled = {f"n{number + 1}" for number in range(step.counter.instalments)}
            case ProposeTerms():
                assert step.propose.payer in {r.ref for r in filed.respondents}
                scheduled |= {f"n{number + 1}" for number in range(step.propose.instalments)}
            case AnswerTogether():
                assert set(step.answers.parties) <= parties
            case Pay():
                assert step.pay.instalment in scheduled
            case Send():
                assert set(step.fields.get("present", ())) <= parties
    paid = {step.pay.instalment for step in steps if isinstance(step, Pay)}
    assert paid <= scheduled
    assert paid == scheduled or name in HARD


@each_example
def test_every_agency_answers_from_records_that_name_people_of_the_complaint(name: str) -> None:
    filed = complaint(name)
    numbers = {c.identity_number for c in filed.claimants}
    codes = {r.credit_code for r in filed.respondents if r.credit_code}
    for agency, text in localise(EXAMPLES / name, "").records.items():
        rows = list(csv.DictReader(io.StringIO(text)))
        if agency is not Agency.UNION:
            assert rows, agency
        for row in rows:
            cells = set(row.values())
            assert cells & (numbers | codes), (agency, row)


@pytest.mark.parametrize(
    ("name", "months", "premiums"),
    [
        ("general", 12, "6584.40"),  # 6,200.00 × (25.1 % + 10.3 %) × 3
        ("policy", 24, "33516.00"),  # 9,000.00 × 35.4 % × 6 + (9,000.00 - 4,000.00) × 24 % × 12
        ("complex", 52, "36037.20"),  # 7,000.00 × 35.4 % × 4 + 8,200.00 × 35.4 % × 9
        ("special", 468, "284419.98"),  # 89,271.83 × 35.4 % × 9, each share rounded to the fen
    ],
)
def test_what_is_owed_comes_out_of_the_records(name: str, months: int, premiums: str) -> None:
    found = assessed(name)
    assert found.employer_share + found.employee_share == Decimal(premiums)
    filed = complaint(name)
    arrears = dues(filed, filed.items, findings(name), (), ())
    assert len(arrears.owed) == months
    assert not arrears.assumptions


def test_the_records_contradict_each_other_in_the_complex_example_and_in_the_declared_base_of_the_policy_one() -> None:
    contradictions = {name: {d.kind for d in assessed(name).discrepancies} for name in NAMES}
    assert contradictions == {
        "complex": {"overlapping-employers", "paid-not-employed", "booked-not-paid"},
        "general": set(),
        "policy": {"base-below-wage"},
        "special": set(),
    }


def test_the_joint_meeting_decides_every_contradiction_that_there_is() -> None:
    steps = read_script(example_folder("complex") / "play.yaml").steps
    decided = {
        step.fields["discrepancy"] for step in steps if isinstance(step, Send) and step.message == "decide_discrepancy"
    }
    assert decided == {d.id for d in assessed("complex").discrepancies}


@each_class
def test_triage_gives_the_class_that_the_example_is_named_after(name: str) -> None:
    facts = triage_facts(known(name).model_copy(update={"assessment": assessed(name)}))
    assert triage(facts, load_table()).case_class == name


@each_example
def test_all_people_and_employers_are_marked_as_fictional(name: str) -> None:
    filed = complaint(name)
    names = [c.name for c in filed.claimants] + [r.name for r in filed.respondents]
    assert all("虚构" in name for name in names)
    assert all(c.identity_number.startswith("99") for c in filed.claimants)


def test_the_special_example_is_the_hard_one() -> None:
    filed = complaint("special")
    kinds = Counter(r.kind for r in filed.respondents)
    assert len(filed.claimants) == 13
    assert kinds[RespondentKind.SHAREHOLDER] == kinds[RespondentKind.LIQUIDATOR] == 1
    assert sum(c.retires_on is not None for c in filed.claimants) == 3
    assert filed.circumstances.foreign_element
    assert filed.circumstances.media_or_mass_risk
    assert "deregistered" in localise(EXAMPLES / "special", "").records[Agency.TAX]


@each_example
@given(run=st.from_regex(r"[a-z0-9]{1,24}", fullmatch=True))
def test_each_run_has_people_of_its_own_who_are_valid_and_the_same_again(name: str, run: str) -> None:
    shipped, first, again = (localise(EXAMPLES / name, r) for r in ("", run, run))
    assert first == again
    made = Complaint.model_validate(first.complaint.model_dump())
    assert made.complaint_id.endswith(f"-{run}")
    for before, after in zip(shipped.complaint.claimants, made.claimants, strict=True):
        assert after.identity_number != before.identity_number
        assert after.identity_number[6:14] == before.identity_number[6:14]
        assert int(after.identity_number[16]) % 2 == int(before.identity_number[16]) % 2
    everything = "".join(first.records.values())
    assert not any(c.identity_number in everything for c in shipped.complaint.claimants)
    assert not any(r.credit_code in everything for r in shipped.complaint.respondents if r.credit_code)


def test_two_runs_share_nobody() -> None:
    one, two = (
        {c.identity_number for c in localise(EXAMPLES / "special", run).complaint.claimants}
        for run in ("monday", "tuesday")
    )
    assert not one & two


@given(fen=st.integers(min_value=0, max_value=10**9), count=st.integers(min_value=1, max_value=24))
def test_shares_add_up_to_the_fen_and_differ_by_one_at_most(fen: int, count: int) -> None:
    parts = list(shares(Decimal(fen) / 100, count))
    assert sum(parts) == Decimal(fen) / 100
    assert max(parts) - min(parts) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ("{say: {zh-CN: 一, en: a}, fly: {}}", "step 1 (fly)"),
        ("{say: {zh-CN: 一, en: a}, claim_task: {tusk: tax}}", "task: Field required"),
        ("{say: {zh-CN: 一}, until: {phase: closed}}", "say it in zh-CN and in en"),
        ("{say: {zh-CN: 一, en: a}, until: {}, pay: {instalment: n1}}", "one thing to do, found until, pay"),
        ("{say: {zh-CN: 一, en: a}, advance: {}}", "either days or to_instalment"),
    ],
)
def test_a_bad_step_is_named_with_what_is_wrong(tmp_path: Path, step: str, complaint: str) -> None:
    file = tmp_path / "play.yaml"
    file.write_text(f"title: {{zh-CN: 题, en: t}}\nsteps:\n  - {step}\n", encoding="utf-8")
    with pytest.raises(ScriptError) as caught:
        read_script(file)
    assert "step 1" in str(caught.value)
    assert complaint in str(caught.value)
