"""Terms bargained over by commands alone, on real servers."""

import json

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

    bad = await at_centre("simulate", case, "-", "--lang", "en", "--as", "claimant:c1", typed=json.dumps(OFFER))
    assert bad.code == 0 and "premiums may not be waived" in bad.out
    assert (await at_centre("show", case, "--json")).json["proposals"] == []

    wrong = await at_centre("simulate", case, "-", typed='{"proposal": "p1"}')
    assert wrong.code == 2 and "instalments" in wrong.err
