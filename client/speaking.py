"""What a message carries besides what it says, and the case as it is read."""

import uuid
from typing import Any

from client.connection import Handle
from domain.case.opening import Reading
from domain.ledger import Actor
from domain.views.case_view import CaseView
from domain.words import Language, Role


def envelope(who: Actor, message_id: str | None, language: str) -> dict[str, Any]:
    """What every message carries besides what it says; a fresh id where none is given."""
    return {"message_id": message_id or uuid.uuid4().hex, "actor": who.model_dump(mode="json"), "language": language}


async def mediator_of(handle: Handle) -> Actor:
    """The mediator whose case it is: who acts as mediator where nobody is named."""
    return Actor(id=(await view_of(handle, page=1)).mediator or "unassigned", role=Role.MEDIATOR)


async def view_of(handle: Handle, language: str = Language.CHINESE, page: int | None = None) -> CaseView:
    """The case as everybody reads it; with a page, of its people those on that page."""
    reading = Reading(language=Language(language), page=page)
    view: CaseView = await handle.query("case_view", reading, result_type=CaseView)
    return view
