"""Keys: what is sealed opens again under the right key and context only."""

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from runtime.rings import KeyRing, kept_secret
from runtime.settings import Settings
from runtime.vault import Unreadable, Vault

VAULT = Vault(KeyRing.fresh())


@given(plain=st.text(), context=st.text())
def test_sealed_text_opens_again_in_its_own_context(plain: str, context: str) -> None:
    assert VAULT.open(VAULT.seal(plain, context), context) == plain


def test_the_same_text_is_never_sealed_alike_twice() -> None:
    assert VAULT.seal("370000199001011234", "complaint") != VAULT.seal("370000199001011234", "complaint")


def test_sealed_text_that_was_moved_elsewhere_does_not_open() -> None:
    with pytest.raises(Unreadable):
        VAULT.open(VAULT.seal("x", "claimant c1"), "claimant c2")


@given(st.text())
def test_whatever_is_not_sealed_text_is_unreadable_and_nothing_worse(garbage: str) -> None:
    for text in (garbage, f"k1:{garbage}"):
        with pytest.raises(Unreadable):
            VAULT.open(text, "c")


def test_a_digest_finds_equal_texts_and_depends_on_the_key() -> None:
    assert VAULT.digest("91370000") == VAULT.digest("91370000") != VAULT.digest("91370001")
    assert VAULT.digest("91370000") != Vault(KeyRing.fresh()).digest("91370000")


def test_the_first_start_makes_keys_that_only_their_owner_reads_and_the_next_finds_them(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "new")
    sealed = Vault.of(settings).seal("x", "c")

    assert Vault.of(settings).open(sealed, "c") == "x"
    assert (settings.data / "keys.json").stat().st_mode & 0o777 == 0o600


def test_all_who_ask_for_a_secret_at_once_are_given_the_same(tmp_path: Path) -> None:
    found: list[str] = []
    file, gate = tmp_path / "secret", threading.Barrier(8)

    def ask() -> None:
        gate.wait()
        found.append(kept_secret(file))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and set(found) == {file.read_text()}
    assert list(tmp_path.iterdir()) == [file]


def test_keys_from_a_secret_store_go_before_the_kept_ones(tmp_path: Path) -> None:
    ring = KeyRing.fresh()
    settings = Settings(data=tmp_path, keys=SecretStr(ring.model_dump_json()))

    assert Vault.of(settings).open(Vault(ring).seal("x", "c"), "c") == "x"
    assert not (tmp_path / "keys.json").exists()


def test_a_key_ring_that_does_not_parse_is_not_printed(tmp_path: Path) -> None:
    broken = json.dumps({"current": "k1", "keys": "top-secret-key", "digest": "another-secret"})
    with pytest.raises(ValidationError) as error:
        Vault.of(Settings(data=tmp_path, keys=SecretStr(broken)))
    assert "secret" not in str(error.value)
