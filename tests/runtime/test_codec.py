"""Payloads on the wire: encrypted unless public, readable for other languages, and never fatal."""

import zlib
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.common import RawValue
from temporalio.converter import (
    ActivitySerializationContext,
    DefaultFailureConverter,
    SerializationContext,
    WorkflowSerializationContext,
)
from temporalio.exceptions import ApplicationError

from domain.base import Model
from domain.words import Agency
from runtime.codec import ENCODING, LARGEST, Codec, Converter, data_converter
from runtime.rings import KeyRing
from runtime.vault import Vault

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


def of_activity(queue: str, *, local: bool = False) -> ActivitySerializationContext:
    """What an activity's payloads are for."""
    return ActivitySerializationContext("default", "1", "read_records", queue, "case", "DisputeWorkflow", local)


@pytest.mark.parametrize("agency", Agency)
async def test_what_is_for_an_agencys_queue_opens_for_that_agency_and_the_centre_only(agency: Agency) -> None:
    [payload] = await CONVERTER.with_context(of_activity(agency)).encode(["证据"])

    assert await CONVERTER.decode([payload], [str]) == ["证据"]
    for other in Agency:
        left = await Codec(Vault(RING.of(other))).decode([payload])
        assert (left == [payload]) is (other is not agency)


@pytest.mark.parametrize(
    "context",
    [
        of_activity("centre"),
        of_activity("tax", local=True),
        of_activity("elsewhere"),
        WorkflowSerializationContext("default", "case"),
    ],
)
async def test_everything_else_opens_for_the_centre_only(context: SerializationContext) -> None:
    [payload] = await CONVERTER.with_context(of_activity("tax")).with_context(context).encode(["证据"])

    assert await CONVERTER.decode([payload], [str]) == ["证据"]
    for agency in Agency:
        assert await Codec(Vault(RING.of(agency))).decode([payload]) == [payload]


async def test_an_agencys_worker_seals_its_answers_so_that_the_centre_reads_them() -> None:
    own = data_converter(Vault(RING.of(Agency.TAX))).with_context(of_activity("tax"))
    [payload] = await own.encode(["答复"])
    assert await CONVERTER.decode([payload], [str]) == ["答复"]


async def accepted(payload: Payload, context: SerializationContext, vault: Vault = VAULT) -> bool:
    """Whether a payload is read where it arrives; else it is bad input."""
    try:
        return await data_converter(vault).with_context(context).decode([payload], [str]) == ["答复"]
    except ApplicationError as error:
        return error.type != "BadInput"


async def test_nobody_answers_for_an_agency_unsealed_or_under_another_agencys_key() -> None:
    plain = Payload(metadata={"encoding": b"json/plain"}, data='"答复"'.encode())
    of_labor = data_converter(Vault(RING.of(Agency.LABOR))).with_context(of_activity("tax"))
    [forged] = await of_labor.encode(["答复"])
    [by_centre] = await CONVERTER.encode(["答复"])

    assert await accepted(plain, WorkflowSerializationContext("default", "case"))
    assert not await accepted(plain, of_activity("tax"))
    assert not await accepted(plain, of_activity("centre"))
    assert await accepted(forged, of_activity("labor"))
    assert not await accepted(forged, of_activity("tax"))
    assert not await accepted(forged, of_activity("centre"))
    assert await accepted(by_centre, of_activity("tax"))


async def test_nobody_asks_an_agency_for_its_records_without_its_key() -> None:
    tax = Vault(RING.of(Agency.TAX))
    [asked] = await CONVERTER.with_context(of_activity("tax")).encode(["答复"])
    assert await accepted(asked, of_activity("tax"), tax)
    assert not await accepted(
        Payload(metadata={"encoding": b"json/plain"}, data='"答复"'.encode()), of_activity("tax"), tax
    )


async def test_payloads_from_before_the_agencies_had_keys_still_open() -> None:
    old = Vault(RING.model_copy(update={"agencies": {}}))
    [payload] = await data_converter(old).with_context(of_activity("tax")).encode(["x"])
    assert await CONVERTER.decode([payload], [str]) == ["x"]


