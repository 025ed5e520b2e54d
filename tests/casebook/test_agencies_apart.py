"""What each agency's database login sees: its own rows, and nobody else's."""

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from casebook import logins, migrations
from casebook.inbox import TaskFilter, tasks
from casebook.registry import register
from domain.words import CENTRE_QUEUE, Agency
from runtime import servers
from runtime.vault import Vault
from tests import builders
from tests.casebook.filing import fresh, request

DATABASE = "onestop_apart"
Logins = dict[str, asyncpg.Connection]
EVERYTHING = ("case_number", "dispute", "claimant", "ledger", "task", "record", "alembic_version")
THEIRS = {"task", "record", "dispute"}
OTHERS = [pair for pair in itertools.product(Agency, repeat=2) if pair[0] is not pair[1]]


@pytest.fixture(scope="module")
async def owner(postgres: servers.Postgres, pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Pool]:
    """A casebook of its own, as whoever made it sees it, with a case in which all but the union inquire."""
    await pool.execute(f"create database {DATABASE}")
    await migrations.upgrade(postgres.dsn(DATABASE))
    async with asyncpg.create_pool(postgres.dsn(DATABASE), min_size=1) as made:
        await made.execute(
            """
            insert into dispute ("case", complaint_id, jurisdiction, channel, drill, employer_digest,
                employer_name, filed_at, claimants, waits_since)
            values ('c', 'c', 'demo', 'counter', true, 'd', 'n', now(), 1, now())
            """
        )
        await made.execute("insert into claimant values ('c', 'c1', 'd', 'sealed', 'sealed', null)")
        await made.execute(
            "insert into ledger values ('c', 1, now(), 'filed', 'x', 'intake', null, null, 'sealed', 'p', 'd')"
        )
        for agency in Agency:
            await made.execute("insert into record values ($1, 'k', 'p', 'e', 'sealed', $1)", agency)
            if agency is not Agency.UNION:
                await made.execute(
                    "insert into task values ('c', $1, $1, 'offered', null, now(), now(), false, 1)", agency
                )
        yield made
    await pool.execute(f"drop database {DATABASE} with (force)")


@pytest.fixture(scope="module")
async def entered(
    owner: asyncpg.Pool, postgres: servers.Postgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Logins]:
    """Everybody logged in."""
    addresses = await logins.give_out(postgres.dsn(DATABASE), tmp_path_factory.mktemp("logins"))
    connections = {holder: await asyncpg.connect(address) for holder, address in addresses.items()}
    yield connections
    for connection in connections.values():
        await connection.close()


async def test_an_agencys_login_has_bounds_of_its_own(
    entered: Logins, owner: asyncpg.Pool, postgres: servers.Postgres, tmp_path: Path
) -> None:
    assert await entered[Agency.TAX].fetchval("show statement_timeout") == "30s"
    assert await entered[Agency.TAX].fetchval("show lock_timeout") == "5s"
    assert await entered[Agency.TAX].fetchval("show idle_in_transaction_session_timeout") == "30s"
    assert await entered[CENTRE_QUEUE].fetchval("show statement_timeout") == "0"
    await owner.execute("alter role onestop_labor connection limit 1")
    address = (await logins.give_out(postgres.dsn(DATABASE), tmp_path))[Agency.LABOR]
    many = [await asyncpg.connect(address) for _ in range(29)]  # One is the fixture's.
    with pytest.raises(asyncpg.TooManyConnectionsError):
        await asyncpg.connect(address)
    for connection in many:
        await connection.close()


async def test_an_agency_that_sets_its_bounds_aside_holds_up_the_others_for_a_while_only(
    entered: Logins, postgres: servers.Postgres, tmp_path: Path
) -> None:
    addresses = await logins.give_out(postgres.dsn(DATABASE), tmp_path)
    rude = await asyncpg.connect(addresses[Agency.TAX])
    await rude.execute("set statement_timeout = 0")
    await rude.execute("set idle_in_transaction_session_timeout = 0")
    await rude.execute("begin; lock table record in access exclusive mode")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await entered[Agency.LABOR].execute("set lock_timeout = '50ms'; select from record")
    async with asyncpg.create_pool(addresses[CENTRE_QUEUE], min_size=1, max_size=1) as centres:
        assert await logins.end_overlong(centres) == 0, "a minute is not over yet"
        assert await logins.end_overlong(centres, timedelta()) >= 1
    await entered[Agency.LABOR].execute("set lock_timeout = '5s'; select from record")
    gone = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
    with pytest.raises(gone):  # Which one depends on how far the end of the connection has been read.
        await rude.execute("select 1")


