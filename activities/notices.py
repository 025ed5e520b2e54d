"""Sending notices: what is due goes out, what is not taken is tried again, and the case hears of it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
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
from domain.rounds import PostRound
from notices.channels import Channel, Letter, NotTaken
from runtime.rules import Rules
from runtime.vault import Vault
from texts import sentences

_BATCH: Final = 200
_AT_ONCE: Final = 8
"""Letters that a channel is handed at the same time."""
_ADDRESS: Final[Mapping[str, Literal["email", "phone"]]] = {"email": "email", "webhook": "phone"}
"""What of a contact each channel needs."""


class NoticeService:
    """The centre's post room."""

    def __init__(
        self,
        client: Client,
        pool: asyncpg.Pool,
        vault: Vault,
        channels: Sequence[Channel],
        rules: Rules,
        address: str | None = None,
    ) -> None:
        self._client, self._pool, self._vault, self._address = client, pool, vault, address
        self._channels, self._rules = {channel.name: channel for channel in channels}, rules

    @activity.defn(name="notices.send_due")
    async def send_due(self, a_round: PostRound) -> int:
        """Send what is due by a channel. Returns how many notices were settled, sent or failed.

        A channel that is away is left alone for the rest of the round, with what still waits.
        """
        channel, count = self._channels.get(a_round.channel), 0
        try:
            while channel is not None:
                now = datetime.now(UTC)
                batch = await outbox.due(self._pool, self._vault, channel.name, now, _BATCH)
                sending = _Sending()
                more = len(batch) == _BATCH
                async with asyncio.TaskGroup() as hands:
                    for _ in range(_AT_ONCE):
                        hands.create_task(self._worked_off(channel, batch, sending))
                count += sending.settled
                if sending.away is not None:
                    await outbox.put_off(self._pool, channel.name, now, notice_table(), sending.away)
                if sending.away is not None or not more:
                    break
        finally:
            await self._receipts(a_round.channel)
        return count

    async def _worked_off(self, channel: Channel, batch: list[Outgoing], sending: "_Sending") -> None:
        while batch and sending.away is None:
            await self._send(channel, batch.pop(0), sending)
            activity.heartbeat()

    async def _send(self, channel: Channel, notice: Outgoing, sending: "_Sending") -> None:
        now = datetime.now(UTC)
        to = self._reached(notice)
        try:
            if to is None:
                raise NotTaken("notices.no_address", final=True)
            await channel.send(self._letter(notice, to))
        except NotTaken as no:
            table, urgent = notice_table(), notice_table().by_event()[notice.event].urgent
            again = None if no.final else table.try_again(now, notice.tries + 1, urgent=urgent, asked=no.after)
            state = "failed" if again is None else "waiting"
            await outbox.settle(self._pool, notice, state, now, again=again, problem=no.code)
            if no.away:
                sending.away = no.after or timedelta()
            sending.settled += state == "failed"
        else:
            await outbox.settle(self._pool, notice, "sent", now, again=None, problem=None)
            sending.settled += 1

    def _reached(self, notice: Outgoing) -> str | None:
        kind = _ADDRESS[notice.channel]
        known: str | None = getattr(notice, kind)
        return known or self._rules.tables.contacts.of(notice.recipient, kind)

    async def _receipts(self, channel: str) -> None:
        """Tell each case that still runs what became of its notices: a receipt is due until the case has it."""
        for told in await outbox.unreported(self._pool, channel):
            receipt = NoticesSent(
                message_id=f"notices-{told.seq}-{channel}-{told.receipt}",
                actor=SYSTEM,
                seq=told.seq,
                channel=channel,
                sent=told.sent,
                failed=told.failed,
            )
            try:
                await self._client.get_workflow_handle(told.case).signal(NoticesSent.name, receipt)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            await outbox.report(self._pool, told)

    def _letter(self, notice: Outgoing, to: str) -> Letter:
        language, number = notice.language, notice.case_number
        of_meeting = notice.case.startswith("meeting-")
        numbered = "_meeting" if of_meeting else "" if number else "_unnumbered"
        where = texts.say("notices.at_the_address", language, url=self._address) if self._address else None
        return Letter(
            key=f"{notice.case}.{notice.seq}.{notice.recipient}.{notice.channel}",
            to=to,
            subject=texts.say(f"notices.subject{numbered}", language, number=number),
            body=texts.say(
                f"notices.body{numbered}",
                language,
                number=number,
                event=sentences.notice_line(notice.event, notice.facts, language),
                where=where or texts.say("notices.at_the_centre", language),
            ),
        )


class _Sending:
    """How a batch goes."""

    settled = 0
    away: timedelta | None = None
    """The channel takes nothing now, and asks to be left alone for so long."""
