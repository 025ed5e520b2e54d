"""A party's own cases: whoever came in to several, an employer above all, goes from one to the other."""

import asyncio
from typing import Final

from starlette.responses import Response

from client.connection import NoSuchCase
from client.telling import NotTold
from console import reading
from console.door import Visitor
from console.look import Look, remember, to
from domain.refusal import PARTIES
from domain.views.case_view import CaseView

_SHOWN: Final = 50


async def mine(look: Look) -> Response:
    """Each case that the visitor came in to: on whom it waits, and until when."""
    reading.must_be(look.visitor.actor, PARTIES)
    own = (await look.door.own_cases(look.visitor))[:_SHOWN]

    async def seen(one: Visitor) -> CaseView | None:
        try:
            return await reading.view(look.door, one, one.scope, look.language)
        except (NoSuchCase, NotTold):
            return None

    shown = zip(own, await asyncio.gather(*map(seen, own)), strict=True)
    return look.page("mine.html", cases=[(one, case) for one, case in shown if case is not None])


async def go_over(look: Look) -> Response:
    """To another of the visitor's own cases, in a session for that case. Raises Refused, NoSuchCase."""
    reading.must_be(look.visitor.actor, PARTIES)
    wanted = str((await look.request.form()).get("case", ""))
    one = next((one for one in await look.door.own_cases(look.visitor) if one.scope == wanted), None)
    if one is None:
        raise NoSuchCase(wanted)
    answer = to(f"/cases/{one.scope}")
    remember(answer, one)
    return answer
