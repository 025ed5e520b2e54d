"""Cases whose workflow and casebook disagree are found by a command."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.direction.messages import Comment
from domain.ledger import SYSTEM
from domain.words import CENTRE_QUEUE
from runtime import connect
from tests import builders
from tests.cli.conftest import Centre, Onestop, a_centre
from tests.cli.test_at_the_centre import filed, listed, until
from tests.patience import seen

_PAPERS = 7
"""Of a complaint: the notice of acceptance, and a slip and a letter to each of three agencies."""


@pytest.fixture(scope="module")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """Nobody else's cases are ill here."""
    async with a_centre(tmp_path_factory) as opened:
        yield opened


async def at_rest(at_centre: Onestop, centre: Centre, case: str) -> dict[str, Any]:
    """The case once nothing more comes of its filing by itself: drafts read, papers issued, all of it written down."""

    async def look() -> tuple[dict[str, Any], int]:
        view: dict[str, Any] = (await at_centre("show", case, "--json")).json
        count = 'select count(*) from ledger where "case" = $1'
        return view, await centre.world.pool.fetchval(count, view["case"])

    def rests(looked: tuple[dict[str, Any], int]) -> bool:
        view, written = looked
        drafted = all(task["draft"] for task in view["tasks"])
        return drafted and len(view["papers"]) == _PAPERS and written == view["ledger_length"]

    return (await seen(look, rests))[0]


async def test_the_doctor_finds_nothing_while_workflow_and_casebook_agree_and_names_the_case_where_they_do_not(
    at_centre: Onestop, centre: Centre
) -> None:
    case = await filed(at_centre)
    view = await at_rest(at_centre, centre, case)
    sound = await at_centre("doctor", "--json")
    assert (sound.code, sound.json) == (0, {"search_attributes": [], "cases": []})

    async with centre.world.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")  # Past what keeps it append-only.
        await connection.execute(
            """
            update ledger set digest = repeat('f', 64)
            where "case" = $1 and seq = (select max(seq) from ledger where "case" = $1)
            """,
            view["case"],
        )
    differs = await at_centre("doctor", "--json")
    assert differs.code == 1
    assert [(one["case_number"], one["ailment"]) for one in differs.json["cases"]] == [(case, "differs")]

    verified = await at_centre("ledger", "verify", case)
    assert verified.code == 1 and "被改动过" in verified.err

    assert (await at_centre("comment", case, "入卷")).code == 0
    assert await listed(at_centre, case, "--blocked")
    number = (await at_centre("show", case, "--json")).json["case_number"]
    inbox = await at_centre("inbox", "--lang", "en")
    assert "blocked cases" in inbox.out and number in inbox.out, "the supervisor's inbox begins with what can't go on"
    blocked = await at_centre("doctor", "--lang", "en")
    assert case in blocked.out and "a step is blocked" in blocked.out
    refused = await at_centre("comment", case, "再记一笔", "--lang", "en")
    assert refused.code == 1 and "casebook disagree" in refused.err

    await centre.world.client.get_workflow_handle(view["case"]).terminate()
    gone = await at_centre("doctor", "--json")
    assert [one["ailment"] for one in gone.json["cases"]] == ["gone"]


TABLES = ("booking", "notice", "contact", "case_employer", "claimant", "task", "ledger", "paper", "evidence")


async def forget(pool: asyncpg.Pool, case: str, after: int = 0) -> None:
    """The casebook as a backup had it: without what the case wrote after an event; without the case after none."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        await connection.execute('delete from ledger where "case" = $1 and seq > $2', case, after)
        await connection.execute('delete from task where "case" = $1 and seq > $2', case, after)
        await connection.execute('update dispute set seq = $2, phase = $3 where "case" = $1', case, after, "intake")
        if not after:
            for table in (*TABLES, "closed_case", "dispute"):
                await connection.execute(f'delete from {table} where "case" = $1', case)


async def test_what_a_restored_casebook_lacks_is_written_back_from_the_histories(
    at_centre: Onestop, centre: Centre, tmp_path: Path
) -> None:
    early = await centre.world.client.start_workflow("DisputeWorkflow", id="dispute-t-990001", task_queue=CENTRE_QUEUE)
    said = Comment(message_id="early", actor=SYSTEM, text="先到的话")
    await early.signal(said.name, said)  # Before anything is filed the case asks for keys: a deed without a question.
    behind, lost = await filed(at_centre), await filed(at_centre, complaint_id="t-990001")
    scan = tmp_path / "scan.txt"
    scan.write_text("工资条")
    assert (await at_centre("attach", lost, scan)).code == 0
    views = {case: await until(at_centre, case, "fact-finding") for case in (behind, lost)}
    numbers = [(await at_centre("paper", "list", case, "--json")).json for case in (behind, lost)]
    owner = connect.dsn(centre.settings)
    heads = {case: (await at_centre("ledger", "verify", case)).out for case in (behind, lost)}
    async with asyncpg.create_pool(owner, min_size=1) as pool:
        await forget(pool, views[behind]["case"], after=3)
        await forget(pool, views[lost]["case"])
        await pool.execute("update case_number set last = last - 1 where series = 'DRILL'")
    ours = {view["case"] for view in views.values()}
    ill = (await at_centre("doctor", "--json")).json["cases"]
    assert {one["ailment"] for one in ill if one["case"] in ours} == {"behind", "unknown"}
    assert (await at_centre("comment", behind, "恢复之后")).code == 0, "a case goes on all the same"
    assert await listed(at_centre, behind, "--blocked")

    mended = (await at_centre("doctor", "--repair", "--json")).json
    assert not [one for one in mended["cases"] if one["case"] in ours]
    told = {one["case"]: one for one in mended["written_back"] if one["case"] in ours}
    assert told.keys() == ours
    assert all(one["events"] > 0 for one in told.values())
    assert told[views[behind]["case"]]["troubles"] == []
    [evidence] = told[views[lost]["case"]]["troubles"]
    assert "重新提交" in evidence

    assert (await at_centre("ledger", "verify", lost)).out == heads[lost]
    assert (await at_centre("ledger", "verify", behind)).code == 0
    assert [(await at_centre("paper", "list", case, "--json")).json for case in (behind, lost)] == numbers
    assert await listed(at_centre, lost)
    await listed(at_centre, behind, "--blocked", there=False)
    another = await at_centre("file", "-", "--json", "--drill", typed=builders.complaint().model_dump_json())
    assert another.json["case_number"] not in (behind, lost), "no number is given twice"
    again = (await at_centre("doctor", "--repair", "--json")).json["written_back"]
    assert [one["events"] for one in again if one["case"] in ours] == [0], "only the missing file is told of"


async def test_health_tells_a_monitor_who_is_away(at_centre: Onestop, monkeypatch: pytest.MonkeyPatch) -> None:
    well = await at_centre("health", "--json")
    assert well.code == 0 and set(well.json.values()) == {"answers"}, well
    assert {"postgresql", "temporal", "worker-centre", "worker-tax"} <= well.json.keys()

    async def polled(client: Any, role: str) -> bool:
        return role != "tax"

    monkeypatch.setattr("client.health.polled", polled)
    ill = await at_centre("health")
    assert ill.code == 4 and ill.out.count("不在线") == 1, ill
