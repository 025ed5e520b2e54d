"""Closed cases that Temporal has dropped are answered from the casebook, alike."""

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.client import Interceptor, OutboundInterceptor, QueryWorkflowInput
from temporalio.service import RPCError, RPCStatusCode

from domain.base import Model
from domain.case.protocol import must_be_party
from domain.case.readers import may_read
from domain.ledger import Actor
from domain.procedure.closure.handover import Handover
from workflows.readings import Readings

Keeper = Callable[[str], Awaitable[Handover | None]]
"""Looks a closed case up in the casebook."""


class FromCasebook(Interceptor):
    """Asks the casebook where Temporal knows no such case any more."""

    def __init__(self, reader: Actor, keeper: Keeper) -> None:
        self._reader, self._keeper = reader, keeper

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """See base class."""
        return _Outbound(next, self._reader, self._keeper)


class _Outbound(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, reader: Actor, keeper: Keeper) -> None:
        super().__init__(next)
        self._reader, self._keeper = reader, keeper

    async def query_workflow(self, input: QueryWorkflowInput) -> Any:
        """See base class. Raises Refused where the reader may not read it."""
        try:
            return await super().query_workflow(input)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            closed = await self._keeper(input.id)
            if closed is None:
                raise
        may_read(self._reader, input.query)
        must_be_party(closed.state, self._reader)
        readings = Readings(closed.state, self._reader, closed.closed_at - closed.clock_offset)
        answer = readings.answer(input.query, input.args[0] if input.args else None)
        typed = isinstance(input.ret_type, type) and issubclass(input.ret_type, Model)
        return answer if typed or answer is None else answer.model_dump(mode="json")
