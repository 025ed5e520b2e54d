"""``python -m console``: the pages and the interface for machines, on this machine's address unless told otherwise.

Behind a proxy that speaks TLS set ``ONESTOP_CONSOLE_HOST`` and have it pass the Host header on.
"""

from runtime.memory import collect_rarely, keep_what_is_loaded

collect_rarely()

import asyncio
from typing import Final

import uvicorn

from console import door
from console.application import application
from domain.procedure import every_message  # noqa: F401 - fills the protocol's table
from runtime import log
from runtime.rules import Rules
from runtime.settings import Settings

_LAST_WORDS: Final = 5
"""Seconds in which calls under way may end; whoever follows changes comes again."""


async def main() -> None:
    """Serve until ended."""
    settings = Settings()
    log.configure(settings)
    Rules(settings.own_tables)  # From here on names are those of the centre.
    async with door.opened(settings) as opened:
        config = uvicorn.Config(
            application(opened),
            host=settings.console_host,
            port=settings.console_port or 8236,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_LAST_WORDS,
        )
        keep_what_is_loaded()
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(main())
