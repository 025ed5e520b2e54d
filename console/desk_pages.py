"""Desks and lists: what waits for whoever has signed in, the most urgent first."""

from datetime import UTC, datetime
from typing import Final

from starlette.responses import Response

from casebook.inbox import TaskFilter
from casebook.lists import CaseFilter
from console import reading
from console.look import Look, to
from domain.refusal import PARTIES
from domain.words import Role

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


async def desk(look: Look) -> Response:
    """What waits for the one who has signed in, the most urgent first."""
    actor = look.visitor.actor
    if actor.role in PARTIES:
        return to(f"/cases/{look.visitor.scope}")
    if actor.role is Role.OFFICER:
        return await inquiries(look)
    return await cases(look)


async def inquiries(look: Look) -> Response:
    """An agency's inquiries: to be claimed, mine, all, done; with how many there are of each."""
    actor, chosen = look.visitor.actor, look.request.query_params.get("show", "open")
    employer = look.request.query_params.get("employer") or None
    tabs = {
        "open": TaskFilter(state="offered", employer=employer),
        "mine": TaskFilter(officer=actor.id, employer=employer),
        "agency": TaskFilter(employer=employer),
        "done": TaskFilter(state="done", officer=actor.id, employer=employer),
    }
    found = {name: await reading.inquiries(look.door, look.visitor, wanted) for name, wanted in tabs.items()}
    chosen = chosen if chosen in tabs else "open"
    counts = {name: len(lines) for name, lines in found.items()}
    return look.page("inquiries.html", tabs=counts, chosen=chosen, lines=found[chosen], employer=employer or "")


async def cases(look: Look) -> Response:
    """Cases, with the tabs that a supervisor looks at; found by number or employer."""
    query = look.request.query_params
    if number := query.get("number"):
        return to(f"/cases/{number.strip()}")
    employer, chosen, now = query.get("employer") or None, query.get("show", "all"), datetime.now(UTC)
    tabs = {"all": CaseFilter(employer=employer)}
    if look.visitor.actor.role is Role.SUPERVISOR:
        tabs |= {
            "overdue": CaseFilter(employer=employer, overdue_at=now),
            "blocked": CaseFilter(employer=employer, blocked=True),
            "to-merge": CaseFilter(employer=employer, to_merge=True),
        }
    found = {name: await reading.cases(look.door, look.visitor, wanted) for name, wanted in tabs.items()}
    chosen = chosen if chosen in tabs else "all"
    counts = {name: len(lines) for name, lines in found.items()}
    lines = sorted(found[chosen], key=lambda line: (line.outcome is not None, line.waits_until or _NEVER))
    return look.page("cases.html", tabs=counts, chosen=chosen, lines=lines, employer=employer or "")
