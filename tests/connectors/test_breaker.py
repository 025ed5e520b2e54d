import pytest

from connectors.breaker import FAILURES, REST, Breaker
from domain.inquiry.records import Unreachable, Unusable


class Line:
    """A breaker whose clock is set by hand, and a service that does what is said."""

    def __init__(self) -> None:
        self.now, self.reached = 0.0, 0
        self.breaker = Breaker(clock=lambda: self.now)

    async def ask(self, error: Exception | None = None) -> None:
        async with self.breaker.guarding():
            self.reached += 1
            if error is not None:
                raise error

    async def fail(self, times: int = FAILURES) -> None:
        for _ in range(times):
            with pytest.raises(Unreachable, match=r"connector\.silent"):
                await self.ask(Unreachable("connector.silent"))


async def test_failures_in_a_row_open_the_circuit_and_an_open_one_fails_at_once_and_says_when_to_come_back() -> None:
    line = Line()
    await line.fail()
    with pytest.raises(Unreachable, match=r"connector\.resting") as caught:
        await line.ask()
    assert (line.reached, caught.value.after, caught.value.retryable) == (FAILURES, REST, True)


async def test_an_answer_in_between_begins_the_count_anew() -> None:
    line = Line()
    await line.fail(FAILURES - 1)
    await line.ask()
    await line.fail(FAILURES - 1)
    assert not line.breaker.open


async def test_a_wrong_answer_is_an_answer() -> None:
    line = Line()
    for _ in range(2 * FAILURES):
        with pytest.raises(Unusable):
            await line.ask(Unusable("connector.garbage"))
    assert not line.breaker.open


async def test_after_its_rest_one_probe_is_let_through_and_closes_the_circuit() -> None:
    line = Line()
    await line.fail()
    line.now = REST.total_seconds()
    async with line.breaker.guarding():
        with pytest.raises(Unreachable, match=r"connector\.resting"):
            await line.ask()
    await line.ask()
    assert not line.breaker.open


async def test_a_probe_that_fails_begins_another_rest() -> None:
    line = Line()
    await line.fail()
    line.now = REST.total_seconds()
    await line.fail(1)
    line.now += REST.total_seconds() - 1
    with pytest.raises(Unreachable, match=r"connector\.resting"):
        await line.ask()
    line.now += 1
    await line.ask()
    assert not line.breaker.open
