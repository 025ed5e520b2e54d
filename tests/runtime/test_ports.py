"""Ports: the usual one, another when it is taken, and a clear word when the one asked for is taken."""

import os
import socket
from collections.abc import Iterator

import pytest

from runtime.ports import Port, PortTaken, free_port, holder, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which this process listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_server_takes_its_usual_port_when_it_is_free() -> None:
    usual = free_port()
    port = Port.choose("S", "V", asked=None, usual=usual)
    assert (port.number, port.moved) == (usual, None)


def test_it_gives_way_to_a_neighbour_and_says_to_whom(taken: int) -> None:
    port = Port.choose("S", "V", asked=None, usual=taken)
    assert port.moved is not None and is_free(port.number)
    assert (port.moved.usual, port.moved.port) == (taken, port.number)
    assert str(os.getpid()) in str(port.moved.holder)


def test_a_port_that_an_operator_asked_for_is_not_given_up_silently(taken: int) -> None:
    with pytest.raises(PortTaken) as error:
        Port.choose("Temporal", "ONESTOP_TEMPORAL_PORT", asked=taken, usual=1)
    assert (error.value.port, error.value.variable) == (taken, "ONESTOP_TEMPORAL_PORT")
    assert str(os.getpid()) in str(error.value)


def test_port_nought_is_any_free_one_and_nothing_to_mention(taken: int) -> None:
    port = Port.choose("S", "V", asked=0, usual=taken)
    assert port.number != taken and port.moved is None


def test_a_free_port_has_no_holder(taken: int) -> None:
    assert holder(free_port()) is None
    assert not is_free(taken)


def test_a_free_port_is_none_that_a_connection_could_take_meanwhile() -> None:
    with socket.socket() as ephemeral:
        ephemeral.bind(("127.0.0.1", 0))
        assert {free_port() for _ in range(50)} < set(range(10_000, ephemeral.getsockname()[1]))
