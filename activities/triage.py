"""Triage: class, lane, group and reasons from the rule table, and the inquiries that it asks for."""

from datetime import timedelta

import asyncpg
from temporalio import activity

from casebook import antecedents
from domain.case.requests import InquiryPlan, Known, TriagePlan
from domain.inquiry.officers import signatures
from domain.inquiry.sharing import sharing
from domain.procedure.triage.facts import triage_facts
from domain.triage.classification import Triage, triage
from domain.words import Agency
from runtime.rules import Rules, start_of
from runtime.vault import Vault


class TriageService:
    """The centre's triage."""

    def __init__(self, pool: asyncpg.Pool, vault: Vault, rules: Rules) -> None:
        self._pool, self._vault, self._rules = pool, vault, rules

    @activity.defn(name="triage.plan")
    async def plan(self, known: Known) -> TriagePlan:
        """Class the case, and give each agency asked its deadline."""
        found = await antecedents.antecedents(self._pool, self._vault, known.case, known.complaint)
        known = known.model_copy(update={"antecedents": found})
        result = triage(triage_facts(known), self._rules.tables.triage)
        return TriagePlan(
            triage=result,
            inquiries=tuple(self._inquiry(agency, result, known) for agency in result.agencies),
            desks=self._rules.tables.officers.desks(known.today, signatures()),
            sharing=tuple(sharing().values()),
            application_term=self._rules.deadline("mediation", known.filed_on, known.complaint.jurisdiction),
            clocks=self._rules.clocks(known.clocks, known.today, known.complaint.jurisdiction),
        )

    def _inquiry(self, agency: Agency, result: Triage, known: Known) -> InquiryPlan:
        place = known.complaint.jurisdiction
        due = self._rules.deadline(f"inquiry-{result.lane}", known.today, place)
        tomorrow = start_of(known.today + timedelta(days=1))
        return InquiryPlan(
            agency=agency,
            deadline=due,
            remind_at=max(self._rules.reminder(due, "inquiry-reminder"), tomorrow),
            escalate_at=self._rules.deadline("inquiry-escalation", due.due, place).due_at,
            lapse_at=self._rules.deadline("inquiry-grace", due.due, place).due_at,
        )
