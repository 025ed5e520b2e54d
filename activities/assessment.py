"""Judging a case after fact-finding: contradictions, arrears to the fen, difficulty, and the class anew."""

import asyncpg
from temporalio import activity

from activities.mediation import MediationService
from casebook import antecedents
from domain.case.requests import Judgement, JudgementRequest, MediationPlan, MediationRequest
from domain.procedure.assessment.assessing import assess
from domain.procedure.triage.facts import triage_facts
from domain.triage.classification import group_of, triage
from runtime.rules import Rules
from runtime.vault import Vault


class AssessmentService:
    """The centre's assessors."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, rules: Rules, mediation: MediationService) -> None:
        self._pool, self._vault, self._rules = pool, vault, rules
        self._mediation = mediation

    @activity.defn(name="assessment.judge")
    async def judge(self, request: JudgementRequest) -> Judgement:
        """Reconcile, compute, judge and class; find a mediator where one is looked for. Raises MissingParameter."""
        tables, known = self._rules.tables, request.known
        before = await antecedents.antecedents(self._pool, self._vault, known.case, known.complaint)
        known = known.model_copy(update={"antecedents": before})
        clocks = self._rules.clocks(known.clocks, known.today, known.complaint.jurisdiction)
        assessment = assess(known, tables.parameters, tables.prognosis, clocks, tables.calendar, tables.conflicts)
        judged = known.model_copy(update={"assessment": assessment})
        found = triage(triage_facts(judged), tables.triage)
        looks = MediationRequest(
            known=judged, group=group_of(found, request.reclassified), skills=assessment.prognosis.skills
        )
        return Judgement(
            assessment=assessment,
            triage=found,
            joint_meeting=self._rules.deadline("joint-meeting", known.today, known.complaint.jurisdiction),
            fresh_until=self._rules.deadline("assessment-fresh", known.today, known.complaint.jurisdiction).due_at,
            clocks=clocks,
            mediation=await self._mediated(looks) if request.looking else None,
        )

    async def _mediated(self, looks: MediationRequest) -> MediationPlan | None:
        """The mediation, opened at once; None where it can't be: its own step asks again, and shows why."""
        try:
            return await self._mediation.open(looks)
        except Exception:  # noqa: BLE001 - the judgement does not wait for it
            return None
