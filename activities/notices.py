"""Sending notices: what is due goes out, what is not taken is tried again, and the case hears of it."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal

import asyncpg
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

import texts
from casebook import notices as outbox
from casebook.notices import Outgoing
from domain.ledger import SYSTEM
from domain.notices.messages import NoticesSent
from domain.procedure.notices.recipients import notice_table
from notices.channels import Channel, Letter, NotTaken
from runtime.rules import Rules
from runtime.vault import Vault

_AT_ONCE: Final = 200
_ADDRESS: Final[Mapping[str, Literal["email", "phone"]]] = {"email": "email", "webhook": "phone"}
"""What of a contact each channel needs."""


class NoticeService:
    """The centre's post room."""

    def __init__(
        self, client: Client, pool: asyncpg.Pool, vault: Vault, channels: Sequence[Channel], rules: Rules
    ) -> None:
        self._client, self._pool, self._vault = client, pool, vault
        self._channels, self._rules = {channel.name: channel for channel in channels}, rules

    @activity.defn(name="notices.send_due")
    async def send_due(self) -> int:
        """Send what is due. Returns how many notices were settled, sent or failed."""
        settled: Counter[tuple[str, int, str, str]] = Counter()
        while batch := await outbox.due(self._pool, self._vault, datetime.now(UTC), _AT_ONCE):
            for notice in batch:
                activity.heartbeat()
                state = await self._send(notice)
                if state != "waiting":
                    settled[notice.case, notice.seq, notice.channel, state] += 1
        await self._receipts(settled)
        return settled.total()

    async def _send(self, notice: Outgoing) -> str:
        now = datetime.now(UTC)
        address = self._address(notice)
        channel = self._channels.get(notice.channel)
        try:
            if address is None or channel is None:
                raise NotTaken("notices.no_address", final=True)
            await channel.send(_letter(notice, address))
        except NotTaken as no:
            again = None if no.final else notice_table().try_again(now, notice.tries + 1)
            state = "failed" if again is None else "waiting"
            await outbox.settle(self._pool, notice, state, now, again=again, problem=no.code)
            return state
        await outbox.settle(self._pool, notice, "sent", now, again=None, problem=None)
        return "sent"

    def _address(self, notice: Outgoing) -> str | None:
        kind = _ADDRESS[notice.channel]
        known: str | None = getattr(notice, kind)
        return known or self._rules.tables.contacts.of(notice.recipient, kind)

    async def _receipts(self, settled: Counter[tuple[str, int, str, str]]) -> None:
        """Tell each case that still runs what became of its notices."""
        for case, seq, channel in sorted({key[:3] for key in settled}):
            receipt = NoticesSent(
                message_id=f"notices-{seq}-{channel}-{os.urandom(4).hex()}",
                actor=SYSTEM,
                seq=seq,
                channel=channel,
                sent=settled[case, seq, channel, "sent"],
                failed=settled[case, seq, channel, "failed"],
            )
            try:
                await self._client.get_workflow_handle(case).signal(NoticesSent.name, receipt)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise


def _letter(notice: Outgoing, to: str) -> Letter:
    number = notice.case_number or "—"
    return Letter(
        key=f"{notice.case}.{notice.seq}.{notice.recipient}.{notice.channel}",
        to=to,
        subject=texts.say("notices.subject", notice.language, number=number),
        body=texts.say(
            "notices.body",
            notice.language,
            number=number,
            event=texts.say(f"notices.{notice.event}", notice.language),
        ),
    )
