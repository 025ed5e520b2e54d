"""On whom a case waits while talks are set."""

from domain.mediation.session_messages import InvitationReply
from domain.mediation.sessions import Reply
from domain.views.waiting import WaitedFor, waiting
from tests.domain.cases import NOW, mediated, proposal, talks


def test_an_invitation_waits_on_those_who_have_not_answered_it_and_then_on_the_mediator() -> None:
    case, one = mediated(), talks()
    assert waiting(case).what is WaitedFor.PROPOSAL
    case.sittings.talks.append(one)
    asked = waiting(case)
    assert (asked.what, asked.on) == (WaitedFor.INVITATION, ("c1", "e1"))
    assert (asked.since, asked.until) == (one.called_at, one.reply_until)
    one.replies["c1"] = Reply(reply=InvitationReply.COMES, at=NOW)
    assert waiting(case).on == ("e1",)
    one.replies["e1"] = Reply(reply=InvitationReply.COMES, at=NOW)
    held = waiting(case)
    assert (held.what, held.on, held.until) == (WaitedFor.TALKS, ("mediator",), one.starts)


def test_nobody_is_waited_for_any_more_who_let_the_time_to_answer_pass() -> None:
    case = mediated()
    case.sittings.talks.append(talks(replies_counted=True))
    assert waiting(case).on == ("mediator",)


def test_terms_on_the_table_are_answered_first() -> None:
    case = mediated(proposal())
    case.sittings.talks.append(talks())
    assert waiting(case).what is WaitedFor.ANSWER
