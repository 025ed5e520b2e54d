"""What an agency's worker is sent of a case, and the line on the ledger that says so."""

from temporalio.api.enums.v1 import EventType

from domain.case.receipts import PersonalData
from domain.case.requests import RecordsRequest
from domain.personal_data.messages import ReadPersonalData
from domain.words import Agency, InsuranceKind, Phase
from runtime.codec import data_converter
from tests.builders import arrears_item, complaint, identity_number, officer
from tests.workflows.conftest import Office


async def test_every_inquiry_is_noted_as_a_transfer_once_with_recipient_purpose_and_article(office: Office) -> None:
    handle = await office.start(complaint(claimants=2))
    view = await office.until(handle, lambda v: v.phase is Phase.FACT_FINDING)
    noted = [e for e in (await office.timeline(handle)).events if e.kind == "data_transferred"]

    assert sorted(str(e.facts["recipient"]) for e in noted) == sorted(t.agency for t in view.tasks)
    assert all(e.facts["purpose"] and "Art.23" in str(e.facts["source"]) for e in noted)
    assert {e.facts["persons"] for e in noted} == {2}
    await office.end(handle)


async def test_an_agency_is_sent_its_part_of_the_case_under_its_own_key(office: Office) -> None:
    filed = complaint(
        items=(arrears_item(insurance=(InsuranceKind.PENSION, InsuranceKind.MEDICAL)),), statement="不必让税务知道"
    )
    handle = await office.start(filed)
    await office.until(handle, lambda v: v.phase is Phase.FACT_FINDING and bool(v.tasks))
    sent = {
        event.activity_task_scheduled_event_attributes.task_queue.name: list(
            event.activity_task_scheduled_event_attributes.input.payloads
        )
        async for event in handle.fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    }

    for agency in set(Agency) & set(sent):
        own = data_converter(office.vault.of_agency(Agency(agency)))
        [request] = await own.decode(sent[agency], [RecordsRequest])
        assert request.known.complaint.statement is None
        assert [c.ref for c in request.known.complaint.claimants] == ["c1"]
    assert {Agency.TAX, Agency.LABOR} <= set(sent)
    await office.end(handle)


async def test_a_reading_is_answered_with_the_data_once_it_stands_on_the_ledger(office: Office) -> None:
    handle = await office.start(complaint())
    await office.until(handle, lambda v: v.phase is Phase.FACT_FINDING and bool(v.tasks))
    message = ReadPersonalData(
        message_id="read", actor=officer(Agency.TAX), person="c1", data=("identity_number",), purpose="verify-identity"
    )
    answer = await handle.execute_update(message.name, message, result_type=PersonalData)
    again = await handle.execute_update(message.name, message, result_type=PersonalData)

    [noted] = [e for e in (await office.timeline(handle)).events if e.kind == "personal_data_read"]
    assert answer == again and answer.data == {"identity_number": identity_number(1)}
    assert (noted.seq, noted.actor, noted.facts["purpose"]) == (answer.seq, message.actor, "verify-identity")
    stored = str(await handle.fetch_history())
    assert identity_number(1) not in stored
    await office.end(handle)
