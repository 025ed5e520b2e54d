"""What a visitor may look through: lists and papers, cut to the role before anything is fetched."""

from collections.abc import Sequence, Set
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from casebook import evidence as files
from casebook import inbox, lists, meetings, people
from casebook import notices as outbox
from casebook import papers as kept
from casebook.evidence import Evidence
from casebook.health import Health, health
from casebook.inbox import TaskFilter, TaskLine
from casebook.lists import CaseFilter, CaseLine, Change
from casebook.meetings import OrderLine
from casebook.notices import NoticeLine
from casebook.papers import KeptPaper
from casebook.people import Sought, Standing
from client.connection import NoSuchCase
from client.telling import asked
from console.door import Door, Visitor
from domain.case.opening import Reading
from domain.ledger import Actor
from domain.papers.kinds import PaperKind, PaperMatter
from domain.refusal import PARTIES, must
from domain.views.case_view import CaseView
from domain.views.paging import everybody
from domain.words import Language, Role
from papers.document import Templates, html, render

_log: Final = structlog.get_logger()
_READS_LISTS: Final = {Role.INTAKE, Role.OFFICER, Role.MEDIATOR, Role.SUPERVISOR}
SEE_EVIDENCE: Final = _READS_LISTS - {Role.INTAKE}
_AGENCIES_PAPERS: Final = {PaperKind.TRANSFER_SLIP, PaperKind.ASSISTANCE_LETTER, PaperKind.UNIFIED_REPLY}


def must_be(actor: Actor, roles: Set[Role]) -> None:
    allowed = ", ".join(sorted(roles))
    must(actor.role in roles, "query.role", "actor.role", role=actor.role, allowed=allowed)


def must_read_lists(visitor: Visitor) -> None:
    """Raise Refused for a party: it has no lists."""
    must_be(visitor.actor, _READS_LISTS)


def must_lead(visitor: Visitor) -> None:
    """Raise Refused for anybody but the supervisor."""
    must_be(visitor.actor, {Role.SUPERVISOR})


def must_work_here(visitor: Visitor) -> None:
    """Raise Refused for anybody who does not work on cases."""
    must_be(visitor.actor, SEE_EVIDENCE)


async def orders(door: Door, visitor: Visitor) -> list[OrderLine]:
    """Open orders: those in which an officer's agency has a part, or all. Raises Refused."""
    must_work_here(visitor)
    actor = visitor.actor
    return await meetings.orders(door.pool, door.vault, agency=actor.agency if actor.role is Role.OFFICER else None)


async def orders_about(door: Door, visitor: Visitor, names: Sequence[str | None]) -> list[OrderLine]:
    """Open orders about a case, for those who work on it; nobody else sees any."""
    if visitor.actor.role not in SEE_EVIDENCE:
        return []
    return await meetings.orders(door.pool, door.vault, about=names)


async def cases(door: Door, visitor: Visitor, wanted: CaseFilter) -> list[CaseLine]:
    """A page of cases: an officer's agency's, a mediator's own, a window's own, or all. Raises Refused."""
    return await lists.cases(door.pool, door.vault, _own_cases(visitor.actor, wanted))


async def changes(door: Door, visitor: Visitor, since: int | None) -> tuple[int, list[Change] | None]:
    """Which of those cases changed since a mark, and the next mark. Raises Refused."""
    return await lists.changes(door.pool, door.vault, _own_cases(visitor.actor, CaseFilter()), since)


async def count_cases(door: Door, visitor: Visitor, whole: CaseFilter, parts: Sequence[CaseFilter]) -> list[int]:
    """How many of a whole each part of it has, on all pages. Raises Refused."""
    return await lists.counts(door.pool, door.vault, _own_cases(visitor.actor, whole), parts)


def _own_cases(actor: Actor, wanted: CaseFilter) -> CaseFilter:
    must_be(actor, _READS_LISTS)
    owns: dict[Role, dict[str, Any]] = {
        Role.OFFICER: {"inquired_by": actor.agency},
        Role.MEDIATOR: {"mediator": actor.id},
        Role.INTAKE: {"channel": actor.id},
    }
    return wanted.model_copy(update=owns.get(actor.role, {}))


async def inquiries(door: Door, visitor: Visitor, wanted: TaskFilter) -> list[TaskLine]:
    """A page of inquiries: an officer's own agency's, or all for the supervisor. Raises Refused."""
    return await inbox.tasks(door.pool, door.vault, _own_inquiries(visitor.actor, wanted))


async def following(door: Door, visitor: Visitor, case: str) -> TaskLine | None:
    """What an officer goes on with after one of a case, which the lists may still have: the most urgent of their own
    inquiries, or else of those on offer.
    """
    if visitor.actor.role is not Role.OFFICER:
        return None
    for wanted in (
        TaskFilter(officer=visitor.actor.id, state="claimed", limit=2),
        TaskFilter(state="offered", limit=2),
    ):
        others = [one for one in await inquiries(door, visitor, wanted) if one.case != case]
        if others:
            return others[0]
    return None


