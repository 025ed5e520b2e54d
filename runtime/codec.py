"""Payloads: what the models become on the wire, and their encryption.

Everything is encrypted but what declares itself public (``public_payload = True``: views, receipts; they
hold no identity numbers). What a client says unencrypted is taken as it is, so that any client can write plain
JSON; what can't be decrypted is left as it is, so that one bad message can't stop a case.

What is for an agency's worker is sealed under that agency's key, all else under the centre's. The centre opens
everything; an agency opens what was sealed for it, and nothing else. What an activity is asked and what it answers
has to be sealed by the centre or by the agency whose activity it is: whoever reaches the Temporal server can neither
ask an agency for its records nor answer for it, another agency's worker no more than a stranger.
"""

import zlib
from collections.abc import Sequence
from typing import Any, Final

from google.protobuf.message import DecodeError
from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter, PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    PayloadCodec,
    PayloadConverter,
    SerializationContext,
    WithSerializationContext,
)
from temporalio.exceptions import ApplicationError

from domain.words import Agency
from runtime.vault import Unreadable, Vault

ENCODING: Final = b"binary/encrypted"
_PUBLIC: Final = "onestop-public"
_HANDED_ON: Final = "onestop-handed-on"
"""On what only the centre may say (``sealed_payload``): anything else is read as empty.

``"workflow"`` is meant for the one workflow that it is said to, ``"anywhere"`` for whichever a schedule names.
"""
_ANYWHERE: Final = "*"
_CONTEXT: Final = "payload"
LARGEST: Final = 32 * 2**20
"""Bytes that the payloads of one message may come to when they are unpacked: four times a case of 5,000 people."""
_ZLIB: Final = b"zlib"
_LEVEL: Final = 6
_COMPRESS_FROM: Final = 2000
"""Bytes from which a payload is compressed before it is sealed: a case of thousands of people stays within limits."""
_AGENCIES: Final = {agency.value: agency for agency in Agency}
_READABLE: Final = DefaultFailureConverter()
FROM_NOBODY: Final = Payload(metadata={"encoding": ENCODING})
"""What was said between workers by somebody who may not: bad input to whoever reads it."""


class _JSON(PydanticJSONPlainPayloadConverter):
    def to_payload(self, value: Any) -> Payload | None:
        payload = super().to_payload(value)
        if payload is not None and _is_public(value):
            payload.metadata[_PUBLIC] = b"1"
        if payload is not None and (whither := getattr(type(value), "sealed_payload", None)) is not None:
            payload.metadata[_HANDED_ON] = _ANYWHERE.encode() if whither == "anywhere" else b"1"
        return payload

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        if hasattr(type_hint, "sealed_payload") and type_hint is not None and _HANDED_ON not in payload.metadata:
            return type_hint()
        try:
            return super().from_payload(payload, type_hint)
        except (RecursionError, UnicodeError, ValueError) as error:
            if not isinstance(error, ValidationError):
                raise ApplicationError("not JSON that can be read", type="BadInput", non_retryable=True) from None
            fields = [
                {"field": ".".join(map(str, detail["loc"])), "type": detail["type"]}
                for detail in error.errors(include_url=False, include_input=False, include_context=False)
            ]
            raise ApplicationError(
                f"does not fit {error.title}: {fields}", fields, type="BadInput", non_retryable=True
            ) from None


class _Sealed(EncodingPayloadConverter):
    """What the codec could not decrypt: bad input of one message, never a failed workflow task."""

    @property
    def encoding(self) -> str:
        return ENCODING.decode()

    def to_payload(self, value: Any) -> Payload | None:  # noqa: ARG002
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:  # noqa: ARG002
        raise ApplicationError("not sealed under a key that is accepted here", type="BadInput", non_retryable=True)


def _is_public(value: Any) -> bool:
    """Whether a value's model declares itself public; of a list, each one's."""
    if isinstance(value, list | tuple):
        return bool(value) and all(_is_public(part) for part in value)
    return getattr(type(value), "public_payload", False) is True


_INHERITED: Final = tuple(
    converter
    for converter in PydanticPayloadConverter().converters.values()
    if not isinstance(converter, PydanticJSONPlainPayloadConverter)
)
_CONVERTERS: Final = (*_INHERITED, _JSON(), _Sealed())
"""Made once: Temporal makes a converter for each payload that it reads in a context."""


class Converter(CompositePayloadConverter):
    """Pydantic models as JSON; public ones marked as such."""

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)


