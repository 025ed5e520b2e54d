"""A play's script: who does what to a case, step by step, with a line of narration for each step.

A step is one YAML mapping: ``say`` (both languages), ``as`` (who acts), and one thing to do. That is either
the name of any message of the protocol with its fields, or one of the keys that this module declares.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

import domain.procedure.every_message  # noqa: F401 - fills the protocol's table
from client.offer import CounterTerms, Terms
from domain.base import Model, Ref, Text
from domain.case.protocol import MESSAGES
from domain.case.state import InstalmentState, ProposalState
from domain.closure.reopening import Ground
from domain.intake.complaint import Attitude
from domain.ledger import Actor
from domain.message import Message
from domain.words import Agency, Language, Phase, PostKind, Role
from domain.yaml_file import read_yaml

Cast = Annotated[str, StringConstraints(pattern=r"^[a-z]+(:[A-Za-z0-9._:-]+(/[A-Za-z0-9._:-]+)?)?$")]
"""Who acts: ``officer:tax/tax-01``, ``claimant:c1``, or ``mediator`` for the one who is assigned."""

_DAY: Final = re.compile(r"today(\+(?P<days>\d{1,3}))?")
Percent = Annotated[int, Field(ge=1, le=100)]


class ScriptError(Exception):
    """A script that can't be played; the text names the file, the step and the field."""


class _Step(Model):
    say: dict[Language, Text]
    cast: Cast = Field(default="supervisor:sup-01", alias="as")
    refused: Ref | None = None
    """The step is there to be refused, with this code of texts/refusals.yaml."""

    @model_validator(mode="after")
    def _both_languages(self) -> Self:
        if set(self.say) != set(Language):
            raise ValueError("say it in zh-CN and in en")
        return self


class Send(_Step):
    """Any message, its fields without ``message_id`` and ``actor``.

    ``today`` is the case's day, ``today+30`` the thirtieth after it.
    """

    message: str
    fields: dict[str, Any]
    via: Literal["update", "signal"] = "update"

    @model_validator(mode="after")
    def _valid_message(self) -> Self:
        if self.message not in MESSAGES:
            raise ValueError(f"no message and no step is called {self.message}")
        try:
            self.build("check", Actor(id="check", role=Role.SYSTEM), Language.CHINESE, date.min)
        except ValidationError as error:
            raise ValueError(_problems(error)) from None
        return self

    def build(self, message_id: str, actor: Actor, language: Language, today: date) -> Message:
        """The message itself."""
        fields = {name: _day(value, today) for name, value in self.fields.items()}
        return MESSAGES[self.message].model.model_validate(
            {**fields, "message_id": message_id, "actor": actor, "language": language}
        )


def _day(value: Any, today: date) -> Any:
    named = _DAY.fullmatch(value) if isinstance(value, str) else None
    return today + timedelta(days=int(named["days"] or 0)) if named else value


class File(_Step):
    """File a complaint of the example. The play follows the case of the first one unless told otherwise."""

    file: Annotated[str, StringConstraints(pattern=r"^[a-z-]+\.json$")]
    follow: bool = False
    """Go on with the case of this complaint."""


class Grounds(Model):
    """Why the closed case is reopened."""

    ground: Ground
    reason: Text
    at_request_of: Ref | None = None
    ask: tuple[Agency, ...] = ()


class ReopenCase(_Step):
    """Reopen the case that has closed; the play goes on with the new one."""

    reopen: Grounds


class SaidAtPost(Model):
    """What somebody said at a post; ``who`` left out: the post itself."""

    who: Ref | None = None
    text: Text
    attitude: Attitude | None = None


class TalkedAtPost(Model):
    """A mediation on the spot that does not come off, and why the centre is to take over."""

    file: Annotated[str, StringConstraints(pattern=r"^[a-z-]+\.json$")]
    kind: PostKind
    said: tuple[SaidAtPost, ...] = ()
    forward: Text


class AtPost(_Step):
    """Begin at a post of the grid (``as: intake:POST``); the play goes on with the centre's case."""

    at_post: TalkedAtPost


class Condition(Model):
    """What a play waits for. All that is named must hold; what lies behind the case already counts."""

    phase: Phase | None = None
    drafts: tuple[Agency, ...] = ()
    """Agencies whose records have been read."""
    undecided: bool = False
    """A discrepancy lies before the joint meeting."""
    proposal: dict[Ref, ProposalState] = {}
    instalment: dict[Ref, InstalmentState] = {}
    linked: Annotated[int, Field(ge=0)] = 0
    """So many other complaints have been linked to the case."""


