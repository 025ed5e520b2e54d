"""The money followed by commands alone, on real servers."""

import json
from datetime import datetime, timedelta
from typing import Any

from tests.cli.conftest import Onestop
from tests.cli.test_at_the_centre import filed, investigate, until
from texts import sentences


async def settled(onestop: Onestop) -> tuple[str, Any]:
    """A case whose part A is due in three months' instalments; its number, and today."""
    case = await filed(onestop)
    await investigate(onestop, case)
    view = await until(onestop, case, "mediation")
    today = sentences.day(datetime.fromisoformat(view["now"]))
    first = today + timedelta(days=20)
    terms = await onestop("terms", case, "--payer", "e1", "--instalments", 3, "--first-due", first, "--acceleration")
    assert (await onestop("propose", case, "-", typed=terms.out)).code == 0
    for party in ("c1", "e1"):
        assert (await onestop("answer", case, "p1", party, "--accept")).code == 0
    await until(onestop, case, "performance")
    who = {"representative": "lawyer-1", "name": "虚构律师"}
    mandate = json.dumps({**who, "scope": "special-mandate", "evidence": "mandate-1"})
    by_agent = ("--parties", "e1", "--how", "electronic", "--evidence", "esign-1", "--as", "respondent:e1")
    signed = await onestop("sign", case, "-", *by_agent, typed=mandate)
    assert signed.code == 0, signed
    assert (await onestop("sign", case, "--parties", "c1", "--how", "in-person")).code == 0
    assert (await onestop("seal", case, "seal-0001")).code == 0
    return case, today


async def owed(onestop: Onestop, case: str, *more: object) -> Any:
    return (await onestop("owed", case, "--json", *more)).json


async def test_a_payment_is_confirmed_twice_corrected_and_taken_back(at_centre: Onestop) -> None:
    case, today = await settled(at_centre)
    lines = (await owed(at_centre, case))["instalments"]
    money = ("--paid-on", today, "--amount", lines[0]["amount"], "--claimant", "c1")
    assert (await at_centre("pay", case, "--receipt", "r1", *money)).code == 0
    twice = await at_centre("pay", case, "--receipt", "r1", *money)
    assert twice.code != 0 and "r1" in twice.err
    first_due = lines[0]["due"]
    assert (await owed(at_centre, case, "--on", first_due))["owed"]["today"] == "0.00"

    fixed = await at_centre("correct-payment", case, "r1", "--reason", "不分申请人")
    assert fixed.code == 0, fixed
    back = await at_centre("reverse-payment", case, "r1", "--reversed-on", today, "--reason", "银行退票")
    assert back.code == 0, back
    told = await owed(at_centre, case, "--on", first_due)
    assert told["owed"]["today"] == lines[0]["amount"]
    assert told["payments"][0]["reversed_on"] == str(today)
    shown = await at_centre("owed", case)
    assert "r1" in shown.out and "n1" in shown.out


async def test_both_sides_put_a_new_schedule_in_force(at_centre: Onestop) -> None:
    case, today = await settled(at_centre)
    before = await owed(at_centre, case)
    total = before["owed"]["to_come"]

    def schedule(part_a: str) -> str:
        one = {"ref": "s1-1", "due": str(today + timedelta(days=90)), "part_a": {"c1": part_a}}
        return json.dumps({"rescheduling": "s1", "instalments": [one], "reason": "货款延迟"})

    assert (await at_centre("reschedule", case, "-", typed=schedule("1.00"))).code != 0
    asked = await at_centre("reschedule", case, "-", "--as", "respondent:e1", typed=schedule(total))
    assert asked.code == 0, asked
    yes = await at_centre("answer-schedule", case, "s1", "--parties", "c1", "--accept", "--as", "claimant:c1")
    assert yes.code == 0, yes
    after = await owed(at_centre, case)
    assert [line["ref"] for line in after["instalments"]] == ["s1-1"]
    assert after["owed"]["to_come"] == total


async def test_nothing_is_owed_where_nothing_was_settled(at_centre: Onestop) -> None:
    none = await at_centre("owed", await filed(at_centre))
    assert none.code != 0 and none.err
