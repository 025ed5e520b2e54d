"""Log lines: JSON, told where they come from, without anybody's numbers."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from temporalio import activity
from temporalio.testing import ActivityEnvironment

from runtime import log
from runtime.settings import Settings

IDENTITY, PHONE = "37000019900101123X", "13812345678"


@pytest.fixture(autouse=True)
def logging_as_before() -> Any:
    """Configured logging does not outlive a test."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def configured(tmp_path: Path) -> None:
    """Log as JSON."""
    log.configure(Settings(data=tmp_path, log_format="json"))


def test_numbers_of_people_are_masked_wherever_they_stand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(tmp_path)
    log.get().info(
        f"claimant {IDENTITY}", phone=PHONE, nested={"who": [IDENTITY, {"n": int(PHONE)}]}, told=f"+86{PHONE}"
    )
    logging.getLogger("library").warning("called %s", PHONE, extra={"identity": IDENTITY})
    try:
        raise ValueError(f"no such person: {IDENTITY}")
    except ValueError:
        log.get().exception("failed")

    written = capsys.readouterr().err
    assert written.count("\n") == 3
    assert IDENTITY not in written and PHONE not in written


@given(before=st.sampled_from(["", "x", "身份证", "id=", "-"]), after=st.sampled_from(["", "。", ",", " x"]))
def test_whatever_stands_around_a_number_it_is_masked(before: str, after: str) -> None:
    masked = log._without_personal_data(None, "info", {"event": f"{before}{IDENTITY}{after}{PHONE}"})
    assert IDENTITY not in masked["event"] and PHONE not in masked["event"]


def test_amounts_days_and_ids_stay_readable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(tmp_path)
    log.get().info("paid", amount="12345678.90", day="2026-11-23", case="dispute-20261123-0001", seq=41, ok=True)
    [line] = lines(capsys)
    assert (line["amount"], line["day"], line["case"]) == ("12345678.90", "2026-11-23", "dispute-20261123-0001")
    assert (line["seq"], line["ok"]) == (41, True)


def test_a_line_of_an_activity_names_case_workflow_and_activity(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(tmp_path)

    @activity.defn
    async def work() -> None:
        with structlog.contextvars.bound_contextvars(phase="mediation"):
            log.get().info("ours")
            activity.logger.info("temporal's")

    asyncio.new_event_loop().run_until_complete(ActivityEnvironment().run(work))
    for line in lines(capsys):
        assert line["case"] == line["workflow_id"] == "test"
        assert (line["activity_type"], line["activity_id"], line["phase"]) == ("unknown", "test", "mediation")


def test_lines_below_the_level_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(Settings(data=tmp_path, log_format="json", log_level="warning"))
    log.get().info("quiet")
    logging.getLogger("library").info("quiet")
    log.get().warning("heard")
    assert [line["event"] for line in lines(capsys)] == ["heard"]
