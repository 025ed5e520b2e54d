"""Key rings: each agency holds its own, rotation keeps what was sealed readable, and old rings are completed."""

import json
from pathlib import Path

import pytest

from domain.words import Agency
from runtime import rings
from runtime.rings import HOLDERS, KeyRing, RingLost, kept_ring
from runtime.settings import Settings
from runtime.vault import Unreadable, Vault

every_holder = pytest.mark.parametrize("holder", HOLDERS)


def vault_of(ring: KeyRing, holder: str) -> Vault:
    """What a holder seals and opens with."""
    return Vault(ring.of(holder))


@every_holder
def test_after_a_rotation_the_old_text_opens_and_the_new_is_sealed_under_the_new_key(holder: str) -> None:
    before = KeyRing.fresh()
    sealed = vault_of(before, holder).seal("before", "c")
    after = before.rotated(holder)

    assert vault_of(after, holder).open(sealed, "c") == "before"
    assert not vault_of(after, holder).current(sealed)
    assert vault_of(after, holder).seal("after", "c").partition(":")[0] not in before.of(holder).keys
    assert {other: after.of(other) for other in Agency if other != holder} == {
        other: before.of(other) for other in Agency if other != holder
    }


@every_holder
def test_a_prepared_key_is_known_to_all_before_it_seals(holder: str) -> None:
    ring = KeyRing.fresh()
    prepared = ring.rotated(holder, prepare=True)
    taken = prepared.rotated(holder)

    assert prepared.of(holder).current == ring.of(holder).current
    assert len(prepared.of(holder).keys) == len(taken.of(holder).keys) == 2
    assert taken.of(holder).current not in ring.of(holder).keys


@pytest.mark.parametrize("agency", Agency)
def test_an_agency_opens_what_is_sealed_for_it_and_the_centre_opens_all(agency: Agency) -> None:
    ring = KeyRing.fresh()
    centre, sealed = Vault(ring), {other: Vault(ring).of_agency(other).seal(other, "c") for other in Agency}

    assert {other: centre.open(text, "c") for other, text in sealed.items()} == {other: other for other in Agency}
    own = vault_of(ring, agency)
    assert own.open(sealed[agency], "c") == agency
    for other in set(Agency) - {agency}:
        with pytest.raises(Unreadable):
            own.open(sealed[other], "c")
    with pytest.raises(Unreadable):
        own.open(centre.seal("x", "c"), "c")
    assert own.digest("x") != centre.digest("x")


def test_a_ring_from_before_the_agencies_had_keys_is_completed_and_finds_what_was_loaded(tmp_path: Path) -> None:
    fresh = KeyRing.fresh()
    old = {"current": "k1", "keys": dict(fresh.keys), "digest": fresh.digest}
    (tmp_path / "keys.json").write_text(json.dumps(old))
    sealed = Vault(KeyRing.model_validate(old)).seal("before", "c")

    rings.hand_out(tmp_path)
    centre = Vault.of(Settings(data=tmp_path))
    assert centre.open(sealed, "c") == "before"
    for agency in Agency:
        own = Vault.of(Settings(data=rings.home(tmp_path, agency)))
        assert own.digest("x") == centre.digest("x")
        assert centre.open(own.seal("x", "c"), "c") == "x"


def test_what_lies_in_an_agencys_folder_is_its_own_ring_only_and_its_owners_to_read(tmp_path: Path) -> None:
    rings.hand_out(tmp_path)
    ring = rings.kept_ring(tmp_path)
    for agency in Agency:
        file = rings.home(tmp_path, agency) / "keys.json"
        assert KeyRing.model_validate_json(file.read_text()) == ring.agencies[agency]
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_running_process_takes_up_a_key_that_it_meets_for_the_first_time(tmp_path: Path) -> None:
    rings.hand_out(tmp_path)
    settings, tax = Settings(data=tmp_path), Settings(data=rings.home(tmp_path, Agency.TAX))
    running, its_tax = Vault.of(settings), Vault.of(tax)
    rings.rotate(tmp_path, "centre")
    rings.rotate(tmp_path, Agency.TAX)

    assert running.open(Vault.of(settings).seal("new", "c"), "c") == "new"
    assert its_tax.open(Vault.of(tax).seal("new", "c"), "c") == "new"
    assert running.open(its_tax.seal("new", "c"), "c") == "new"


def test_handing_out_again_changes_nothing(tmp_path: Path) -> None:
    rings.hand_out(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("keys.json")}
    rings.hand_out(tmp_path)
    assert {file: file.read_bytes() for file in tmp_path.rglob("keys.json")} == before


def test_a_lost_ring_is_not_replaced_in_silence(tmp_path: Path) -> None:
    made = kept_ring(tmp_path)
    assert kept_ring(tmp_path) == made
    (tmp_path / "keys.json").rename(tmp_path / "elsewhere.json")
    with pytest.raises(RingLost, match=r"keys\.json"):
        kept_ring(tmp_path)
    (tmp_path / "elsewhere.json").rename(tmp_path / "keys.json")
    assert kept_ring(tmp_path) == made
