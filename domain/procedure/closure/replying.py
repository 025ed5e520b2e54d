"""The unified reply is every agency's: the head of each that found something signs its part, or the reply says so.

Who heads an agency is known where the centre keeps a directory of officers; without one nobody is asked to sign.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime

from pydantic import JsonValue

from domain.case.state import CaseState
from domain.closure.ends import ReplySignature, ReplySigning, SignatureTerms
from domain.deadlines.alarm import Alarm
from domain.words import Agency


def heads(case: CaseState) -> dict[Agency, str]:
    """The head of each agency that has a part in the reply: those whose finding stands."""
    return {
        desk.agency: desk.head for desk in case.desks.values() if desk.head is not None and desk.agency in case.findings
    }


def ask_for_signatures(case: CaseState, terms: SignatureTerms | None, now: datetime) -> None:
    """The reply goes to the heads of the agencies."""
    asked = heads(case)
    if terms is None or not asked:
        return
    answers = [line.model_dump(mode="json") for line in case.reply]
    digest = hashlib.sha256(json.dumps(answers, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    case.ends.signing = ReplySigning(
        terms=terms, digest=digest, parts={agency: ReplySignature(head=head) for agency, head in asked.items()}
    )
    case.note(
        "reply_to_be_signed",
        now,
        agencies=[str(agency) for agency in asked],
        due=terms.deadline.due.isoformat(),
        digest=digest,
    )


def signed(case: CaseState) -> bool:
    """Whether the reply can go out."""
    return case.ends.signing is None or case.ends.signing.done


def alarms(case: CaseState) -> Iterator[Alarm]:
    """What time brings to a reply that is not signed."""
    signing = case.ends.signing
    if signing is None or signing.done:
        return

    due = signing.terms.deadline.due.isoformat()

    def lacking() -> list[JsonValue]:
        return [f"{agency}/{signing.parts[agency].head}" for agency in signing.unsigned]

    def remind(now: datetime) -> None:
        signing.reminded = True
        case.note("reply_signature_reminded", now, agencies=lacking(), due=due)

    def escalate(now: datetime) -> None:
        signing.reminded = signing.escalated = True
        case.note("reply_signature_escalated", now, agencies=lacking(), due=due)

    def lapse(now: datetime) -> None:
        signing.over = True
        case.note("reply_sent_unsigned", now, agencies=lacking())

    if not signing.reminded:
        yield Alarm(signing.terms.remind_at, remind)
    if not signing.escalated:
        yield Alarm(signing.terms.deadline.due_at, escalate)
    yield Alarm(signing.terms.lapse_at, lapse)
