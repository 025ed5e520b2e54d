"""A settlement of 120 months, lived through to its end: the case outlasts its runs, and each stays short."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import asyncpg
from temporalio.api.enums.v1 import EventType

from domain.case import messages as m
from domain.procedure.settlement.performance_view import PerformanceReading, PerformanceView
from domain.settlement.messages import ReversePayment
from domain.words import Agency, Outcome, Phase, Role
from runtime.settings import Settings
from runtime.signing_keys import Keys
from runtime.vault import Vault
from tests import builders
from tests.conftest import SkippedTime, skipping_time
from tests.workflows.conftest import Handle, Office, at_work
from tests.workflows.test_life_of_a_case import find_the_facts
from texts.sentences import day
from workflows.dispute import DisputeWorkflow
from workflows.running_case import EVENTS_PER_RUN

MONTHS = 120
LATE = {5: 3, 40: 7, 77: 6, 111: 9}
"""Instalments that come late, and by how many days: all within the grace of ten."""
TAKEN_BACK = 60
TAX = builders.officer(Agency.TAX)


async def settle(office: Office, handle: Handle) -> None:
    """All of part A in equal months, accepted by both."""
    await find_the_facts(office, handle)
    view = await office.view(handle)
    assert view.mediator
    owed, first = view.claimants[0].part_a, day(view.now) + timedelta(days=30)
    month = (owed / MONTHS).quantize(Decimal("0.01"))
    amounts = [month] * (MONTHS - 1) + [owed - month * (MONTHS - 1)]
    proposal = m.Propose(
        message_id="propose",
        actor=builders.mediator(view.mediator),
        proposal="p1",
        payer="e1",
        instalments=tuple(
            builders.instalment(f"n{n}", months_later(first, n), c1=amount) for n, amount in enumerate(amounts)
        ),
    )
    await office.update(handle, proposal)
    for ref, role in (("c1", Role.CLAIMANT), ("e1", Role.RESPONDENT)):
        answer = m.Answer(
            message_id=f"answer-{ref}", actor=builders.party(ref, role), proposal="p1", party=ref, accept=True
        )
        await office.update(handle, answer)
    assert (await office.sign(handle)).phase is Phase.PERFORMANCE


def months_later(first: date, count: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return date(year, month + 1, min(first.day, 28))


async def now(office: Office) -> datetime:
    """The server's time; the clock of the case is ahead of it or behind."""
    assert office.environment is not None
    return await office.environment.get_current_time()


async def today_of(office: Office, handle: Handle) -> date:
    """The day by the clock of the case."""
    return day(await now(office) + office.ahead[handle.id])


async def how(office: Office, handle: Handle) -> PerformanceView:
    """The performance as the tax bureau reads it today."""
    told = await handle.query(DisputeWorkflow.owed, PerformanceReading(asked_at=await now(office)))
    assert told is not None
    return told


async def wait_for(office: Office, handle: Handle, until: date) -> None:
    await office.sleep(max(until - await today_of(office, handle), timedelta()))


async def pay(
    office: Office, handle: Handle, receipt: str, amount: Decimal, late_fee: Decimal = Decimal("0.00")
) -> None:
    today = await today_of(office, handle)
    message = m.ConfirmPayment(
        message_id=receipt, actor=TAX, receipt=receipt, paid_on=today, amount=amount, late_fee=late_fee
    )
    await office.update(handle, message)


async def runs_of(office: Office, handle: Handle) -> list[tuple[int, int]]:
    """Events and bytes of each run, the first one first."""
    sizes = []
    run = handle.first_execution_run_id or handle.result_run_id
    while run:
        history = await office.client.get_workflow_handle(handle.id, run_id=run).fetch_history()
        sizes.append((len(history.events), sum(event.ByteSize() for event in history.events)))
        last = history.events[-1]
        went_on = last.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
        run = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id if went_on else ""
    return sizes


async def test_a_settlement_of_ten_years_is_performed_by_runs_that_stay_short(
    pool: asyncpg.Pool, vault: Vault, keys: Keys, settings: Settings, record_property: Callable[[str, object], None]
) -> None:
    time = SkippedTime()
    async with (
        skipping_time(vault, keys, time) as environment,
        at_work(environment, pool, vault, settings, time) as office,
    ):
        handle = await office.start(builders.complaint(complaint_id="ten-years"))
        first_run = (await handle.describe()).run_id
        late_days = Decimal(0)
        await settle(office, handle)
        schedule = (await how(office, handle)).instalments
        for number, line in enumerate(schedule):
            await wait_for(office, handle, line.due + timedelta(days=LATE.get(number, -2)))
            await pay(office, handle, f"r{number}", line.amount)
            late_days += line.amount * max(LATE.get(number, 0), 0)
            if number == TAKEN_BACK:
                await wait_for(office, handle, line.due + timedelta(days=4))
                back = ReversePayment(
                    message_id="back", actor=TAX, receipt=f"r{number}", reversed_on=line.due, reason="退票"
                )
                await office.update(handle, back)
                again = await how(office, handle)
                assert again.owed.fallen_due == line.amount
                await pay(office, handle, f"r{number}-again", line.amount)
                late_days += line.amount * 4
            if number == MONTHS - 2:
                told = await how(office, handle)
                assert told.owed.to_come == schedule[-1].amount
                assert told.owed.today == (late_days * Decimal("0.0005")).quantize(Decimal("0.01"))
        fee = (await how(office, handle)).owed.late_fee
        assert fee == (late_days * Decimal("0.0005")).quantize(Decimal("0.01"))
        await pay(office, handle, "fee", Decimal("0.00"), fee)
        closed = await office.live_to_the_end(handle)
        assert closed.outcome is Outcome.PERFORMED
        assert await office.verify(handle.id) == closed.ledger_head
        kinds = [event.kind for event in await office.events(handle.id)]
        assert kinds.count("payment_confirmed") == MONTHS + 2
        assert kinds.count("instalment_overdue") == len(LATE)
        assert kinds.count("payment_reversed") == kinds.count("instalment_due_again") == 1
        sizes = await runs_of(office, office.client.get_workflow_handle(handle.id, first_execution_run_id=first_run))
        record_property("runs", [f"{events} events, {size} bytes" for events, size in sizes])
        print(f"runs (events, bytes): {sizes}")
        assert len(sizes) > 2
        assert max(events for events, _ in sizes) < EVENTS_PER_RUN + 100
