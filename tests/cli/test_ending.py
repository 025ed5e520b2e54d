"""The end of a case by commands alone, on real servers: remedies, referrals, what comes late, reopening."""

from tests.cli.conftest import Onestop
from tests.cli.following import patiently
from tests.cli.test_at_the_centre import filed, investigate, until


async def test_a_failed_case_is_followed_by_commands_and_reopened(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    running = await at_centre("ends", case)
    assert running.code == 0 and "→" in running.out
    await investigate(at_centre, case)
    await until(at_centre, case, "mediation")
    assert (await at_centre("give-up", case, "--reason", "双方不同意")).code == 0
    closed = await until(at_centre, case, "closed")
    told = (await at_centre("ends", case, "--json")).json
    assert told["end"] == "failed"
    assert all(way["last"] or way["opens_after"] or way["by_clock"] or way["way"] in ("reopening", "enforcement")
               for remedy in told["remedies"] for way in remedy["ways"])  # fmt: skip

    target, item = closed["referrals"][0]["target"], closed["referrals"][0]["item"]
    received = ("received", case, target, "--number", "收1", "--by", "李某", "--as", "supervisor:sup-01")
    assert (await patiently(at_centre, *received)).code == 0
    assert (await at_centre(*received)).code != 0
    assert (await at_centre("comment", case, "对方来电", "--as", "supervisor:sup-01")).code == 0
    returned = await at_centre(
        "returned",
        case,
        target,
        item,
        "--result",
        "decided",
        "--document",
        "决〔2026〕1号",
        "--as",
        "supervisor:sup-01",
    )
    assert returned.code == 0, returned
    shown = await at_centre("show", case)
    assert "收1" in shown.out and "决〔2026〕1号" in shown.out

    nobody = await at_centre("reopen", case, "--reason", "新证据", "--at-request-of", "c9")
    assert nobody.code != 0
    opened = await at_centre("reopen", case, "--ground", "new-facts", "--reason", "新证据", "--ask", "labor", "--json")
    assert opened.code == 0, opened
    assert opened.json["case"] == f"{closed['case']}-r1"
    again = await at_centre("show", opened.json["case_number"], "--json")
    assert again.json["reopened_from"]["case_number"] == case
