"""The outbox: a notice is queued with the event that it tells of, and sent by whoever takes it from here."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from casebook import ledger
from domain.base import Instant, Model
from domain.case.casebook_rows import CasebookEntry
from domain.intake.complaint import Claimant, Respondent
from domain.ledger import Event
from domain.procedure.notices.recipients import Audience, Notice, NoticeTable, notices
from domain.words import Language
from runtime.vault import Vault
from texts import placeholders

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
    facts: Mapping[str, object] = {}
    """Of the event."""
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
    facts: Mapping[str, object] = {}
    """Of the event; those that its notice names, and no other."""


class Told(Model):
    """A receipt that a case is to have: what became of the notices of an event since the receipt before."""

    case: str
    seq: int
    channel: str
    receipt: int
    sent: int
    failed: int


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
    """Queue what the events of an entry make to tell, by the ``channels`` too. Queued again, it is there once."""
    known = table.by_event()
    if not any(event.kind in known for event in entry.events):
        return
    found = await pool.fetch('select ref, audience from contact where "case" = $1', entry.case.case)
    parties: dict[Audience, tuple[str, ...]] = {}
    for row in found:
        audience = Audience(row["audience"])
        parties[audience] = (*parties.get(audience, ()), row["ref"])
    await put(pool, entry.case.case, entry.events, notices(entry, parties, table), table, channels, now=now)


async def put(
    pool: asyncpg.Pool,
    case: str,
    events: Iterable[Event],
    found: Iterable[Notice],
    table: NoticeTable,
    channels: Iterable[str],
    *,
    now: datetime,
) -> None:
    """Queue notices of a case or a meeting. Queued again, they are there once."""
    at, by = {event.seq: event.at for event in events}, tuple(channels)
    rows = []
    for notice in found:
        rows.append((case, notice, IN_APP, "sent", at[notice.seq]))
        due = table.not_before(now, urgent=notice.urgent)
        rows += [(case, notice, channel, "waiting", due) for channel in by]
    await pool.executemany(
        """
        insert into notice ("case", seq, recipient, audience, event, channel, state, not_before, sent_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, case when $7::text = 'sent' then $8::timestamptz end)
        on conflict do nothing
        """,
        [(case, n.seq, n.recipient, n.audience, n.event, channel, state, due) for case, n, channel, state, due in rows],
    )


async def due(pool: asyncpg.Pool, vault: Vault, channel: str, now: datetime, limit: int) -> list[Outgoing]:
    """Notices that may be sent now by a channel, the longest due first."""
    rows = await pool.fetch(
        """
        select n."case", coalesce(d.case_number, m.number) as case_number, n.seq, n.event, n.recipient, n.channel,
            n.tries, coalesce(c.language, 'zh-CN') as language, c.email, c.phone, l.facts
        from notice n join ledger l on l."case" = n."case" and l.seq = n.seq
        left join dispute d on d."case" = n."case" left join meeting m on m.meeting = n."case"
        left join contact c on c."case" = n."case" and c.ref = n.recipient
        where n.state = 'waiting' and n.channel = $3 and n.not_before <= $1
        order by n.not_before, n."case", n.seq, n.recipient limit $2
        """,
        now,
        limit,
        channel,
    )
    return [Outgoing.model_validate(_opened(dict(row), vault)) for row in rows]


def _opened(row: Mapping[str, Any], vault: Vault) -> dict[str, object]:
    sealed = {name: text for name in ("email", "phone") if isinstance(text := row[name], str)}
    contact = {name: vault.open(text, "contact") for name, text in sealed.items()}
    return {**row, **contact, "facts": ledger.facts(vault, row["case"], row["facts"])}


async def put_off(pool: asyncpg.Pool, channel: str, now: datetime, table: NoticeTable, asked: timedelta | None) -> None:
    """Leave a channel alone that is away, for as long as it asks or a first pause, with everything that is due."""
    urgent = [row.event for row in table.notices if row.urgent]
    for hurried in (True, False):
        await pool.execute(
            """
            update notice set not_before = $3
            where state = 'waiting' and channel = $1 and not_before <= $2 and (event = any($4::text[])) = $5
            """,
            channel,
            now,
            table.try_again(now, 1, urgent=hurried, asked=asked),
            urgent,
            hurried,
        )


async def unreported(pool: asyncpg.Pool, channel: str) -> list[Told]:
    """The receipts that cases have not got yet, those of before under the number that they had."""
    await pool.execute(
        """
        update notice n set receipt = 1 + coalesce((
            select max(receipt) from notice m where m."case" = n."case" and m.seq = n.seq and m.channel = n.channel), 0)
        where channel = $1 and state <> 'waiting' and not told and receipt is null
            and exists (select from dispute d where d."case" = n."case")
        """,
        channel,
    )
    rows = await pool.fetch(
        """
        select "case", seq, channel, receipt, count(*) filter (where state = 'sent') as sent,
            count(*) filter (where state = 'failed') as failed
        from notice where channel = $1 and state <> 'waiting' and not told and receipt is not null
        group by "case", seq, channel, receipt order by "case", seq, receipt
        """,
        channel,
    )
    return [Told.model_validate(dict(row)) for row in rows]


async def report(pool: asyncpg.Pool, told: Told) -> None:
    """A case has its receipt."""
    await pool.execute(
        'update notice set told = true where "case" = $1 and seq = $2 and channel = $3 and receipt = $4',
        told.case,
        told.seq,
        told.channel,
        told.receipt,
    )


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


async def standing(pool: asyncpg.Pool) -> list[tuple[str, str, int]]:
    """How many notices wait or have failed, by channel."""
    rows = await pool.fetch(
        "select channel, state, count(*) as count from notice where state <> 'sent' group by channel, state"
    )
    return [(row["channel"], row["state"], row["count"]) for row in rows]


async def of_case(pool: asyncpg.Pool, vault: Vault, case: str, to: str | None = None) -> list[NoticeLine]:
    """Every notice of a case with what became of it, or those to one recipient or audience."""
    rows = await pool.fetch(
        """
        select n.*, coalesce(d.case_number, m.number) as case_number, l.facts
        from notice n left join dispute d using ("case") left join meeting m on m.meeting = n."case"
        left join ledger l on l."case" = n."case" and l.seq = n.seq
        where n."case" = $1 and ($2::text is null or $2 in (n.recipient, n.audience))
        order by n.seq, n.recipient, n.channel
        """,
        case,
        to,
    )
    return _lines(rows, vault)


async def of_reader(pool: asyncpg.Pool, vault: Vault, to: str, limit: int) -> list[NoticeLine]:
    """The latest notices to a recipient, or to all of an audience, in the app."""
    rows = await pool.fetch(
        """
        select n.*, coalesce(d.case_number, m.number) as case_number, l.facts
        from notice n left join dispute d using ("case") left join meeting m on m.meeting = n."case"
        left join ledger l on l."case" = n."case" and l.seq = n.seq
        where $1 in (n.recipient, n.audience) and n.channel = $2
        order by n.sent_at desc, n."case", n.seq limit $3
        """,
        to,
        IN_APP,
        limit,
    )
    return _lines(rows, vault)


def _lines(rows: Iterable[asyncpg.Record], vault: Vault) -> list[NoticeLine]:
    opened: dict[tuple[str, int], Mapping[str, object]] = {}
    found = []
    for row in rows:
        at = row["case"], row["seq"]
        if at not in opened:
            facts = ledger.facts(vault, row["case"], row["facts"]) if row["facts"] else {}
            names = placeholders(f"notices.{row['event']}")
            opened[at] = {name: value for name, value in facts.items() if name in names}
        line = {name: row[name] for name in NoticeLine.model_fields if name != "facts"}
        found.append(NoticeLine.model_validate({**line, "facts": opened[at]}))
    return found
