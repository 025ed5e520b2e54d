"""A circuit breaker: an agency's service that keeps failing is left alone for a while, then tried by one request."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from time import monotonic
from typing import Final

from domain.inquiry.records import Unreachable, Unusable

FAILURES: Final = 5
"""Failures in a row that open the circuit."""
REST: Final = timedelta(seconds=30)
"""How long an open circuit lets nothing through."""


class Breaker:
    """One for each service and process. An open circuit fails at once, in a way that is tried again."""

    def __init__(
        self, failures: int = FAILURES, rest: timedelta = REST, clock: Callable[[], float] = monotonic
    ) -> None:
        self._limit, self._rest, self._clock = failures, rest.total_seconds(), clock
        self._failures, self._opened_at, self._probing = 0, 0.0, False

    @property
    def open(self) -> bool:
        """Whether the service is left alone, but for a probe."""
        return self._failures >= self._limit

    @asynccontextmanager
    async def guarding(self) -> AsyncIterator[None]:
        """Let one request through. Raises Unreachable when the circuit is open, or a probe is under way."""
        probe = self.open
        if probe:
            left = self._opened_at + self._rest - self._clock()
            if left > 0 or self._probing:
                pause = timedelta(seconds=max(left, 1.0))
                raise Unreachable("connector.resting", after=pause, failures=self._failures)
            self._probing = True
        try:
            yield
        except Unreachable:
            self._failures, self._opened_at = self._failures + 1, self._clock()
            raise
        except Unusable:
            self._failures = 0
            raise
        else:
            self._failures = 0
        finally:
            if probe:
                self._probing = False
