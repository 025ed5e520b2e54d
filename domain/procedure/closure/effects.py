"""The end of a case: agencies sign the unified reply."""

from datetime import datetime

from domain.case.protocol import accepts
from domain.case.state import CaseState
from domain.closure.messages import SignReply
from domain.dialogue import Checked
from domain.refusal import must
from domain.words import Phase, Role


@accepts(SignReply, roles={Role.OFFICER}, phases={Phase.CLOSURE})
def sign_reply(case: CaseState, message: SignReply, now: datetime) -> Checked:
    signing = case.ends.signing
    must(signing is not None and not signing.done, "reply.not_to_sign", "name")
    assert signing is not None
    part = next((part for agency, part in signing.parts.items() if agency == message.task), None)
    must(part, "reply.no_part", "task", known=", ".join(signing.parts))
    assert part is not None
    must(part.signed_on is None, "reply.signed", "task")
    must(message.actor.id == part.head, "reply.not_head", "actor.id", head=part.head)
    yield
    part.signed_on = case.day(now)
    case.note(
        "reply_signed", now, message.actor, message.message_id, task=message.task, by=part.head, digest=signing.digest
    )
