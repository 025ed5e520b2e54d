"""The outbox: a notice is queued with the event that it tells of, and sent by whoever takes it from here."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import asyncpg

from domain.base import Instant, Model
from domain.case.casebook_rows import CasebookEntry
from domain.intake.complaint import Claimant, Respondent
from domain.procedure.notices.recipients import Audience, NoticeTable, notices
from domain.words import Language
from runtime.vault import Vault

IN_APP: Final = "in-app"
"""The channel of those who read their notices here; it has everything, and nothing to send."""


class Outgoing(Model):
    """A notice that is due, and where it goes."""

    case: str
    case_number: str | None
    seq: int
    event: str
    recipient: str
    channel: str
    tries: int
    language: Language
    email: str | None = None
    phone: str | None = None


class NoticeLine(Model):
    """A notice as its reader sees it."""

    case: str
    case_number: str | None
    seq: int
    event: str
    recipient: str
    channel: str
    state: str
    problem: str | None
    not_before: Instant
    sent_at: Instant | None


async def keep_contacts(
    pool: asyncpg.Pool, vault: Vault, case: str, claimants: Iterable[Claimant], respondents: Iterable[Respondent] = ()
) -> None:
    """Where parties of a case can be reached: as they were told last."""
    rows = [(case, c.ref, Audience.CLAIMANTS, _reads(c.language), c.email, c.phone) for c in claimants]
    rows += [(case, r.ref, Audience.RESPONDENTS, Language.CHINESE, r.email, r.phone) for r in respondents]
    await pool.executemany(
        """
        insert into contact ("case", ref, audience, language, email, phone) values ($1, $2, $3, $4, $5, $6)
        on conflict ("case", ref) do update set language = excluded.language, email = excluded.email,
            phone = excluded.phone
        """,
        [(*row[:4], *(vault.seal(value, "contact") if value else None for value in row[4:])) for row in rows],
    )


def _reads(spoken: str | None) -> Language:
    return Language.ENGLISH if spoken == "en" else Language.CHINESE


async def queue(
    pool: asyncpg.Pool, entry: CasebookEntry, table: NoticeTable, channels: Iterable[str], *, now: datetime
) -> None:
    """Queue what the events of an entry make to tell. Queued again, it is there once."""
    known = table.by_event()
    if not any(event.kind in known for event in entry.events):
        return
    found = await pool.fetch('select ref, audience from contact where "case" = $1', entry.case.case)
    parties: dict[Audience, tuple[str, ...]] = {}
    for row in found:
        audience = Audience(row["audience"])
        parties[audience] = (*parties.get(audience, ()), row["ref"])
    at = {event.seq: event.at for event in entry.events}
    rows = []
    for notice in notices(entry, parties, table):
        rows.append((entry.case.case, notice, IN_APP, "sent", at[notice.seq]))
        rows += [
            (entry.case.case, notice, channel, "waiting", table.not_before(now, urgent=notice.urgent))
            for channel in channels
        ]
    await pool.executemany(
        """
        insert into notice ("case", seq, recipient, audience, event, channel, state, not_before, sent_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, case when $7::text = 'sent' then $8::timestamptz end)
        on conflict do nothing
        """,
        [(case, n.seq, n.recipient, n.audience, n.event, channel, state, due) for case, n, channel, state, due in rows],
    )


async def due(pool: asyncpg.Pool, vault: Vault, now: datetime, limit: int) -> list[Outgoing]:
    """Notices that may be sent now, the longest due first."""
    rows = await pool.fetch(
        """
        select n."case", d.case_number, n.seq, n.event, n.recipient, n.channel, n.tries,
            coalesce(c.language, 'zh-CN') as language, c.email, c.phone
        from notice n join dispute d using ("case") left join contact c on c."case" = n."case" and c.ref = n.recipient
        where n.state = 'waiting' and n.not_before <= $1 order by n.not_before, n."case", n.seq, n.recipient limit $2
        """,
        now,
        limit,
    )
    return [Outgoing.model_validate(_opened(dict(row), vault)) for row in rows]


def _opened(row: Mapping[str, object], vault: Vault) -> dict[str, object]:
    sealed = {name: text for name in ("email", "phone") if isinstance(text := row[name], str)}
    return {**row, **{name: vault.open(text, "contact") for name, text in sealed.items()}}


async def settle(
    pool: asyncpg.Pool, notice: Outgoing, state: str, at: datetime, *, again: datetime | None, problem: str | None
) -> None:
    """What became of a notice: sent, failed, or waiting for another try."""
    await pool.execute(
        """
        update notice set state = $5, tries = tries + 1, problem = $6, not_before = coalesce($7, not_before),
            sent_at = case when $5 = 'sent' then $8::timestamptz end
        where "case" = $1 and seq = $2 and recipient = $3 and channel = $4 and state = 'waiting'
        """,
        notice.case,
        notice.seq,
        notice.recipient,
        notice.channel,
        state,
        problem,
        again,
        at,
    )


async def of_case(pool: asyncpg.Pool, case: str, to: str | None = None) -> list[NoticeLine]:
    """Every notice of a case with what became of it, or those to one recipient or audience."""
    rows = await pool.fetch(
        """
        select n.*, d.case_number from notice n join dispute d using ("case")
        where n."case" = $1 and ($2::text is null or $2 in (recipient, audience)) order by seq, recipient, channel
        """,
        case,
        to,
    )
    return [NoticeLine.model_validate({name: row[name] for name in NoticeLine.model_fields}) for row in rows]


async def of_reader(pool: asyncpg.Pool, to: str, limit: int) -> list[NoticeLine]:
    """The latest notices to a recipient, or to all of an audience, in the app."""
    rows = await pool.fetch(
        """
        select n.*, d.case_number from notice n join dispute d using ("case")
        where $1 in (recipient, audience) and channel = $2 order by sent_at desc, "case", seq limit $3
        """,
        to,
        IN_APP,
        limit,
    )
    return [NoticeLine.model_validate({name: row[name] for name in NoticeLine.model_fields}) for row in rows]