async def count_inquiries(door: Door, visitor: Visitor, wanted: TaskFilter) -> int:
    """How many there are on all pages. Raises Refused."""
    return await inbox.count(door.pool, door.vault, _own_inquiries(visitor.actor, wanted))


def _own_inquiries(actor: Actor, wanted: TaskFilter) -> TaskFilter:
    must_be(actor, {Role.OFFICER, Role.SUPERVISOR})
    own: dict[str, Any] = {"agency": actor.agency} if actor.role is Role.OFFICER else {}
    return wanted.model_copy(update=own)


async def standing(door: Door, visitor: Visitor, sought: Sought) -> list[Standing]:
    """In which cases people or an employer stand, whichever window filed them. Raises Refused."""
    must_be(visitor.actor, {Role.INTAKE, Role.SUPERVISOR})
    window = visitor.actor.id if visitor.actor.role is Role.INTAKE else None
    found = await people.standing(door.pool, door.vault, sought, window)
    _log.info("people sought", by=visitor.actor.cast, people=len(sought.identity_numbers), found=len(found))
    return found


async def queues(door: Door, visitor: Visitor, *, drill: bool | None = None) -> Health:
    """How the queues stand, for the supervisor. Raises Refused."""
    must_be(visitor.actor, {Role.SUPERVISOR})
    return await health(door.pool, datetime.now(UTC), drill=drill)


async def view(door: Door, visitor: Visitor, case: str, language: Language, page: int | None = 1) -> CaseView:
    """A case as the visitor sees it; ``page`` None: with everybody in it. Raises Refused, NoSuchCase."""
    at, reading = door.link(visitor), Reading(language=language, page=page)
    visitor.may_come_to((await at.case(case)).id)

    async def ask(asking: Reading) -> CaseView:
        seen: CaseView = await asked(at, case, "case_view", asking, CaseView)
        return seen

    return await (ask(reading) if page is not None else everybody(ask, reading))


async def evidence(door: Door, visitor: Visitor, case: str) -> list[Evidence]:
    """The files of a case; an officer's own inquiry's. Raises Refused, NoSuchCase."""
    seen = await view(door, visitor, case, Language.CHINESE)
    role = visitor.actor.role
    must_be(visitor.actor, SEE_EVIDENCE)
    found = await files.of_case(door.pool, door.vault, seen.case)
    return [one for one in found if role is not Role.OFFICER or one.task in (None, visitor.actor.agency)]


async def evidence_content(door: Door, visitor: Visitor, case: str, sha256: str) -> tuple[Evidence, bytes]:
    """A file of a case. Raises Refused, NoSuchCase."""
    seen = await view(door, visitor, case, Language.CHINESE)
    one = next((one for one in await evidence(door, visitor, case) if one.sha256 == sha256), None)
    content = await files.content_of(door.pool, door.vault, seen.case, sha256) if one else None
    if one is None or content is None:
        raise NoSuchCase(sha256)
    return one, content


async def notices(door: Door, visitor: Visitor, case: str) -> list[NoticeLine]:
    """The notices of a case; everybody but those who run it sees their own. Raises Refused, NoSuchCase."""
    seen, actor = await view(door, visitor, case, Language.CHINESE), visitor.actor
    whole = actor.role is Role.SUPERVISOR or (actor.role is Role.MEDIATOR and seen.mediator == actor.id)
    to = None if whole else actor.agency or actor.id
    return await outbox.of_case(door.pool, door.vault, seen.case, to)


async def paper(door: Door, visitor: Visitor, number: str) -> KeptPaper:
    """A paper as the visitor may have it: whoever runs the case the whole, a party its own copy. Raises Refused.

    Raises NoSuchCase for one that is not there, or is not for the visitor.
    """
    found = await kept.find(door.pool, door.vault, number)
    if found is None:
        raise NoSuchCase(number)
    seen, actor = await view(door, visitor, found.case, Language.CHINESE), visitor.actor
    if actor.role is Role.SUPERVISOR or (actor.role is Role.MEDIATOR and seen.mediator == actor.id):
        return found
    matter = found.matter
    of_agency = actor.role is Role.OFFICER and matter.kind in _AGENCIES_PAPERS and matter.about in (None, actor.agency)
    if of_agency:
        return found
    if actor.role in PARTIES and _concerns(matter, actor.id):
        return found.model_copy(update={"matter": matter.copied_for(actor.id)})
    raise NoSuchCase(number)


def _concerns(matter: PaperMatter, party: str) -> bool:
    theirs = matter.kind is PaperKind.APPLICATION_NOTICE or matter.about in (None, party)
    return theirs and any(one.ref == party for one in matter.parties)


def drawn(door: Door, paper: KeptPaper, language: Language) -> bytes:
    """A paper as a Word document. Raises BadTemplate."""
    templates = Templates(door.settings.own_tables / "papers")
    return render(templates, paper.matter, paper.number, language).content


def shown(door: Door, paper: KeptPaper, language: Language) -> str:
    """A paper as HTML, to look at. Raises BadTemplate."""
    return html(drawn(door, paper, language))
