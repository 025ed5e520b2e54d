"""Closed cases that Temporal has dropped are answered from the casebook, alike."""

from typing import Any

import asyncpg
from temporalio.client import Interceptor, OutboundInterceptor, QueryWorkflowInput
from temporalio.service import RPCError, RPCStatusCode

from domain.base import Model
from domain.ledger import Actor
from runtime.vault import Vault


class FromCasebook(Interceptor):
    """Asks the casebook where Temporal knows no such case any more."""

    def __init__(self, reader: Actor, pool: asyncpg.Pool, vault: Vault) -> None:
        self._reader, self._pool, self._vault = reader, pool, vault

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """See base class."""
        return _Outbound(next, self._reader, self._pool, self._vault)


class _Outbound(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, reader: Actor, pool: asyncpg.Pool, vault: Vault) -> None:
        super().__init__(next)
        self._reader, self._pool, self._vault = reader, pool, vault

    async def query_workflow(self, input: QueryWorkflowInput) -> Any:
        """See base class. Raises Refused where the reader may not read it.

        What a case is, is loaded only when one is asked for that Temporal has dropped.
        """
        try:
            return await super().query_workflow(input)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            from casebook import aftercare

            closed = await aftercare.kept(self._pool, self._vault, input.id)
            if closed is None:
                raise
        from domain.case.protocol import must_be_party
        from domain.case.readers import may_read
        from workflows.readings import Readings

        may_read(self._reader, input.query)
        must_be_party(closed.state, self._reader)
        readings = Readings(closed.state, self._reader, closed.closed_at - closed.clock_offset)
        answer = readings.answer(input.query, input.args[0] if input.args else None)
        typed = isinstance(input.ret_type, type) and issubclass(input.ret_type, Model)
        return answer if typed or answer is None else answer.model_dump(mode="json")
