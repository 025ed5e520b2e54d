"""Talks called by commands alone, on real servers."""

from datetime import datetime

import pytest

from tests.cli.conftest import Onestop
from tests.cli.test_at_the_centre import filed, investigate, until
from texts import sentences


async def test_talks_are_called_answered_and_held_by_commands(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    await investigate(at_centre, case)
    view = await until(at_centre, case, "mediation")
    free = await at_centre("free", case, "--json")
    assert free.code == 0, free
    [first, *_] = free.json
    called = await at_centre("schedule", case, "s1", "--starts", first["starts"])
    assert called.code == 0, called
    again = await at_centre("schedule", case, "s2", "--starts", first["starts"], "--lang", "en")
    assert (again.code, "free are" in again.err) == (1, True)
    assert (await at_centre("attend", case, "s1", "e1", "--reply", "comes")).code == 0
    shown = await at_centre("sessions", case)
    assert "已约定" in shown.out and "e1: 到场" in shown.out
    asked = ("--drill", "--mediator", view["mediator"], "--since", first["starts"][:10])
    calendar = await at_centre("diary", *asked, "--days", 1, "--json")
    assert calendar.code == 0, calendar
    assert [line["ref"] for line in calendar.json if line["case"] == view["case"]] == ["s1"]

    today = sentences.day(datetime.fromisoformat(view["now"]))
    present = ("--present", "c1", "--present", "e1", "--represented", "e1=李某（特别授权）")
    held = await at_centre("session", case, "--held-on", today, "--session", "s1", *present)
    assert held.code == 0, held
    assert "已举行" in (await at_centre("sessions", case)).out


async def test_a_mediator_is_challenged_and_replaced_by_commands(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    await investigate(at_centre, case)
    view = await until(at_centre, case, "mediation")
    asked = ("--ground", "relative", "--reason", "近亲属", "--as", "respondent:e1")
    assert (await at_centre("recuse", case, "r1", *asked)).code == 0
    assert "decide-recusal" in (await at_centre("sessions", case)).out
    open_question = await at_centre("decide-recusal", case, "r1", "--reason", "属实", "--lang", "en")
    assert (open_question.code, "granted" in open_question.err) == (2, True)
    to = "m-g07" if view["mediator"] != "m-g07" else "m-g08"
    granted = await at_centre("decide-recusal", case, "r1", "--granted", "--to", to, "--reason", "属实")
    assert granted.code == 0, granted
    assert (await at_centre("show", case, "--json")).json["mediator"] == to


async def test_a_confidence_is_read_by_the_mediator_only(at_centre: Onestop, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await filed(at_centre)
    await investigate(at_centre, case)
    view = await until(at_centre, case, "mediation")
    assert (await at_centre("caucus", case, "e1", "年底前可以补齐")).code == 0
    told = {}
    for reader in (f"mediator:{view['mediator']}", "mediator:m-g01", "supervisor:sup-01", "respondent:e1"):
        monkeypatch.setenv("ONESTOP_ACTOR", reader)
        told[reader] = (await at_centre("sessions", case)).out
    assert [reader for reader, text in told.items() if "年底前可以补齐" in text] == [f"mediator:{view['mediator']}"]
