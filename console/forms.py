"""A form for any message, made from its model; and what somebody typed into it, as the model takes it."""

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

import texts
from client.sheets import amount
from domain.base import CENTRE_ZONE
from domain.message import Message

ENVELOPE: Final = frozenset(Message.model_fields)
"""What a message says of itself, and nobody types."""
KEEP: Final = "keep"
"""Name of the button that keeps a form half filled in."""
AFRESH: Final = "afresh"
"""Name of the button that forgets what was kept."""
MORE: Final = "more"
"""Name of the button that asks for another row; its value is the list."""
_LONG: Final = frozenset(
    {"text", "reason", "remark", "statement", "undisputed", "minutes", "terms", "guarantee", "note", "words"}
)
_SEPARATORS: Final = str.maketrans({"，": ",", "、": ",", "；": ",", ";": ",", "\n": ","})


Kind = Literal[
    "text", "long", "number", "date", "datetime", "flag", "choice", "choices", "list", "amounts", "rows", "part"
]


@dataclass(frozen=True)
class Choice:
    """Something that a field may be."""

    value: str
    label: str


Named = Mapping[str, tuple[Choice, ...]]
"""What fields can be, by the name that they bear in any message."""
NOTHING_NAMED: Final[Named] = {}


@dataclass(frozen=True)
class Field:
    """A field of a form as it stands on a page. ``rows`` are the fields of each row of a list, or of one part."""

    name: str
    label: str
    kind: Literal[
        "text", "long", "number", "date", "datetime", "flag", "choice", "choices", "list", "amounts", "rows", "part"
    ]
    required: bool
    value: Any = ""
    choices: tuple[Choice, ...] = ()
    rows: tuple[tuple["Field", ...], ...] = ()
    errors: tuple[str, ...] = field(default=())
    record: str | None = None
    """What the agency's records say there; None where nothing is compared."""

    @property
    def origin(self) -> str | None:
        """Whether it stands as in the records, was changed, or is in none; None where nothing is compared or said."""
        if self.record is None or not (self.record or self.value):
            return None
        if not self.record:
            return "missing"
        return "records" if self.record == self.value else "changed"


_UNCOMPARED: Final = object()
"""There are no records to compare with."""


def fields_of(
    model: type[BaseModel],
    language: str,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    *,
    without: frozenset[str] = frozenset(),
    prefix: str = "",
    named: Named = NOTHING_NAMED,
    records: Mapping[str, Any] | None = None,
) -> Iterator[Field]:
    """The fields of a model with what is in them and what is wrong with each, as far as a form can hold them.

    ``named``: what a field of a name can be, where it names something that is there, such as a party of the case.
    ``records``: what the records say of each, to stand beside it.
    """
    said, wrong = values or {}, errors or {}
    for name, info in model.model_fields.items():
        if name in without or (get_origin(info.annotation) is Literal and prefix):
            continue
        record = _UNCOMPARED if records is None else records.get(name)
        yield _field(f"{prefix}{name}", name, info, said.get(name), wrong, language, named, record)


def _field(
    path: str,
    name: str,
    info: FieldInfo,
    value: Any,
    wrong: Mapping[str, Sequence[str]],
    language: str,
    named: Named,
    record: Any,
) -> Field:
    told: dict[str, Any] = {"name": path, "label": label_of(name, language)}
    told["errors"] = tuple(wrong.get(path, ()))
    (plain, optional), default = _plain(info.annotation), info.default
    told["required"] = info.is_required() and not optional
    inner, compared = _inner(plain), record is not _UNCOMPARED
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        own = _as_dict(record) if compared else None
        part = tuple(fields_of(plain, language, _as_dict(value), wrong, prefix=f"{path}.", named=named, records=own))
        return Field(kind="part", rows=(part,), **told)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        held = list(record or ()) if compared else []
        rows = tuple(
            tuple(
                fields_of(
                    inner,
                    language,
                    _as_dict(one),
                    wrong,
                    prefix=f"{path}.{number}.",
                    named=named,
                    records=(_as_dict(held[number]) if number < len(held) else {}) if compared else None,
                )
            )
            for number, one in enumerate(value or ([{}] if told["required"] else []))
        )
        return Field(kind="rows", rows=rows, **told)
    if get_origin(plain) is dict:
        lines = "\n".join(f"{key}={_shown(one)}" for key, one in (value or {}).items())
        return Field(kind="amounts", value=lines, **told)
    if inner is not None:
        choices = tuple(_choices(inner, language)) or named.get(name, ())
        otherwise = default if isinstance(default, tuple) else ()
        chosen = [_shown(one) for one in (otherwise if value is None else value)]
        if choices:
            return Field(kind="choices", value=chosen, choices=choices, **told)
        return Field(kind="list", value=", ".join(chosen), **told)
    if compared:
        told["record"] = _shown(record)
    if plain is bool and default is True:
        said = "true" if value is None else str(value).lower()
        return Field(kind="choice", value=said, choices=_yes_or_no(language), **told)
    if plain is bool:
        return Field(kind="flag", value=bool(value), **told)
    if choices := tuple(_choices(plain, language)) or named.get(name, ()):
        return Field(kind="choice", value=_shown(value), choices=choices, **told)
    return Field(kind=_kind(plain, name), value=_shown(value), **told)


