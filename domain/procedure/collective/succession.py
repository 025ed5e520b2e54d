"""A claimant who has died: a near relative goes on under the claimant's ref."""

from datetime import datetime

from domain.case.protocol import accepts
from domain.case.state import CaseState
from domain.collective.messages import StepIn
from domain.dialogue import Checked
from domain.refusal import must
from domain.words import Role


@accepts(StepIn, roles={Role.INTAKE, Role.OFFICER, Role.MEDIATOR, Role.SUPERVISOR})
def step_in(case: CaseState, message: StepIn, now: datetime) -> Checked:
    must(case.complaint, "filing.nothing_filed", "name")
    assert case.complaint is not None
    must(message.claimant in case.claimants, "party.unknown", "claimant", refs=message.claimant)
    deceased = next(c for c in case.complaint.claimants if c.ref == message.claimant)
    must(deceased.successor is None, "succession.known", "claimant", ref=message.claimant)
    must(message.successor.died_on <= case.day(now), "date.in_future", "successor.died_on")
    another = message.successor.identity_number != deceased.identity_number
    must(another, "succession.same_person", "successor.identity_number")
    yield
    changed = deceased.model_copy(update={"successor": message.successor})
    people = tuple(changed if c is deceased else c for c in case.complaint.claimants)
    case.complaint = case.complaint.model_copy(update={"claimants": people})
    case.note(
        "stepped_in",
        now,
        message.actor,
        message.message_id,
        claimant=message.claimant,
        kinship=message.successor.kinship,
        died_on=message.successor.died_on.isoformat(),
    )
