"""Connecting: to Temporal by its own environment configuration, to PostgreSQL by DATABASE_URL."""

import os
from typing import Any, Final

import asyncpg
from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConfigProfile
from temporalio.plugin import SimplePlugin

from runtime import codec
from runtime.servers import Addresses
from runtime.settings import Settings
from runtime.vault import Vault

_CONFIGURED: Final = ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE")


class NotRunning(Exception):
    """No server is configured, and the embedded ones are not running."""


def plugin(vault: Vault) -> SimplePlugin:
    """Converter and codec, the same for clients, workers, replayers and test environments."""
    return SimplePlugin("onestop", data_converter=codec.data_converter(vault))


def configured(settings: Settings) -> bool:
    """Whether servers of one's own are configured, so that the embedded ones are not wanted."""
    return settings.database_url is not None or _temporal_configured()


def _temporal_configured() -> bool:
    return bool(ClientConfigProfile.load().address) or any(name in os.environ for name in _CONFIGURED)


def temporal(settings: Settings) -> dict[str, Any]:
    """How to reach Temporal: as its environment says, or else the embedded server.

    Raises NotRunning when neither is there.
    """
    if _temporal_configured():
        return dict(ClientConfig.load_client_connect_config())
    return {"target_host": _embedded(settings).temporal}


async def connect(settings: Settings) -> Client:
    """A client that speaks our payloads. Raises NotRunning, or RuntimeError when nobody answers."""
    return await Client.connect(**temporal(settings), plugins=[plugin(Vault.of(settings))])


def dsn(settings: Settings) -> str:
    """How to reach the casebook. Raises NotRunning."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return _embedded(settings).database


def database(settings: Settings, size: int = 10) -> Any:
    """A pool of connections to the casebook, to be awaited or entered. Raises NotRunning."""
    return asyncpg.create_pool(dsn(settings), min_size=1, max_size=size, command_timeout=30)


def _embedded(settings: Settings) -> Addresses:
    addresses = Addresses.written(settings)
    if addresses is None:
        raise NotRunning("embedded servers are not running")
    return addresses
