"""Backing up the embedded servers while they run, and putting a backup into an empty data folder.

PostgreSQL first, Temporal's histories after it: what happens between the two is in the histories, and ``doctor
--repair`` writes it back. Keys go to a folder of their own, since whoever has both reads everything.
"""

import hashlib
import os
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg
from pydantic import BaseModel

from runtime.addresses import Addresses
from runtime.postgres import DATABASE, Postgres
from runtime.process import Failed
from runtime.settings import Settings

_CASEBOOK: Final = "casebook.dump"
_HISTORIES: Final = "temporal.db"
_MANIFEST: Final = "backup.json"
_LAST: Final = "last-backup"
"""In the data folder: when it was backed up."""
_KEYS: Final = ("keys.json", "keys.made", "identity")
_ELSE: Final = ("tables", "oidc.yaml")
"""The centre's own tables: a backup has them as they were."""


class Manifest(BaseModel):
    """When a backup was taken, and the SHA-256 of each of its files."""

    taken_at: datetime
    sha256: dict[str, str]


class NotEmpty(Exception):
    """A folder that is to be filled has something in it; the text is its path."""


class Damaged(Exception):
    """A file of a backup is missing, or not as it was written; the text is its path."""


async def back_up(settings: Settings, folder: Path, keys: Path) -> Manifest:
    """Back up what runs in the data folder. Raises NotEmpty, or Failed where the embedded servers don't run."""
    running = Addresses.written(settings)
    if running is None or not running.database or not running.temporal:
        raise Failed("backup", "the embedded servers of this folder do not run")
    for empty in (folder, keys):
        _made_empty(empty)
    port = urlsplit(running.database).port
    assert port is not None
    await Postgres(settings.model_copy(update={"postgres_port": 0})).dump(folder / _CASEBOOK, port)
    _copied_histories(settings.data / _HISTORIES, folder / _HISTORIES)
    _copied(settings.data, folder, _ELSE)
    _copied(settings.data, keys, _KEYS)
    manifest = Manifest(taken_at=datetime.now(UTC), sha256=_digests(folder))
    (folder / _MANIFEST).write_text(manifest.model_dump_json(indent=1))
    (settings.data / _LAST).write_text(manifest.taken_at.isoformat())
    return manifest


def last_backup(settings: Settings) -> datetime | None:
    """When the data folder was backed up last; None where it never was."""
    try:
        return datetime.fromisoformat((settings.data / _LAST).read_text())
    except (OSError, ValueError):
        return None


async def put_back(settings: Settings, folder: Path, keys: Path, roles: tuple[str, ...]) -> Manifest:
    """Fill an empty data folder. ``roles`` are those that the casebook gives rights to.

    Raises NotEmpty, Damaged or Failed.
    """
    _made_empty(settings.data)
    try:
        manifest = Manifest.model_validate_json((folder / _MANIFEST).read_text())
    except (OSError, ValueError):
        raise Damaged(str(folder / _MANIFEST)) from None
    found = _digests(folder)
    for name, sha256 in manifest.sha256.items():
        if found.get(name) != sha256:
            raise Damaged(str(folder / name))
    settings.data.chmod(0o711)
    _copied(keys, settings.data, _KEYS)
    _copied(folder, settings.data, (_HISTORIES, *_ELSE))
    database = Postgres(settings)
    async with database.running():
        connection = await asyncpg.connect(database.dsn(DATABASE))
        try:
            for role in roles:
                await connection.execute(f"create role {role} nologin")
        finally:
            await connection.close()
        await database.load(folder / _CASEBOOK)
    return manifest


def _made_empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise NotEmpty(str(folder))


def _copied_histories(source: Path, target: Path) -> None:
    """A copy of the database as it stands at one instant, while the server writes on."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as live, sqlite3.connect(target) as copy:
        live.backup(copy)
    live.close()
    copy.close()


def _copied(source: Path, target: Path, names: tuple[str, ...]) -> None:
    for name in names:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
        elif (source / name).exists():
            shutil.copy2(source / name, target / name)


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != _MANIFEST)
    return {str(file.relative_to(folder)): _digest(file) for file in files}


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
