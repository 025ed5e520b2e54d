"""One protocol for every way out: e-mail through an SMTP server, a webhook (such as an SMS gateway's)."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Protocol

import aiosmtplib
import httpx

from connectors import retry_after
from domain.base import Model

_SECONDS: Final = 20
_PASSING: Final = {408, 425, 429}
"""Refusals that are over by themselves."""


class Letter(Model):
    """A notice as it goes out. The same ``key`` is the same letter, should it be sent twice."""

    key: str
    to: str
    subject: str
    body: str


class NotTaken(Exception):
    """The channel did not take a letter.

    ``code`` says why without naming anybody; ``final``: no retry mends it; ``away``: it takes no other either now;
    ``after``: how long the channel asks to be left alone.
    """

    def __init__(self, code: str, *, final: bool = False, away: bool = False, after: timedelta | None = None) -> None:
        super().__init__(code)
        self.code, self.final, self.away, self.after = code, final, away, after


class Channel(Protocol):
    """A way out."""

    name: str

    async def send(self, letter: Letter) -> None:
        """Hand the letter over. Raises NotTaken."""
        ...


class Mail:
    """E-mail through an SMTP server. The letter's key is its Message-ID: mail systems keep one of two."""

    name = "email"

    def __init__(
        self, server: str, port: int, sender: str, *, tls: bool, within: timedelta = timedelta(seconds=_SECONDS)
    ) -> None:
        self._server, self._port, self._sender, self._tls, self._within = server, port, sender, tls, within

    async def send(self, letter: Letter) -> None:
        """See base class."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, letter.to, letter.subject
        message["Message-ID"] = f"<{letter.key}@{self._sender.rpartition('@')[2]}>"
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body)
        try:
            await aiosmtplib.send(
                message,
                hostname=self._server,
                port=self._port,
                start_tls=self._tls or None,
                timeout=self._within.total_seconds(),
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            if all(one.code >= 500 for one in refused.recipients):
                raise NotTaken("notices.address_refused", final=True) from None
            raise NotTaken("notices.put_off") from None
        except aiosmtplib.SMTPDataError as refused:
            if refused.code >= 500:
                raise NotTaken("notices.letter_refused", final=True) from None
            raise NotTaken("notices.put_off") from None
        except (aiosmtplib.SMTPException, OSError):
            raise NotTaken("notices.server_away", away=True) from None


class Webhook:
    """A JSON object by POST to an address, as SMS gateways and chat systems take it."""

    name = "webhook"

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        token: str | None,
        *,
        within: timedelta = timedelta(seconds=_SECONDS),
    ) -> None:
        self._client, self._url, self._token, self._within = client, url, token, within

    async def send(self, letter: Letter) -> None:
        """See base class."""
        headers = {"Idempotency-Key": letter.key} | ({"Authorization": f"Bearer {self._token}"} if self._token else {})
        try:
            answer = await self._client.post(
                self._url, json=letter.model_dump(mode="json"), headers=headers, timeout=self._within.total_seconds()
            )
        except httpx.HTTPError:
            raise NotTaken("notices.server_away", away=True) from None
        if answer.is_client_error and answer.status_code not in _PASSING:
            raise NotTaken("notices.address_refused", final=True)
        if not answer.is_success:
            after = retry_after.pause(answer.headers.get("Retry-After", ""))
            raise NotTaken("notices.server_away", away=True, after=after)
