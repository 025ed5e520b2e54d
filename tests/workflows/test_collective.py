"""Workers who join a case while it runs."""

from datetime import timedelta

from domain.case import messages as m
from domain.collective.messages import JoinClaimants
from domain.inquiry.messages import ReturnTask
from domain.words import Agency, Phase
from tests import builders
from tests.workflows.conftest import Office
from tests.workflows.test_life_of_a_case import find_the_facts


async def test_who_joins_in_mediation_is_assessed_and_found_by_the_casebook(office: Office) -> None:
    filed = builders.complaint()
    handle = await office.start(filed)
    await find_the_facts(office, handle)
    before = await office.until(handle, lambda view: view.phase is Phase.MEDIATION)
    assert before.mediator
    second = builders.claimant(2)
    await office.update(handle, JoinClaimants(message_id="join", actor=builders.INTAKE, claimants=(second,)))
    again = ReturnTask(
        message_id="again", actor=builders.mediator(before.mediator), task=Agency.LABOR, reason="又有人加入"
    )
    await office.update(handle, again)
    officer = builders.officer(Agency.LABOR)
    found = builders.labor_finding(2)
    await office.update(handle, m.CompleteTask(message_id="both", actor=officer, task="labor", finding=found))
    view = await office.until(handle, lambda view: len(view.claimants) == 2 and view.claimants[1].part_a > 0)
    assert view.claimants[0].part_a == view.claimants[1].part_a == before.claimants[0].part_a
    await office.sleep(timedelta(seconds=5))  # The casebook may lie behind by a moment.
    alone = builders.complaint().model_copy(update={"claimants": (second,), "respondents": filed.respondents})
    _, receipt = await office.file(alone)
    assert receipt.case == handle.id
    await office.end(handle)
