"""Judging a case after fact-finding: contradictions, arrears to the fen, difficulty, and the class anew."""

from temporalio import activity

from domain.assessing import assess
from domain.case_facts import triage_facts
from domain.steps import Judgement, Known
from domain.triage import triage
from runtime.rules import Rules


class AssessmentService:
    """The centre's assessors."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    @activity.defn(name="assessment.judge")
    async def judge(self, known: Known) -> Judgement:
        """Reconcile, compute, judge and class. Raises MissingParameter."""
        tables = self._rules.tables
        assessment = assess(known, tables.parameters, tables.prognosis)
        judged = known.model_copy(update={"assessment": assessment})
        return Judgement(
            assessment=assessment,
            triage=triage(triage_facts(judged), tables.triage),
            joint_meeting=self._rules.deadline("joint-meeting", known.today, known.complaint.jurisdiction),
        )
