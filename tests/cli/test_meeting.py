"""A joint meeting by commands, from its call to its minutes."""

import json
from pathlib import Path

from docx import Document

from tests.cli.conftest import Onestop
from tests.cli.test_at_the_centre import filed
from tests.patience import seen


async def test_a_meeting_is_called_by_the_calendar(at_centre: Onestop) -> None:
    coming = (await at_centre("meeting", "calendar", "--count", "3", "--json")).json
    assert len(coming) == 3 and {one["kind"] for one in coming} == {"regular", "liaison"}
    assert "例会" in (await at_centre("meeting", "calendar")).out
    called = await at_centre("meeting", "call", "by-calendar", "--next", "liaison", "--drill")
    assert called.code == 0, called
    view = (await at_centre("meeting", "show", "by-calendar", "--json")).json
    first = next(one for one in coming if one["kind"] == "liaison")
    assert (view["kind"], view["starts"]) == ("liaison", first["starts"])
    assert [one["agency"] for one in view["members"]] == [one["agency"] for one in first["members"]]


async def test_a_meeting_is_called_held_and_written_up_by_commands(at_centre: Onestop, tmp_path: Path) -> None:
    call = (await at_centre("meeting", "call", "--example")).json | {"drill": True}
    called = await at_centre("meeting", "call", "spring", "-", "--lang", "en", typed=json.dumps(call))
    assert called.code == 0 and "is called" in called.out, called

    async def say(name: str, **fields: object) -> None:
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(fields))
        done = await at_centre("meeting", "say", "spring", name, str(file))
        assert done.code == 0, done

    await say("propose_item", item="i-own", kind="policy-question", title="补缴口径")
    await say("fix_agenda")
    await say("open_sitting", present=["sup-01", "tax-01"])
    decided = await at_centre("meeting", "decide", "spring", "--items", "i-own", "--text", "报上级明确")
    assert decided.code == 0, decided
    case = await filed(at_centre)
    await say("set_order", order="o1", what="整理历年口径", agency="tax", helping=["labor"], days=10, cases=[case])

    async def orders() -> list[dict[str, object]]:
        found: list[dict[str, object]] = (await at_centre("meeting", "orders", "--agency", "tax", "--json")).json
        return found

    assert await seen(orders, lambda found: any(one["ref"] == "o1" and one["due"] for one in found))
    for where in (("show", case), ("inbox", "--agency", "labor"), ("inbox",)):
        assert "整理历年口径" in (await at_centre(*where)).out.replace("\n", ""), where
    assert "整理历年口径" not in (await at_centre("inbox", "--agency", "medical-insurance")).out
    shown = await at_centre("meeting", "show", "spring")
    assert "补缴口径" in shown.out and "整理历年口径" in shown.out
    paper = tmp_path / "minutes.docx"
    assert (await at_centre("meeting", "minutes", "spring", str(paper))).code == 0
    told = "\n".join(paragraph.text for paragraph in Document(str(paper)).paragraphs)
    assert "会议纪要" in told and "报上级明确" in told and "联席演" in told

    slip = tmp_path / "slip.docx"
    assert (await at_centre("meeting", "slip", "spring", "o1", str(slip))).code == 0
    told = "\n".join(paragraph.text for paragraph in Document(str(slip)).paragraphs)
    assert "督办单" in told and "督办1" in told and "税务部门：" in told and "人社部门协助" in told and case in told
    assert "整理历年口径" in told and "10个工作日内办结" in told
    unknown_order = await at_centre("meeting", "slip", "spring", "o9", str(slip))
    assert unknown_order.code == 3 and "o1" in unknown_order.err

    early = await at_centre(
        "meeting", "say", "spring", "open_sitting", str(tmp_path / "open_sitting.json"), "--lang", "en"
    )
    assert early.code != 0 and "it sits once the agenda stands" in early.err
    listed = (await at_centre("meeting", "list", "--json")).json
    assert [one["stage"] for one in listed if one["meeting"] == "meeting-spring"] == ["sitting"]
    unknown = await at_centre("meeting", "show", "nowhere", "--lang", "en")
    assert unknown.code == 3 and "no meeting nowhere" in unknown.err


async def test_who_sits_in_a_meeting_is_told_of_it_and_of_its_minutes_and_an_agency_of_its_order(
    at_centre: Onestop,
) -> None:
    async def told(who: str) -> set[str]:
        lines = (await at_centre("notices", "--for", who, "--json", "--limit", "500")).json
        assert isinstance(lines, list), lines
        return {line["event"] for line in lines if line["case"] == "meeting-told"}

    assert (await at_centre("meeting", "call", "told", "--next", "regular", "--drill")).code == 0
    await seen(lambda: told("tax-head"), lambda events: events == {"meeting_called"})

    async def say(name: str, **fields: object) -> None:
        said = await at_centre("meeting", "say", "told", name, "-", typed=json.dumps(fields))
        assert said.code == 0, said

    await say("gather_agenda")
    items = (await at_centre("meeting", "show", "told", "--json")).json["items"]
    await say("fix_agenda", put_off=[item["ref"] for item in items])
    await say("open_sitting", present=["lab-head", "tax-head"])
    await say("set_order", order="o1", what="核对停缴名单", agency="tax", days=5)
    await seen(lambda: told("tax"), lambda events: events == {"order_due"})
    await say("issue_minutes")
    await seen(lambda: told("med-head"), lambda events: events == {"meeting_called", "minutes_issued"})
    assert "会议纪要已印发" in (await at_centre("notices", "--for", "med-head")).out
