"""Running a program in a test."""

import asyncio
from collections.abc import Callable, Sequence


async def output_of(command: Sequence[object], **environment: str) -> str:
    """What a program writes; fails unless it ends well."""
    child = await asyncio.create_subprocess_exec(
        *map(str, command),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment or None,
    )
    written, complaints = await child.communicate()
    assert child.returncode == 0, complaints.decode()
    return written.decode()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fails after ten seconds."""
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came about")