async def test_whoever_may_not_make_logins_is_told(
    owner: asyncpg.Pool, postgres: servers.Postgres, tmp_path: Path
) -> None:
    await owner.execute("create role powerless login password 'x'")
    address = f"postgresql://powerless:x@127.0.0.1:{postgres.port}/{DATABASE}"
    with pytest.raises(logins.MayNot):
        await logins.give_out(address, tmp_path)
    await owner.execute("drop role powerless")


@pytest.mark.parametrize("agency", Agency)
async def test_an_agency_sees_its_own_exchange_rows_and_inquiries_only(entered: Logins, agency: Agency) -> None:
    for table in ("record", "task"):
        seen = {row["agency"] for row in await entered[agency].fetch(f"select agency from {table}")}
        assert seen == ({agency} if (table, agency) != ("task", Agency.UNION) else set())


@pytest.mark.parametrize("agency", Agency)
async def test_an_agency_sees_the_line_of_a_case_only_if_it_inquires_in_it(entered: Logins, agency: Agency) -> None:
    seen = await entered[agency].fetch("""select "case", phase from dispute where "case" = 'c'""")
    assert len(seen) == (0 if agency is Agency.UNION else 1)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await entered[agency].fetch("select employer_name from dispute")


@pytest.mark.parametrize("table", sorted(set(EVERYTHING) - THEIRS))
@pytest.mark.parametrize("agency", Agency)
async def test_an_agency_sees_no_other_table(entered: Logins, agency: Agency, table: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await entered[agency].fetch(f"select * from {table}")


@pytest.mark.parametrize(("agency", "other"), OTHERS)
async def test_an_agency_can_write_nothing_in_anothers_name(entered: Logins, agency: Agency, other: Agency) -> None:
    own = entered[agency]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await own.execute("insert into record values ($1, 'k', 'p', 'e', 'x', 'forged')", other)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await own.execute("update record set agency = $1", other)
    assert await own.execute("delete from record where agency = $1", other) == "DELETE 0"
    assert await own.execute("update record set kind = 'forged' where agency = $1", other) == "UPDATE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await own.execute("update task set state = 'done'")


@pytest.mark.parametrize("agency", Agency)
async def test_an_agency_can_make_neither_tables_nor_roles_nor_become_another(entered: Logins, agency: Agency) -> None:
    for statement in (
        "create table loot (x int)",
        "create role intruder",
        "set role onestop_centre",
        "set row_security = off; select * from record",
        "alter table record disable row level security",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await entered[agency].execute(statement)


async def test_the_centre_sees_everything_and_can_only_add_to_the_ledger(entered: Logins) -> None:
    centre = entered[CENTRE_QUEUE]
    for table in set(EVERYTHING) - {"case_number"}:
        assert await centre.fetch(f"select * from {table}"), table
    await centre.execute(
        "insert into ledger values ('c', 2, now(), 'filed', 'x', 'intake', null, null, 'sealed', 'p', 'd')"
    )
    for statement in ("update ledger set facts = ''", "delete from ledger", "truncate ledger"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await centre.execute(statement)


async def test_tables_that_come_later_are_the_centres_and_no_agencys(entered: Logins, owner: asyncpg.Pool) -> None:
    await owner.execute("create table later (x int)")
    assert await entered[CENTRE_QUEUE].fetch("select * from later") == []
    for agency in Agency:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await entered[agency].fetch("select * from later")


async def test_logins_are_given_again_with_the_same_passwords(postgres: servers.Postgres, tmp_path: Path) -> None:
    first = await logins.give_out(postgres.dsn(servers.DATABASE), tmp_path)
    assert await logins.give_out(postgres.dsn(servers.DATABASE), tmp_path) == first
    secrets = list(tmp_path.rglob("database.password"))
    assert len({file.read_text() for file in secrets}) == 5
    assert {file.stat().st_mode & 0o777 for file in secrets} == {0o600}


async def test_an_agency_lists_its_own_inbox_with_its_own_login_and_keys(
    owner: asyncpg.Pool, postgres: servers.Postgres, vault: Vault, tmp_path: Path
) -> None:
    name = fresh("虚构收件公司")
    filed = builders.complaint(respondents=(builders.employer(name=name),))
    case = (await register(owner, vault, request(filed))).case
    for agency in (Agency.LABOR, Agency.TAX):
        await owner.execute(
            "insert into task values ($1, $2, $2, 'offered', null, now(), now(), false, 1)", case, agency
        )
    addresses = await logins.give_out(postgres.dsn(DATABASE), tmp_path)
    for agency in Agency:
        async with asyncpg.create_pool(addresses[agency], min_size=1) as own:
            keys = vault.of_agency(agency)
            found = await tasks(own, keys, TaskFilter(employer=name))
            seen = {line.agency for line in await tasks(own, keys, TaskFilter())}
        asked = agency in (Agency.LABOR, Agency.TAX)
        assert [(line.agency, line.employer) for line in found] == ([(agency, name)] if asked else [])
        assert seen <= {agency}
