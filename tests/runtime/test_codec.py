"""Payloads on the wire: encrypted unless public, readable for other languages, and never fatal."""

from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.base import Model
from runtime.codec import ENCODING, Codec, Converter, data_converter
from runtime.vault import KeyRing, Vault

IDENTITY = "370000199001011234"
RING = KeyRing.fresh()
VAULT = Vault(RING)
CONVERTER = data_converter(VAULT)


class Person(Model):
    """Holds what must not be seen."""

    name: str
    identity: str


class Notice(Model):
    """Holds nothing of a person."""

    public_payload: ClassVar[bool] = True
    line: str


async def test_a_person_is_not_readable_on_the_wire_and_comes_back_whole() -> None:
    person = Person(name="张三", identity=IDENTITY)
    [payload] = await CONVERTER.encode([person])

    assert payload.metadata["encoding"] == ENCODING
    assert IDENTITY.encode() not in payload.SerializeToString()
    assert await CONVERTER.decode([payload], [Person]) == [person]


@pytest.mark.parametrize("value", [Notice(line="x"), [Notice(line="x")], (Notice(line="x"), Notice(line="y"))])
async def test_what_declares_itself_public_stays_plain_json(value: Any) -> None:
    [payload] = await CONVERTER.encode([value])
    assert dict(payload.metadata) == {"encoding": b"json/plain"}


@pytest.mark.parametrize("value", [[], [Notice(line="x"), Person(name="a", identity=IDENTITY)], "text", None])
async def test_what_is_not_public_throughout_is_encrypted(value: Any) -> None:
    [payload] = await CONVERTER.encode([value])
    assert payload.metadata["encoding"] == ENCODING


async def test_plain_json_written_by_hand_is_taken_as_it_is() -> None:
    written = Payload(metadata={"encoding": b"json/plain"}, data=b'{"line": "from elsewhere"}')
    assert await CONVERTER.decode([written], [Notice]) == [Notice(line="from elsewhere")]


@given(data=st.binary(max_size=80), key=st.binary(max_size=8) | st.just(b"k1"))
async def test_what_cannot_be_decrypted_is_left_as_it_is(data: bytes, key: bytes) -> None:
    garbage = Payload(metadata={"encoding": ENCODING, "key": key}, data=data)
    assert await Codec(VAULT).decode([garbage]) == [garbage]


async def test_a_payload_of_another_deployment_is_bad_input_and_can_be_taken_raw() -> None:
    [foreign] = await data_converter(Vault(KeyRing.fresh())).encode([Person(name="a", identity=IDENTITY)])
    left = await Codec(VAULT).decode([foreign])

    with pytest.raises(ApplicationError) as error:
        Converter().from_payloads(left, [Person])
    assert error.value.type == "BadInput" and error.value.non_retryable
    assert Converter().from_payloads(left, [RawValue]) == [RawValue(foreign)]


async def test_a_changed_byte_is_noticed() -> None:
    [payload] = await CONVERTER.encode([Person(name="a", identity=IDENTITY)])
    payload.data = payload.data[:-1] + bytes([payload.data[-1] ^ 1])
    assert await Codec(VAULT).decode([payload]) == [payload]


async def test_encoding_twice_encrypts_once() -> None:
    once = await Codec(VAULT).encode(Converter().to_payloads(["x"]))
    assert await Codec(VAULT).encode(once) == once


def test_input_that_does_not_fit_names_the_fields_and_never_shows_the_values() -> None:
    written = Payload(metadata={"encoding": b"json/plain"}, data=f'{{"identity": {IDENTITY}}}'.encode())
    with pytest.raises(ApplicationError) as error:
        Converter().from_payloads([written], [Person])

    assert error.value.type == "BadInput" and error.value.non_retryable
    assert {(d["field"], d["type"]) for d in error.value.details[0]} == {
        ("name", "missing"),
        ("identity", "string_type"),
    }
    assert IDENTITY not in str(error.value)


def test_json_that_does_not_parse_is_bad_input() -> None:
    written = Payload(metadata={"encoding": b"json/plain"}, data=b"{")
    with pytest.raises(ApplicationError, match="json_invalid"):
        Converter().from_payloads([written], [Person])
