"""Children: ready or explained, started again when they die, never left behind."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from runtime.process import Failed, Process, end_leftovers
from tests.runtime.running import until

WAITS = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"


def waiting(folder: Path, name: str = "child", program: str = WAITS) -> Process:
    """A child that says that it is ready, and waits."""
    return Process(name, [sys.executable, "-c", program, folder / "ready"], log=folder / f"{name}.log")


def gone(pid: int) -> bool:
    """Whether a process is no more."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


async def test_a_child_runs_in_a_session_of_its_own_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async def ready() -> bool:
        return (tmp_path / "ready").exists()

    child = waiting(tmp_path)
    async with child.running(ready=ready, within=10):
        pid = child.pid
        assert os.getsid(pid) == pid
        assert (tmp_path / "child.pid").exists()
    assert not psutil.pid_exists(pid)
    assert not (tmp_path / "child.pid").exists()


async def test_a_child_that_ends_too_early_is_explained_by_its_last_words(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    child = waiting(tmp_path, program="raise SystemExit('no space left on the moon')")
    with pytest.raises(Failed, match="no space left on the moon"):
        async with child.running(ready=never, within=10):
            pass


async def test_a_child_that_is_never_ready_is_stopped(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    child = waiting(tmp_path)
    with pytest.raises(Failed, match="not ready within"):
        async with child.running(ready=never, within=0.5):
            pass
    assert not psutil.pid_exists(child.pid)


async def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"child: .*no-such-program"):
        await Process("child", ["/no-such-program"], log=tmp_path / "child.log").start()


async def test_a_child_that_is_killed_is_started_again_and_counted(tmp_path: Path) -> None:
    async def ready() -> bool:
        return (tmp_path / "ready").exists()

    child = waiting(tmp_path)
    async with child.running(ready=ready, within=10):
        first = child.pid
        os.kill(first, signal.SIGKILL)
        await until(lambda: child.pid != first)
        assert (child.restarts, child.exit_code) == (1, -signal.SIGKILL)
        second = child.pid
    assert not psutil.pid_exists(second)


async def test_a_child_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.process._STOP_WITHIN", 0.3)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS

    async def ready() -> bool:
        return (tmp_path / "ready").exists()

    child = waiting(tmp_path, program=deaf)
    async with child.running(ready=ready, within=10):
        pid = child.pid
    assert not psutil.pid_exists(pid)


async def supervised_and_killed(folder: Path, program: str) -> int:
    """The process id of a child whose supervisor was killed, once the child was ready."""
    code = (
        "import asyncio, os, signal, sys, pathlib; sys.path.insert(0, sys.argv[2])\n"
        "from runtime.process import Process\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "async def main():\n"
        "    command = [sys.executable, '-c', sys.argv[3], folder / 'ready']\n"
        "    child = Process('orphan', command, log=folder / 'orphan.log')\n"
        "    await child.start()\n"
        "    while not (folder / 'ready').exists():\n"
        "        await asyncio.sleep(0.02)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    root = str(Path(__file__).parents[2])
    supervisor = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(folder), root, program)
    assert await supervisor.wait() == -signal.SIGKILL
    return int((folder / "orphan.pid").read_text().split()[0])


async def test_a_child_ends_with_its_supervisor_even_if_that_is_killed(tmp_path: Path) -> None:
    orphan = await supervised_and_killed(tmp_path, WAITS)
    await until(lambda: gone(orphan))


async def test_what_a_killed_supervisor_left_is_ended_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.process._STOP_WITHIN", 0.3)
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); " + WAITS
    orphan = await supervised_and_killed(tmp_path, deaf)
    assert not gone(orphan)

    assert end_leftovers(tmp_path) == ["orphan"]
    await until(lambda: gone(orphan))
    assert end_leftovers(tmp_path) == []


def test_a_mark_whose_number_belongs_to_another_program_by_now_harms_nobody(tmp_path: Path) -> None:
    mark = tmp_path / "old.pid"
    mark.write_text(f"{os.getpid()} {psutil.Process().create_time() - 3600}")
    (tmp_path / "torn.pid").write_text("12")

    assert end_leftovers(tmp_path) == []
    assert not mark.exists()
