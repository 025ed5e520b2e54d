"""Who may ask a case what."""

from typing import Final

from domain.ledger import Actor
from domain.refusal import PARTIES, must
from domain.words import Role

STAFF: Final = frozenset({Role.INTAKE, Role.OFFICER, Role.MEDIATOR, Role.SUPERVISOR, Role.SYSTEM})
"""Those who work on cases."""

QUERIES: Final = {
    "case_view": STAFF | PARTIES,
    "receipt": STAFF | PARTIES,
    "explain_triage": STAFF | PARTIES,
    "deadlines": STAFF | PARTIES,
    "side_by_side": STAFF | PARTIES,
    "ends": STAFF | PARTIES,
    "sittings": STAFF - {Role.INTAKE} | PARTIES,
    "owed": STAFF - {Role.INTAKE} | PARTIES,
    "bargain": STAFF - {Role.INTAKE, Role.OFFICER} | PARTIES,
    "timeline": STAFF,
    "open_tasks": STAFF,
    "afterwards": STAFF,
    "grid_view": STAFF | PARTIES,
    "meeting_view": STAFF - {Role.INTAKE},
}
"""Which roles may ask each query; ``grid_view`` a grid mediation's, ``afterwards``
what goes on after a case.

domain.masking says what each then sees.
"""


def may_read(reader: Actor, query: str) -> None:
    """Raise Refused unless the reader's role may ask the query."""
    allowed = QUERIES.get(query, frozenset())
    must(
        reader.role in allowed, "query.role", "actor.role", role=reader.role, allowed=", ".join(sorted(allowed)) or "-"
    )