async def test_what_a_failure_says_is_encrypted_and_comes_back_whole() -> None:
    failure = Failure()
    await CONVERTER.encode_failure(ApplicationError(f"of {IDENTITY}", IDENTITY, type="Broken"), failure)
    written = failure.SerializeToString()
    back = await CONVERTER.decode_failure(failure)

    assert b"Broken" in written and IDENTITY.encode() not in written
    assert isinstance(back, ApplicationError)
    assert (back.message, back.type, list(back.details)) == (f"of {IDENTITY}", "Broken", [IDENTITY])


async def test_a_refusal_stays_readable_for_clients_without_keys() -> None:
    failure = Failure()
    await CONVERTER.encode_failure(ApplicationError("请补正", type="Refused"), failure)
    assert failure.message == "请补正"
    assert str(await CONVERTER.decode_failure(failure)).endswith("请补正")


async def test_a_failure_of_an_earlier_version_still_reads() -> None:
    failure = Failure()
    DefaultFailureConverter().to_failure(ApplicationError("plain", type="Broken"), Converter(), failure)
    assert "plain" in str(await CONVERTER.decode_failure(failure))


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


async def test_the_problems_of_a_refusal_are_plain_json_for_clients_in_other_languages() -> None:
    problems = [{"field": "days", "code": "refusals.drill.only", "params": {}}]
    failure = Failure()
    await CONVERTER.encode_failure(ApplicationError("只有演练案件可以拨快时钟", problems, type="Refused"), failure)
    [payload] = failure.application_failure_info.details.payloads
    assert dict(payload.metadata) == {"encoding": b"json/plain"}
    stranger = DefaultFailureConverter()
    read = stranger.from_failure(failure, Converter())
    assert isinstance(read, ApplicationError) and list(read.details) == [problems]


class HandedOn(Model):
    """What only the centre may hand on."""

    sealed_payload: ClassVar[str] = "workflow"
    state: str = ""


def of_case(vault: Vault, case: str) -> Any:
    """The converter as it is for a workflow."""
    return data_converter(vault).with_context(WorkflowSerializationContext(namespace="default", workflow_id=case))


async def test_a_state_is_believed_only_sealed_by_the_centre_for_the_workflow() -> None:
    [payload] = await of_case(VAULT, "dispute-a").encode([HandedOn(state="paid")])
    assert await of_case(VAULT, "dispute-a").decode([payload], [HandedOn]) == [HandedOn(state="paid")]
    assert await of_case(VAULT, "dispute-b").decode([payload], [HandedOn]) == [HandedOn()]

    plain = Payload(metadata={"encoding": b"json/plain", "onestop-handed-on": b"1"}, data=b'{"state": "paid"}')
    assert await of_case(VAULT, "dispute-a").decode([plain], [HandedOn]) == [HandedOn()]
    for vault in (VAULT, VAULT.of_agency(Agency.TAX)):
        key, text = vault.seal_bytes(plain.SerializeToString(), "payload")
        forged = Payload(metadata={"encoding": ENCODING, "key": key.encode()}, data=text)
        assert await of_case(VAULT, "dispute-a").decode([forged], [HandedOn]) == [HandedOn()]
    key, text = VAULT.of_agency(Agency.TAX).seal_bytes(plain.SerializeToString(), "onestop-handed-on:dispute-a")
    forged = Payload(metadata={"encoding": ENCODING, "key": key.encode(), "onestop-handed-on": b"dispute-a"}, data=text)
    assert await of_case(VAULT, "dispute-a").decode([forged], [HandedOn]) == [HandedOn()]


@given(st.binary(max_size=200), st.sampled_from([b"", b"zlib", b"\xff"]), st.booleans())
async def test_no_garbage_under_a_good_key_raises(data: bytes, compression: bytes, agency: bool) -> None:
    vault = VAULT.of_agency(Agency.LABOR) if agency else VAULT
    key, text = vault.seal_bytes(data, "payload")
    payload = Payload(metadata={"encoding": ENCODING, "key": key.encode(), "compression": compression}, data=text)
    assert len(await Codec(VAULT).decode([payload, Payload(metadata={"encoding": ENCODING}, data=data)])) == 2


async def test_what_would_unpack_to_more_than_anything_of_ours_is_not_unpacked() -> None:
    key, text = VAULT.seal_bytes(zlib.compress(b"\0" * (LARGEST + 1)), "payload")
    payload = Payload(metadata={"encoding": ENCODING, "key": key.encode(), "compression": b"zlib"}, data=text)
    assert await Codec(VAULT).decode([payload]) == [payload]
