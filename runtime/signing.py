"""Signs whatever a client sends: a token for each message, bound to its bytes, in a Temporal header."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, Self

from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    QueryWorkflowInput,
    SignalWorkflowInput,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.common import RawValue

from domain.case.identity import HEADER, Sent, Use, sent_message
from domain.ledger import Actor
from runtime.codec import Converter
from runtime.settings import Settings
from runtime.signing_keys import Keys
from runtime.tokens import mint, wall_clock


class Issuer(Protocol):
    """Whoever makes tokens: the holder of the keys, or a server that asks for a session."""

    async def token(self, sent: Sent) -> str:
        """A token for what is about to be sent. Raises NoSigningKey or NotLoggedIn."""
        ...


class HoldsKeys:
    """The issuer on a machine that holds the private keys: it vouches for whomever a message names.

    A reader, whom no message names, is ``reader``.
    """

    def __init__(self, keys: Keys, reader: Actor, clock: Callable[[], Awaitable[datetime]] | None = None) -> None:
        self._keys, self._reader, self._clock = keys, reader, clock

    @classmethod
    def of(cls, settings: Settings, reader: Actor) -> Self:
        """The issuer of the embedded default, where whoever may read the keys' folder may act as anybody."""
        return cls(Keys.of(settings), reader)

    async def token(self, sent: Sent) -> str:
        """See base class."""
        at = await self._clock() if self._clock else wall_clock()
        return mint(self._keys, sent.actor or self._reader, sent.use, sent.case, at, sent)


class Signing(Interceptor):
    """Puts a token into the header of every signal, update and query, and of a start that signals."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """See base class."""
        return _Outbound(next, self._issuer)


class _Outbound(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, issuer: Issuer) -> None:
        super().__init__(next)
        self._issuer, self._converter = issuer, Converter()

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        if input.start_signal is not None:
            input.start_signal_args = self._fixed(input.start_signal_args)
            sent = sent_message(input.id, input.start_signal, body(input.start_signal_args), queued=True)
            input.headers = await self._headed(input.headers, sent)
        return await super().start_workflow(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        input.args = self._fixed(input.args)
        sent = sent_message(input.id, input.signal, body(input.args), queued=True)
        input.headers = await self._headed(input.headers, sent)
        await super().signal_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        input.args = self._fixed(input.args)
        input.headers = await self._headed(input.headers, sent_message(input.id, input.update, body(input.args)))
        return await super().start_workflow_update(input)

    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[Any]:
        update = input.update_workflow_input
        update.args = self._fixed(update.args)
        sent = sent_message(input.start_workflow_input.id, update.update, body(update.args))
        update.headers = await self._headed(update.headers, sent)
        return await super().start_update_with_start_workflow(input)

    async def query_workflow(self, input: QueryWorkflowInput) -> Any:
        sent = Sent(use=Use.READING, case=input.id, name=input.query)
        input.headers = await self._headed(input.headers, sent)
        return await super().query_workflow(input)

    def _fixed(self, args: Sequence[Any]) -> list[RawValue]:
        """The arguments as the bytes that travel, so that what is signed is what is sent."""
        return [RawValue(payload) for payload in self._converter.to_payloads(args)]

    async def _headed(self, headers: Any, sent: Sent) -> dict[str, Payload]:
        return {**headers, HEADER: header(await self._issuer.token(sent))}


def header(token: str) -> Payload:
    """A token as the header carries it."""
    return Payload(metadata={"encoding": b"json/plain"}, data=f'"{token}"'.encode())


def body(args: Sequence[Any]) -> bytes:
    """The JSON of a message; empty, as the case sees it, if it is not exactly one JSON payload."""
    payloads = [arg.payload for arg in args if isinstance(arg, RawValue)]
    if len(payloads) != 1 or payloads[0].metadata.get("encoding") != b"json/plain":
        return b""
    return payloads[0].data
