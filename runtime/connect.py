"""Connecting: to Temporal by its own environment configuration, to PostgreSQL by DATABASE_URL."""

import os
from collections.abc import Sequence
from typing import Any, Final, Literal

import asyncpg
from temporalio.client import Client, Interceptor
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfig, ClientConfigProfile
from temporalio.plugin import SimplePlugin
from temporalio.runtime import Runtime
from temporalio.worker import WorkflowRunner

from domain.ledger import SYSTEM
from runtime import codec
from runtime.addresses import Addresses
from runtime.sandbox import Runner
from runtime.settings import Settings
from runtime.signing import HoldsKeys, Issuer, Signing
from runtime.tracing import traced
from runtime.turns import InTurn
from runtime.vault import Vault

_CONFIGURED: Final = ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE")
_TEMPORAL_ITSELF: Final = "localhost:7233"
"""Where Temporal's programs look when a profile names no address."""


class NotRunning(Exception):
    """No server is configured, and the embedded ones are not running."""


def plugin(vault: Vault | None, issuer: Issuer | None = None) -> SimplePlugin:
    """Converter and codec, the same for clients, workers, replayers and test environments.

    Without a vault payloads stay in clear: for recording histories of fictional people, and for nothing else.
    A client signs what it sends with the tokens of its issuer; without one it sends unsigned.
    """
    return SimplePlugin(
        "onestop",
        data_converter=codec.data_converter(vault) if vault else DataConverter(payload_converter_class=codec.Converter),
        workflow_runner=_ours,
        interceptors=[*([Signing(issuer)] if issuer else []), InTurn()],
    )


def _ours(given: WorkflowRunner | None) -> WorkflowRunner:
    """The runner that a worker brings, or one for whoever only replays."""
    return given if isinstance(given, Runner) else Runner()


def temporal_configured() -> bool:
    """Whether Temporal's own environment configuration names a server."""
    return bool(ClientConfigProfile.load().address) or any(name in os.environ for name in _CONFIGURED)


def temporal(settings: Settings) -> dict[str, Any]:
    """How to reach Temporal: as its environment says, or else the embedded server.

    Raises NotRunning when neither is there.
    """
    if temporal_configured():
        return {"target_host": _TEMPORAL_ITSELF} | dict(ClientConfig.load_client_connect_config())
    return {"target_host": _embedded(settings, "temporal")}


async def connect(
    settings: Settings,
    issuer: Issuer | None = None,
    interceptors: Sequence[Interceptor] = (),
    runtime: Runtime | None = None,
    service: str = "onestop",
) -> Client:
    """A client that speaks our payloads, and acts for the system unless it has an issuer of its own.

    ``service`` is what it is called in traces, where they are wanted.

    Raises NotRunning, or RuntimeError when nobody answers.
    """
    issuer, tracing = issuer or HoldsKeys.of(settings, SYSTEM), traced(settings.traces, service)
    return await Client.connect(
        **temporal(settings),
        plugins=[plugin(Vault.of(settings), issuer)],
        interceptors=[*interceptors, *([tracing] if tracing else [])],
        runtime=runtime,
    )


def dsn(settings: Settings) -> str:
    """How to reach the casebook. Raises NotRunning."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return _embedded(settings, "database")


def database(settings: Settings, size: int = 10) -> Any:
    """A pool of connections to the casebook, to be awaited or entered. Raises NotRunning."""
    return asyncpg.create_pool(dsn(settings), min_size=1, max_size=size, command_timeout=30)


def _embedded(settings: Settings, server: Literal["temporal", "database"]) -> str:
    addresses = Addresses.written(settings)
    if addresses is None:
        raise NotRunning("embedded servers are not running")
    address: str = getattr(addresses, server)
    if not address:
        raise NotRunning(f"the embedded servers run without {server}: it was configured elsewhere")
    return address
