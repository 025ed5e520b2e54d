"""Triage: class, lane, group and reasons from the rule table, and the inquiries that it asks for."""

from datetime import timedelta

from temporalio import activity

from activities.rules import calendar, deadline, length, start_of
from domain.case_facts import triage_facts
from domain.deadlines import plan
from domain.steps import InquiryPlan, Known, TriagePlan
from domain.triage import Triage, load_table, triage
from domain.words import Agency


class TriageService:
    """The centre's triage."""

    @activity.defn(name="triage.plan")
    async def plan(self, known: Known) -> TriagePlan:
        """Class the case, and give each agency asked its deadline."""
        result = triage(triage_facts(known), load_table())
        return TriagePlan(
            triage=result,
            inquiries=tuple(self._inquiry(agency, result, known) for agency in result.agencies),
        )

    def _inquiry(self, agency: Agency, result: Triage, known: Known) -> InquiryPlan:
        due = deadline(f"inquiry-{result.lane}", known.today)
        reminder = calendar().add_working_days(due.due, -length("inquiry-reminder"))
        lapse = plan("inquiry-grace", due.due, calendar())
        return InquiryPlan(
            agency=agency,
            deadline=due,
            remind_at=max(start_of(reminder), start_of(known.today + timedelta(days=1))),
            lapse_at=lapse.due_at,
        )
