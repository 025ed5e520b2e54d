"""Any messages in any order, doubled and malformed, end in a legal state with a ledger that verifies."""

import uuid
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause

from domain.case.protocol import MESSAGES
from domain.inquiry.findings import LaborFinding, MedicalInsuranceFinding, TaxFinding, UnionFinding
from domain.words import Agency, CaseClass, Outcome, ReferralTarget
from tests import builders
from tests.workflows.conftest import Office

REFS = st.sampled_from(["c1", "c2", "e1", "i1", "p1", "p2", "labor", "tax", "medical-insurance", "nobody"])
DAYS = st.integers(-5, 200).map(lambda n: (date(2026, 1, 1) + timedelta(days=n)).isoformat())
TEXT = st.sampled_from(["因故", "reason", " "])
ACTORS = st.sampled_from(
    [
        *({"id": "o1", "role": "officer", "agency": agency} for agency in Agency),
        {"id": "sup-1", "role": "supervisor"},
        {"id": "m-1", "role": "mediator"},
        {"id": "the-mediator", "role": "mediator"},
        {"id": "c1", "role": "claimant"},
        {"id": "c2", "role": "claimant"},
        {"id": "e1", "role": "respondent"},
        {"id": "x", "role": "officer"},
        {"id": "x", "role": "king"},
    ]
)
FINDINGS = st.sampled_from(
    [
        builders.labor_finding(2).model_dump(mode="json"),
        LaborFinding().model_dump(mode="json"),
        MedicalInsuranceFinding().model_dump(mode="json"),
        builders.tax_finding().model_dump(mode="json"),
        TaxFinding().model_dump(mode="json"),
        UnionFinding().model_dump(mode="json"),
        {"agency": "police"},
    ]
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "task": REFS,
    "finding": st.none() | FINDINGS,
    "accept_draft": st.booleans(),
    "reason": TEXT,
    "days": st.integers(0, 61),
    "discrepancy": REFS,
    "holds": st.sampled_from(["first", "second", "third"]),
    "held_on": DAYS,
    "room": st.sampled_from(["ordinary", "model-worker", "cellar"]),
    "proposal": st.sampled_from(["p1", "p2"]),
    "payer": REFS,
    "party": REFS,
    "parties": st.lists(REFS, max_size=4),
    "accept": st.booleans(),
    "receipt": REFS,
    "paid_on": DAYS,
    "amount": st.sampled_from(["0.01", "1000.00", "99999.99", "1.005", "-3"]),
    "text": TEXT,
    "until": DAYS,
    "case_class": st.sampled_from([*CaseClass, "tragic"]),
    "to": REFS | st.sampled_from(["o1", "o2", "union"]),
    "officer": st.sampled_from(["o1", "o2"]),
    "agency": st.sampled_from([*Agency, "police"]),
    "item": REFS,
    "target": st.sampled_from(list(ReferralTarget)),
    "title": TEXT,
    "media_type": st.just("image/png"),
    "size": st.integers(-1, 3),
    "sha256": st.just("0" * 64),
    "location": TEXT,
    "claimant": st.none() | REFS,
    "complaint_id": REFS,
    "channel": REFS,
    "case": REFS,
    "instalments": st.lists(
        st.fixed_dictionaries(
            {"ref": REFS, "due": DAYS, "part_a": st.dictionaries(REFS, st.just("100.00"), max_size=2)}
        ),
        max_size=2,
    ),
}


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, Any]:
    """A message of any kind with fields that may or may not fit."""
    name = draw(st.sampled_from([*sorted(set(MESSAGES) - {"file_complaint"}), "open_sesame"]))
    if draw(st.integers(0, 9)) == 0:
        return name, draw(st.sampled_from([None, 7, "text", [], {"message_id": 3}, {"a": {"b": []}}]))
    model = MESSAGES[name].model if name in MESSAGES else None
    fields = {
        field: draw(FIELDS[field])
        for field in (model.model_fields if model else ())
        if field in FIELDS and draw(st.integers(0, 9)) > 0
    }
    message_id = draw(st.sampled_from([f"m{n}" for n in range(12)]))
    return name, {"message_id": message_id, "actor": draw(ACTORS), **fields}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("signal"), messages()),
        st.tuples(st.just("update"), messages()),
        st.tuples(st.just("days"), st.integers(1, 20)),
    ),
    max_size=25,
)


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # Shrinking would play whole lives of cases for many minutes.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_any_messages_in_any_order_end_in_a_legal_state(office: Office, steps: list[Any]) -> None:
    complaint = builders.complaint(claimants=2, complaint_id=f"t-{uuid.uuid4().hex[:12]}")
    handle = await office.start(complaint)
    for kind, what in steps:
        if kind == "days":
            await office.sleep(timedelta(days=what))
            continue
        if (await handle.describe()).close_time is not None:
            break
        name, body = what
        if isinstance(body, dict) and body.get("actor", {}).get("id") == "the-mediator":
            body["actor"]["id"] = await office.mediator_of(handle) or "m-1"
        await office.say(handle, kind, name, body)

    closed = await office.live_to_the_end(handle)

    assert closed.outcome in Outcome
    events = await office.events(handle.id)
    assert await office.verify(handle.id) == closed.ledger_head
    answered = [e for e in events if e.message_id is not None and e.kind != "message_rejected"]
    once = {(e.actor, e.message_id, e.kind) for e in answered}
    assert len(once) == len(answered), "a message id acted twice"
    failures = [
        e async for e in handle.fetch_history_events() if e.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    ]
    # A message that comes in while the case is being closed makes the server ask again.
    asked_again = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
    assert [e for e in failures if e.workflow_task_failed_event_attributes.cause != asked_again] == []
