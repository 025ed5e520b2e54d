"""A child process that is started, watched until it is ready, started again if it dies, and always stopped."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Final

import psutil

_STOP_WITHIN: Final = 20.0
_LOOK_EVERY: Final = 0.1
_CHANCES: Final = 2
"""A server that finds a port taken which it chose for itself is started once more."""
_RESTART_AFTER: Final = 1.0
_RESTART_AT_LAST_AFTER: Final = 30.0
_STEADY: Final = 60.0
"""Who has run for so many seconds is started again without growing patience."""

_SETPRIV: Final = shutil.which("setpriv")
_WITH_SUPERVISOR: Final = (_SETPRIV, "--pdeathsig", "INT", "--") if _SETPRIV else ()
"""Has the system end a child whose supervisor is gone."""
_CLOCK_SLACK: Final = 5.0
"""Seconds by which the machine's clock may have been set since a process began."""


class Failed(Exception):
    """A program could not be started, or ended too early; the text says which and why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


class Process:
    """One child in a session of its own, so that Ctrl-C reaches the supervisor only.

    When the supervisor is killed, Linux asks the child to end. A mark beside its log (``NAME.pid``) lets the next
    supervisor wait for that, by `end_leftovers`.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[object],
        *,
        log: Path,
        user: pwd.struct_passwd | None = None,
        stop: signal.Signals = signal.SIGTERM,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.name = name
        self._command = [str(part) for part in command]
        self._log, self._user, self._stop = log, user, stop
        self._mark = log.with_suffix(".pid")
        self._environment = environment
        self._child: asyncio.subprocess.Process | None = None
        self.restarts = 0
        self.exit_code: int | None = None
        """How it last ended by itself; minus the signal's number when it was killed."""

    @property
    def pid(self) -> int:
        """The process id of the running child."""
        assert self._child is not None
        return self._child.pid

    @contextlib.asynccontextmanager
    async def running(self, *, ready: Callable[[], Awaitable[bool]], within: float) -> AsyncIterator[None]:
        """The child, ready, started again if it dies, and stopped in the end.

        Raises Failed when it doesn't become ready.
        """
        keeper = None
        try:
            await self.start()
            await self._until_ready(ready, within)
            keeper = asyncio.create_task(self._keep())
            yield
        finally:
            try:
                if keeper is not None:
                    keeper.cancel()
                    await asyncio.wait([keeper])
            finally:
                await self.stop()

    async def _keep(self) -> None:
        """Start the child again whenever it ends by itself, more patiently if it goes on ending."""
        pause = _RESTART_AFTER
        while True:
            began = monotonic()
            self.exit_code = await self.ended()
            self.restarts += 1
            await asyncio.sleep(pause)
            pause = _RESTART_AFTER if monotonic() - began > _STEADY else min(2 * pause, _RESTART_AT_LAST_AFTER)
            with contextlib.suppress(Failed):
                await self.start()

    async def start(self) -> None:
        """Start the child; its output is appended to its log. Raises Failed."""
        options: dict[str, object] = {}
        if self._user is not None:
            options = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        environment = os.environ | (self._environment or {})
        if shutil.which(self._command[0]) is None:
            raise Failed(self.name, f"{self._command[0]} is not there or may not be run")
        try:
            with os.fdopen(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
                self._child = await asyncio.create_subprocess_exec(
                    *_WITH_SUPERVISOR,
                    *self._command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    umask=0o077,
                    cwd="/" if self._user is not None else None,
                    env=environment,
                    **options,  # type: ignore[arg-type]
                )
        except OSError as error:
            raise Failed(self.name, str(error)) from None
        with contextlib.suppress(psutil.NoSuchProcess):
            self._mark.write_text(f"{self.pid} {psutil.Process(self.pid).create_time()}")

    async def completed(self) -> None:
        """Run the child to its end. Raises Failed unless it ends well."""
        try:
            await self.start()
            if await self.ended() != 0:
                raise Failed(self.name, self._last_words())
        finally:
            await self.stop()

    async def ended(self) -> int:
        """Wait until the child ends by itself; its exit code."""
        assert self._child is not None
        return await self._child.wait()

    async def stop(self) -> None:
        """Ask the child to stop; kill it when it doesn't."""
        child = self._child
        if child is not None and child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(self._stop)
            try:
                await asyncio.wait_for(child.wait(), _STOP_WITHIN)
            except TimeoutError:
                child.kill()
                await child.wait()
        self._mark.unlink(missing_ok=True)

    async def _until_ready(self, ready: Callable[[], Awaitable[bool]], within: float) -> None:
        assert self._child is not None
        try:
            async with asyncio.timeout(within):
                chances = _CHANCES
                while not await ready():
                    if self._child.returncode is not None:
                        chances -= 1
                        if not chances:
                            raise Failed(self.name, self._last_words())
                        await self.start()
                    await asyncio.sleep(_LOOK_EVERY)
        except TimeoutError:
            raise Failed(self.name, f"not ready within {within:.0f} s. {self._last_words()}") from None

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            lines = self._log.read_text(errors="replace").splitlines()[-5:]
            return f"see {self._log}: " + " | ".join(lines)
        return f"see {self._log}"


def end_leftovers(folder: Path) -> list[str]:
    """End the children of a supervisor that was killed, by the marks beside their logs. Returns their names."""
    names, processes = [], []
    for mark in folder.glob("*.pid"):
        with contextlib.suppress(psutil.NoSuchProcess, ValueError):
            pid, began = mark.read_text().split()
            process = psutil.Process(int(pid))
            if abs(process.create_time() - float(began)) < _CLOCK_SLACK:
                process.send_signal(signal.SIGINT)
                names.append(mark.stem)
                processes.append(process)
        mark.unlink(missing_ok=True)
    _, stubborn = psutil.wait_procs(processes, timeout=_STOP_WITHIN)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    return names
