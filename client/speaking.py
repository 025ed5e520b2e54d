"""What a message carries besides what it says, and the case as it is read."""

import json
import uuid
from typing import Any, TypeVar

from client.connection import Handle
from domain.base import Model
from domain.case.opening import Reading
from domain.ledger import Actor
from domain.views.case_view import CaseView
from domain.views.paging import everybody
from domain.words import Language, Role

M = TypeVar("M", bound=Model)


def envelope(who: Actor, message_id: str | None, language: str) -> dict[str, Any]:
    """What every message carries besides what it says; a fresh id where none is given."""
    return {"message_id": message_id or uuid.uuid4().hex, "actor": who.model_dump(mode="json"), "language": language}


async def mediator_of(handle: Handle) -> Actor:
    """The mediator whose case it is: who acts as mediator where nobody is named."""
    return Actor(id=(await view_of(handle, page=1)).mediator or "unassigned", role=Role.MEDIATOR)


async def view_of(handle: Handle, language: str = Language.CHINESE, page: int | None = None) -> CaseView:
    """The case as everybody reads it; with a page, of its people those on that page."""
    reading = Reading(language=Language(language), page=page)
    if page is None:
        return await of_everybody(handle, "case_view", reading, CaseView)
    view: CaseView = await handle.query("case_view", reading, result_type=CaseView)
    return view


async def of_everybody(handle: Handle, query: str, reading: Reading, kind: type[M]) -> M:
    """What a query tells of all the people of a case. Raises NothingYet where there is nothing to tell."""

    async def ask(asked: Reading) -> M:
        answer: dict[str, Any] | None = await handle.query(query, asked)
        if answer is None:
            raise NothingYet(query)
        return kind.model_validate_json(json.dumps(answer))

    return await everybody(ask, reading)


class NothingYet(Exception):
    """The case has not come as far as what was asked for."""
