"""Each user plays a case by commands alone, on real servers."""

import asyncio
import hashlib
import json
import sys
from datetime import datetime, timedelta
from os import environ
from pathlib import Path
from typing import Any

import pytest

from cli.docs import protocol_docs
from domain.intake.complaint import Complaint
from tests import builders
from tests.cli.conftest import Centre, Onestop, Ran
from tests.patience import seen
from texts import sentences

ROOT = Path(__file__).parents[2]


def typed(complaint: Complaint) -> str:
    """A complaint as an intake service sends it."""
    return complaint.model_dump_json(exclude_none=True)


async def filed(onestop: Onestop, **changes: Any) -> str:
    """The number of a case that has just been filed as a drill, by somebody who never filed before."""
    complaint = builders.complaint(**changes)
    serial = int(complaint.complaint_id.removeprefix("t-"))
    complaint = complaint.model_copy(update={"claimants": (builders.claimant(serial, ref="c1"),)})

    async def file() -> Ran:
        """Again where nobody answered in time: the same complaint has the same receipt."""
        ran = await onestop("file", "-", "--drill-on", builders.TODAY, "--json", typed=typed(complaint))
        assert ran.code == 0, ran
        return ran

    ran = await seen(file, lambda ran: "decision" in ran.json)
    assert ran.json["decision"] == "accepted"
    number: str = ran.json["case_number"]
    return number


async def until(onestop: Onestop, case: str, phase: str) -> dict[str, Any]:
    """The case once it is in a phase."""

    async def view() -> dict[str, Any]:
        shown: dict[str, Any] = (await onestop("show", case, "--json")).json
        return shown

    return await seen(view, lambda shown: shown["phase"] == phase)


async def listed(onestop: Onestop, case: str, *filters: str, there: bool = True) -> bool:
    """That a list has the case, or has it no more, once the casebook has had time to write."""

    async def lines() -> list[str]:
        return [line["case_number"] for line in (await onestop("list", *filters, "--json")).json]

    await seen(lines, lambda numbers: (case in numbers) is there)
    return there


async def investigate(onestop: Onestop, case: str) -> None:
    """Every agency submits a finding from a file."""
    findings = {
        "labor": builders.labor_finding(),
        "medical-insurance": builders.medical_finding(),
        "tax": builders.tax_finding(),
    }
    for agency, finding in findings.items():
        assert (await onestop("submit", case, agency, "-", typed=finding.model_dump_json())).code == 0


async def test_a_case_from_filing_to_closure_by_commands_alone(at_centre: Onestop, tmp_path: Path) -> None:
    case = await filed(at_centre)
    assert await listed(at_centre, case, "--phase", "fact-finding", "--class", "general")
    inbox = (await at_centre("tasks", "--agency", "tax", "--json")).json
    assert case in [line["case_number"] for line in inbox]
    assert (await at_centre("claim", case, "tax", "--as", "officer:tax/tax-01")).code == 0
    assert (await at_centre("release", case, "tax", "--as", "officer:tax/tax-01", "--reason", "换人")).code == 0
    await investigate(at_centre, case)

    view = await until(at_centre, case, "mediation")
    assert view["assignment"]["mediator"] == view["mediator"]
    assert view["assigned_because"][0] in (await at_centre("show", case)).out
    explained = (await at_centre("triage", "explain", case, "--json")).json
    assert explained["triage"]["case_class"] == view["case_class"]
    assert (await at_centre("triage", "explain", case)).out == (await at_centre("why", case)).out
    today = sentences.day(datetime.fromisoformat(view["now"]))
    assert (await at_centre("session", case, "--held-on", today, "--present", "c1")).code == 0
    terms = await at_centre("terms", case, "--payer", "e1", "--first-due", today + timedelta(days=20))
    paper = tmp_path / "terms.json"
    paper.write_text(terms.out)
    assert (await at_centre("propose", case, paper)).code == 0
    silent = await at_centre("answer", case, "p1", "c1", "--lang", "en")
    assert (silent.code, silent.err.strip()) == (2, "accept: is required: add it")
    assert (await at_centre("answer", case, "p1", "c1", "--accept")).code == 0
    assert (await at_centre("answer", case, "p1", "e1", "--accept")).code == 0

    view = await until(at_centre, case, "performance")
    total = view["settlement"]["total"]
    assert f"./onestop sign {case}" in (await at_centre("show", case)).out
    assert (await at_centre("sign", case, "--parties", "c1", "--parties", "e1", "--how", "in-person")).code == 0
    assert (await at_centre("seal", case, "seal-0001")).code == 0
    assert f"--amount {total}" in (await at_centre("show", case)).out
    paid = await at_centre("pay", case, "--receipt", "r1", "--paid-on", today, "--amount", total)
    assert paid.code == 0

    view = await until(at_centre, case, "closed")
    assert view["outcome"] == "performed"
    assert await listed(at_centre, case, "--outcome", "performed")
    told = (await at_centre("notices", case, "--json")).json
    for reader in ("c1", "claimants", "mediator"):
        theirs = (await at_centre("notices", case, "--for", reader, "--json")).json
        assert 0 < len(theirs) < len(told)
    for arguments in (["show", case], ["timeline", case], ["watch", case], ["why", case], ["list"]):
        shown = await at_centre(*arguments)
        assert shown.code == 0
        assert shown.out
    assert case in (await at_centre("show", case)).out
    whole = await at_centre("ledger", "verify", case, "--json")
    assert whole.json["whole"] is True


