"""Settings from the environment. Temporal's own (TEMPORAL_ADDRESS, temporal.toml …) are read by its SDK."""

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT: Final = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an operator may set; every name but DATABASE_URL has the prefix ``ONESTOP_``."""

    model_config = SettingsConfigDict(env_prefix="ONESTOP_", extra="ignore")

    data: Path = ROOT / ".onestop"
    """Folder of the embedded servers' data, the keys and the logs."""
    temporal_port: int | None = None
    """Port of the embedded Temporal server. Without it 7233, or any free one when that is taken; 0: any free one."""
    ui_port: int | None = None
    """Port of Temporal's pages; without it 8233, or any free one."""
    postgres_port: int | None = None
    """Port of the embedded PostgreSQL; without it 5433, or any free one."""
    codec_port: int | None = None
    """Port of the codec server; without it 8234, or any free one."""
    console_port: int | None = None
    """Port of the console; without it 8236, or any free one."""
    console_host: str = "127.0.0.1"
    """Address that the console listens on; beyond this machine only behind a proxy that speaks TLS."""
    tables: Path | None = None
    """Folder of the centre's own rule tables; without it ``tables`` in ``data``."""
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    keys: SecretStr | None = None
    """The key ring as JSON, from a secret store; without it ``keys.json`` in ``data``."""
    public_keys: Path | None = None
    """The JSON Web Key Set that tokens are verified with; without it ``identity/public.json`` in ``data``."""
    token_server: str | None = None
    """Address of the token server; without it this machine signs with the keys in ``identity/private`` of ``data``."""
    session: Path | None = None
    """File of the session of whoever has logged in; without it ``session`` in ``data``."""
    oidc_issuer: str | None = None
    """OpenID Connect provider that the token server trusts; without it local accounts are."""
    oidc_client: str = "onestop"
    """Client id that the provider knows us by."""
    oidc_roles: Path | None = None
    """YAML table of which claim of an ID token makes which role."""
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")

    labor_records: str | None = None
    """Address of an agency's own records service (docs/connector.md); without it, its exchange files."""
    medical_insurance_records: str | None = None
    tax_records: str | None = None
    union_records: str | None = None
    connector_key: Path | None = None
    """The Ed25519 key (PEM) with which a worker signs what it asks such a service."""
    connector_key_id: str = "onestop"
    """The name by which the service knows that key."""
    connector_certificate: Path | None = None
    """The certificate and key (PEM) with which a worker shows who it is, for mutual TLS."""
    connector_ca: Path | None = None
    """Certificates (PEM) that such a service's is checked against; without it those of the system."""

    smtp_server: str | None = None
    """SMTP server that notices go out through; without it there is no e-mail."""
    smtp_port: int = 25
    smtp_tls: bool = True
    """Whether the server must speak STARTTLS."""
    mail_from: str = "centre@localhost"
    webhook: str | None = None
    """Address that notices are posted to as JSON, such as an SMS gateway's; without it there is none."""
    webhook_token: SecretStr | None = None

    drill_notices: bool = False
    """Whether notices of drills go out too; without it those who play are told in the app alone."""
    public_address: str | None = None
    """Where parties sign in, as notices say it; without it they say no address."""

    metrics: str | None = None
    """Where a worker serves metrics for Prometheus, ``host:port``; ``up`` gives each role's worker the next port."""
    traces: str | None = None
    """The OpenTelemetry receiver (OTLP over HTTP) that spans go to, such as ``http://localhost:4318``."""
    metrics_token: SecretStr | None = None
    """Bearer token with which Prometheus reads the console's ``/metrics``; without it there is none."""

    cached_cases: int = Field(default=2000, ge=1)
    """How many running cases a centre's worker keeps in mind; the others are read anew when something happens."""
    build: str | None = None
    """The version as which a worker takes part; without it a digest of the code."""

    def records_of(self, agency: str) -> str | None:
        """Address of an agency's own records service; None where its exchange files are read."""
        address: str | None = getattr(self, f"{agency.replace('-', '_')}_records")
        return address

    @property
    def own_tables(self) -> Path:
        """Where the centre's own rule tables lie."""
        return self.tables or self.data / "tables"
