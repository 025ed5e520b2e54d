"""Saying something to a case in one line: the example of the message, with what the test changes."""

import itertools
import json
from datetime import datetime
from typing import Any

from cli.docs.examples_of import example
from domain.case.protocol import carry_out, parse
from domain.case.state import CaseState
from domain.words import Agency, Role
from tests.domain.cases import NOW

_ids = itertools.count()


def role_of(who: str) -> Role:
    """The role that an id of the tests stands for."""
    if who == "supervisor":
        return Role.SUPERVISOR
    return Role.MEDIATOR if who.startswith("m-") else Role.OFFICER


def say(
    running: CaseState, name: str, who: str, of: Agency = Agency.TAX, /, *, now: datetime = NOW, **fields: Any
) -> None:
    """Carry the example of a message out, said by somebody. Raises Refused."""
    role = role_of(who)
    actor = {"id": who, "role": role, "agency": of if role is Role.OFFICER else None}
    body = {**example(name), "message_id": f"said-{next(_ids)}", "actor": actor, **fields}
    if "task" in fields and name == "delegate_task" and "until" not in fields:
        body["until"] = None
    carry_out(running, parse(name, json.dumps({k: v for k, v in body.items() if v is not None}).encode()), now)
