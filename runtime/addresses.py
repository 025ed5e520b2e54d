"""Where the embedded servers of a data folder listen."""

import contextlib
import os
from typing import Self

import psutil
from pydantic import BaseModel

from runtime.settings import Settings


class Addresses(BaseModel):
    """Where the embedded servers listen, and who started them. Kept in ``servers.json`` (0600).

    A server that is configured elsewhere has no address here.
    """

    temporal: str = ""
    ui: str = ""
    database: str = ""
    codec: str = ""
    console: str = ""
    supervisor: int
    supervisor_started: float
    pids: dict[str, int] = {}
    ready: bool = False
    """Whether all that the supervisor starts is there: servers, tables and workers."""

    @classmethod
    def written(cls, settings: Settings) -> Self | None:
        """The addresses of the servers that run now; None when they don't."""
        try:
            found = cls.model_validate_json((settings.data / "servers.json").read_text())
        except FileNotFoundError:
            return None
        return found if found.alive() else None

    def write(self, settings: Settings) -> None:
        """Tell other processes of this folder."""
        draft = settings.data / "servers.json.new"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
            handle.write(self.model_dump_json(indent=1))
        draft.replace(settings.data / "servers.json")

    def alive(self) -> bool:
        """Whether the process that started the servers is still there."""
        with contextlib.suppress(psutil.NoSuchProcess):
            supervisor = psutil.Process(self.supervisor)
            same = abs(supervisor.create_time() - self.supervisor_started) < 1
            return same and supervisor.status() != psutil.STATUS_ZOMBIE
        return False