def _kind(plain: Any, name: str) -> Any:
    if plain is datetime:
        return "datetime"
    if plain is date:
        return "date"
    if plain in (int, Decimal):
        return "number"
    return "long" if name in _LONG else "text"


def label_of(name: str, language: str) -> str:
    """What a field is called."""
    return texts.say(f"fields.{name}", language)


def _plain(annotation: Any) -> tuple[Any, bool]:
    """An annotation without what surrounds it, and whether it may be left out."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [one for one in get_args(annotation) if one is not type(None)]
        optional = len(parts) < len(get_args(annotation))
        return (_plain(parts[0])[0], optional) if len(parts) == 1 else (annotation, optional)
    return (datetime if annotation is AwareDatetime else annotation), False


def _inner(plain: Any) -> Any:
    """What a list is a list of; None for what is no list."""
    if get_origin(plain) in (tuple, list, frozenset):
        return _plain(get_args(plain)[0])[0]
    return None


def _choices(plain: Any, language: str) -> Iterator[Choice]:
    if isinstance(plain, type) and issubclass(plain, Enum):
        yield from (Choice(one.value, texts.label(one.value, language)) for one in plain)
    elif get_origin(plain) is Literal:
        yield from (Choice(str(one), texts.label(one, language)) for one in get_args(plain))


def _yes_or_no(language: str) -> tuple[Choice, ...]:
    """For what holds unless somebody says otherwise: a box that is not ticked says nothing."""
    return tuple(Choice(one, texts.say(f"console.side.{name}", language)) for one, name in _ANSWERS.items())


_ANSWERS: Final = {"true": "yes", "false": "no"}


def _as_dict(value: Any) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        return dict(value)
    return dict(value) if isinstance(value, Mapping) else {}


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case Enum():
            return str(value.value)
        case datetime():
            return value.astimezone(CENTRE_ZONE).strftime("%Y-%m-%dT%H:%M")
        case Decimal():
            return f"{value:.2f}"
        case _:
            return str(value)


def typed(model: type[BaseModel], form: Mapping[str, Sequence[str]], prefix: str = "") -> dict[str, Any]:
    """What a form says, as the model takes it: fields that nobody filled in are left out, and rows without a word."""
    said: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        path, (plain, _) = f"{prefix}{name}", _plain(info.annotation)
        inner, given = _inner(plain), [one.strip() for one in form.get(path, ()) if one.strip()]
        if isinstance(plain, type) and issubclass(plain, BaseModel):
            if part := typed(plain, form, f"{path}."):
                said[name] = part
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            rows = [typed(inner, form, f"{path}.{number}.") for number in _numbers(form, path)]
            if rows := [row for row in rows if row]:
                said[name] = rows
        elif get_origin(plain) is dict:
            lines = [line for block in given for line in block.splitlines() if line.strip()]
            if lines:
                said[name] = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
        elif inner is not None:
            parts = [part.strip() for one in given for part in one.translate(_SEPARATORS).split(",")]
            if parts := [part for part in parts if part]:
                said[name] = parts
        elif given:
            said[name] = _READ.get(plain, str)(given[-1])
    return said


def with_another(said: Mapping[str, Any], path: str) -> dict[str, Any]:
    """What somebody typed, with one more row in a list."""
    head, _, rest = path.partition(".")
    grown = dict(said)
    held = grown.get(head)
    if not rest:
        grown[head] = [*(held or []), {}]
    elif rest.partition(".")[0].isdecimal() and isinstance(held, list):
        number, _, inner = rest.partition(".")
        grown[head] = [with_another(one, inner) if at == int(number) else one for at, one in enumerate(held)]
    else:
        grown[head] = with_another(held or {}, rest)
    return grown


def _numbers(form: Mapping[str, Sequence[str]], path: str) -> list[int]:
    heads = {name.removeprefix(f"{path}.").partition(".")[0] for name in form if name.startswith(f"{path}.")}
    return sorted(int(head) for head in heads if head.isdecimal())


def _amount(text: str) -> str:
    """An amount as people write it, with thousands set apart or 元 behind it."""
    try:
        return amount(text)
    except ValueError:
        return text


def _instant(text: str) -> str:
    """A time typed without its zone is the centre's."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at if at.tzinfo else at.replace(tzinfo=CENTRE_ZONE)).isoformat()


_READ: Final[dict[Any, Callable[[str], str]]] = {datetime: _instant, Decimal: _amount}
