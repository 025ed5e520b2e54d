"""Event logs drawn from the ledgers, case by case, and written as they come: OCEL 2.0 (JSON, SQLite) and XES."""

import contextlib
import json
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final, Protocol, TextIO
from xml.sax.saxutils import quoteattr

import asyncpg

from casebook import ledger
from domain.base import CENTRE_ZONE, Model
from domain.figures.event_log import EVENT_ATTRIBUTES, OBJECT_TYPES, KnownCase, LoggedCase, LoggedEvent, Thing, logged
from domain.words import CaseClass
from runtime.vault import Vault

_BATCH: Final = 200
_BEGINNING: Final = "1970-01-01T00:00:00Z"
"""The time of an object's first attributes, as OCEL 2.0 has it."""


class Selection(Model):
    """Which cases go out; what is left out does not filter."""

    filed_from: date | None = None
    filed_until: date | None = None
    case_class: CaseClass | None = None
    drills: bool = False


async def cases(pool: asyncpg.Pool, vault: Vault, wanted: Selection) -> AsyncIterator[LoggedCase]:
    """The cases of a selection, one after the other, under names that only this export knows.

    Raises BrokenLedger for an event that can't be read.
    """
    key, after = secrets.token_bytes(32), ""
    first, last = (_midnight(day) for day in (wanted.filed_from, _next(wanted.filed_until)))
    while True:
        rows = await pool.fetch(
            """
            select "case", case_number, case_class, outcome, channel, employer_digest as employer, mediator
            from dispute
            where case_number is not null and "case" > $1 and drill = $2
                and ($3::timestamptz is null or filed_at >= $3) and ($4::timestamptz is null or filed_at < $4)
                and ($5::text is null or case_class = $5)
            order by "case" limit $6
            """,
            after,
            wanted.drills,
            first,
            last,
            wanted.case_class,
            _BATCH,
        )
        for row in rows:
            people = await pool.fetch('select ref, identity_digest from claimant where "case" = $1', row["case"])
            known = KnownCase(**dict(row), people={one["ref"]: one["identity_digest"] for one in people})
            yield logged(known, await ledger.events(pool, vault, row["case"]), key)
        if len(rows) < _BATCH:
            return
        after = rows[-1]["case"]


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), CENTRE_ZONE) if day else None