async def test_the_first_line_says_on_whom_the_case_waits_in_the_readers_language(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    chinese, english = await at_centre("show", case), await at_centre("show", case, "--lang", "en")
    assert chinese.out.startswith("等待人社部门、医保部门、税务部门作基础调查，自")
    assert "24时" in chinese.out.splitlines()[0]
    assert english.out.startswith("Waits on labour bureau, medical insurance bureau, tax bureau for fact-finding")
    assert f"./onestop claim {case} labor" in chinese.out


async def test_a_refusal_is_exit_code_1_with_the_reason_and_the_remedy(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    ran = await at_centre("claim", case, "tax", "--as", "officer:labor/lab-01", "--lang", "en")
    assert ran.code == 1
    assert ran.err.strip() == "task: this inquiry belongs to the tax bureau: have its officer do it"
    machine = await at_centre("claim", case, "tax", "--as", "officer:labor/lab-01", "--json")
    assert machine.code == 1
    assert machine.json["error"]["problems"] == [
        {"field": "task", "code": "refusals.task.other_agency", "params": {"agency": "tax"}}
    ]


async def test_the_same_message_id_acts_once(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    first, again = [
        await at_centre("comment", case, "请优先办理", "--message-id", "remark-1", "--json") for _ in range(2)
    ]
    assert first.json["seq"] == again.json["seq"]
    kinds = [event["kind"] for event in (await at_centre("timeline", case, "--json")).json]
    assert kinds.count("commented") == 1


async def test_a_signal_that_can_not_be_carried_out_stands_on_the_timeline(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    assert (await at_centre("resume", case, "--signal")).code == 0
    events: list[dict[str, Any]] = []
    while not any(event["kind"] == "message_rejected" for event in events):
        events = (await at_centre("timeline", case, "--json")).json
    assert "恢复案件" in (await at_centre("timeline", case)).out


async def test_the_same_complaint_again_gets_the_same_receipt(at_centre: Onestop) -> None:
    complaint = builders.complaint(claimants=1)
    complaint = complaint.model_copy(update={"claimants": (builders.claimant(901, ref="c1"),)})
    first, again = [await at_centre("file", "-", "--json", typed=typed(complaint)) for _ in range(2)]
    assert first.json == again.json


async def test_an_unknown_case_is_exit_code_3(at_centre: Onestop) -> None:
    for case in ("RZ-1999-000001", "dispute-nowhere"):
        for arguments in (["show", case], ["comment", case, "x"]):
            assert (await at_centre(*arguments)).code == 3


async def test_what_people_filed_is_shown_as_it_is(at_centre: Onestop) -> None:
    name = "虚构[/]公司[red]"
    case = await filed(at_centre, respondents=(builders.employer(name=name),))
    assert name in (await at_centre("show", case)).out
    assert await listed(at_centre, case)
    assert name in (await at_centre("list")).out


async def test_a_remark_that_looks_like_a_word_of_ours_is_not_translated(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    await at_centre("comment", case, "read")
    assert "备注：read" in (await at_centre("timeline", case)).out


async def test_any_message_can_be_sent_as_it_is(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    sent = await at_centre("send", case, "comment", "-", typed=json.dumps({"text": "原样"}))
    assert sent.code == 0
    assert "原样" in (await at_centre("timeline", case)).out
    bad = await at_centre("send", case, "comment", "-", "--lang", "en", typed=json.dumps({"txt": 1}))
    assert bad.code == 1
    assert bad.err.splitlines() == [
        "text: is required: add it",
        "txt: is not a field of this message: remove it or mend its name",
    ]


async def test_evidence_is_put_on_the_ledger_with_its_digest(at_centre: Onestop, tmp_path: Path) -> None:
    case = await filed(at_centre)
    file = tmp_path / "工资流水.pdf"
    file.write_bytes(b"%PDF-1.7 wages")
    assert (await at_centre("attach", case, file, "--as", "claimant:c1")).code == 0
    events = (await at_centre("timeline", case, "--json")).json
    facts = next(event["facts"] for event in events if event["kind"] == "evidence_attached")
    assert facts["sha256"] == hashlib.sha256(b"%PDF-1.7 wages").hexdigest()
    assert facts["title"] == "工资流水.pdf"


async def test_a_draft_can_be_amended_and_submitted(at_centre: Onestop, tmp_path: Path) -> None:
    case = await filed(at_centre)
    drafted = await at_centre("draft", case, "labor")
    while drafted.code == 3:
        drafted = await at_centre("draft", case, "labor")
    amended = tmp_path / "finding.json"
    amended.write_text(json.dumps(drafted.json | {"remark": "已核对"}))
    assert (await at_centre("submit", case, "labor", amended)).code == 0


async def test_temporals_own_command_line_can_say_what_the_page_of_messages_shows(
    at_centre: Onestop, centre: Centre, tmp_path: Path
) -> None:
    page = protocol_docs.FILE.read_text(encoding="utf-8")
    commands = page.split("```sh\n")[1].split("```")[0].replace("./onestop", str(ROOT / "onestop"))
    found = environ | {
        "PATH": f"{Path(sys.executable).parent}:{environ['PATH']}",
        "TEMPORAL_ADDRESS": centre.world.client.service_client.config.target_host,
    }
    shell = await asyncio.create_subprocess_exec(
        "bash", "-euc", commands, cwd=tmp_path, env=found, stdout=-1, stderr=-1
    )
    _, err = await shell.communicate()
    assert shell.returncode == 0, err.decode()
    kinds = [event["kind"] for event in (await at_centre("timeline", "dispute-demo-general", "--json")).json]
    assert {"task_claimed", "commented"} <= set(kinds)
    assert not {"message_rejected", "message_unproved"} & set(kinds)


async def test_a_complaint_is_taken_while_nobody_is_at_work(
    at_centre: Onestop, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in Temporal's history before the sender is told so; the workers find it when they come back."""
    monkeypatch.setattr("client.connection.PATIENCE", 1.0)
    complaint = builders.complaint()
    complaint = complaint.model_copy(update={"claimants": (builders.claimant(902, ref="c1"),)})
    case = f"dispute-{complaint.complaint_id}"
    await centre.close()
    try:
        taken: Ran = await at_centre("file", "-", "--lang", "en", typed=typed(complaint))
        assert taken.code == 0
        assert f"./onestop show {case}" in taken.out
        history = await centre.world.client.get_workflow_handle(case).fetch_history()
        assert any(e.HasField("workflow_execution_signaled_event_attributes") for e in history.events)
        unanswered = await at_centre("comment", case, "x", "--message-id", "m-1", "--lang", "en")
        assert unanswered.code == 4
        assert "--message-id m-1" in unanswered.err
    finally:
        await centre.open()
    view = await until(at_centre, case, "fact-finding")
    events = (await at_centre("timeline", case, "--json")).json
    assert [event["kind"] for event in events].count("complaint_filed") == 1
    assert view["case_number"]


async def test_a_notice_of_working_days_is_loaded_and_every_running_case_told(
    at_centre: Onestop, centre: Centre, tmp_path: Path
) -> None:
    case = await filed(at_centre)
    [first, *_] = (await until(at_centre, case, "fact-finding"))["tasks"]
    file = tmp_path / "notice.yaml"
    file.write_text(f"year: {first['due'][:4]}\nsource: x\nholidays: [{first['due']}]\nworking_days_in_lieu: []\n")

    told = (await at_centre("calendar", "load", file, "--json")).json
    again = (await at_centre("calendar", "replan", first["due"][:4], "--json")).json

    assert told["told"] >= 1
    assert told["message_id"] == again["message_id"]

    async def due() -> str:
        moved: str = (await at_centre("show", case, "--json")).json["tasks"][0]["due"]
        return moved

    try:
        await seen(due, lambda moved: moved > first["due"])
    finally:
        (centre.settings.own_tables / f"notice-{first['due'][:4]}.yaml").unlink()


async def test_a_supervisor_lists_what_waits_for_what_and_by_when(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    await until(at_centre, case, "fact-finding")
    waits = ("list", "--waits-for", "inquiry", "--waits-on", "tax", "--limit", 500)

    async def listed() -> list[Any]:
        lines: list[Any] = (await at_centre(*waits, "--due-within", 60, "--json")).json
        return lines

    found = await seen(listed, lambda lines: case in [line["case_number"] for line in lines])  # Written a moment later.
    assert [line["waits_until"] for line in found] == sorted(line["waits_until"] for line in found)
    assert (await at_centre("list", "--waits-for", "recusal", "--waits-on", "tax", "--json")).json == []
    shown = await at_centre(*waits, "--lang", "en")
    assert case in shown.out and "fact-finding" in shown.out
    assert (await at_centre("list", "--waits-for", "nothing-known")).code == 2
