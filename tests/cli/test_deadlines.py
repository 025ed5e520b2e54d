"""``calendar`` on the command line: a year, the terms, and a date explained."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.tables import deadlines
from client.explained import explain_limitation
from domain.assessment.limitation import LimitationEvent, LimitationEventKind, limitation_clock
from domain.case.requests import OpenDeadline
from domain.deadlines.calendar import Calendar
from domain.deadlines.deadline import plan
from domain.views.case_view import CaseDeadlines
from domain.words import ClaimKind
from texts.citation import cited

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The commands with the centre's own tables in an empty folder."""
    monkeypatch.setenv("ONESTOP_TABLES", str(tmp_path))

    def at_work(*arguments: str, language: str = "en") -> Result:
        app = typer.Typer()
        deadlines.register(app, language)
        return CliRunner().invoke(app, ["calendar", *arguments])

    return at_work


def test_a_year_is_shown_with_its_holidays(run: Run) -> None:
    shown = run("check", "2025").output
    assert "2025: 248 working days, by the official notice" in shown
    assert "2025-10-01/2025-10-08" in shown


def test_a_year_without_notice_is_provisional_until_the_notice_is_loaded(run: Run, tmp_path: Path) -> None:
    assert json.loads(run("check", "2027", "--json").output)["provisional"]
    (tmp_path / "notice-2027.yaml").write_text(
        "year: 2027\nsource: x\nholidays: [2027-01-01]\nworking_days_in_lieu: [2027-01-31]\n"
    )
    told = json.loads(run("check", "2027", "--json").output)
    assert (told["provisional"], told["holidays"], told["working_days_in_lieu"]) == (
        False,
        ["2027-01-01"],
        ["2027-01-31"],
    )


def test_a_date_is_explained_step_by_step_in_the_user_s_language(run: Run) -> None:
    english = run("plan", "mediation", "--from", "2025-09-23").output
    assert "2025-10-08 is a holiday: moved to 2025-10-09 (民法典 Art.203)" in english
    assert "arbitration is open" in english
    chinese = run("plan", "arbitration-acceptance", "--from", "2026-12-30", language="zh-CN").output
    assert "2027 年放假安排尚未公布，暂定" in chinese and "（未核实）" in chinese


def test_a_machine_reads_the_deadline_as_json(run: Run) -> None:
    told = json.loads(run("plan", "mediation", "--from", "2025-09-23", "--json").output)
    assert (told["due"], told["due_at"]) == ("2025-10-09", "2025-10-10T00:00:00+08:00")


def test_the_terms_are_listed_for_a_place(run: Run) -> None:
    rows = json.loads(run("terms", "--jurisdiction", "demo", "--json").output)
    assert {row["event"] for row in rows} >= {"mediation", "inquiry-fast", "instalment-grace"}
    assert "mediation" in run("terms").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "nothing", "--from", "2025-01-01"], "no term nothing"),
        (["plan", "mediation", "--from", "2025-02-29"], "--from"),
        (["plan", "mediation", "--from", "9999-12-31"], "after 2200"),
        (["plan", "inspection", "--from", "2025-01-01", "--extended-by", "31"], "at most by 30"),
        (["plan", "mediation", "--from", "2025-01-01", "--jurisdiction", "XX"], "XX"),
        (["check", "2003"], "before 2004"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_a_reason(run: Run, arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.output


def test_a_bad_table_of_the_centre_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "deadlines.yaml").write_text("rows: 3")
    result = run("plan", "mediation", "--from", "2025-01-01")
    assert result.exit_code == 2
    assert "deadlines.yaml" in result.output


def test_an_explanation_ends_with_the_source() -> None:
    lines = deadlines.explain(plan("mediation", date(2025, 3, 3), Calendar()), "en")
    assert lines[-1] == "source: 劳动争议调解仲裁法 Art.14"


def test_a_limitation_clock_is_explained_with_its_events() -> None:
    claim = LimitationEvent(kind=LimitationEventKind.CLAIM_ON_EMPLOYER, on=date(2024, 10, 8))
    clock = limitation_clock("i1", ClaimKind.WAGES, date(2024, 3, 1), [claim], date(2025, 9, 20), Calendar())
    assert explain_limitation(clock, "en") == [
        "runs from 2024-03-01, the end of employment",
        "interrupted on 2024-10-08 (a claim on the employer): the term begins anew",
        "lapses in 19 day(s), on 2025-10-09 (劳动争议调解仲裁法 Art.27(4)): act now",
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_date_of_a_case_is_explained(language: str) -> None:
    inquiry = plan("inquiry-slow", date(2026, 12, 21), Calendar())
    clock = limitation_clock("i1", ClaimKind.WAGES, date(2024, 3, 1), [], date(2025, 9, 20), Calendar())
    found = CaseDeadlines(
        case="dispute-t-1",
        deadlines=(OpenDeadline(what="inquiry", about="tax", deadline=inquiry, final_at=inquiry.due_at),),
        clocks=(clock,),
    )
    lines = list(deadlines.explain_case(found, language))
    said = "\n".join(lines)
    assert lines[0].endswith({"zh-CN": "（暂定）", "en": "(provisional)"}[language])
    assert "2026-12-26/2026-12-27" in said or "weekends" in said or "周末" in said
    assert {"zh-CN": "升级督办", "en": "escalated to the supervisor"}[language] in said
    assert {"zh-CN": "事项 i1 的时效：已届满", "en": "limitation of item i1: lapsed"}[language] in said
    assert cited("劳动争议调解仲裁法 Art.27(4)", language) in said
