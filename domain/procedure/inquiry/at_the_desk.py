"""The inquiry that a message speaks of, where the state machine (``domain/inquiry/tasks``) lets it through."""

from typing import Final

from domain.case.state import CaseState
from domain.inquiry.tasks import MOVES, Standing, Task, TaskState, stands
from domain.ledger import Actor
from domain.refusal import must
from domain.words import Phase, Role

AT_THE_DESKS: Final = {Phase.FACT_FINDING, Phase.PROGNOSIS, Phase.MEDIATION}
"""Inquiries are opened in the first of these; a finding may be sent back in each."""


def the_task(case: CaseState, name: str, ref: str, actor: Actor) -> Task:
    """The inquiry, if the sender of a message may move it so now. Raises Refused with what to do instead."""
    move, task = MOVES[name], case.tasks.get(ref)
    usable = case.phase is Phase.FACT_FINDING or (task is not None and (task.is_open or task.state in move.of))
    must(usable, "message.phase", "name", name=name, phase=case.phase)
    must(task, "task.unknown", "task", known=", ".join(case.tasks) or "-")
    assert task is not None
    must(task.is_open or task.state in move.of, "task.closed", "task", state=task.state)
    if actor.role is Role.OFFICER:
        must(task.agency is actor.agency, "task.other_agency", "task", agency=task.agency)
        alone = Standing.SECOND in move.officers and actor.id in task.signed
        must(not alone, "task.same_officer", "actor.id", officer=actor.id)
        taken = Standing.GROUP in move.officers and task.state is not TaskState.OFFERED
        must(not taken, "task.claimed", "task", officer=task.officer)
        must(stands(task, actor, move), "task.not_yours", "task", officer=task.officer or "-")
    must(task.state in move.of, "task.not_now", "task", name=name, state=task.state)
    still = case.suspension is not None
    must(move.standing_still or not still, "task.stands_still", "task")
    return task
