"""The talks of a case as they are read: when and where, who was called, who comes, how each side stands."""

from typing import ClassVar

from domain.base import Instant, Model, Ref, Text
from domain.case.state import CaseState
from domain.mediation.rooms import FreeTime, Why
from domain.mediation.session_messages import RecusalGround
from domain.mediation.sessions import Reply, SessionState, Standing
from domain.words import Room


class TalksView(Model):
    """Talks that were called."""

    session: Ref
    kind: Room
    starts: Instant
    ends: Instant
    room: Ref | None
    link: str | None
    state: SessionState
    invited: tuple[Ref, ...]
    reply_until: Instant | None
    replies: dict[Ref, Reply]
    why: Why | None
    free: tuple[FreeTime, ...]


class RecusalView(Model):
    """A mediator was challenged; ``granted`` is None while it is undecided."""

    recusal: Ref
    by: Ref
    mediator: Ref
    ground: RecusalGround
    at: Instant
    granted: bool | None
    decide_by: Instant | None


class CaucusView(Model):
    """What one side said to the mediator alone."""

    at: Instant
    party: Ref
    confidence: Text


class SittingsView(Model):
    """All talks of a case. Names nobody but by ref."""

    public_payload: ClassVar[bool] = True
    case: Ref
    mediator: Ref | None
    talks: tuple[TalksView, ...]
    standing: dict[Ref, Standing]
    """How each party stands to talking, where that is not simply that it talks."""
    recusals: tuple[RecusalView, ...]
    caucus: tuple[CaucusView, ...]
    """Only for the mediator of the case."""


def sittings_view(case: CaseState) -> SittingsView:
    """Everything, before it is cut to its reader."""
    sittings = case.sittings
    return SittingsView(
        case=case.case,
        mediator=case.mediator,
        talks=tuple(
            TalksView(
                session=one.ref,
                kind=one.kind,
                starts=one.starts,
                ends=one.ends,
                room=one.room,
                link=one.link,
                state=one.state,
                invited=one.invited,
                reply_until=one.reply_until,
                replies=dict(one.replies),
                why=one.why,
                free=one.free,
            )
            for one in sittings.talks
        ),
        standing=dict(sittings.standing),
        recusals=tuple(
            RecusalView(
                recusal=one.ref,
                by=one.by.id,
                mediator=one.mediator,
                ground=one.ground,
                at=one.at,
                granted=one.granted,
                decide_by=one.decide_by,
            )
            for one in sittings.recusals
        ),
        caucus=tuple(CaucusView(at=one.at, party=one.party, confidence=one.confidence) for one in sittings.caucus),
    )
