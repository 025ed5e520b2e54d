"""Sending a message to a case, once, and telling what came of it."""

import json
import sys
from pathlib import Path
from typing import Any

from temporalio.service import RPCError, RPCStatusCode

import texts
from cli.out import Exit, console, emit, fail, no_file
from client.after_closure import told_after
from client.connection import Handle, Link, in_time
from client.speaking import view_of
from domain.message import Message
from domain.procedure.aftercare.effects import AFTER


def read_json(source: str, language: str) -> Any:
    """The JSON of a file, or of standard input for ``-``; exits with the reason when it is none."""
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8-sig")
        return json.loads(text)
    except OSError as error:
        no_file(source, error, language)
    except ValueError as error:
        line = getattr(error, "lineno", "?")
        fail(Exit.BAD_INPUT, texts.say("cli.no_json", language, file=source, line=line))


async def deliver_even_late(at: Link, case: str, message: Message, by_signal: bool, as_json: bool) -> None:
    """Send a message to a case, or to what goes on after it where it has closed. Raises NoAnswer, NoSuchCase."""
    body = message.model_dump(mode="json")
    try:
        await deliver(await at.case(case), message.name, body, by_signal, as_json)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND or message.name not in AFTER.kinds:
            raise
        answer = await told_after(at, case, message.name, body)
        if as_json:
            emit(answer)
        else:
            console().print(answer.waits, style="green")


async def deliver(handle: Handle, name: str, body: dict[str, Any], by_signal: bool, as_json: bool) -> None:
    """Send a message and tell what came of it. Raises NoAnswer when no worker answers in time."""
    language, message_id, shown = body["language"], body["message_id"], console()
    if by_signal:
        await handle.signal(name, body)
        if as_json:
            emit({"case": handle.id, "message_id": message_id, "sent": True})
        else:
            shown.print(texts.say("cli.signalled", language, message_id=message_id))
        return
    sent = handle.execute_update(name, body, id=message_id, result_type=dict[str, Any])
    answer: dict[str, Any] = await in_time(sent, message_id)
    if as_json:
        emit(answer)
        return
    if "text" in answer:
        shown.print(answer["text"], style="green")
        return
    if "person" in answer:
        for name, value in answer["data"].items():
            shown.print(f"{texts.label(name, language)}: {value or '—'}")
        shown.print(texts.say("cli.revealed", language, seq=answer["seq"], source=answer["source"]), style="yellow")
        return
    done = "cli.duplicate" if answer["duplicate"] else "cli.done"
    shown.print(texts.say(done, language, seq=answer["seq"]), style="green")
    shown.print((await view_of(handle, language, page=1)).line)
