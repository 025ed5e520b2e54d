"""One command for each message of the protocol, built from the message's own model.

Plain fields are options (or arguments, where the table says so); what is larger comes from a JSON file. The
models say what is right; the commands only carry it.
"""

import inspect
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, get_origin

import typer

import domain.procedure.every_message  # noqa: F401 - fills the protocol's table
import texts
from cli.delivering import deliver_even_late, read_json
from cli.docs.examples_of import example, finding_example
from cli.out import Exit, emit, fail
from cli.running import run, told
from client.connection import Handle, actor, link, named_or_logged_in
from client.speaking import envelope, mediator_of, view_of
from domain.base import CENTRE_ZONE
from domain.case.protocol import MESSAGES
from domain.inquiry.findings import FINDING_OF
from domain.ledger import Actor
from domain.message import Message
from domain.refusal import Problem
from domain.words import Agency, Role

_ENVELOPE: Final = frozenset({"message_id", "actor", "language"})


@dataclass(frozen=True)
class Command:
    """A command: its message, which fields are arguments, what its file holds, who acts by default."""

    name: str
    message: str
    role: str
    arguments: tuple[str, ...] = ()
    file: str | None = None
    """The field that the JSON file fills; ``*`` for all that the message says."""

    def schema(self, task: str) -> dict[str, Any]:
        """JSON schema of what the file holds, or of the message where there is no file."""
        if self.file == "finding" and task in set(Agency):
            return FINDING_OF[Agency(task)].model_json_schema()
        whole = MESSAGES[self.message].model.model_json_schema()
        if self.file is None:
            return whole
        if self.file != "*":
            return {**whole["properties"][self.file], "$defs": whole["$defs"]}
        fields = {name: field for name, field in whole["properties"].items() if name not in _ENVELOPE}
        required = [name for name in whole["required"] if name not in _ENVELOPE]
        return {**whole, "properties": fields, "required": required}

    def example(self, task: str) -> Any:
        """A filled example of what the file holds, or of the message where there is no file."""
        if self.file == "finding" and task in set(Agency):
            return finding_example(Agency(task))
        whole = example(self.message)
        if self.file is None:
            return whole
        return {k: v for k, v in whole.items() if k not in _ENVELOPE} if self.file == "*" else whole[self.file]


