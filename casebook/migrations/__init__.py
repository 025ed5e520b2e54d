"""Versioned migrations, run by Alembic. Each version is one file of plain SQL in ``versions``."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

_FOLDER: Final = Path(__file__).parent
_LOCK: Final = 7_061_231
"""Advisory lock: several processes may ask for the upgrade at once, one does it."""


async def upgrade(dsn: str) -> None:
    """Bring the casebook to the newest version; nothing happens when it is there already."""
    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
