"""Writing the casebook: one transaction for each step, and writing it again changes nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime

import asyncpg
from temporalio import activity

from casebook import ledger, notices, registry
from domain.case.casebook_rows import CasebookEntry
from domain.procedure.notices.recipients import notice_table
from runtime.vault import Vault


class CasebookService:
    """The keeper of the casebook."""

    def __init__(
        self, pool: asyncpg.Pool, vault: Vault, channels: Sequence[str] = (), drill_channels: Sequence[str] = ()
    ) -> None:
        self._pool, self._vault, self._channels, self._drill_channels = pool, vault, channels, drill_channels

    @activity.defn(name="casebook.record")
    async def record(self, entry: CasebookEntry) -> int:
        """Append events and renew the searchable rows. Returns the number of the last event written.

        Raises LedgerConflict where they don't follow what the casebook holds.
        """
        try:
            recorded = await ledger.record(self._pool, self._vault, entry)
        except ledger.LedgerConflict as conflict:
            await ledger.stop(self._pool, entry.case.case, conflict.code, datetime.now(UTC))
            raise
        if entry.joined or entry.corrected:
            await registry.keep_claimants(self._pool, self._vault, entry.case.case, entry.joined)
            await notices.keep_contacts(self._pool, self._vault, entry.case.case, entry.joined, entry.corrected)
        channels = self._drill_channels if entry.case.drill else self._channels
        await notices.queue(self._pool, entry, notice_table(), channels, now=datetime.now(UTC))
        return recorded