COMMANDS: Final = (
    Command("claim", "claim_task", "officer:{task}/{me}", ("task",)),
    Command("sign-reply", "sign_reply", "officer:{task}/{me}", ("task",)),
    Command("release", "release_task", "officer:{task}/{me}", ("task",)),
    Command("submit", "complete_task", "officer:{task}/{me}", ("task",), file="finding"),
    Command("extend", "extend_task", "supervisor", ("task",)),
    Command("cosign", "cosign_task", "officer:{task}/{me}", ("task",)),
    Command("return", "return_task", "mediator", ("task",)),
    Command("delegate", "delegate_task", "officer:{task}/{me}", ("task", "to")),
    Command("revoke", "revoke_delegation", "officer:{task}/{me}", ("task",)),
    Command("relieve", "relieve_officer", "supervisor", ("agency", "officer")),
    Command("transfer", "transfer_task", "officer:{task}/{me}", ("task", "to")),
    Command("ask-time", "ask_for_time", "officer:{task}/{me}", ("task",)),
    Command("refuse-time", "refuse_time", "supervisor", ("task",)),
    Command("skip", "skip_task", "supervisor", ("task",)),
    Command("decide", "decide_discrepancy", "supervisor", ("discrepancy",)),
    Command("redecide", "correct_decision", "supervisor", ("discrepancy",)),
    Command("schedule", "schedule_session", "mediator", ("session",)),
    Command("call-off", "cancel_session", "mediator", ("session",)),
    Command("attend", "answer_invitation", "party", ("session", "party")),
    Command("session", "hold_session", "mediator"),
    Command("caucus", "note_caucus", "mediator", ("party", "confidence")),
    Command("recuse", "ask_recusal", "mediator", ("recusal",)),
    Command("decide-recusal", "decide_recusal", "supervisor", ("recusal",)),
    Command("propose", "propose", "mediator", file="*"),
    Command("counter", "counter", "mediator", file="*"),
    Command("unpropose", "withdraw_proposal", "mediator", ("proposal",)),
    Command("answer", "answer", "party", ("proposal", "party")),
    Command("consent", "extend_mediation", "mediator"),
    Command("give-up", "end_mediation", "mediator"),
    Command("pay", "confirm_payment", "officer:tax/{me}"),
    Command("receipt", "confirm_receipt", "claimant"),
    Command("return-surplus", "return_surplus", "officer:tax/{me}", ("receipt",)),
    Command("correct-payment", "correct_payment", "officer:tax/{me}", ("receipt",)),
    Command("reverse-payment", "reverse_payment", "officer:tax/{me}", ("receipt",)),
    Command("reschedule", "reschedule", "mediator", file="*"),
    Command("answer-schedule", "answer_rescheduling", "mediator", ("rescheduling",)),
    Command("sign", "sign", "mediator", file="mandate"),
    Command("sign-for", "sign_for", "claimant", file="*"),
    Command("refuse-to-sign", "refuse_to_sign", "mediator"),
    Command("seal", "seal_agreement", "mediator", ("seal",)),
    Command("confirm", "request_confirmation", "mediator", ("kind",)),
    Command("confirmed", "record_confirmation_result", "mediator", ("kind", "result")),
    Command("withdraw", "withdraw", "supervisor"),
    Command("split", "split", "supervisor", ("claimants",)),
    Command("merge", "merge", "supervisor", ("into",)),
    Command("suspend", "suspend", "supervisor"),
    Command("resume", "resume", "supervisor"),
    Command("reclassify", "reclassify", "supervisor", ("case_class",)),
    Command("reassign", "reassign", "supervisor", ("to",)),
    Command("refer", "refer", "supervisor", ("item", "target")),
    Command("comment", "comment", "supervisor", ("text",)),
    Command("limitation", "record_limitation", "supervisor", ("kind",)),
    Command("supply", "supply_material", "intake", file="items"),
    Command("join", "join_claimants", "intake", file="*"),
    Command("step-in", "step_in", "intake", file="*"),
    Command("elect", "elect_representatives", "mediator", file="*"),
    Command("speak-alone", "leave_representation", "mediator", ("claimant",)),
    Command("answer-for", "answer_for", "claimant", file="*"),
    Command("reveal", "read_personal_data", "supervisor", ("person",)),
    Command("correct", "correct_personal_data", "intake", file="*"),
    Command("retry", "retry", "supervisor"),
    Command("advance", "advance_clock", "supervisor", ("days",)),
)


def register(app: typer.Typer, language: str) -> None:
    """Add every command of the table."""
    for command in COMMANDS:
        model = MESSAGES[command.message].model
        app.command(command.name, help=texts.say(f"cli.command.{command.name}", language))(
            _function(command, model, language)
        )


def _function(command: Command, model: type[Message], language: str) -> Any:
    """A function whose signature is made of the message's fields, for typer to read."""

    def perform(**given: Any) -> None:
        schema, show_example = given.pop("schema"), given.pop("show_example")
        if schema or show_example:
            task = given.get("task") or ""
            emit(command.schema(task) if schema else command.example(task))
            return
        for argument in ("case", *command.arguments):
            if not given[argument]:
                fail(Exit.BAD_INPUT, texts.say("cli.usage.MissingParameter", language, what=argument))
        run(lambda: _send(command, model, given, language), language)

    parameters = [_case(language)]
    options: list[inspect.Parameter] = []
    for name, field in model.model_fields.items():
        if name in _ENVELOPE or name == command.file or command.file == "*":
            continue
        parameter = _parameter(name, field.annotation, name in command.arguments, language)
        (parameters if name in command.arguments else options).append(parameter)
    if command.file is not None:
        parameters.append(_file(language))
    parameters += [*options, *_common(language)]
    perform.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    perform.__annotations__ = {p.name: p.annotation for p in parameters}
    perform.__name__ = command.name.replace("-", "_")
    return perform


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation, default=default)


def _case(language: str) -> inspect.Parameter:
    help_text = texts.say("cli.case", language)
    return _keyword("case", Annotated[str, typer.Argument(help=help_text, show_default=False)], "")


