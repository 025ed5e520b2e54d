"""What goes wrong under a command is told as what it is."""

import asyncpg
import pytest
import typer

from cli.out import Exit
from cli.running import run


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (asyncpg.UndefinedColumnError('column "x" does not exist'), Exit.REFUSED, "did not take this query"),
        (asyncpg.CannotConnectNowError("starting up"), Exit.UNREACHABLE, "can't be reached"),
        (asyncpg.InterfaceError("connection is closed"), Exit.UNREACHABLE, "can't be reached"),
        (ConnectionRefusedError("refused"), Exit.UNREACHABLE, "can't be reached"),
    ],
)
def test_a_query_that_fails_is_not_told_as_a_server_out_of_reach(
    error: Exception, code: Exit, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def work() -> None:
        raise error

    with pytest.raises(typer.Exit) as ended:
        run(work, "en")
    assert ended.value.exit_code == code and said in capsys.readouterr().err
