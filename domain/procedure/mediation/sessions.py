"""Talks of a case: when and where they are, who was called, who came, and who does not come at all.

A side that stays away, answers nothing or declines is on the case as such: the mediator is told, and may go on to
the end that the procedure has for it. Nothing of it happens by silence alone but the counting.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial

from domain.base import Ref
from domain.case.state import CaseState
from domain.deadlines.alarm import Alarm
from domain.mediation.session_messages import HoldSession, InvitationReply
from domain.mediation.sessions import Booking, BookingRequest, Calendar, Placed, Recusal, SessionState, Standing, Talks
from domain.words import Phase


def request(case: CaseState, now: datetime) -> BookingRequest:
    """What the calendar is told."""
    assert case.complaint is not None
    replaced = {one.instead_of for one in case.sittings.talks if one.state is SessionState.ASKED}
    codes = (r.credit_code for r in case.complaint.respondents if r.credit_code)
    return BookingRequest(
        case=case.case,
        drill=case.drill,
        now=now,
        jurisdiction=case.complaint.jurisdiction,
        district=next((code[2:8] for code in codes), None),
        challenged=case.sittings.challenge is not None and case.sittings.challenge.decide_by is None,
        bookings=tuple(
            Booking(
                ref=one.ref,
                mediator=case.mediator or "-",
                kind=one.kind,
                room=one.room,
                wished=one.wished,
                starts=one.starts,
                ends=one.ends,
                trade=one.trade,
            )
            for one in case.sittings.talks
            if one.booked and one.ends > now and one.ref not in replaced
        ),
    )


def take(case: CaseState, answer: Calendar, now: datetime) -> list[Talks]:
    """What the calendar kept stands; what it could not keep is called off, and says why. Returns what is newly set."""
    fresh: list[Talks] = []
    sittings = case.sittings
    if sittings.challenge is not None and answer.decide_by is not None:
        sittings.challenge.decide_by = answer.decide_by
    sittings.most = answer.absences
    for placed in answer.placed:
        talks = sittings.find(placed.ref)
        if talks is not None and talks.state is SessionState.ASKED:
            _scheduled(case, talks, placed, now)
            fresh.append(talks)
    for clash in answer.clashes:
        talks = sittings.find(clash.ref)
        if talks is None:
            continue
        asked = talks.state is SessionState.ASKED
        talks.state = SessionState.NOT_BOOKED if asked else SessionState.CANCELLED
        talks.why, talks.free = clash.why, clash.free
        if talks.instead_of is not None:
            sittings.change()  # What it was to take the place of is kept again.
        at = talks.starts.isoformat()
        if asked:
            case.note("session_not_booked", now, session=talks.ref, starts=at, why=clash.why)
        else:
            case.note("session_displaced", now, session=talks.ref, starts=at, why=clash.why)
    return fresh


def _scheduled(case: CaseState, talks: Talks, placed: Placed, now: datetime) -> None:
    talks.state, talks.room, talks.reply_until = SessionState.SCHEDULED, placed.room, placed.reply_until
    before = case.sittings.find(talks.instead_of) if talks.instead_of else None
    if before is not None and before.booked:
        before.state = SessionState.PUT_OFF
    case.note(
        "session_scheduled",
        now,
        session=talks.ref,
        starts=talks.starts.isoformat(),
        room_kind=talks.kind,
        place=talks.link or talks.room,
        invited=list(talks.invited),
        instead_of=talks.instead_of,
        reply_until=placed.reply_until.isoformat(),
    )


def move(case: CaseState) -> None:
    """Another mediator takes over, and the talks that are still to come with the case."""
    if any(talks.booked for talks in case.sittings.talks):
        case.sittings.change()


def summoned(case: CaseState, talks: Talks, most: int) -> tuple[Ref, ...]:
    """Who is summoned on paper: everybody, or of many the respondents and whoever represents the others."""
    if len(talks.invited) <= most:
        return talks.invited
    elected = {ref for mandate in case.mandates.values() for ref in mandate.representatives}
    speaking = {*case.respondents, *elected}
    return tuple(party for party in talks.invited if party in speaking)


def call_off(case: CaseState, now: datetime, reason: str) -> None:
    """All talks that were still to come: nobody has to come any more, and every place is free again."""
    for talks in case.sittings.talks:
        if talks.booked:
            talks.state = SessionState.CANCELLED
            case.sittings.change()
            case.note("session_called_off", now, session=talks.ref, why=reason)


def attended(case: CaseState, talks: Talks, held: HoldSession, now: datetime) -> None:
    """Talks that had been called took place: who came and for whom, and who stayed away without a word."""
    talks.state = SessionState.HELD
    case.sittings.change()
    absent = [p for p in talks.invited if p not in held.present and p not in case.withdrawn]
    case.note(
        "session_attended",
        now,
        held.actor,
        held.message_id,
        session=talks.ref,
        absent=list(absent),
        represented=dict(held.represented),
    )
    came(case, held.present, now)
    excused = {p for p, said in talks.replies.items() if said.reply is not InvitationReply.COMES}
    stay_away(case, (p for p in absent if p not in excused), now)


def stay_away(case: CaseState, parties: Iterable[Ref], now: datetime) -> None:
    """Parties were called and did not come, without having asked for another time."""
    for party in parties:
        case.sittings.missed[party] = case.sittings.missed.get(party, 0) + 1
        if case.sittings.missed[party] >= case.sittings.most:
            stands(case, party, Standing.STAYS_AWAY, now)


def came(case: CaseState, parties: Iterable[Ref], now: datetime) -> None:
    """Whoever comes talks: what was counted before is forgotten."""
    for party in parties:
        case.sittings.missed.pop(party, None)
        case.sittings.unanswered.pop(party, None)
        if party in case.sittings.standing:
            stands(case, party, Standing.TALKS, now)


def stands(case: CaseState, party: Ref, standing: Standing, now: datetime) -> None:
    """A side's standing changes, and is told to the mediator."""
    if case.sittings.standing.get(party, Standing.TALKS) is not standing:
        case.sittings.standing[party] = standing
        case.note("standing_changed", now, party=party, standing=standing)


