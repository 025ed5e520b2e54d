"""The follow-up visit of cases that closed under versions 0.1 and 0.2; later ones are followed by ``aftercare``."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from domain.follow_up import RecordVisit, Visit, VisitRecord
    from domain.opening import Reading
    from domain.protocol import Refused, must, problems
    from domain.words import Role
    from workflows import answers

VISIT_WITHIN: Final = timedelta(days=30)
"""Calendar days for the visit; after that the record says that nobody came."""


@workflow.defn
class FollowUpWorkflow:
    """One follow-up visit."""

    @workflow.init
    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._record = VisitRecord(
            case=visit.case, case_number=visit.case_number, visit_on=visit.visit_on, visited=False
        )

    @workflow.run
    async def run(self, visit: Visit) -> VisitRecord:
        try:
            await workflow.wait_condition(lambda: self._record.visited, timeout=VISIT_WITHIN)
        except TimeoutError:
            workflow.logger.warning("nobody recorded the follow-up visit in time")
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._record

    @workflow.update(dynamic=True)
    def take_update(self, name: str, payloads: Sequence[RawValue]) -> VisitRecord:
        """Record the visit. The same visit recorded again changes nothing."""
        message = self._parse(name, payloads)
        if not self._record.visited:
            self._record = VisitRecord(
                case=self._visit.case,
                case_number=self._visit.case_number,
                visit_on=self._visit.visit_on,
                visited=True,
                satisfaction=message.satisfaction,
                performed=message.performed,
                remark=message.remark,
            )
        return self._record

    @take_update.validator
    def check_update(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Refuse what is not a visit record."""
        self._parse(name, payloads)

    @workflow.query
    def record(self, reading: Reading | None = None) -> VisitRecord:
        """The record so far."""
        del reading
        return self._record

    def _parse(self, name: str, payloads: Sequence[RawValue]) -> RecordVisit:
        body = answers.body(payloads)
        try:
            must(name == RecordVisit.name, "message.unknown", "name", known=RecordVisit.name)
            try:
                message = RecordVisit.model_validate_json(body)
            except ValidationError as error:
                raise Refused(*problems(error)) from None
            allowed = {Role.SUPERVISOR, Role.INTAKE, Role.MEDIATOR}
            must(
                message.actor.role in allowed,
                "actor.role",
                "actor.role",
                role=message.actor.role,
                allowed=", ".join(sorted(allowed)),
            )
        except Refused as refused:
            raise answers.refusal(refused, answers.language_of(body)) from None
        return message
