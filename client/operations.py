"""How the installation stands, for whoever runs it: what answers, what is stuck, what comes next. Nobody's data."""

from datetime import datetime, timedelta
from typing import Final

import asyncpg
from temporalio.client import Client
from temporalio.service import RPCError

from casebook import inbox, lists, notices
from casebook.inbox import TaskFilter, TaskLine
from casebook.lists import CaseFilter, CaseLine, CaseOrder
from client.health import away
from domain.base import Instant, Model
from runtime.backup import last_backup
from runtime.deployment import ROLES, Version, versions
from runtime.settings import Settings
from runtime.signing_keys import KeySetFile, KeySetUnreadable
from runtime.vault import Vault

_HOUR: Final = timedelta(hours=1)
_SHOWN: Final = 20


class NoticesStanding(Model):
    """How many notices of a channel wait or have failed."""

    channel: str
    state: str
    count: int


class SigningKey(Model):
    """A key that vouches for people or for the system, and since when."""

    kid: str
    roles: tuple[str, ...]
    starts: Instant
    ends: Instant | None


class Operations(Model):
    """How the installation stands at an instant."""

    at: Instant
    answers: dict[str, bool]
    """Servers and workers by name: whether each answers."""
    builds: tuple[Version, ...]
    """Versions of workers that still have or get work."""
    blocked: tuple[CaseLine, ...]
    """Cases of which a step can't be done, the first due first."""
    without_records: tuple[TaskLine, ...]
    """Inquiries for which an agency's records can't be read, the first due first."""
    next_hour: tuple[CaseLine, ...]
    """Cases that have to go on within the hour, or had to before."""
    notices: tuple[NoticesStanding, ...]
    keys: tuple[SigningKey, ...]
    """Those in force, the oldest first."""
    backed_up_at: Instant | None
    """When the embedded servers of this folder were backed up last; None where they never were."""

    @property
    def away(self) -> tuple[str, ...]:
        """What does not answer."""
        return tuple(name for name, answers in self.answers.items() if not answers)


async def operations(client: Client, pool: asyncpg.Pool, vault: Vault, settings: Settings, at: datetime) -> Operations:
    """Look at everything once. What is away is told, and leaves its own part empty."""
    gone = await away(client, pool)
    builds: list[Version] = []
    if not gone["temporal"]:
        try:
            builds = [one for role in ROLES for one in await versions(client, role) if one.state != "drained"]
        except RPCError:
            builds = []
    open_, due = CaseFilter(open=True, order=CaseOrder.DUE, limit=_SHOWN), at + _HOUR
    there = not gone["postgresql"]
    stuck = await lists.cases(pool, vault, open_.model_copy(update={"blocked": True})) if there else []
    lacking = TaskFilter(records_away=True, limit=_SHOWN)
    unread = await inbox.tasks(pool, vault, lacking) if there else []
    coming = await lists.cases(pool, vault, open_.model_copy(update={"due_until": due})) if there else []
    standing = await notices.standing(pool) if there else []
    return Operations(
        at=at,
        answers={name: not is_away for name, is_away in gone.items()},
        builds=tuple(builds),
        blocked=tuple(stuck),
        without_records=tuple(unread),
        next_hour=tuple(coming),
        notices=tuple(NoticesStanding(channel=c, state=s, count=n) for c, s, n in sorted(standing)),
        keys=_keys(settings, at),
        backed_up_at=last_backup(settings),
    )


def _keys(settings: Settings, at: datetime) -> tuple[SigningKey, ...]:
    try:
        known = KeySetFile.of(settings).latest.keys
    except KeySetUnreadable:
        return ()
    held = (one for one in known if one.starts <= at and (one.ends is None or at < one.ends))
    return tuple(
        SigningKey(kid=one.kid, roles=tuple(sorted(one.roles)), starts=one.starts, ends=one.ends)
        for one in sorted(held, key=lambda one: one.starts)
    )
