"""Before any handler sees what came in: is it from whom it says it is from?

An update is judged by its validator, which history records as accepted or never sees; a query when it is asked. The
verdict on a signal is a pure function of its token, its bytes, the public keys that history holds, and the time of the
workflow task: replay comes to the same one. The keys come in when a case is admitted, and by an activity when a signal
needs them and they are no longer fresh, or do not have the key that a token names.

Whatever a stranger's header or payload makes our code raise is a signal turned away, or a refusal.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Any, Final

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleQueryInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from domain.case.identity import HEADER, KeySet, Sent, Use, Verdict, sent_message, verdict
from domain.case.opening import Reading
from domain.case.readers import may_read
from domain.ledger import Actor
from domain.procedure.inquiry.in_office import InOffice
from domain.refusal import Refused, refusal
from domain.words import Agency, Language
from runtime.tokens import TOKEN_BYTES, judge, key_id
from workflows import answers, centre

KEYS_STAY_FRESH: Final = timedelta(minutes=10)
"""After this a key may have been ended that a case does not know of."""
KEYS_ASKED_EVERY: Final = timedelta(minutes=1)
"""However many tokens name keys that nobody has."""
WAITING_AT_MOST: Final = 1000
"""Signals that wait while the keys are asked for."""
SIGNALS_A_TASK: Final = 100
"""Proving more takes longer than a workflow task may, where thousands answer at once."""
NEXT_TASK: Final = timedelta(milliseconds=1)
_VERIFY: Final = "onestop-verify"
_IN_OFFICE: Final = "onestop-in-office"
_BUILT_IN: Final = "__"
"""Temporal's own queries: stack traces and the list of handlers, which tell nothing of a case."""

Verify = Callable[[str | None, Sent], Verdict]
_reader: ContextVar[Actor | None] = ContextVar("reader", default=None)


def reader() -> Actor:
    """Who asks the query that is being answered."""
    actor = _reader.get()
    assert actor is not None, "no query is being answered"
    return actor


def _anybody(_agency: Agency | None, _who: str, _on: date | None) -> bool:
    """Where nothing is validated, as in replay."""
    return True


class Proving(Interceptor):
    """Refuses what nobody proves to have sent."""

    def __init__(self, verify: Verify, in_office: InOffice = _anybody) -> None:
        self._verify, self._in_office = verify, in_office

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        """See base class."""
        input.unsafe_extern_functions[_VERIFY] = self._verify
        input.unsafe_extern_functions[_IN_OFFICE] = self._in_office
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    def __init__(self, next: WorkflowInboundInterceptor) -> None:
        super().__init__(next)
        self._keys, self._asked_at = KeySet(), datetime.min.replace(tzinfo=workflow.now().tzinfo)
        self._waiting: list[HandleSignalInput] = []
        self._line: deque[HandleSignalInput] = deque()
        self._task, self._taken = 0, 0

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        """A request to cancel proves nobody's right to end a case: it is noted, and nothing else."""
        life = asyncio.create_task(super().execute_workflow(input))
        while not life.done():
            try:
                await asyncio.shield(life)
            except asyncio.CancelledError:
                if life.cancelled():
                    raise
                if not hasattr(workflow.instance(), "not_cancelled"):  # A round that a schedule starts keeps no ledger.
                    life.cancel()
                    raise
                workflow.instance().not_cancelled()
        return life.result()

    async def handle_signal(self, input: HandleSignalInput) -> None:
        """So many in a workflow task: the rest of those that come at once stand in line, served by the first."""
        if self._line or self._busy():
            self._line.append(input)
            if len(self._line) == 1:
                await self._serve()
        else:
            await self._take(input)

    def _busy(self) -> bool:
        task = workflow.info().get_current_history_length()
        if task != self._task:
            self._task, self._taken = task, 0
        return self._taken >= SIGNALS_A_TASK

    async def _serve(self) -> None:
        while self._line:
            while self._busy():
                await workflow.sleep(NEXT_TASK)
            await self._take(self._line[0])
            self._line.popleft()

    async def _take(self, input: HandleSignalInput) -> None:
        """A signal for which the keys are wanting waits; the first of those that wait asks for them, for all."""
        self._taken += 1
        if self._waiting:
            if len(self._waiting) < WAITING_AT_MOST:
                self._waiting.append(input)
            else:
                self._turn_away(input, verdict(refusal("identity.crowded", "token")))
        elif self._wants_keys(_token(input.headers)):
            self._waiting.append(input)
            self._keys, self._asked_at = await centre.keys(), workflow.now()
            while self._waiting:
                await self._admit(self._waiting[0])
                del self._waiting[0]
        else:
            await self._admit(input)

    def _wants_keys(self, token: str | None) -> bool:
        """Only what could be a token of ours is worth asking for; and not on every one that is made up."""
        came = getattr(workflow.instance(), "public_keys", None)
        if came is not None and came[1] > self._asked_at:
            self._keys, self._asked_at = came
        age = workflow.now() - self._asked_at
        if age < KEYS_ASKED_EVERY or (kid := key_id(token) if token else None) is None:
            return False
        return age >= (KEYS_STAY_FRESH if self._keys.knows(kid) else KEYS_ASKED_EVERY)

    async def _admit(self, input: HandleSignalInput) -> None:
        try:
            body = answers.body(_payloads(input.args))
            sent = sent_message(workflow.info().workflow_id, input.signal, body, queued=True)
            found = judge(self._keys, _token(input.headers), sent, workflow.now())
        except Exception:  # noqa: BLE001 - whatever a stranger's bytes make our code raise, it is nobody's signal
            found = verdict(refusal("identity.forged", "token"))
        if found.actor is None:
            self._turn_away(input, found)
        else:
            await super().handle_signal(input)

    def _turn_away(self, input: HandleSignalInput, found: Verdict) -> None:
        workflow.instance().turn_away(input.signal, _payloads(input.args), found.problems)

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
            workflow.instance().recognise(asking)
            _reader.set(asking)
            return await super().handle_query(input)
        except Refused as refused:
            raise answers.refusal(refused, language) from None


def in_office(agency: Agency | None, who: str, on: date | None) -> bool:
    """Whether somebody may be given work on a day, as the directory is now: for a validator, whose verdict is kept."""
    return bool(workflow.extern_functions()[_IN_OFFICE](agency, who, on))


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
    given = headers[HEADER].data
    if len(given) > TOKEN_BYTES:
        return None
    try:
        token = json.loads(given)
    except (ValueError, RecursionError):
        return None
    return token if isinstance(token, str) and token.isascii() else None
