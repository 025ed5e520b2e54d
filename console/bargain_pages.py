"""What is bargained about: every version of the terms, what changed in it, and who answered what to it."""

from decimal import Decimal
from typing import Any, Final

from starlette.responses import Response

from client.telling import asked
from console.look import Look
from console.naming import names_of
from domain.case.opening import Reading
from domain.procedure.mediation.bargain import Bargain, BargainReading, OnTheTable
from domain.refusal import must
from domain.views.case_view import CaseView
from texts import sentences

_SHOWN: Final = 50
"""Changes of a version, and answers to it, that are shown one by one."""


async def bargain_page(look: Look) -> Response:
    """Each thread of terms with its versions, the latest first, cut to what the visitor may see."""
    name = look.request.path_params["case"]
    seen = await look.case(name)
    reading: Reading = BargainReading(language=look.language, page=seen.page.number if seen.page else 1)
    told: Bargain | None = await asked(look.door.link(look.visitor), name, "bargain", reading, Bargain)
    shown = [_version(one, seen, look.language) for one in reversed(told.proposals)] if told else []
    return look.page("bargain.html", case=seen, number=name, versions=shown)


async def answer_page(look: Look) -> Response:
    """One proposal read back to the party that is to answer it: who pays what and when; then its answers."""
    case, ref = look.request.path_params["case"], look.request.path_params["proposal"]
    seen = await look.case(case)
    reading: Reading = BargainReading(language=look.language, page=1)
    told: Bargain | None = await asked(look.door.link(look.visitor), case, "bargain", reading, Bargain)
    one = next((one for one in told.proposals if one.ref == ref), None) if told else None
    must(one is not None and look.visitor.actor.id in one.silent, "proposal.nothing_to_answer", "proposal")
    assert one is not None
    mine = next((person for person in seen.claimants if person.ref == look.visitor.actor.id), None)
    return look.page("answer.html", case=seen, number=case, version=_version(one, seen, look.language), mine=mine)


def _version(one: OnTheTable, seen: CaseView, language: str) -> dict[str, Any]:
    names = names_of(seen)
    answers = [(names.get(ref, ref), kind) for kind in ("accepted", "rejected", "silent") for ref in getattr(one, kind)]
    changed = [sentences.change_line(what.model_dump(), language, names) for what in one.changed]
    return {
        "terms": one,
        "by": names.get(one.on_behalf or one.by, one.on_behalf or one.by),
        "payer": names.get(one.payer, one.payer),
        "total": sum((part.total for part in one.instalments), Decimal("0.00")),
        "changed": changed[:_SHOWN],
        "answers": answers[:_SHOWN],
        "more": max(len(changed) - _SHOWN, len(answers) - _SHOWN, 0),
        "stale": bool(one.accepted) and one.state not in ("open", "accepted"),
    }
