"""Real HTTP servers on free ports, and the keys that are used with them."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from domain.inquiry.findings import Finding
from domain.inquiry.records import RecordsQuery
from tests.builders import arrears_item, complaint


@contextlib.asynccontextmanager
async def serving(app: Any, **options: Any) -> AsyncIterator[str]:
    """Serve an application; yields its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1, **options)
        )
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"{'https' if options else 'http'}://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await running


def key_pair(folder: Path, name: str = "connector") -> tuple[Path, Path]:
    """A new Ed25519 key and its public half, as PEM files."""
    key = Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def query(*people: Any, employers: Any = None, inquiry: str = "dispute-t/tax/1", **item: Any) -> RecordsQuery:
    """What a case about three months of 2024 makes one ask."""
    filed = complaint(len(people) or 1, items=(arrears_item(**item),))
    filed = filed.model_copy(update={"claimants": people or filed.claimants})
    if employers is not None:
        filed = filed.model_copy(update={"respondents": employers})
    return RecordsQuery.of(filed, (), inquiry)


def told(finding: Finding) -> dict[str, Any]:
    """A finding as JSON, without what is empty."""
    return finding.model_dump(mode="json", exclude_defaults=True)
