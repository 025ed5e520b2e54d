"""What the centre does after a case has closed: keeps it, follows its referrals, and gives it back to be reopened."""

from datetime import date

import asyncpg
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from casebook import aftercare as book
from domain.base import Model, Ref
from domain.deadlines.deadline import end_of
from domain.procedure.aftercare.state import Aftercare, LetterTerms, begin, workflow_of
from domain.procedure.aftercare.view import AftercareEntry
from domain.procedure.closure.handover import Handover
from domain.words import CENTRE_QUEUE
from runtime.rules import Rules
from runtime.vault import Vault


class HandedOver(Model):
    """What follows a closed case; nothing where nothing is to be followed."""

    workflow: Ref | None = None
    visit_on: date | None = None


class LetterRequest(Model):
    """A letter goes out on a day."""

    jurisdiction: Ref
    sent_on: date


class AftercareService:
    """The centre's hand after the closure."""

    def __init__(self, client: Client, pool: asyncpg.Pool, vault: Vault, rules: Rules) -> None:
        self._client, self._pool, self._vault, self._rules = client, pool, vault, rules

    @activity.defn(name="aftercare.hand_over")
    async def hand_over(self, of: Handover) -> HandedOver:
        """Keep the case, and start to follow what it sent on and whether its people are content."""
        await book.keep(self._pool, self._vault, of)
        if not of.referrals and of.settlement is None:
            return HandedOver()
        after = workflow_of(of.case)
        # Whoever began it before the case had closed found nothing, and ended.
        await self._client.start_workflow(
            "AftercareWorkflow",
            id=after,
            task_queue=CENTRE_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=of.case_number,
        )
        visit_on = self._begun(of).visits
        return HandedOver(workflow=after, visit_on=visit_on.visit_on if visit_on else None)

    @activity.defn(name="aftercare.take_up")
    async def take_up(self, workflow: Ref) -> Aftercare | None:
        """What goes on after a case, as it stood or as it begins; None for a case that nobody closed."""
        case = workflow.removeprefix("after-")
        if (stands := await book.find(self._pool, self._vault, case)) is not None:
            return stands
        of = await book.kept(self._pool, self._vault, case)
        return self._begun(of) if of is not None else None

    @activity.defn(name="aftercare.give_back")
    async def give_back(self, case: Ref) -> Handover | None:
        """A closed case as it was handed over, without the payments that were taken back since; None: not closed."""
        of = await book.kept(self._pool, self._vault, case)
        after = await book.find(self._pool, self._vault, case)
        if of is None or of.settlement is None or after is None:
            return of
        payments = [
            payment.model_copy(update={"reversed_on": after.payments.get(payment.receipt)})
            for payment in of.settlement.payments
        ]
        return of.model_copy(update={"settlement": of.settlement.model_copy(update={"payments": payments})})

    def _begun(self, of: Handover) -> Aftercare:
        place = of.complaint.jurisdiction
        visit = self._rules.deadline("follow-up", of.closed_on, place)
        until = self._rules.deadline("follow-up-visit", visit.due, place)
        return begin(of, visit.due, until.due_at)

    @activity.defn(name="aftercare.terms")
    async def terms(self, request: LetterRequest) -> LetterTerms:
        """Until when an office has to confirm a letter, and to say what became of it."""
        receipt = self._rules.deadline("referral-receipt", request.sent_on, request.jurisdiction)
        result = self._rules.deadline("referral-return", request.sent_on, request.jurisdiction)
        return LetterTerms(
            remind_at=self._rules.reminder(receipt, "referral-reminder"),
            receipt_due=receipt.due,
            receipt_until=end_of(receipt.due),
            return_due=result.due,
            return_until=end_of(result.due),
            provisional=receipt.provisional or result.provisional,
        )

    @activity.defn(name="aftercare.record")
    async def record(self, entry: AftercareEntry) -> int:
        """Append events and renew the rows. Returns the number of the last event written.

        Raises LedgerConflict where they don't follow what the casebook holds.
        """
        return await book.record(self._pool, self._vault, entry)
