"""Running a program in a test."""

import asyncio
from collections.abc import Callable, Sequence

from tests.patience import seen


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
    """Wait until something holds."""

    async def look() -> bool:
        return holds()

    await seen(look)
