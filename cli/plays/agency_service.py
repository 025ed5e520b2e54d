"""An agency that keeps its records to itself: its own service, and the key by which its worker is let in."""

import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from domain.words import Agency
from runtime.ports import Port
from runtime.process import Process
from runtime.rings import home, kept_secret
from runtime.settings import ROOT, Settings

_READY_WITHIN = 30.0


@dataclass(frozen=True)
class Served:
    """Where an agency's service is, and what its worker is given to be let in."""

    agency: Agency
    url: str
    environment: dict[str, str]


@contextlib.asynccontextmanager
async def served(settings: Settings, agency: Agency, rows: str) -> AsyncIterator[Served]:
    """The reference service of ``examples/agency_service`` with an exchange file's rows, as a process of its own.

    The worker's key is kept in the agency's folder; the rows go when the service does. Raises Failed.
    """
    folder = home(settings.data, agency)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key, public = folder / "connector.pem", folder / "connector.pub"
    kept_secret(key, _fresh_key)
    public.write_bytes(_public(key.read_bytes()))
    port = Port.choose("records", "", asked=0, usual=0)
    url = f"http://127.0.0.1:{port.number}"
    with TemporaryDirectory() as held:
        file = Path(held) / "records.csv"
        file.write_text(rows, encoding="utf-8")
        service = Process(
            f"records-{agency}",
            [
                *(sys.executable, "-m", "examples.agency_service", agency, file, "--port", str(port.number)),
                *("--trust", f"onestop={public}", "--register", folder / "given-out.jsonl"),
            ],
            log=settings.data / f"records-{agency}.log",
            environment={"PYTHONPATH": str(ROOT)},
        )
        async with service.running(ready=port.answers, within=_READY_WITHIN):
            name = agency.upper().replace("-", "_")
            yield Served(agency, url, {f"ONESTOP_{name}_RECORDS": url, "ONESTOP_CONNECTOR_KEY": str(key)})


def _fresh_key() -> str:
    private = Ed25519PrivateKey.generate()
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public(private: bytes) -> bytes:
    key = load_pem_private_key(private, None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
