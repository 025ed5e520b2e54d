"""Terms bargained over by commands alone, on real servers."""

import json
from pathlib import Path

from tests.cli.conftest import Onestop
from tests.cli.test_at_the_centre import filed, investigate, until


async def mediated(onestop: Onestop) -> str:
    """A case in mediation; its number."""
    case = await filed(onestop)
    early = await onestop("simulate", case, "-", typed=json.dumps(OFFER))
    assert early.code == 3 and "尚未核算" in early.err
    await investigate(onestop, case)
    await until(onestop, case, "mediation")
    return case


OFFER = {"proposal": "p1", "payer": "e1", "instalments": [{"ref": "n1", "due": "2027-03-31", "part_a": {"c1": "1.00"}}]}


async def test_terms_are_tried_before_they_are_sent(at_centre: Onestop) -> None:
    case = await mediated(at_centre)
    terms = await at_centre("terms", case, "--payer", "e1", "--instalments", 3)
    good = await at_centre("simulate", case, "-", "--json", "--as", "respondent:e1", typed=terms.out)
    assert good.code == 0, good
    assert good.json["objections"] == [] and len(good.json["instalments"]) == 3
    shown = await at_centre("simulate", case, "-", "--as", "mediator", typed=terms.out)
    assert "首次方案建议" in shown.out and "█" in shown.out

    year = int(good.json["instalments"][0]["due"][:4]) + 1
    monthly = await at_centre(
        "terms", case, "--payer", "e1", "--instalments", 3, "--monthly", "--first-due", f"{year}-01-31"
    )
    dues = [one["due"][5:] for one in json.loads(monthly.out)["instalments"]]
    assert dues[0] == "01-31" and dues[1] in ("02-28", "02-29") and dues[2] == "03-31"

    bad = await at_centre("simulate", case, "-", "--lang", "en", "--as", "claimant:c1", typed=json.dumps(OFFER))
    assert bad.code == 0 and "premiums may not be waived" in bad.out
    assert (await at_centre("show", case, "--json")).json["proposals"] == []

    wrong = await at_centre("simulate", case, "-", typed='{"proposal": "p1"}')
    assert wrong.code == 2 and "instalments" in wrong.err


async def test_both_sides_bargain_and_see_what_each_version_changed(at_centre: Onestop) -> None:
    case = await mediated(at_centre)
    assert "尚无调解方案" in (await at_centre("terms", case)).out
    first = await at_centre("terms", case, "--payer", "e1")
    assert (await at_centre("propose", case, "-", typed=first.out)).code == 0
    assert (await at_centre("answer", case, "p1", "c1", "--accept")).code == 0
    second = await at_centre("terms", case, "--payer", "e1", "--instalments", 2, "--proposal", "p2", "--counters", "p1")
    tried = await at_centre("simulate", case, "-", "--json", "--as", "respondent:e1", typed=second.out)
    assert tried.code == 0 and tried.json["objections"] == [], tried
    sent = await at_centre("counter", case, "-", "--as", "respondent:e1", typed=second.out)
    assert sent.code == 0, sent
    late = await at_centre("answer", case, "p1", "e1", "--accept", "--lang", "en")
    assert late.code == 1 and "p2 has taken the place" in late.err
    told = (await at_centre("terms", case, "--json")).json["proposals"]
    assert [(one["ref"], one["version"], one["state"]) for one in told] == [("p1", 1, "countered"), ("p2", 2, "open")]
    shown = await at_centre("terms", case, "--lang", "en", "--as", "claimant:c1")
    assert "p1 v2" in shown.out and "each version is answered anew" in shown.out
    assert (await at_centre("answer", case, "p2", "c1", "--accept")).code == 0
    await until(at_centre, case, "performance")


async def test_answers_are_taken_from_a_list_each_line_on_its_own_and_for_each_proposal_anew(
    at_centre: Onestop, tmp_path: Path
) -> None:
    case = await mediated(at_centre)
    first = await at_centre("terms", case, "--payer", "e1")
    assert (await at_centre("propose", case, "-", typed=first.out)).code == 0
    own = f"mediator:{(await at_centre('show', case, '--json')).json['mediator']}"
    file = tmp_path / "answers.csv"
    file.write_text("申请人,同意,备注\nc1,是,当面答复\nc9,否,\n", encoding="gb18030")
    shown = await at_centre("answer-list", case, "p1", file, "--dry-run")
    assert shown.code == 0 and "当面答复" in shown.out, shown
    told = await at_centre("answer-list", case, "p1", file, "--json")
    assert (told.code, told.json["confirmed"]) == (1, 1), told
    assert [(cell["line"], cell["problem"]["field"]) for cell in told.json["wrong"]] == [(3, "party")]

    second = await at_centre("terms", case, "--payer", "e1", "--instalments", 2, "--proposal", "p2", "--counters", "p1")
    assert (await at_centre("counter", case, "-", "--as", "respondent:e1", typed=second.out)).code == 0
    file.write_text("申请人,同意\nc1,是\n", encoding="utf-8")
    assert (await at_centre("answer-list", case, "p2", file, "--as", own)).code == 0
    versions = {one["ref"]: one for one in (await at_centre("terms", case, "--json")).json["proposals"]}
    assert versions["p2"]["accepted"] == ["e1", "c1"], versions["p2"]
