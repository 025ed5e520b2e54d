"""What a worker tells Prometheus: the counters and times of Temporal's own SDK."""

from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig


def metered(address: str | None) -> Runtime | None:
    """A runtime of the SDK that serves its metrics at an address, ``host:port``; None where none is asked for.

    One address for one process. Raises ValueError where it is taken or none.
    """
    if address is None:
        return None
    metrics = PrometheusConfig(bind_address=address, durations_as_seconds=True)
    return Runtime(telemetry=TelemetryConfig(metrics=metrics))


def beside(address: str, steps: int) -> str:
    """The address so many ports further: for another process of the same centre."""
    host, _, port = address.rpartition(":")
    return f"{host}:{int(port) + steps}"