class Codec(PayloadCodec, WithSerializationContext):
    """Encrypts payloads with the current key of whom they are for; decrypts with the key that each one names.

    Nothing that a payload holds raises here: what can't be read stays as it is, and is bad input to whoever reads it.
    """

    def __init__(
        self,
        vault: Vault,
        agency: Agency | None = None,
        *,
        between_workers: bool = False,
        workflow: str | None = None,
    ) -> None:
        self._vault, self._agency, self._between_workers = vault, agency, between_workers
        self._workflow = workflow

    def with_context(self, context: SerializationContext) -> "Codec":
        """The codec of an agency's activity, or of a workflow."""
        if isinstance(context, ActivitySerializationContext) and not context.is_local:
            return Codec(self._vault, _AGENCIES.get(context.activity_task_queue or ""), between_workers=True)
        return Codec(self._vault, workflow=getattr(context, "workflow_id", None))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt all but the public ones, whose mark comes off: other programs then read them as plain JSON."""
        return [self._encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt what is encrypted, as far as the keys allow and the unpacked whole is of a size that can be ours."""
        read, room = [], LARGEST
        for payload in payloads:
            opened = self._decrypted(payload, room)
            room -= len(opened.data)
            read.append(opened)
        return read

    def _encrypted(self, payload: Payload) -> Payload:
        if _PUBLIC in payload.metadata:  # asked by `in`: a protobuf map makes up what is read or popped
            del payload.metadata[_PUBLIC]
            return payload
        if payload.metadata.get("encoding") == ENCODING:
            return payload
        vault = self._vault if self._agency is None else self._vault.of_agency(self._agency)
        plain, metadata, context = payload.SerializeToString(), {"encoding": ENCODING}, _CONTEXT
        if _HANDED_ON in payload.metadata and (to := self._addressee(payload)) is not None:
            metadata[_HANDED_ON], context = to.encode(), _handed_on(to)
        if len(plain) > _COMPRESS_FROM:
            plain, metadata["compression"] = zlib.compress(plain, _LEVEL), _ZLIB
        key, sealed = vault.seal_bytes(plain, context)
        return Payload(metadata=metadata | {"key": key.encode()}, data=sealed)

    def _addressee(self, payload: Payload) -> str | None:
        return _ANYWHERE if payload.metadata[_HANDED_ON] == _ANYWHERE.encode() else self._workflow

    def _decrypted(self, payload: Payload, room: int) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            if self._between_workers:
                return FROM_NOBODY
            return _unmarked(payload)
        try:
            return self._opened(payload, room)
        except (Unreadable, DecodeError, UnicodeError, ValueError, zlib.error):
            return payload

    def _opened(self, payload: Payload, room: int) -> Payload:
        """What was sealed. Raises Unreadable and what garbage under a good key makes its readers raise."""
        key = payload.metadata.get("key", b"").decode(errors="replace")
        to = payload.metadata[_HANDED_ON].decode() if _HANDED_ON in payload.metadata else None
        plain = self._vault.open_bytes(key, payload.data, _CONTEXT if to is None else _handed_on(to))
        holder = self._vault.holder(key)
        if self._between_workers and holder not in (None, self._agency):
            return FROM_NOBODY
        if payload.metadata.get("compression") == _ZLIB:
            unpacking = zlib.decompressobj()
            plain = unpacking.decompress(plain, max(room, 1))
            if unpacking.unconsumed_tail or not unpacking.eof:
                raise Unreadable("larger than anything of ours")
        opened = Payload.FromString(plain)
        # A reader that knows no workflow, as the codec server, shows what is meant for any.
        meant = to is not None and holder is None and (to == _ANYWHERE or self._workflow in (None, to))
        return opened if meant else _unmarked(opened)


def _handed_on(workflow: str) -> str:
    return f"{_HANDED_ON}:{workflow}"


def _unmarked(payload: Payload) -> Payload:
    if _HANDED_ON in payload.metadata:
        del payload.metadata[_HANDED_ON]
    return payload


class Failures(DefaultFailureConverterWithEncodedAttributes):
    """Failures whose message and stack trace are encrypted.

    A refusal never repeats a value: it stays readable, message and problems, for any client in any language.
    """

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """See base class."""
        if isinstance(exception, ApplicationError) and exception.type == "Refused":
            _READABLE.to_failure(exception, payload_converter, failure)
            for problems in failure.application_failure_info.details.payloads:
                problems.metadata[_PUBLIC] = b"1"
        else:
            super().to_failure(exception, payload_converter, failure)


def data_converter(vault: Vault) -> DataConverter:
    """The one data converter of clients, workers and replayers."""
    return DataConverter(
        payload_converter_class=Converter, payload_codec=Codec(vault), failure_converter_class=Failures
    )
