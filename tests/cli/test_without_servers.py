"""What the command line does before it talks to anybody."""

import json
import re
from pathlib import Path

import pytest

from cli.docs.examples_of import example, finding_example
from cli.docs.protocol_docs import FILE, page
from cli.main import build, language_of
from cli.messages import COMMANDS, Command
from cli.sending import described
from client.connection import BadActor, actor
from domain.case.protocol import MESSAGES
from domain.inquiry.findings import FINDING_OF
from domain.intake.complaint import Complaint
from domain.words import Agency, Language, Role
from tests.cli.conftest import Onestop


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_the_example_of_a_message_is_valid(name: str) -> None:
    MESSAGES[name].model.model_validate_json(json.dumps(example(name)))


@pytest.mark.parametrize("agency", Agency)
def test_the_example_of_a_finding_is_valid(agency: Agency) -> None:
    FINDING_OF[agency].model_validate_json(json.dumps(finding_example(agency)))


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.file], ids=lambda c: c.name)
async def test_what_example_prints_may_be_sent_as_the_file(onestop: Onestop, command: Command) -> None:
    name, message, field = command.name, command.message, command.file
    printed = (await onestop(name, "x", "--example")).json
    body = printed if field == "*" else {field: printed}
    rest = {k: v for k, v in example(message).items() if k not in body}
    MESSAGES[message].model.model_validate_json(json.dumps(rest | body))


@pytest.mark.parametrize("agency", Agency)
async def test_each_agency_has_its_own_form_of_a_finding(onestop: Onestop, agency: Agency) -> None:
    schema = (await onestop("submit", "x", agency, "--schema")).json
    assert schema["properties"]["agency"]["const"] == agency
    assert (await onestop("submit", "x", agency, "--example")).json == finding_example(agency)


async def test_the_form_of_a_proposal_leaves_out_what_the_command_fills_in(onestop: Onestop) -> None:
    schema = (await onestop("propose", "x", "--schema")).json
    assert {"proposal", "payer", "instalments"} <= set(schema["properties"])
    assert not {"actor", "message_id", "language"} & set(schema["properties"])
    assert set(schema["required"]) == {"proposal", "payer", "instalments"}


async def test_the_example_of_a_complaint_may_be_filed(onestop: Onestop) -> None:
    Complaint.model_validate((await onestop("file", "--example")).json)


def test_messages_md_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == page(), "make docs brings it up to date"


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, Language.CHINESE),
        ([], {"LANG": "en_US.UTF-8"}, Language.ENGLISH),
        ([], {"LANG": "C.UTF-8"}, Language.CHINESE),
        ([], {"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, Language.CHINESE),
        ([], {"LANG": "zh_CN.UTF-8", "ONESTOP_LANGUAGE": "en"}, Language.ENGLISH),
        (["list", "--lang", "en"], {"ONESTOP_LANGUAGE": "zh-CN"}, Language.ENGLISH),
        (["--lang=zh-CN", "list"], {"LANG": "en_US.UTF-8"}, Language.CHINESE),
    ],
)
def test_the_language_is_the_users(arguments: list[str], environment: dict[str, str], language: Language) -> None:
    assert language_of(arguments, environment) is language


@pytest.mark.parametrize("language", Language)
async def test_every_command_explains_itself_in_the_users_language(onestop: Onestop, language: Language) -> None:
    for command in build(language).registered_commands:
        ran = await onestop(command.name, "--help", "--lang", language)
        assert ran.code == 0
        assert command.help and command.help[:12] in ran.out


@pytest.mark.parametrize(
    ("arguments", "chinese", "english"),
    [
        (["why"], "缺少 'case'", "'case' is required"),
        (["claim"], "缺少 case", "case is required"),
        (["claim", "x"], "缺少 task", "task is required"),
        (["calendar", "plan", "mediation"], "缺少 '--from'", "'--from' is required"),
        (["list", "--phase", "nope"], "'--phase' 的值不对", "'--phase' has a wrong value"),
        (["list", "--bogus"], "没有选项 --bogus", "there is no option --bogus"),
        (["bogus"], "bogus", "bogus"),
        (["send", "x", "bogus"], "没有这种消息", "there is no such message"),
        (["attach", "x", "/nowhere"], "/nowhere", "/nowhere"),
        (["file"], "请给出投诉文件", "name a complaint file"),
        (["file", "/nowhere"], "/nowhere", "/nowhere"),
    ],
)
async def test_misuse_is_told_in_the_users_language(
    onestop: Onestop, arguments: list[str], chinese: str, english: str
) -> None:
    for language, said in (("zh-CN", chinese), ("en", english)):
        ran = await onestop(*arguments, "--lang", language)
        assert ran.code == 2
        assert said in ran.err
        assert ran.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["clam", "x"],
        ["zzzz"],
        ["list", "--phase", "nope"],
        ["list", "--due-within", "-1"],
        ["list", "--due-within", "x"],
        ["list", "extra", "more"],
        ["list", "--limit"],
        ["list", "--blocked=3"],
    ],
)
async def test_the_library_never_speaks_english_to_a_chinese_reader(onestop: Onestop, arguments: list[str]) -> None:
    told = await onestop(*arguments, "--lang", "zh-CN")
    assert told.code == 2
    assert not re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", told.err.partition("用法见")[0]), told.err


