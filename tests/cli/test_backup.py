"""A backup taken while cases run, put into an empty folder: every ledger is whole there, and the cases go on."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.backup import Manifest
from runtime.settings import Settings
from tests.cli.conftest import Centre, Onestop, a_centre, at_work
from tests.cli.test_at_the_centre import filed, until


@pytest.fixture(scope="module")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A centre of our own: what is put back is all that is there, and all of it has to be sound."""
    async with a_centre(tmp_path_factory) as opened:
        yield opened


async def test_a_backup_taken_while_cases_run_is_put_back_and_the_cases_go_on_whole(
    at_centre: Onestop, centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = await filed(at_centre)
    await until(at_centre, early, "fact-finding")
    assert (await at_centre("meeting", "call", "restored", "--next", "urgent", "--drill")).code == 0
    backup, keys, elsewhere = tmp_path / "backup", tmp_path / "keys", tmp_path / "elsewhere"
    taken = await at_centre("backup", backup, "--keys", keys)
    assert taken.code == 0, taken
    late = await filed(at_centre)
    assert (await at_centre("backup", backup, "--keys", tmp_path / "more")).code == 4, "it is not overwritten"
    assert {file.name for file in keys.iterdir()} == {"keys.json", "keys.made", "identity"}
    assert not {file.name for file in backup.rglob("*")} & {"keys.json", "private"}

    monkeypatch.setenv("ONESTOP_DATA", str(elsewhere))
    restored = await at_centre("restore", backup, "--keys", keys)
    assert restored.code == 0, restored
    assert (await at_centre("restore", backup, "--keys", keys)).code == 4, "a folder in use is not filled"

    settings = Settings(data=elsewhere, temporal_port=0, ui_port=0, postgres_port=0, log_level="error")
    async with at_work(settings) as there:
        assert (await at_centre("doctor", "--repair")).code == 0
        whole = await at_centre("ledger", "verify", "--all", "--json")
        assert whole.code == 0, whole
        assert (whole.json["ledgers"], whole.json["broken"]) == (2, []), "of the case and of the meeting"
        assert whole.json["events"] > 10
        assert (await at_centre("ledger", "verify", early)).code == 0
        assert (await at_centre("ledger", "verify", "meeting-restored")).code == 0
        assert (await at_centre("comment", early, "恢复之后")).code == 0
        assert (await at_centre("show", late)).code == 3, "what came after the backup is not in it"
        async with there.world.pool.acquire() as connection, connection.transaction():
            await connection.execute("set local session_replication_role = replica")  # Past what keeps it append-only.
            await connection.execute(
                "update ledger set digest = repeat('f', 64) where seq = 2 and \"case\" = 'meeting-restored'"
            )
        altered = await at_centre("ledger", "verify", "--all", "--json")
        assert altered.code == 1 and [one["broken_at"] for one in altered.json["broken"]] == [2]
    monkeypatch.setenv("ONESTOP_DATA", str(centre.settings.data))
    assert (await at_centre("show", late)).code == 0


async def test_a_damaged_backup_is_not_put_back(
    at_centre: Onestop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, keys = tmp_path / "backup", tmp_path / "keys"
    assert (await at_centre("backup", backup, "--keys", keys)).code == 0
    manifest = Manifest.model_validate_json((backup / "backup.json").read_text())
    assert manifest.sha256.keys() >= {"casebook.dump", "temporal.db"}
    with contextlib.closing(sqlite3.connect(backup / "temporal.db")) as histories, histories:
        histories.execute("create table something (x)")
    monkeypatch.setenv("ONESTOP_DATA", str(tmp_path / "elsewhere"))
    refused = await at_centre("restore", backup, "--keys", keys, "--lang", "en")
    assert refused.code == 4
    assert "temporal.db" in refused.out
