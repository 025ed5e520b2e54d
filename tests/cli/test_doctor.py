"""Cases whose workflow and casebook disagree are found by a command."""

from tests.cli.conftest import Centre, Onestop
from tests.cli.test_at_the_centre import filed, listed, until


async def test_the_doctor_finds_nothing_while_workflow_and_casebook_agree_and_names_the_case_where_they_do_not(
    at_centre: Onestop, centre: Centre
) -> None:
    case = await filed(at_centre)
    view = await until(at_centre, case, "fact-finding")
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
    blocked = await at_centre("doctor", "--lang", "en")
    assert case in blocked.out and "a step is blocked" in blocked.out
    refused = await at_centre("comment", case, "再记一笔", "--lang", "en")
    assert refused.code == 1 and "casebook disagree" in refused.err

    await centre.world.client.get_workflow_handle(view["case"]).terminate()
    gone = await at_centre("doctor", "--json")
    assert [one["ailment"] for one in gone.json["cases"]] == ["gone"]
