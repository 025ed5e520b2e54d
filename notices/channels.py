"""One protocol for every way out: e-mail through an SMTP server, a webhook (such as an SMS gateway's)."""

from email.message import EmailMessage
from typing import Final, Protocol

import aiosmtplib
import httpx

from domain.base import Model

_SECONDS: Final = 20


class Letter(Model):
    """A notice as it goes out. The same ``key`` is the same letter, should it be sent twice."""

    key: str
    to: str
    subject: str
    body: str


class NotTaken(Exception):
    """The channel did not take a letter. ``code`` says why without naming anybody; ``final``: no retry mends it."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code, self.final = code, final


class Channel(Protocol):
    """A way out."""

    name: str

    async def send(self, letter: Letter) -> None:
        """Hand the letter over. Raises NotTaken."""
        ...


class Mail:
    """E-mail through an SMTP server. The letter's key is its Message-ID: mail systems keep one of two."""

    name = "email"

    def __init__(self, server: str, port: int, sender: str, *, tls: bool) -> None:
        self._server, self._port, self._sender, self._tls = server, port, sender, tls

    async def send(self, letter: Letter) -> None:
        """See base class."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, letter.to, letter.subject
        message["Message-ID"] = f"<{letter.key}@{self._sender.rpartition('@')[2]}>"
        message.set_content(letter.body)
        try:
            await aiosmtplib.send(
                message, hostname=self._server, port=self._port, start_tls=self._tls or None, timeout=_SECONDS
            )
        except aiosmtplib.SMTPRecipientsRefused:
            raise NotTaken("notices.address_refused", final=True) from None
        except (aiosmtplib.SMTPException, OSError):
            raise NotTaken("notices.server_away") from None


class Webhook:
    """A JSON object by POST to an address, as SMS gateways and chat systems take it."""

    name = "webhook"

    def __init__(self, client: httpx.AsyncClient, url: str, token: str | None) -> None:
        self._client, self._url, self._token = client, url, token

    async def send(self, letter: Letter) -> None:
        """See base class."""
        headers = {"Idempotency-Key": letter.key} | ({"Authorization": f"Bearer {self._token}"} if self._token else {})
        try:
            answer = await self._client.post(
                self._url, json=letter.model_dump(mode="json"), headers=headers, timeout=_SECONDS
            )
        except httpx.HTTPError:
            raise NotTaken("notices.server_away") from None
        if answer.is_client_error and answer.status_code not in (408, 425, 429):
            raise NotTaken("notices.address_refused", final=True)
        if not answer.is_success:
            raise NotTaken("notices.server_away")
