"""Numbers without gaps: of each series in each year the next, taken back with the transaction that asked for it."""

import asyncpg


async def following(connection: asyncpg.pool.PoolConnectionProxy, series: str, year: int) -> int:
    """The next number."""
    number: int = await connection.fetchval(
        """
        insert into case_number (series, year, last) values ($1, $2, 1)
        on conflict (series, year) do update set last = case_number.last + 1 returning last
        """,
        series,
        year,
    )
    return number


async def pass_over(connection: asyncpg.pool.PoolConnectionProxy, series: str, year: int, number: int) -> None:
    """No number up to a given one is given again."""
    await connection.execute(
        """
        insert into case_number (series, year, last) values ($1, $2, $3)
        on conflict (series, year) do update set last = greatest(case_number.last, excluded.last)
        """,
        series,
        year,
        number,
    )
