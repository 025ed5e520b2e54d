"""How bargaining looks on a terminal: each version of the terms, what changed, and who answered what to which."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

import texts
from cli.looking.render import yuan
from cli.out import Exit, fail
from client.connection import Handle
from client.speaking import NothingYet, of_everybody
from domain.procedure.mediation.bargain import Bargain, BargainReading, OnTheTable
from texts import sentences

_SHOWN: Final = 40
_CHANGES: Final = 12
_BINDING: Final = frozenset({"open", "accepted"})


async def bargain_of(handle: Handle, reading: BargainReading, language: str) -> Bargain:
    """What is bargained about in a case; exits where nothing is assessed yet."""
    try:
        return await of_everybody(handle, "bargain", reading, Bargain)
    except NothingYet:
        fail(Exit.NOT_FOUND, texts.say("simulation.nothing-assessed", language))


def thread(told: Bargain, language: str) -> RenderableType:
    """Every thread with its versions, then what each party answered to each."""
    beside = list(_reckoned(told, language))
    if not told.proposals:
        return Group(Text(texts.say("bargaining.nothing", language)), *beside)
    return Group(*_parts(told.proposals, language), *beside)


def _reckoned(told: Bargain, language: str) -> Iterator[Text]:
    """What severance comes to by the findings, beside what is claimed."""
    reckoned = [(one, one.reckoned) for one in told.owed if one.reckoned is not None]
    for one, made in reckoned[:_CHANGES]:
        said = {"claimed": yuan(one.part_b), "amount": yuan(made.amount), "wage": yuan(made.wage)}
        who = {"item": one.item, "claimant": one.claimant, "years": f"{made.months.normalize():f}"}
        yield Text(texts.say("entitlements.reckoned", language, **who, **said))
    if (more := len(reckoned) - _CHANGES) > 0:
        yield Text(texts.say("cli.more", language, count=more))


def _parts(proposals: Sequence[OnTheTable], language: str) -> Iterator[RenderableType]:
    table = Table(title=texts.say("bargaining.title.versions", language), title_justify="left")
    for column in ("number", "ref", "version", "by", "state", "total", "until", "changed"):
        table.add_column(texts.say(f"bargaining.column.{column}", language))
    for one in proposals:
        by = f"{one.on_behalf} ← {one.by}" if one.on_behalf else one.by
        changed = [sentences.change_line(what.model_dump(), language) for what in one.changed[:_CHANGES]]
        if (more := len(one.changed) - _CHANGES) > 0:
            changed.append(texts.say("cli.more", language, count=more))
        table.add_row(
            str(one.number),
            one.ref,
            f"{one.thread} v{one.version}",
            by,
            texts.label(one.state, language),
            yuan(sum((i.total for i in one.instalments), Decimal(0))),
            sentences.instant(one.expires_at, ends=True),
            "\n".join(changed),
        )
    yield table
    yield _answers(proposals, language)
    if any(one.accepted and one.state not in _BINDING for one in proposals):
        yield Text(texts.say("bargaining.not-bound", language), style="yellow")


def _answers(proposals: Sequence[OnTheTable], language: str) -> Table:
    table = Table(title=texts.say("bargaining.title.answers", language), title_justify="left")
    table.add_column(texts.say("bargaining.column.party", language))
    for one in proposals:
        table.add_column(one.ref, style="" if one.state in _BINDING else "dim")
    answers = [(set(one.accepted), set(one.rejected), set(one.silent)) for one in proposals]
    parties = dict.fromkeys(party for kinds in answers for kind in kinds for party in sorted(kind))
    for party in list(parties)[:_SHOWN]:
        marks = (next((m for m, kind in zip("✓✗·", kinds, strict=True) if party in kind), "") for kinds in answers)
        table.add_row(party, *marks)
    if (more := len(parties) - _SHOWN) > 0:
        table.caption = texts.say("cli.more", language, count=more)
    return table
