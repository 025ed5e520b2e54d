"""Admission of a complaint: what bars it, what is missing, its number, or the case it belongs to."""

import asyncpg
from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.identity import IdentityService
from activities.triage import TriageService
from casebook import ledger, notices, registry
from domain.case.requests import Admission, AdmissionRequest, Known, LinkRequest, TriagePlan
from domain.case.state import CaseRules
from domain.intake.bars import bars
from domain.intake.messages import LinkComplaint
from runtime.rules import Rules
from runtime.vault import Vault


class IntakeService:
    """The centre's intake window."""

    def __init__(
        self,
        client: Client,
        pool: asyncpg.Pool,
        vault: Vault,
        rules: Rules,
        triage: TriageService,
        identity: IdentityService,
    ) -> None:
        self._client, self._triage, self._identity = client, triage, identity
        self._pool = pool
        self._vault = vault
        self._rules = rules

    @activity.defn(name="intake.admit")
    async def admit(self, asked: AdmissionRequest) -> Admission:
        """Refuse with a referral, join, or register and say what is missing; where nothing is, triage it too."""
        request = asked.registration
        table = self._rules.tables.intake
        found = bars(request.complaint, table)
        served = request.complaint.jurisdiction in table.jurisdictions
        place = request.complaint.jurisdiction if served else "CN"
        rules = CaseRules(
            proposal_answer_days=self._rules.length("proposal-answer", place),
            suspension_days_max=self._rules.length("suspension-max", place),
        )
        refused = next((bar for bar in found if bar.refer_to is not None), None)
        missing = tuple(bar.id for bar in found if bar.refer_to is None)
        registration = await registry.register(
            self._pool, self._vault, request, series=self._rules.tables.centre.case_series
        )
        if not registration.joined:
            said = request.complaint
            await notices.keep_contacts(self._pool, self._vault, request.case, said.claimants, said.respondents)
        return Admission(
            registration=registration,
            refused=refused,
            missing=missing,
            material_deadline=self._rules.deadline("material-supplement", request.filed_at, place) if missing else None,
            rules=rules,
            ledger=await ledger.head(self._pool, request.case),
            keys=await self._identity.keys(),
            triage=None if registration.joined or found else await self._triaged(asked.known),
        )

    async def _triaged(self, known: Known) -> TriagePlan | None:
        """The triage; None where it can't be made: the receipt does not wait for it, and its own step shows why."""
        try:
            return await self._triage.plan(known)
        except Exception:  # noqa: BLE001 - the step of the triage asks again, and is blocked in its own name
            return None

    @activity.defn(name="intake.link")
    async def link(self, request: LinkRequest) -> bool:
        """Tell another case that a complaint about it came in at this window too.

        False when that case is over, or takes no more of what the complaint brings.
        """
        other = self._client.get_workflow_handle(request.to)
        try:
            if request.link.complaint is None:
                await other.signal(LinkComplaint.name, request.link)
            else:
                await other.execute_update(LinkComplaint.name, request.link, id=request.link.message_id)
        except WorkflowUpdateFailedError as failed:
            if not _takes_no_more(failed):
                raise
            return False
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True


def _takes_no_more(failed: WorkflowUpdateFailedError) -> bool:
    """Whether the case has ended, or refuses to take what joins: anything else is tried again."""
    cause = failed.cause
    if not isinstance(cause, ApplicationError):
        return False
    if cause.type == "AcceptedUpdateCompletedWorkflow":
        return True
    problems = cause.details[0] if cause.type == "Refused" and cause.details else ()
    return any(problem["code"].startswith("refusals.join.") for problem in problems)
