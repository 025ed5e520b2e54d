"""Keys, looking behind the mask and correcting personal data by commands alone, on real servers."""

import json

from tests.builders import identity_number
from tests.cli.conftest import Onestop
from tests.cli.test_at_the_centre import filed


async def test_who_looks_behind_the_mask_says_why_and_stands_on_the_ledger(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    asked = ("reveal", case, "c1", "--data", "identity_number", "--data", "phone")
    wrong = await at_centre(*asked, "--purpose", "oversight", "--as", "officer:tax/tax-01", "--lang", "en")
    assert (wrong.code, "verify-identity" in wrong.err) == (1, True)
    shown = await at_centre(*asked, "--purpose", "verify-identity", "--as", "officer:tax/tax-01", "--json")
    number = shown.json["data"]["identity_number"]
    assert len(number) == 18
    timeline = await at_centre("timeline", case, "--json")
    [read] = [event for event in timeline.json if event["kind"] == "personal_data_read"]
    assert (read["actor"]["id"], read["facts"]["purpose"]) == ("tax-01", "verify-identity")
    assert number not in timeline.out


async def test_a_wrong_identity_number_is_corrected_from_a_file_and_never_told(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    right = identity_number(987_001)
    correction = {"person": "c1", "identity_number": right, "proof": "id-copy-1", "reason": "录入时写错一位"}
    stranger = await at_centre("correct", case, "-", "--as", "intake:window-labor", typed=json.dumps(correction))
    assert stranger.code == 1 and "窗口" in stranger.err
    fixed = await at_centre("correct", case, "-", "--as", "intake", typed=json.dumps(correction))
    assert fixed.code == 0, fixed
    told = await at_centre("reveal", case, "c1", "--data", "identity_number", "--purpose", "oversight", "--json")
    assert told.json["data"]["identity_number"] == right
    for command in ("show", "timeline", "why"):
        assert right not in (await at_centre(command, case)).out


async def test_an_agencys_key_is_rotated_and_what_was_sealed_before_still_opens(at_centre: Onestop) -> None:
    case = await filed(at_centre)
    assert "tax-2" not in (await at_centre("vault", "list")).out
    assert (await at_centre("vault", "rotate", "tax")).code == 0
    assert "tax-2" in (await at_centre("vault", "list")).out
    assert (await at_centre("show", case)).code == 0
    assert (await at_centre("ledger", "verify", case)).code == 0
