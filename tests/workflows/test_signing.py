"""The unified reply in a running case: it waits for the heads of the agencies, and goes out when they have signed."""

import uuid
from pathlib import Path

import yaml

from domain.case import messages as m
from domain.closure.messages import SignReply
from domain.inquiry.messages import CosignTask
from domain.words import Agency, Outcome, Phase
from tests import builders
from tests.workflows.conftest import Handle, Office
from tests.workflows.test_life_of_a_case import find_the_facts

SIGNING = (Agency.TAX, Agency.MEDICAL_INSURANCE)
HEADS = [{"id": f"{agency}-head", "agency": agency.value, "head": True} for agency in SIGNING]


async def about_to_close(office: Office) -> Handle:
    """A case whose mediation has ended, in a centre that knows two heads."""
    directory = Path(office.tables) / "officers.yaml"
    directory.parent.mkdir(parents=True, exist_ok=True)
    others = [{"id": "o1-lab", "agency": "labor"}, {"id": "o2-lab", "agency": "labor"}]
    directory.write_text(yaml.safe_dump({"officers": [*HEADS, *others]}), encoding="utf-8")
    try:
        handle = await office.start(builders.complaint())
        await office.until(handle, lambda view: bool(view.tasks))
    finally:
        directory.unlink()
    await find_the_facts(office, handle)
    view = await office.view(handle)
    if any(task.state == "signed" for task in view.tasks):
        cosign = CosignTask(message_id="cosign", actor=builders.officer(Agency.LABOR, "o9"), task="labor")
        await office.update(handle, cosign)
    await office.until(handle, lambda view: view.phase is Phase.MEDIATION)
    over = m.EndMediation(message_id="over", actor=builders.SUPERVISOR, reason="双方不同意")
    await office.update(handle, over)
    await office.until(handle, lambda view: view.waits.what == "reply-signature")
    return handle


async def test_the_case_closes_when_every_head_has_signed(office: Office) -> None:
    handle = await about_to_close(office)
    assert set((await office.view(handle)).waits.on) == {"tax", "medical-insurance"}
    for agency in SIGNING:
        head = builders.officer(agency, f"{agency}-head")
        await office.update(handle, SignReply(message_id=uuid.uuid4().hex, actor=head, task=agency.value))
    await office.until(handle, lambda view: view.phase is Phase.CLOSED)
    await office.live_to_the_end(handle)
    kinds = [event.kind for event in await office.events(handle.id)]
    assert kinds.count("reply_signed") == 2 and "reply_sent_unsigned" not in kinds


async def test_a_reply_that_nobody_signs_goes_out_and_says_so(office: Office) -> None:
    handle = await about_to_close(office)
    closed = await office.live_to_the_end(handle)
    assert closed.outcome is Outcome.FAILED
    kinds = [event.kind for event in await office.events(handle.id)]
    sent = kinds.index("reply_sent_unsigned")
    assert kinds.index("reply_signature_escalated") < sent
    assert "paper_issued" in kinds[sent:]