class Until(_Step):
    """Wait until the case is so far."""

    until: Condition


class SubmitDrafts(_Step):
    """Each agency submits what its records say, by the officer named."""

    submit_drafts: Annotated[dict[Agency, Ref], Field(min_length=1)]


class ProposeTerms(_Step):
    """Put computed terms on the table."""

    propose: Terms


class CounterWith(_Step):
    """Counter a proposal with computed terms."""

    counter: CounterTerms


class Answers(Model):
    """The same answer from several parties."""

    proposal: Ref
    parties: tuple[Ref, ...] = ()
    """Empty: everybody whom the proposal concerns."""
    accept: bool = True
    remark: Text | None = None


class AnswerTogether(_Step):
    """Each party answers for itself, one message each; ``as`` a mediator records them."""

    answers: Answers


class Advance(Model):
    """Days to move a drill's clock on: so many, or to the due day of an instalment and some days beyond."""

    days: Annotated[int, Field(ge=1, le=3700)] | None = None
    to_instalment: Ref | None = None
    beyond: Annotated[int, Field(ge=-60, le=365)] = 0

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.days is None) == (self.to_instalment is None):
            raise ValueError("name either days or to_instalment")
        return self

    def days_from(self, today: date, due: date | None) -> int:
        """How many days the clock has to move on; none when it is there already."""
        if self.days is not None:
            return self.days
        assert due is not None
        return max(0, (due - today).days + self.beyond)


class AdvanceTo(_Step):
    """Let time pass in a drill."""

    advance: Advance


class Payment(Model):
    """An instalment paid in full on the case's present day."""

    instalment: Ref
    late_fee: Annotated[Decimal, Field(ge=0)] | Literal["computed"] = Decimal("0.00")


class Pay(_Step):
    """The tax bureau confirms an instalment."""

    pay: Payment


Offer = ProposeTerms | CounterWith
Step = Send | File | AtPost | ReopenCase | Until | SubmitDrafts | Offer | AnswerTogether | AdvanceTo | Pay

_ASIDES: Final = ("say", "as", "via", "refused", "follow")
"""Keys of a step that are not what it does."""

_STEPS: Final[dict[str, type[Step]]] = {
    "file": File,
    "at_post": AtPost,
    "reopen": ReopenCase,
    "until": Until,
    "submit_drafts": SubmitDrafts,
    "propose": ProposeTerms,
    "counter": CounterWith,
    "answers": AnswerTogether,
    "advance": AdvanceTo,
    "pay": Pay,
}


class Script(Model):
    """A whole play."""

    title: dict[Language, Text]
    steps: tuple[Step, ...]


def read_script(file: Path) -> Script:
    """The script that a YAML file holds.

    Raises ScriptError naming the first bad step and what is wrong with it.
    """
    raw = read_yaml(file.read_text(encoding="utf-8"))
    if not isinstance(raw, dict) or not isinstance(raw.get("steps"), list):
        raise ScriptError(f"{file}: expected `title` and a list of `steps`")
    steps = tuple(_step(file, number, body) for number, body in enumerate(raw["steps"], 1))
    try:
        return Script(title=raw.get("title"), steps=steps)
    except ValidationError as error:
        raise ScriptError(f"{file}: {_problems(error)}") from None


def _step(file: Path, number: int, body: object) -> Step:
    where = f"{file}: step {number}"
    if not isinstance(body, dict):
        raise ScriptError(f"{where}: expected a mapping")
    deeds = [key for key in body if key not in _ASIDES]
    if len(deeds) != 1:
        raise ScriptError(f"{where}: expected one thing to do, found {', '.join(deeds) or 'none'}")
    deed = deeds[0]
    try:
        if deed in _STEPS:
            return _STEPS[deed].model_validate(body)
        rest = {key: value for key, value in body.items() if key != deed}
        return Send.model_validate({**rest, "message": deed, "fields": body[deed] or {}})
    except ValidationError as error:
        raise ScriptError(f"{where} ({deed}): {_problems(error)}") from None


def _problems(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, d['loc'])) or 'step'}: {d['msg']}" for d in found)