def _next(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None


class Writer(Protocol):
    """Takes cases as they come."""

    def take(self, case: LoggedCase) -> None:
        """Write a case."""
        ...


async def write(
    file: Path, format_: str, drawn: AsyncIterator[LoggedCase], told: Callable[[int], None] = lambda _: None
) -> tuple[int, int]:
    """Write an event log. Returns how many cases and events; ``told`` hears after each hundred cases."""
    count, events = 0, 0
    with FORMATS[format_](file) as writer:
        async for case in drawn:
            writer.take(case)
            count, events = count + 1, events + len(case.events)
            if count % 100 == 0:
                told(count)
    return count, events


def _types(named: Iterable[str]) -> dict[str, str]:
    """How each type is called in names of tables."""
    return {name: "".join(part.capitalize() for part in name.replace("-", "_").split("_")) for name in named}


class _OcelJson:
    """Events as they come; objects, each once, when all have come. Types of events are known only then, too."""

    def __init__(self, events: TextIO) -> None:
        self._events, self._first = events, True
        self.kinds: set[str] = set()
        self.things: dict[str, Thing] = {}

    def take(self, case: LoggedCase) -> None:
        """See base class."""
        self.things.update({thing.id: thing for thing in case.things if thing.id not in self.things})
        for event in case.events:
            self.kinds.add(event.type)
            self._events.write("" if self._first else ",\n")
            self._first = False
            json.dump(_ocel_event(event), self._events, ensure_ascii=False)


def _ocel_event(event: LoggedEvent) -> dict[str, object]:
    return {
        "id": event.id,
        "type": event.type,
        "time": event.at.isoformat(),
        "attributes": [{"name": name, "value": value} for name, value in event.attributes.items()],
        "relationships": [{"objectId": one.object, "qualifier": one.qualifier} for one in event.about],
    }


@contextlib.contextmanager
def _ocel_json(file: Path) -> Iterator[Writer]:
    with file.open("w", encoding="utf-8") as out:
        out.write('{"events": [\n')
        writer = _OcelJson(out)
        yield writer
        out.write('\n],\n"objects": [\n')
        for number, thing in enumerate(writer.things.values()):
            attributes = [{"name": n, "time": _BEGINNING, "value": v} for n, v in thing.attributes.items()]
            out.write(",\n" if number else "")
            json.dump(
                {"id": thing.id, "type": thing.type, "attributes": attributes, "relationships": []},
                out,
                ensure_ascii=False,
            )
        out.write('\n],\n"eventTypes": ')
        json.dump([{"name": kind, "attributes": _declared(EVENT_ATTRIBUTES)} for kind in sorted(writer.kinds)], out)
        out.write(',\n"objectTypes": ')
        json.dump([{"name": name, "attributes": _declared(has)} for name, has in OBJECT_TYPES.items()], out)
        out.write("\n}\n")


def _declared(attributes: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in attributes.items()]


class _OcelSqlite:
    """Tables with their keys: those of events are made as kinds come up."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db, self._made = connection, set[str]()
        self._db.executescript(
            """
            create table event_map_type (ocel_type text primary key, ocel_type_map text not null);
            create table object_map_type (ocel_type text primary key, ocel_type_map text not null);
            create table event (ocel_id text primary key,
                ocel_type text not null references event_map_type (ocel_type));
            create table object (ocel_id text primary key,
                ocel_type text not null references object_map_type (ocel_type));
            create table event_object (ocel_event_id text not null references event (ocel_id),
                ocel_object_id text not null references object (ocel_id), ocel_qualifier text not null,
                primary key (ocel_event_id, ocel_object_id, ocel_qualifier));
            create table object_object (ocel_source_id text not null references object (ocel_id),
                ocel_target_id text not null references object (ocel_id), ocel_qualifier text not null,
                primary key (ocel_source_id, ocel_target_id, ocel_qualifier));
            """
        )
        for name, mapped in _types(OBJECT_TYPES).items():
            self._db.execute("insert into object_map_type values (?, ?)", (name, mapped))
            columns = "".join(f', "{column}" text' for column in OBJECT_TYPES[name])
            self._db.execute(
                f'create table "object_{mapped}" (ocel_id text not null references object (ocel_id), '
                f"ocel_time text not null, ocel_changed_field text{columns})"
            )

    def take(self, case: LoggedCase) -> None:
        """See base class."""
        for thing in case.things:
            self._thing(thing)
        for event in case.events:
            self._event(event)

    def _thing(self, thing: Thing) -> None:
        new = self._db.execute("insert or ignore into object values (?, ?)", (thing.id, thing.type)).rowcount
        if new:
            values = [thing.attributes.get(name) for name in OBJECT_TYPES[thing.type]]
            holes = ", ".join("?" * (3 + len(values)))
            table = _types([thing.type])[thing.type]
            self._db.execute(f'insert into "object_{table}" values ({holes})', (thing.id, _BEGINNING, None, *values))  # noqa: S608

    def _event(self, event: LoggedEvent) -> None:
        table = _types([event.type])[event.type]
        if event.type not in self._made:
            self._made.add(event.type)
            self._db.execute("insert into event_map_type values (?, ?)", (event.type, table))
            columns = "".join(
                f', "{name}" {"integer" if kind == "integer" else "text"}' for name, kind in EVENT_ATTRIBUTES.items()
            )
            self._db.execute(
                f'create table "event_{table}" (ocel_id text primary key references event (ocel_id), '
                f"ocel_time text not null{columns})"
            )
        self._db.execute("insert into event values (?, ?)", (event.id, event.type))
        values = [event.attributes[name] for name in EVENT_ATTRIBUTES]
        holes = ", ".join("?" * (2 + len(values)))
        self._db.execute(f'insert into "event_{table}" values ({holes})', (event.id, event.at.isoformat(), *values))  # noqa: S608
        self._db.executemany(
            "insert into event_object values (?, ?, ?)", [(event.id, one.object, one.qualifier) for one in event.about]
        )


@contextlib.contextmanager
def _ocel_sqlite(file: Path) -> Iterator[Writer]:
    file.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("pragma foreign_keys = on")
        yield _OcelSqlite(connection)


class _Xes:
    """A trace for each case."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def take(self, case: LoggedCase) -> None:
        """See base class."""
        whole = next(thing for thing in case.things if thing.type == "case")
        self._out.write(f"<trace>\n{_string('concept:name', case.id)}")
        self._out.write("".join(_string(name, value) for name, value in whole.attributes.items()))
        for event in case.events:
            self._out.write(
                "<event>"
                f"{_string('concept:name', event.type)}"
                f'<date key="time:timestamp" value={quoteattr(event.at.isoformat())}/>'
                f"{_string('org:resource', event.attributes['agency'] or event.attributes['role'])}"
                f"{_string('org:role', event.attributes['role'])}"
                f"{_string('lifecycle:transition', 'complete')}"
                f'<int key="seq" value="{event.attributes["seq"]}"/>'
                f"{_string('digest', event.attributes['digest'])}"
                "</event>\n"
            )
        self._out.write("</trace>\n")


def _string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>"


_XES_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/>\
<string key="org:resource" value=""/><string key="org:role" value=""/>\
<string key="lifecycle:transition" value="complete"/></global>
<classifier name="Event" keys="concept:name"/>
"""


@contextlib.contextmanager
def _xes(file: Path) -> Iterator[Writer]:
    with file.open("w", encoding="utf-8") as out:
        out.write(_XES_HEAD)
        yield _Xes(out)
        out.write("</log>\n")


FORMATS: Final = {"ocel-json": _ocel_json, "ocel-sqlite": _ocel_sqlite, "xes": _xes}
"""The forms that an event log is written in."""
