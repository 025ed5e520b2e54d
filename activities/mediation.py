"""Opening mediation: the mediator from the duty roster, and until when the centre mediates."""

import asyncpg
from temporalio import activity

from casebook import antecedents, lists
from casebook.digests import identity_digest
from domain.case.requests import MediationPlan, MediationRequest
from domain.triage.roster import AssignmentRequest, assign
from runtime.rules import Rules
from runtime.vault import Vault


class MediationService:
    """The centre's mediation office."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, rules: Rules) -> None:
        self._pool, self._vault, self._rules = pool, vault, rules

    @activity.defn(name="mediation.open")
    async def open(self, request: MediationRequest) -> MediationPlan:
        """Assign a mediator on duty who may take the case, and say until when the centre mediates."""
        known, complaint = request.known, request.known.complaint
        loads = await lists.mediator_loads(self._pool, await lists.is_drill(self._pool, known.case))
        found = assign(
            self._rules.tables.roster,
            AssignmentRequest(
                case=known.case,
                group=request.group,
                day=known.today,
                skills=request.skills,
                languages=tuple(sorted({c.language for c in complaint.claimants if c.language not in (None, "zh")})),
                persons=tuple(identity_digest(self._vault, c.identity_number) for c in complaint.claimants),
                employers=tuple(r.credit_code for r in complaint.respondents if r.credit_code),
                units=tuple(r.unit for r in complaint.respondents if r.unit),
                handled=await antecedents.earlier_mediators(self._pool, self._vault, known.case, complaint),
            ),
            loads,
        )
        talks = self._rules.deadline("mediation-talks", known.today, complaint.jurisdiction)
        application = self._rules.deadline("mediation", known.filed_on, complaint.jurisdiction)
        return MediationPlan(assignment=found, deadline=max(talks, application, key=lambda term: term.due))