def alarms(case: CaseState) -> Iterator[Alarm]:
    """What time brings to talks: a reminder the day before, unanswered invitations, talks that nobody recorded."""
    if case.phase is not Phase.MEDIATION:
        return
    challenge = case.sittings.challenge
    if challenge is not None and challenge.decide_by is not None and not challenge.overdue:
        yield Alarm(challenge.decide_by, partial(_not_decided, case, challenge))
    for talks in case.sittings.talks:
        if talks.state is not SessionState.SCHEDULED:
            continue
        if talks.reply_until is not None and not talks.replies_counted:
            yield Alarm(talks.reply_until, partial(_count_replies, case, talks))
        if not talks.reminded:
            yield Alarm(talks.starts - timedelta(days=1), partial(_remind, case, talks))
        yield Alarm(talks.ends + timedelta(days=1), partial(_not_recorded, case, talks))


def _not_decided(case: CaseState, challenge: Recusal, now: datetime) -> None:
    challenge.overdue = True
    case.note("recusal_overdue", now, recusal=challenge.ref, mediator=challenge.mediator)


def _count_replies(case: CaseState, talks: Talks, now: datetime) -> None:
    talks.replies_counted = True
    silent = [party for party in talks.invited if party not in talks.replies and party not in case.withdrawn]
    for party in silent:
        count = case.sittings.unanswered[party] = case.sittings.unanswered.get(party, 0) + 1
        if count >= case.sittings.most:
            stands(case, party, Standing.SILENT, now)
    if silent:
        case.note("invitation_unanswered", now, session=talks.ref, parties=list(silent))


def _remind(case: CaseState, talks: Talks, now: datetime) -> None:
    talks.reminded = True
    case.note(
        "session_reminded",
        now,
        session=talks.ref,
        starts=talks.starts.isoformat(),
        place=talks.link or talks.room,
        invited=list(talks.invited),
    )


def _not_recorded(case: CaseState, talks: Talks, now: datetime) -> None:
    """Nobody said what came of it: it did not take place, as far as the case knows."""
    talks.state = SessionState.CANCELLED
    case.sittings.change()
    case.note("session_not_recorded", now, session=talks.ref, starts=talks.starts.isoformat())
