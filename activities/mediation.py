"""Opening mediation: the mediator from the duty roster, and the statutory term."""

import asyncpg
from temporalio import activity

from casebook import lists
from domain.roster import Assignment, AssignmentRequest, assign
from domain.steps import MediationPlan, MediationRequest
from runtime.rules import Rules


class MediationService:
    """The centre's mediation office."""

    def __init__(self, pool: asyncpg.Pool, rules: Rules) -> None:
        self._pool, self._rules = pool, rules

    @activity.defn(name="mediation.open")
    async def open(self, request: MediationRequest) -> MediationPlan:
        """Assign the mediator on duty who has least to do, and count the 15 days of 调解仲裁法 Art.14."""
        known = request.known
        loads = await lists.mediator_loads(self._pool)
        found = assign(
            self._rules.tables.roster,
            AssignmentRequest(
                case=known.case,
                group=request.group,
                skills=request.skills,
                employers=tuple(r.credit_code for r in known.complaint.respondents if r.credit_code),
                units=tuple(r.unit for r in known.complaint.respondents if r.unit),
                day=known.today,
            ),
            loads,
        )
        return MediationPlan(
            assignment=found if isinstance(found, Assignment) else None,
            deadline=self._rules.deadline("mediation", known.today, known.complaint.jurisdiction),
        )