async def test_a_language_that_nobody_speaks_here_is_refused(onestop: Onestop) -> None:
    assert (await onestop("list", "--lang", "fr")).code == 2


async def test_a_bad_complaint_is_told_field_by_field(onestop: Onestop) -> None:
    complaint = example("file_complaint")["complaint"]
    bad = complaint | {"channel": "no channel", "respondents": [], "nonsense": 1}
    ran = await onestop("file", "-", "--lang", "en", typed=json.dumps(bad))
    assert ran.code == 2
    assert {line.split(":")[0] for line in ran.err.splitlines()} == {"channel", "respondents", "nonsense"}


async def test_a_machine_is_told_what_is_wrong_in_json(onestop: Onestop) -> None:
    bad = example("file_complaint")["complaint"] | {"respondents": []}
    ran = await onestop("file", "-", "--json", typed=json.dumps(bad))
    assert ran.code == ran.json["error"]["exit"] == 2
    assert [(p["field"], p["code"]) for p in ran.json["error"]["problems"]] == [("respondents", "input.too_short")]
    assert ran.err == ""


async def test_an_error_never_repeats_an_identity_number(onestop: Onestop) -> None:
    complaint = example("file_complaint")["complaint"]
    number = complaint["claimants"][0]["identity_number"]
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    complaint = complaint | {"claimants": [complaint["claimants"][0] | {"identity_number": wrong}]}
    for flags in ([], ["--json"]):
        ran = await onestop("file", "-", *flags, typed=json.dumps(complaint))
        assert ran.code == 2
        assert wrong not in ran.out + ran.err


async def test_broken_json_is_told_by_its_line(onestop: Onestop) -> None:
    ran = await onestop("file", "-", "--lang", "en", typed='{\n "complaint_id": ,\n}')
    assert ran.code == 2
    assert "line 2" in ran.err


async def test_without_servers_it_says_how_to_start_them(onestop: Onestop) -> None:
    for arguments in (["list"], ["show", "x"], ["claim", "x", "tax"], ["tasks", "--agency", "tax"]):
        ran = await onestop(*arguments)
        assert ran.code == 4
        assert "make up" in ran.err


@pytest.mark.parametrize(
    ("text", "role", "agency", "name"),
    [
        ("officer:tax/tax-01", Role.OFFICER, Agency.TAX, "tax-01"),
        ("officer:medical-insurance/med-01", Role.OFFICER, Agency.MEDICAL_INSURANCE, "med-01"),
        ("mediator:m-01", Role.MEDIATOR, None, "m-01"),
        ("mediator/m-01", Role.MEDIATOR, None, "m-01"),
        ("claimant/c1", Role.CLAIMANT, None, "c1"),
    ],
)
def test_who_acts_can_be_written_either_way(text: str, role: Role, agency: Agency | None, name: str) -> None:
    who = actor(text)
    assert (who.role, who.agency, who.id) == (role, agency, name)


@pytest.mark.parametrize("text", ["", "king", "officer:police/x", "claimant:", "officer:tax/", "claimant:张三"])
def test_who_acts_must_be_readable(text: str) -> None:
    with pytest.raises(BadActor):
        actor(text)


def test_evidence_is_described_by_what_the_file_is(tmp_path: Path) -> None:
    file = tmp_path / "wages.pdf"
    file.write_bytes(b"abc")
    assert described(file) == {
        "title": "wages.pdf",
        "media_type": "application/pdf",
        "size": 3,
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "location": file.as_uri(),
    }


@pytest.mark.parametrize(
    "command",
    [
        ("file",),
        ("propose", "x"),
        ("pay-list", "x"),
        ("claimants", "import", "--dry-run"),
        ("records", "load", "tax"),
        ("evidence", "add", "x"),
    ],
)
async def test_a_file_that_is_not_there_is_told_in_the_users_language(
    onestop: Onestop, tmp_path: Path, command: tuple[str, ...]
) -> None:
    told = await onestop(*command, tmp_path / "none.json")
    assert told.code == 2, told
    assert told.err.strip().replace("\n", "") == f"打不开文件 {tmp_path / 'none.json'}：没有这个文件，请核对路径"


@pytest.mark.parametrize("command", [("file",), ("records", "load", "tax")])
async def test_a_folder_in_place_of_a_file_is_told_as_one(
    onestop: Onestop, tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert "这是文件夹，请给出其中的文件" in (await onestop(*command, tmp_path)).err


async def test_a_file_in_place_of_a_folder_is_told_as_none(onestop: Onestop, tmp_path: Path) -> None:
    (tmp_path / "letter").touch()
    told = await onestop("paper", "templates", tmp_path / "letter")
    assert (told.code, "同名文件已经存在，请换一个名称" in told.err) == (2, True), told
    assert "这不是文件夹，请给出文件夹" in (await onestop("paper", "check", tmp_path / "letter")).err
