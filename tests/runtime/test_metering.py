"""A worker's own metrics, as Prometheus reads them."""

import socket

import httpx
import pytest
from temporalio.client import Client

from runtime.metering import beside, metered


def free() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"127.0.0.1:{probe.getsockname()[1]}"


async def test_a_process_that_is_asked_to_serves_the_numbers_of_the_sdk(client: Client) -> None:
    address = free()
    told_of = await Client.connect(client.service_client.config.target_host, runtime=metered(address))
    assert await told_of.service_client.check_health()
    async with httpx.AsyncClient() as prometheus:
        told = (await prometheus.get(f"http://{address}/metrics")).text
    assert "temporal_request" in told and "temporal_request_latency" in told


def test_nobody_is_metered_who_is_not_asked_to_be() -> None:
    assert metered(None) is None


@pytest.mark.parametrize(("address", "expected"), [("127.0.0.1:9464", "127.0.0.1:9466"), ("[::1]:9464", "[::1]:9466")])
def test_each_worker_of_a_centre_has_a_port_of_its_own(address: str, expected: str) -> None:
    assert beside(address, 2) == expected
