"""Which port a server listens on: the one asked for, its usual one, or any free one."""

import asyncio
import contextlib
import random
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

_LOWEST: Final = 10_000
_EPHEMERAL: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")


class PortTaken(Exception):
    """Another program listens on the port that an operator asked for."""

    def __init__(self, server: str, port: int, variable: str, holder: str | None = None) -> None:
        super().__init__(f"{server}: port {port} is taken by {holder or 'another program'}; set {variable}")
        self.server, self.port, self.variable, self.holder = server, port, variable, holder


@dataclass(frozen=True)
class Moved:
    """A server's usual port was taken, so that it listens on another one."""

    server: str
    usual: int
    port: int
    holder: str | None
    """The program that has the usual port, where we may know it."""


@dataclass(frozen=True)
class Port:
    """A port of the loopback address for a server."""

    server: str
    variable: str
    number: int
    moved: Moved | None = None

    @classmethod
    def choose(cls, server: str, variable: str, *, asked: int | None, usual: int) -> "Port":
        """The port asked for (0 stands for any free one); else the usual one; else any free one.

        Raises PortTaken when the port asked for is not free.
        """
        if asked:
            chosen = cls(server, variable, asked)
            chosen.must_be_free()
            return chosen
        if asked is None and is_free(usual):
            return cls(server, variable, usual)
        number = free_port()
        moved = None if asked == 0 else Moved(server, usual, number, holder(usual))
        return cls(server, variable, number, moved)

    def must_be_free(self) -> None:
        """Raise PortTaken unless nobody listens there."""
        if not is_free(self.number):
            raise PortTaken(self.server, self.number, self.variable, holder(self.number))

    async def answers(self) -> bool:
        """Whether somebody listens there."""
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.number)
        except OSError:
            return False
        writer.close()
        return True


def is_free(port: int) -> bool:
    """Whether a server could listen on a port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of the loopback address that nobody listens on now.

    It lies below those that the system gives to connections, one of which could take it before the server does.
    """
    candidates = range(_LOWEST, _first_ephemeral())
    return next(port for port in random.sample(candidates, len(candidates)) if is_free(port))


def _first_ephemeral() -> int:
    with contextlib.suppress(OSError):
        return max(int(_EPHEMERAL.read_text().split()[0]), _LOWEST + 1000)
    return 32_768


def holder(port: int) -> str | None:
    """The program that listens on a port, as ``name (pid)``; None where the system does not tell us."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if not connection.laddr or connection.status != psutil.CONN_LISTEN:
                continue
            if connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} ({connection.pid})"
    return None
