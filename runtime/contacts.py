"""Where agencies, officers, mediators and the supervisor are reached: ``contacts.yaml`` of the centre's own tables."""

from pathlib import Path
from typing import Any

from domain.yaml_file import read_yaml


class Contacts:
    """Addresses by actor id or agency, read again when the file changes: ``tax: {email: …, phone: …}``."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen = 0
        self._known: dict[str, dict[str, Any]] = {}

    def of(self, who: str, kind: str) -> str | None:
        """Somebody's address of a kind (``email``, ``phone``); None when there is none."""
        changed = self._file.stat().st_mtime_ns if self._file.exists() else 0
        if changed != self._seen:
            self._known = read_yaml(self._file.read_text(encoding="utf-8")) or {} if changed else {}
            self._seen = changed
        return self._known.get(who, {}).get(kind)
