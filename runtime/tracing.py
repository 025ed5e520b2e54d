"""What a trace shows (OpenTelemetry): calls to Temporal and activities, each with the case that it is about. No person.

Workflows themselves trace nothing: what they would go by are headers that anybody can send.
"""

from typing import TYPE_CHECKING, Final

from temporalio import client, worker

if TYPE_CHECKING:
    from temporalio.contrib.opentelemetry import TracingInterceptor

_PATH: Final = "/v1/traces"


class OutsideOfWorkflows(client.Interceptor, worker.Interceptor):
    """Traces what clients ask and what activities do, and leaves workflows alone."""

    def __init__(self, tracing: "TracingInterceptor") -> None:
        self._tracing = tracing

    def intercept_client(self, next: client.OutboundInterceptor) -> client.OutboundInterceptor:
        """See base class."""
        return self._tracing.intercept_client(next)

    def intercept_activity(self, next: worker.ActivityInboundInterceptor) -> worker.ActivityInboundInterceptor:
        """See base class."""
        return self._tracing.intercept_activity(next)


def traced(endpoint: str | None, service: str) -> OutsideOfWorkflows | None:
    """Spans go to the OTLP receiver at an address (HTTP, protobuf); None where none is asked for."""
    if endpoint is None:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from temporalio.contrib.opentelemetry import TracingInterceptor

    provider = TracerProvider(resource=Resource({SERVICE_NAME: service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint.rstrip("/") + _PATH)))
    return OutsideOfWorkflows(TracingInterceptor(provider.get_tracer("onestop")))
