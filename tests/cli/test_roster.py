"""The roster on the command line."""

from pathlib import Path

import yaml

from casebook.digests import identity_digest
from runtime.settings import Settings
from runtime.vault import Vault
from tests.builders import claimant
from tests.cli.conftest import Onestop

SHIPPED = Path(__file__).parents[2] / "domain" / "tables" / "roster.yaml"


async def test_the_duty_of_a_day_is_listed_and_comes_round_again(onestop: Onestop) -> None:
    duty = (await onestop("roster", "show", "2026-03-02", "--json")).json
    assert duty["day"] == "2026-03-02"
    assert len(duty["on_duty"]) == 40
    assert (await onestop("roster", "show", "2026-03-10", "--json")).json["on_duty"] == duty["on_duty"]
    assert (await onestop("roster", "show", "2026-03-03", "--json")).json["on_duty"] != duty["on_duty"]
    ran = await onestop("--lang", "en", "roster", "show", "2026-03-02")
    assert "40 on duty on 2026-03-02" in ran.out
    assert duty["on_duty"][0]["id"] in ran.out
    assert (await onestop("roster", "show", "2026-02-30")).code == 2


async def test_the_centre_loads_its_own_roster(onestop: Onestop, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    mediators = [{"id": "m-1", "groups": ["general-group"], "unit": "u", "rota": [0]}]
    file.write_text(yaml.safe_dump({"rota_days": 2, "mediators": mediators}), encoding="utf-8")
    ran = await onestop("--lang", "en", "roster", "check", file)
    assert ran.code == 0
    assert "general disputes group: nobody on duty on day(s) 1" in ran.out
    assert (await onestop("roster", "load", file)).code == 0
    days = [(await onestop("roster", "show", f"2026-03-0{n}", "--json")).json["on_duty"] for n in (2, 3)]
    assert sorted(len(duty) for duty in days) == [0, 1]


async def test_a_bad_roster_is_refused_and_the_one_before_stays(onestop: Onestop, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(SHIPPED.read_text(encoding="utf-8").replace("rota: [1, 5]", "rota: [1, 8]", 1), encoding="utf-8")
    refused = await onestop("--lang", "en", "roster", "load", file)
    assert refused.code == 2
    assert "m-g01 is on duty on day 8" in refused.err
    assert "160 mediators" in (await onestop("--lang", "en", "roster", "check")).out


async def test_a_number_becomes_the_digest_by_which_a_claimant_is_known(onestop: Onestop, tmp_path: Path) -> None:
    number = claimant(1).identity_number
    vault = Vault.of(Settings(data=tmp_path))
    assert (await onestop("roster", "digest", typed=f"{number}\n")).out.strip() == identity_digest(vault, number)
    refused = await onestop("roster", "digest", typed="371102190001011234\n")
    assert refused.code == 2
    assert "371102190001011234" not in refused.out + refused.err
