"""Event logs for process mining, read back by a reader that is not ours, and held against the ledgers."""

import json
import sqlite3
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import r4pm

from tests.cli.conftest import Onestop
from tests.cli.test_at_the_centre import filed, investigate, until
from tests.patience import seen


async def exported(at_centre: Onestop, file: Path, form: str) -> Path:
    done = await at_centre("event-log", str(file), "--format", form, "--drills")
    assert done.code == 0, done
    return file


def counted(what: str, log: str) -> int:
    """What the other reader counts in a log that it has read."""
    return int(r4pm.call_binding(f"process_mining::bindings::{what}", json.dumps({"ocel": log})))


async def whole(at_centre: Onestop) -> tuple[str, list[dict[str, Any]]]:
    """A case that has closed, and its timeline."""
    case = await filed(at_centre)
    await investigate(at_centre, case)
    await until(at_centre, case, "mediation")
    assert (await at_centre("give-up", case, "--reason", "双方不同意")).code == 0
    await until(at_centre, case, "closed")

    async def verified() -> int:
        return (await at_centre("ledger", "verify", case)).code

    await seen(verified, lambda code: code == 0)
    return case, (await at_centre("timeline", case, "--json")).json


async def test_an_event_log_is_read_by_others_and_holds_every_event_of_the_ledger(
    at_centre: Onestop, tmp_path: Path
) -> None:
    case, events = await whole(at_centre)
    told = json.loads((await exported(at_centre, tmp_path / "log.json", "ocel-json")).read_text())
    mine = [event for event in told["events"] if event["id"].startswith(f"{case}#")]
    digests = {a["value"] for event in mine for a in event["attributes"] if a["name"] == "digest"}
    assert {event["digest"] for event in events} <= digests, "each event can be checked against the ledger"
    assert {event["type"] for event in mine} == {event["kind"] for event in events}
    types = {thing["id"]: thing["type"] for thing in told["objects"]}
    assert {one["objectId"] for event in told["events"] for one in event["relationships"]} <= types.keys()
    assert {"case", "claimant", "employer", "agency", "inquiry"} <= set(types.values())
    assert {t["name"] for t in told["objectTypes"]} >= set(types.values())
    assert all(isinstance(a["value"], str) for e in told["events"] for a in e["attributes"])

    read = r4pm.import_item("SlimLinkedOCEL", str(tmp_path / "log.json"))
    assert counted("num_events", read) == len(told["events"])
    assert counted("num_objects", read) == len(told["objects"])


async def test_the_sqlite_form_has_its_keys_and_the_same_events(at_centre: Onestop, tmp_path: Path) -> None:
    case, events = await whole(at_centre)
    file = await exported(at_centre, tmp_path / "log.sqlite", "ocel-sqlite")
    with sqlite3.connect(file) as log:
        assert log.execute("pragma foreign_key_check").fetchall() == []
        count = log.execute("select count(*) from event where ocel_id like ?", (f"{case}#%",)).fetchone()[0]
        assert count == len(events)
        tables = {row[0] for row in log.execute("select name from sqlite_master where type = 'table'")}
        for kind, mapped in log.execute("select ocel_type, ocel_type_map from event_map_type").fetchall():
            assert f"event_{mapped}" in tables, kind
    read = r4pm.import_item("SlimLinkedOCEL", str(file))
    assert counted("num_events", read) >= len(events)


async def test_a_trace_of_xes_is_a_case_and_names_nobody(at_centre: Onestop, tmp_path: Path) -> None:
    case, events = await whole(at_centre)
    file = await exported(at_centre, tmp_path / "log.xes", "xes")
    tree = ElementTree.parse(file)
    ours = "{http://www.xes-standard.org/}"
    traces = {
        trace.find(f"{ours}string[@key='concept:name']").get("value"): trace.findall(f"{ours}event")  # type: ignore[union-attr]
        for trace in tree.getroot().findall(f"{ours}trace")
    }
    assert len(traces[case]) == len(events)
    people = [person["name"] for person in (await at_centre("show", case, "--json")).json["claimants"]]
    text = file.read_text()
    assert not any(name in text for name in people if "*" not in name)
    read = r4pm.import_item("EventLog", str(file))
    assert read
