"""Closing a case: the unified reply, and the referrals of what was not settled."""

from temporalio import activity

from domain.case.requests import Closing, ClosingRequest
from domain.closure.ends import SignatureTerms
from domain.procedure.closure.closing import close, left_to_do
from runtime.rules import Rules


class ClosureService:
    """The centre's registry of replies."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

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
