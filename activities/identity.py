"""Proving who sent a signal: history keeps the verdict, so that it is given once."""

from temporalio import activity
from temporalio.client import Client

from domain.base import CENTRE_ZONE, Instant, Model
from domain.identity import HEADER, Sent, Verdict
from runtime.tokens import Verifier


class SignalClaim(Model):
    """A signal, and the token that it came in under."""

    token: str | None
    sent: Sent
    run: str
    """The run whose history holds the signal."""


class IdentityService:
    """The centre's porter."""

    def __init__(self, client: Client, verifier: Verifier) -> None:
        self._client, self._verify = client, verifier

    @activity.defn(name="identity.verify")
    async def verify(self, claim: SignalClaim) -> Verdict:
        """The verdict on a signal. One that waited for a worker is judged by when the server took it in.

        Raises KeySetUnreadable, and is tried again, while nobody can tell.
        """
        verdict = self._verify.judge(claim.token, claim.sent)
        if not any(problem.code == "refusals.identity.expired" for problem in verdict.problems):
            return verdict
        arrived = await self._arrival(claim)
        return verdict if arrived is None else self._verify.judge(claim.token, claim.sent, arrived)

    async def _arrival(self, claim: SignalClaim) -> Instant | None:
        assert claim.token is not None
        history = self._client.get_workflow_handle(claim.sent.case, run_id=claim.run).fetch_history_events()
        async for event in history:
            headers = event.workflow_execution_signaled_event_attributes.header.fields
            if HEADER in headers and claim.token.encode() in headers[HEADER].data:
                return event.event_time.ToDatetime(tzinfo=CENTRE_ZONE)
        return None
