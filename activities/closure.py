"""Closing a case: the unified reply, referrals, and the visit afterwards."""

from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from domain.closing import close, left_to_do
from domain.ends import SignatureTerms
from domain.follow_up import Visit
from domain.steps import Closing, ClosingRequest, FollowUpPlan, FollowUpRequest
from domain.words import CENTRE_QUEUE
from runtime.rules import Rules, start_of


class ClosureService:
    """The centre's registry of replies and visits."""

    def __init__(self, client: Client, rules: Rules) -> None:
        self._client, self._rules = client, rules

    @activity.defn(name="closure.close")
    async def close(self, request: ClosingRequest) -> Closing:
        """One answer for each claim item, where the unsettled ones go, and what is left to do until when."""
        closing, place = close(request), request.known.complaint.jurisdiction
        left = left_to_do(request, closing, lambda rule, start: self._rules.deadline(rule, start, place))
        due = self._rules.deadline("reply-signature", request.known.today, place)
        signatures = SignatureTerms(
            deadline=due,
            remind_at=self._rules.reminder(due, "reply-signature-reminder"),
            lapse_at=self._rules.deadline("reply-signature-grace", due.due, place).due_at,
        )
        return closing.model_copy(update={"remedies": left, "signatures": signatures})

    @activity.defn(name="closure.arrange_follow_up")
    async def arrange_follow_up(self, request: FollowUpRequest) -> FollowUpPlan:
        """Start the follow-up visit as a workflow of its own that begins on the day of the visit."""
        visit_on = self._rules.deadline("follow-up", request.closed_on, request.jurisdiction).due
        workflow_id = f"follow-up-{request.case}"
        delay = start_of(visit_on) - start_of(request.closed_on)
        try:
            await self._client.start_workflow(
                "FollowUpWorkflow",
                Visit(case=request.case, case_number=request.case_number, visit_on=visit_on),
                id=workflow_id,
                task_queue=CENTRE_QUEUE,
                start_delay=delay,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=f"follow-up {request.case_number}",
            )
        except WorkflowAlreadyStartedError:
            activity.logger.info("follow-up already arranged")
        return FollowUpPlan(workflow_id=workflow_id, visit_on=visit_on)
