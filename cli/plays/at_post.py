"""A play's step at a post of the grassroots grid: opened there, talked about, handed over to the centre."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

from temporalio.client import Client

from cli.plays.script import TalkedAtPost
from domain.case.receipts import Acknowledgement
from domain.grid.messages import ForwardToCentre, NoteSaid, OpenGrid, Post
from domain.grid.view import GridReceipt, GridView
from domain.intake.complaint import Complaint
from domain.ledger import Actor
from domain.message import Message
from domain.words import GridOutcome, Language
from runtime import beginning

_PATIENCE: Final = 30.0
_LOOK: Final = 0.2


async def hand_over(
    client: Client,
    talk: TalkedAtPost,
    complaint: Complaint,
    actor: Actor,
    language: Language,
    message_id: Callable[[str], str],
    *,
    drill: bool,
) -> str:
    """Play what happens at the post until the centre has the case. Returns the case. Raises TimeoutError."""
    case = f"grid-{complaint.complaint_id}"
    opening = OpenGrid(
        message_id=message_id("open"),
        actor=actor,
        language=language,
        post=Post(id=actor.id, kind=talk.kind),
        complaint=complaint,
        drill=drill,
    )
    await beginning.begin(client, "GridWorkflow", case, opening, GridReceipt)
    at_post = client.get_workflow_handle(case)
    messages: list[Message] = [
        NoteSaid(message_id=message_id(f"said-{n}"), actor=actor, language=language, **dict(one))
        for n, one in enumerate(talk.said)
    ]
    messages.append(
        ForwardToCentre(message_id=message_id("forward"), actor=actor, language=language, reason=talk.forward)
    )
    for message in messages:
        await at_post.execute_update(message.name, message, id=message.message_id, result_type=Acknowledgement)
    began = monotonic()
    while True:
        view: GridView = await at_post.query("grid_view", result_type=GridView)
        if view.outcome is GridOutcome.FORWARDED and view.forwarded_to is not None:
            return view.forwarded_to
        if monotonic() - began > _PATIENCE:
            raise TimeoutError(case)
        await asyncio.sleep(_LOOK)
