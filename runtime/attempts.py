"""Bounds for servers that anybody on the network can reach: wrong secrets by address, and the size of what is sent."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Final

from starlette.requests import Request

WRONG_AT_MOST: Final = 10
"""Wrong secrets from one address, after which it is not heard for a while."""
UNHEARD: Final = 60.0
"""Seconds for which it is not heard, from the last wrong one."""
BODY_BYTES: Final = 4 * 2**20
"""What a request may bring: Temporal's own limit for a message."""
_ADDRESSES: Final = 10_000
"""Addresses that are remembered; of more, those that were wrong longest ago are forgotten."""


class TooLarge(Exception):
    """A request brings more than it may."""


class Attempts:
    """Who has shown wrong secrets, and how often."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def heard(self, request: Request) -> bool:
        """Whether the address may try."""
        count, at = self._wrong.get(_address(request), (0, 0.0))
        return count < WRONG_AT_MOST or self._clock() - at > UNHEARD

    def wrong(self, request: Request) -> None:
        """The secret was wrong."""
        address, now = _address(request), self._clock()
        count, at = self._wrong.pop(address, (0, now))
        self._wrong[address] = (1 if now - at > UNHEARD else count + 1, now)
        if len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)

    def right(self, request: Request) -> None:
        """The secret was right: what was wrong before is forgotten."""
        self._wrong.pop(_address(request), None)


async def body(request: Request) -> bytes:
    """What a request brings. Raises TooLarge, before it has all come."""
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        if len(held) > BODY_BYTES:
            raise TooLarge
    return bytes(held)


def _address(request: Request) -> str:
    return request.client.host if request.client else "?"
