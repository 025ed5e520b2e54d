"""Judging a case after fact-finding: contradictions, arrears to the fen, difficulty, and the class anew."""

import asyncpg
from temporalio import activity

from casebook import lists
from domain.assessing import assess
from domain.case_facts import triage_facts
from domain.steps import Judgement, Known
from domain.triage import triage
from runtime.rules import Rules
from runtime.vault import Vault


class AssessmentService:
    """The centre's assessors."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, rules: Rules) -> None:
        self._pool, self._vault, self._rules = pool, vault, rules

    @activity.defn(name="assessment.judge")
    async def judge(self, known: Known) -> Judgement:
        """Reconcile, compute, judge and class. Raises MissingParameter."""
        tables = self._rules.tables
        antecedents = await lists.antecedents(self._pool, self._vault, known.case, known.complaint)
        known = known.model_copy(update={"antecedents": antecedents})
        clocks = self._rules.clocks(known.clocks, known.today, known.complaint.jurisdiction)
        assessment = assess(known, tables.parameters, tables.prognosis, clocks, tables.calendar, tables.conflicts)
        judged = known.model_copy(update={"assessment": assessment})
        return Judgement(
            assessment=assessment,
            triage=triage(triage_facts(judged), tables.triage),
            joint_meeting=self._rules.deadline("joint-meeting", known.today, known.complaint.jurisdiction),
            clocks=clocks,
        )
