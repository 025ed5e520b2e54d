"""Before any handler sees what came in: is it from whom it says it is from?

A verdict is given once, live, and never again, so that replay knows no keys. An update is judged by its validator,
which history records as accepted or never sees; a signal by a local activity, whose answer history keeps; a query
when it is asked. So a key may be added, ended or lost at any time, and no recorded history comes out otherwise.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Final

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.worker import (
    HandleQueryInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from activities.identity import IdentityService, SignalClaim
from domain.identity import HEADER, Sent, Use, Verdict, sent_message
from domain.ledger import Actor
from domain.opening import Reading
from domain.protocol import Refused
from domain.readers import may_read
from domain.words import Language
from workflows import answers
from workflows.centre import service

PROVEN: Final = "proven-identity"
"""The patch since which every message is proved."""
_VERIFY: Final = "onestop-verify"
_BUILT_IN: Final = "__"
"""Temporal's own queries: stack traces and the list of handlers, which tell nothing of a case."""

Verify = Callable[[str | None, Sent], Verdict]
_reader: ContextVar[Actor | None] = ContextVar("reader", default=None)


def reader() -> Actor:
    """Who asks the query that is being answered."""
    actor = _reader.get()
    assert actor is not None, "no query is being answered"
    return actor


class Proving(Interceptor):
    """Refuses what nobody proves to have sent."""

    def __init__(self, verify: Verify) -> None:
        self._verify = verify

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        """See base class."""
        input.unsafe_extern_functions[_VERIFY] = self._verify
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    def __init__(self, next: WorkflowInboundInterceptor) -> None:
        super().__init__(next)
        self._signals = 0
        self._turn: asyncio.Future[None] | None = None

    async def handle_signal(self, input: HandleSignalInput) -> None:
        self._signals += 1
        # A run begun under version 0.1 proves the signals that come in from now on, each under a patch of its own.
        if not (workflow.patched(PROVEN) or workflow.patched(f"{PROVEN}-{self._signals}")):
            return await super().handle_signal(input)
        sent = sent_message(workflow.info().workflow_id, input.signal, answers.body(_payloads(input.args)))
        claim = SignalClaim(token=_token(input.headers), sent=sent, run=workflow.info().run_id)
        before, mine = self._turn, asyncio.get_running_loop().create_future()
        self._turn = mine
        try:
            verdict = await service(IdentityService.verify, claim)
            if before is not None:
                await before
            if verdict.problems:
                workflow.instance().turn_away(input.signal, _payloads(input.args), verdict.problems)
            else:
                await super().handle_signal(input)
        finally:
            mine.set_result(None)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:
        body = answers.body(_payloads(input.args))
        sent = sent_message(workflow.info().workflow_id, input.update, body)
        _must_be_proved(_token(input.headers), sent, answers.language_of(body))
        super().handle_update_validator(input)

    async def handle_query(self, input: HandleQueryInput) -> Any:
        if input.query.startswith(_BUILT_IN):
            return await super().handle_query(input)
        sent = Sent(use=Use.READING, case=workflow.info().workflow_id, name=input.query)
        reading = next((given for given in input.args if isinstance(given, Reading)), Reading())
        language = reading.language
        asking = _must_be_proved(_token(input.headers) or reading.token, sent, language)
        try:
            may_read(asking, input.query)
        except Refused as refused:
            raise answers.refusal(refused, language) from None
        _reader.set(asking)
        return await super().handle_query(input)


def _must_be_proved(token: str | None, sent: Sent, language: Language) -> Actor:
    verdict: Verdict = workflow.extern_functions()[_VERIFY](token, sent)
    if verdict.actor is None:
        raise answers.refusal(Refused(*verdict.problems), language)
    return verdict.actor


def _payloads(args: Sequence[Any]) -> Sequence[RawValue]:
    """What a dynamic handler is given; nothing, and so refused, for any other."""
    match args:
        case [str(), [*payloads]]:
            return [payload for payload in payloads if isinstance(payload, RawValue)]
        case _:
            return ()


def _token(headers: Mapping[str, Payload]) -> str | None:
    if HEADER not in headers:
        return None
    try:
        token = json.loads(headers[HEADER].data)
    except ValueError:
        return None
    return token if isinstance(token, str) else None
