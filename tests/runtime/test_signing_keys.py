"""Keys come and go; what they vouched for, they vouched for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.case.identity import Sent, Use
from domain.ledger import SYSTEM
from domain.words import Role
from runtime.settings import Settings
from runtime.signing_keys import Keys, KeySetFile, KeySetUnreadable, NoSigningKey
from runtime.tokens import LEEWAY, LIFETIME, Verifier, mint
from tests import builders

READING = Sent(use=Use.READING, case="dispute-x", name="case_view")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def read(settings: Settings, keys: Keys, minted_at: datetime, looked_at: datetime) -> str | None:
    """Why a token for reading does not stand; None when it does."""
    token = mint(keys, builders.SUPERVISOR, Use.READING, "dispute-x", minted_at)
    verdict = Verifier(KeySetFile.of(settings), lambda: looked_at)(token, READING)
    return verdict.problems[0].code if verdict.problems else None


def test_the_first_start_makes_a_key_for_people_and_one_for_the_system(settings: Settings) -> None:
    keys = Keys.of(settings)

    assert [key.roles == {Role.SYSTEM} for key in Keys.of(settings).public.keys] == [False, True]
    private = [settings.data / "identity" / "private" / key.kid for key in keys.public.keys]
    assert {file.stat().st_mode & 0o777 for file in private} == {0o600}
    public = (settings.data / "identity" / "public.json").read_text()
    assert not any(file.read_text() in public for file in private)


def test_a_new_key_takes_over_and_the_old_ones_tokens_still_stand(settings: Settings) -> None:
    keys, now = Keys.of(settings), datetime.now(UTC) + timedelta(seconds=2)
    old = keys.signer(Role.SUPERVISOR, now)[0]
    token = mint(keys, builders.SUPERVISOR, Use.READING, "dispute-x", now)

    new = keys.new("people", starts=now)

    assert keys.signer(Role.SUPERVISOR, now)[0] == new.kid != old
    assert Verifier(KeySetFile.of(settings))(token, READING).actor == builders.SUPERVISOR


def test_a_retired_key_vouches_for_nothing_issued_later(settings: Settings) -> None:
    keys, now = Keys.of(settings), datetime.now(UTC) + timedelta(seconds=2)
    kid = keys.signer(Role.SUPERVISOR, now)[0]
    token = mint(keys, builders.SUPERVISOR, Use.READING, "dispute-x", now)

    keys.retire(kid, now)

    assert Verifier(KeySetFile.of(settings))(token, READING).problems[0].code == "refusals.identity.key"
    assert [key.kid for key in keys.public.keys if key.ends] == [kid], "ended, not deleted"
    with pytest.raises(NoSigningKey):
        keys.signer(Role.SUPERVISOR, now)
    assert keys.signer(Role.SYSTEM, now)


def test_a_token_lives_five_minutes(settings: Settings) -> None:
    keys, now = Keys.of(settings), datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    last = now + LIFETIME + LEEWAY

    assert read(settings, keys, now, last) is None
    assert read(settings, keys, now, last + timedelta(seconds=1)) == "refusals.identity.expired"
    assert read(settings, keys, now, now - LEEWAY - timedelta(seconds=1)) == "refusals.identity.clock"


def test_a_verifier_sees_a_key_that_came_after_it(settings: Settings) -> None:
    keys, verify = Keys.of(settings), Verifier(KeySetFile.of(settings))
    now = datetime.now(UTC) + timedelta(seconds=1)
    for key in keys.public.keys:
        keys.retire(key.kid, now)
    assert verify("x.y.z", READING).problems

    keys.new("people", starts=now)

    token = mint(keys, builders.SUPERVISOR, Use.READING, "dispute-x", now + timedelta(seconds=1))
    assert verify(token, READING).actor == builders.SUPERVISOR


def test_nobody_is_proved_while_the_public_keys_cannot_be_read(settings: Settings) -> None:
    keys, published = Keys.of(settings), KeySetFile.of(settings)
    token = mint(keys, SYSTEM, Use.READING, "dispute-x", datetime.now(UTC) + timedelta(seconds=1))
    (settings.data / "identity" / "public.json").write_text("{")

    assert Verifier(published)(token, READING).problems[0].code == "refusals.identity.no_keys"
    with pytest.raises(KeySetUnreadable):
        _ = published.latest
