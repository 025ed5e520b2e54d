"""The same complaint at several windows: one case, whoever else files it, and a right receipt for everybody."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal

import asyncpg
import pytest
from temporalio.client import Client, WorkflowUpdateRPCTimeoutOrCancelledError

import worker
from casebook import lists
from casebook.lists import CaseFilter
from domain.case import messages as m
from domain.case.receipts import Decision, Receipt
from domain.intake.complaint import ClaimItem, Complaint
from domain.words import ClaimKind, Outcome
from runtime import beginning, connect
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing import HoldsKeys
from runtime.signing_keys import Keys
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests.builders import INTAKE, SUPERVISOR, TODAY, claimant, complaint
from tests.workflows.conftest import Handle, Office

WINDOWS = ("tax-hall", "labor-hotline")


@pytest.fixture(scope="module")
async def centre(
    client: Client, pool: asyncpg.Pool, vault: Vault, settings: Settings, verifier: Verifier
) -> AsyncIterator[Office]:
    """The centre at work on a real development server, which refuses what is too much at once."""
    world = worker.World(client, pool, vault, Rules(settings.own_tables), verifier)
    async with contextlib.AsyncExitStack() as stack:
        for role in worker.ROLES:
            await stack.enter_async_context(worker.worker(role, world))
        yield Office(client, pool, vault, settings.own_tables)


def filings(count: int) -> list[Complaint]:
    """The same complaint under as many numbers, at two windows in turn."""
    first = complaint(claimants=2)
    return [
        first.model_copy(update={"complaint_id": f"{first.complaint_id}-{n}", "channel": WINDOWS[n % 2]})
        for n in range(count)
    ]


async def file(centre: Office, one: Complaint) -> tuple[Handle, Receipt]:
    """File as a service does that hears nothing for half a minute: again, under the same number."""
    while True:
        try:
            return await centre.file(one)
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            continue


async def test_the_tax_hall_and_the_labour_hotline_at_the_same_instant_make_one_case_with_both_complaints(
    centre: Office,
) -> None:
    one, other = filings(2)
    answers = await asyncio.gather(file(centre, one), file(centre, other))
    receipts = [receipt for _, receipt in answers]
    assert {r.decision for r in receipts} == {Decision.ACCEPTED, Decision.JOINED}
    assert len({(r.case, r.case_number) for r in receipts}) == 1
    assert [r.complaint_id for r in receipts] == [one.complaint_id, other.complaint_id]
    assert all(r.case_number in r.text for r in receipts if r.case_number)
    holder = centre.client.get_workflow_handle(receipts[0].case)
    joined = next(r.complaint_id for r in receipts if r.decision is Decision.JOINED)
    view = await centre.until(holder, lambda v: bool(v.linked))
    assert view.linked == (joined,)
    await holder.terminate()


@pytest.mark.parametrize("windows", [30, pytest.param(200, marks=pytest.mark.soak)])
async def test_simultaneous_identical_filings_make_one_case_and_as_many_right_receipts(
    centre: Office, windows: int
) -> None:
    filed = filings(windows)
    answers = await asyncio.gather(*(file(centre, one) for one in filed))
    assert Counter(receipt.decision for _, receipt in answers) == {Decision.ACCEPTED: 1, Decision.JOINED: windows - 1}
    assert len({(receipt.case, receipt.case_number) for _, receipt in answers}) == 1
    assert [receipt.complaint_id for _, receipt in answers] == [one.complaint_id for one in filed]

    case = answers[0][1].case
    holder = centre.client.get_workflow_handle(case)
    view = await centre.until(holder, lambda v: len(v.linked) == windows - 1)
    own = case.removeprefix("dispute-")
    assert set(view.linked) == {one.complaint_id for one in filed} - {own}
    for handle, receipt in answers:
        if receipt.decision is Decision.JOINED:
            assert (await handle.result()).outcome is Outcome.MERGED
    await holder.terminate()
    rows = await centre.pool.fetch('select "case" from dispute where joined_to = $1', case)
    assert len(rows) == windows - 1


async def test_a_complaint_of_a_worker_of_a_collective_case_joins_it_with_the_colleague_and_the_claim_it_lacked(
    centre: Office,
) -> None:
    collective = complaint(claimants=2)
    handle, _ = await file(centre, collective)
    more = ClaimItem(ref="w", kind=ClaimKind.WAGES, claimant="c2", respondent="e1", amount=Decimal("600.00"))
    another = complaint().model_copy(
        update={
            "claimants": (claimant(3), claimant(2)),
            "respondents": collective.respondents,
            "items": (*collective.items, more),
        }
    )
    joined, receipt = await file(centre, another)
    assert (receipt.decision, receipt.case) == (Decision.JOINED, handle.id)
    assert (await joined.result()).outcome is Outcome.MERGED
    view = await centre.until(handle, lambda v: len(v.claimants) == 3)
    assert view.linked == (another.complaint_id,)
    assert [item.ref for item in view.items] == ["i1", "w"]
    await handle.terminate()


async def test_who_withdrew_from_a_case_that_goes_on_and_files_again_has_a_case_of_their_own(centre: Office) -> None:
    first = complaint(claimants=2)
    handle, receipt = await file(centre, first)
    await centre.update(handle, m.Withdraw(message_id="gone", actor=SUPERVISOR, claimant="c2", reason="个人原因"))
    again = complaint().model_copy(update={"claimants": (claimant(2),), "respondents": first.respondents})
    second, own = await file(centre, again)
    assert (own.decision, own.case) == (Decision.ACCEPTED, second.id)
    assert own.case_number != receipt.case_number
    assert (await centre.noted(second, "kept_apart")).facts == {"case_number": receipt.case_number}
    for running in (handle, second):
        await running.terminate()


async def test_the_same_complaint_sent_two_hundred_times_by_many_clients_at_one_instant_has_one_receipt(
    centre: Office, keys: Keys
) -> None:
    [one] = filings(1)
    address, signs = centre.client.service_client.config.target_host, HoldsKeys(keys, SUPERVISOR)
    clients = [await Client.connect(address, plugins=[connect.plugin(centre.vault, signs)]) for _ in range(20)]

    def filing(number: int) -> m.FileComplaint:
        return m.FileComplaint(message_id=f"window-{number}", actor=INTAKE, complaint=one, drill=True, drill_on=TODAY)

    receipts = await asyncio.gather(*(beginning.file(clients[n % 20], filing(n)) for n in range(200)))
    assert len({receipt.model_dump_json() for receipt in receipts}) == 1
    assert receipts[0].decision is Decision.ACCEPTED
    handle = centre.client.get_workflow_handle(receipts[0].case)
    assert (await centre.view(handle)).linked == ()
    await handle.terminate()


async def test_a_filing_left_with_the_server_is_carried_through_once(centre: Office) -> None:
    [one] = filings(1)
    filing = m.FileComplaint(message_id="left", actor=INTAKE, complaint=one, drill=True, drill_on=TODAY)
    for _ in range(2):
        await beginning.leave(centre.client, filing)
    handle = centre.client.get_workflow_handle(beginning.case_of(one.complaint_id))
    await centre.until(handle, lambda v: v.case_number is not None)
    told = await centre.timeline(handle)
    assert [event.kind for event in told.events].count("complaint_filed") == 1
    await handle.terminate()


async def test_fifty_complaints_that_share_people_end_in_one_case_or_in_cases_that_are_to_be_merged(
    centre: Office,
) -> None:
    """Each has two people, one of whom the next has too: in whatever order they come, nobody is in two cases unseen."""
    first = complaint(claimants=2)
    filed = [
        first.model_copy(
            update={
                "complaint_id": f"{first.complaint_id}-{n}",
                "claimants": (claimant(n).model_copy(update={"ref": "c1"}), claimant(n + 1)),
            }
        )
        for n in range(1, 51)
    ]
    filed = [
        one.model_copy(update={"claimants": (one.claimants[0], one.claimants[1].model_copy(update={"ref": "c2"}))})
        for one in filed
    ]
    random.Random(5).shuffle(filed)
    answers = await asyncio.gather(*(file(centre, one) for one in filed))
    number = {receipt.case: receipt.case_number for _, receipt in answers}
    together = {case: {case} for case in number}

    def unite(one: str, other: str) -> None:
        whole = together[one] | together[other]
        together.update(dict.fromkeys(whole, whole))

    by_number = {case_number: case for case, case_number in number.items()}
    for line in await lists.cases(centre.pool, centre.vault, CaseFilter(to_merge=True, limit=500)):
        for other in line.merge_with:
            if line.case in together and other in by_number:
                unite(line.case, by_number[other])
    assert len({frozenset(whole) for whole in together.values()}) == 1

    joined = Counter(receipt.case for _, receipt in answers if receipt.decision is Decision.JOINED)
    for case in number:
        holder, expected = centre.client.get_workflow_handle(case), joined[case]
        await centre.until(holder, lambda v, expected=expected: len(v.linked) == expected)  # type: ignore[misc]
        await holder.terminate()
