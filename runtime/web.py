"""Asking another service over HTTP, which may be away."""

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


class Away(Exception):
    """The service can't be reached, or answered with an error of its own. Says what kind."""


@contextlib.asynccontextmanager
async def reaching(server: str = "", *, patience: float = 10.0) -> AsyncIterator["httpx.AsyncClient"]:
    """A client for a service; ``patience`` in seconds. Raises Away.

    The library is loaded only when something is asked.
    """
    import httpx

    try:
        async with httpx.AsyncClient(base_url=server, timeout=patience) as client:
            yield client
    except httpx.HTTPError as error:
        raise Away(type(error).__name__) from error
