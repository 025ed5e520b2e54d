"""Talks are called, put off and answered; a mediator is challenged; what is said in confidence is kept."""

from datetime import datetime

from domain.base import CENTRE_ZONE
from domain.case.protocol import accepts
from domain.case.state import CaseState
from domain.dialogue import Checked
from domain.mediation.rooms import Why
from domain.mediation.session_messages import (
    AnswerInvitation,
    AskRecusal,
    CancelSession,
    DecideRecusal,
    InvitationReply,
    NoteCaucus,
    ScheduleSession,
)
from domain.mediation.sessions import Caucus, Recusal, Reply, SessionState, Standing, Talks
from domain.procedure.mediation import sessions
from domain.procedure.mediation.effects import BARGAINING, at_the_table
from domain.refusal import Refused, must, refusal
from domain.words import Role


def _booked(case: CaseState, ref: str, field: str = "session") -> Talks:
    """Talks that are still to come. Raises Refused."""
    talks = case.sittings.find(ref)
    known = ", ".join(one.ref for one in case.sittings.talks if one.booked) or "-"
    must(talks is not None, "session.unknown", field, known=known)
    assert talks is not None
    must(talks.booked, "session.over", field, state=talks.state)
    return talks


@accepts(ScheduleSession, roles={Role.MEDIATOR, Role.SUPERVISOR}, phases=BARGAINING)
def schedule_session(case: CaseState, message: ScheduleSession, now: datetime) -> Checked:
    at_the_table(case, message.actor)
    must(case.sittings.find(message.session) is None, "session.known", "session")
    must(message.starts > now, "session.past", "starts")
    must(case.sittings.challenge is None, "recusal.undecided", "session")
    people = tuple(ref for ref in (*case.claimants, *case.respondents) if ref not in case.withdrawn)
    unknown = set(message.invited) - set(people)
    must(not unknown, "party.unknown", "invited", refs=", ".join(sorted(unknown)))
    if message.instead_of is not None:
        _booked(case, message.instead_of, "instead_of")
    yield
    case.sittings.talks.append(
        Talks(
            ref=message.session,
            kind=message.kind,
            called_at=now,
            starts=message.starts,
            ends=message.ends,
            wished=message.place,
            trade=message.trade,
            link=str(message.link) if message.link else None,
            invited=message.invited or people,
            instead_of=message.instead_of,
        )
    )
    case.sittings.change()
    case.note(
        "session_asked",
        now,
        message.actor,
        message.message_id,
        session=message.session,
        starts=message.starts.isoformat(),
        room_kind=message.kind,
    )


@accepts(CancelSession, roles={Role.MEDIATOR, Role.SUPERVISOR}, phases=BARGAINING)
def cancel_session(case: CaseState, message: CancelSession, now: datetime) -> Checked:
    at_the_table(case, message.actor)
    talks = _booked(case, message.session)
    yield
    talks.state = SessionState.CANCELLED
    case.sittings.change()
    case.note(
        "session_cancelled",
        now,
        message.actor,
        message.message_id,
        session=talks.ref,
        starts=talks.starts.isoformat(),
        reason=message.reason,
    )


@accepts(
    AnswerInvitation,
    roles={Role.CLAIMANT, Role.RESPONDENT, Role.MEDIATOR},
    phases=BARGAINING,
    own={"party"},
)
def answer_invitation(case: CaseState, message: AnswerInvitation, now: datetime) -> Checked:
    at_the_table(case, message.actor)
    talks = _booked(case, message.session)
    must(message.party in talks.invited, "session.not_invited", "party")
    yield
    talks.replies[message.party] = Reply(reply=message.reply, at=now, remark=message.remark)
    case.sittings.unanswered.pop(message.party, None)
    case.note(
        "invitation_answered",
        now,
        message.actor,
        message.message_id,
        session=talks.ref,
        party=message.party,
        reply=message.reply,
        remark=message.remark,
    )
    declined = message.reply is InvitationReply.DECLINES
    sessions.stands(case, message.party, Standing.DECLINED if declined else Standing.TALKS, now)


@accepts(AskRecusal, roles={Role.CLAIMANT, Role.RESPONDENT, Role.MEDIATOR}, phases=BARGAINING)
def ask_recusal(case: CaseState, message: AskRecusal, now: datetime) -> Checked:
    at_the_table(case, message.actor)
    must(case.sittings.challenge is None, "recusal.undecided", "recusal")
    must(all(one.ref != message.recusal for one in case.sittings.recusals), "recusal.known", "recusal")
    must(case.mediator is not None, "mediation.not_open", "recusal")
    yield
    case.sittings.recusals.append(
        Recusal(ref=message.recusal, by=message.actor, mediator=case.mediator or "-", ground=message.ground, at=now)
    )
    case.sittings.change()
    case.note(
        "recusal_asked",
        now,
        message.actor,
        message.message_id,
        recusal=message.recusal,
        mediator=case.mediator,
        ground=message.ground,
        reason=message.reason,
    )


@accepts(DecideRecusal, roles={Role.SUPERVISOR}, phases=BARGAINING)
def decide_recusal(case: CaseState, message: DecideRecusal, now: datetime) -> Checked:
    challenge = case.sittings.challenge
    must(challenge is not None and challenge.ref == message.recusal, "recusal.unknown", "recusal")
    assert challenge is not None
    if message.to is not None:
        excluded = {one.mediator for one in (case.assignment.exclusions if case.assignment else ())}
        may = message.to not in excluded | case.sittings.recused | {challenge.mediator}
        must(may, "reassign.recused", "to", to=message.to)
    yield
    challenge.granted = message.granted
    case.note(
        "recusal_decided",
        now,
        message.actor,
        message.message_id,
        recusal=challenge.ref,
        granted=message.granted,
        reason=message.reason,
    )
    if message.to is not None:
        before, case.mediator = case.mediator, message.to
        sessions.move(case)
        case.note(
            "reassigned", now, message.actor, message.message_id, task=None, before=before, to=message.to,
            reason=message.reason,
        )  # fmt: skip


@accepts(NoteCaucus, roles={Role.MEDIATOR}, phases=BARGAINING)
def note_caucus(case: CaseState, message: NoteCaucus, now: datetime) -> Checked:
    at_the_table(case, message.actor)
    must(message.party in case.refs, "party.unknown", "party", refs=message.party)
    yield
    case.sittings.caucus.append(Caucus(at=now, party=message.party, confidence=message.confidence))
    case.note(
        "caucus_noted",
        now,
        message.actor,
        message.message_id,
        party=message.party,
        confidence=message.confidence,
    )


def not_booked(talks: Talks) -> Refused:
    """Why no place could be booked, and the next free times."""
    times = (f"{one.starts.astimezone(CENTRE_ZONE):%Y-%m-%d %H:%M} ({one.room or '-'})" for one in talks.free)
    free = ", ".join(times) or "-"
    match talks.why:
        case Why.CLOSED:
            return refusal("session.closed", "starts", free=free)
        case Why.MEDIATOR:
            return refusal("session.mediator", "starts", free=free)
        case Why.ROOM:
            return refusal("session.room", "starts", free=free)
        case _:
            return refusal("session.no_room", "starts", free=free)