def _file(language: str) -> inspect.Parameter:
    help_text = texts.say("cli.file", language)
    return _keyword("file", Annotated[str | None, typer.Argument(help=help_text)], None)


def _parameter(name: str, annotation: Any, positional: bool, language: str) -> inspect.Parameter:
    key = f"cli.field.{name}"
    help_text = texts.say(key, language) if texts.knows(key) else name
    flag = "--" + name.replace("_", "-")
    if positional:
        return _keyword(name, Annotated[str, typer.Argument(help=help_text, show_default=False)], "")
    if name == "accept":  # An answer binds a party: it must be said, and is never taken for granted.
        return _keyword(name, Annotated[bool | None, typer.Option("--accept/--reject", help=help_text)], None)
    if name == "granted":
        return _keyword(name, Annotated[bool | None, typer.Option("--granted/--refused", help=help_text)], None)
    if annotation is bool:
        return _keyword(name, Annotated[bool, typer.Option(flag, help=help_text)], False)
    if get_origin(annotation) in (tuple, dict):
        return _keyword(name, Annotated[list[str], typer.Option(flag, help=help_text)], [])
    return _keyword(name, Annotated[str | None, typer.Option(flag, help=help_text)], None)


def _common(language: str) -> list[inspect.Parameter]:
    def option(name: str, kind: Any, default: Any, *flags: str, env: str | None = None) -> inspect.Parameter:
        help_text = texts.say(f"cli.option.{name}", language)
        return _keyword(name, Annotated[kind, typer.Option(*flags, help=help_text, envvar=env)], default)

    return [
        option("acting", str | None, None, "--as", env="ONESTOP_ACTOR"),
        option("message_id", str | None, None, "--message-id"),
        option("by_signal", bool, False, "--signal"),
        option("as_json", bool, False, "--json"),
        option("schema", bool, False, "--schema"),
        option("show_example", bool, False, "--example"),
    ]


async def _send(command: Command, model: type[Message], given: dict[str, Any], language: str) -> None:
    acting, message_id = given.pop("acting"), given.pop("message_id")
    by_signal, as_json, case = given.pop("by_signal"), given.pop("as_json"), given.pop("case")
    fields = _fields(command, given, language)
    async with link(acting) as at:
        handle = await at.case(case)
        who = named_or_logged_in(acting) or await _default_actor(command, fields, handle, language)
        fields |= envelope(who, message_id, language)
        message = model.model_validate_json(json.dumps(fields))
        await deliver_even_late(at, case, message, by_signal, as_json)


def _fields(command: Command, given: dict[str, Any], language: str) -> dict[str, Any]:
    source = given.pop("file", None)
    fields = {k: v for k, v in given.items() if v not in (None, "", [])}
    for name, value in fields.items():
        if isinstance(value, str) and name in ("days", "size", "length") and value.isdecimal():
            fields[name] = int(value)
        if name == "starts":
            fields[name] = _at_the_centre(value)
        if name == "represented":
            fields[name] = dict(pair.partition("=")[::2] for pair in value)
    if source is not None and command.file is not None:
        body = read_json(source, language)
        fields |= body if command.file == "*" else {command.file: body}
    return fields


def _at_the_centre(typed: str) -> str:
    """An instant as somebody types it, by the centre's clocks where no offset is given."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        return typed
    return (at if at.tzinfo else at.replace(tzinfo=CENTRE_ZONE)).isoformat()


async def _default_actor(command: Command, fields: dict[str, Any], handle: Handle, language: str) -> Actor:
    """Who acts when nobody is named: the case's mediator, the party that answers, or the person logged in."""
    if command.role == "party":
        employers = {one.ref for one in (await view_of(handle, page=1)).respondents}
        return Actor(id=fields["party"], role=Role.RESPONDENT if fields["party"] in employers else Role.CLAIMANT)
    if command.role == "mediator":
        return await mediator_of(handle)
    if "{task}" in command.role and fields["task"] not in set(Agency):
        told([Problem(field="task", code="refusals.task.unknown", params={"known": ", ".join(Agency)})], language)
    return actor(command.role.format(task=fields.get("task", ""), me=actor("supervisor").id))
