"""Rule tables in YAML: conditions over facts, checked when a table is read, long before a case meets it."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from types import GenericAlias
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import yaml
from pydantic import StrictBool, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from domain.base import Model
from domain.yaml_file import read_yaml

M = TypeVar("M", bound=Model)


class TableError(ValueError):
    """A table that can't be used: a code of texts/rule_table.yaml, with file, place and problem."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(f"{code} ({', '.join(f'{name}: {value}' for name, value in params.items())})")
        self.code = code
        self.params = params


def invalid_row(file: str, number: int, error: ValidationError) -> TableError:
    """What is wrong with a row: its number in the file, the field, and what it should be."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, ("rows", number, *first["loc"])))
    return TableError("rule_table.invalid", file=file, where=where, problem=first["msg"])


def rows_of(file: Path) -> dict[str, Any]:
    """A table file that is a list of rows under ``rows``. Raises TableError, OSError."""
    try:
        content = read_yaml(file.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise TableError("rule_table.not_yaml", file=file.name, problem=str(error)) from None
    if not isinstance(content, dict) or not isinstance(content.get("rows"), list):
        raise TableError("rule_table.no_rows", file=file.name)
    return content


def bad(code: str, **params: object) -> PydanticCustomError:
    """What is wrong with a row, as a validator of a table's model raises it."""
    return PydanticCustomError(f"rule_table.{code}", "{why}", {"why": code, **{k: str(v) for k, v in params.items()}})


def read_table(file: Path, model: type[M], *, under: str | None = None, **more: object) -> M:
    """A table from a file, with fields that are not in it. ``under``: the field that all of it is.

    Raises TableError, OSError.
    """
    try:
        content = read_yaml(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise TableError("rule_table.not_yaml", file=file.name, problem=str(error)) from None
    if not isinstance(content, dict):
        raise TableError("rule_table.not_yaml", file=file.name, problem="not a mapping")
    try:
        return model.model_validate({**({under: content} if under else content), **more})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "-"
        if first["type"].startswith("rule_table."):
            found = {name: value for name, value in first["ctx"].items() if name != "why"}
            raise TableError(first["type"], file=file.name, where=where, **found) from None
        raise TableError("rule_table.invalid", file=file.name, where=where, problem=first["msg"]) from None


_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "is": lambda fact, value: set(fact) == set(value) if isinstance(fact, tuple) else fact == value,
    "ge": lambda fact, value: fact >= value,
    "le": lambda fact, value: fact <= value,
    "in": lambda fact, value: fact in value,
    "any": lambda fact, value: bool(set(fact) & set(value)),
    "known": lambda fact, value: (fact is not None) == value,
}


class Condition(Model):
    """One comparison of a fact with a value; an unknown fact meets none but ``known: false``."""

    fact: str
    comparison: str
    value: Any

    def holds(self, facts: Model) -> bool:
        """Whether the facts meet it. A fact that these facts do not speak of is unknown."""
        return self.test(getattr(facts, self.fact, None))

    def test(self, fact: Any) -> bool:
        """Whether a value of the fact meets it; None is unknown."""
        if fact is None and self.comparison != "known":
            return False
        return _COMPARISONS[self.comparison](fact, self.value)


def conditions(when: Any, facts: type[Model]) -> tuple[Condition, ...]:
    """Conditions as a table writes them: ``{claimants: {ge: 10}, insolvency: true}``, all of which must hold.

    Values are read in the type of the fact. Raises PydanticCustomError for an unknown fact or comparison, and
    for a value that the fact can never be compared with.
    """
    if not isinstance(when, dict):
        raise bad("bad_condition", value=when)
    return tuple(
        _condition(fact, comparison, value, facts)
        for fact, test in when.items()
        for comparison, value in (test if isinstance(test, dict) else {"is": test}).items()
    )


def _condition(fact: str, comparison: str, value: Any, facts: type[Model]) -> Condition:
    known = kinds(facts)
    if fact not in known:
        raise bad("unknown_fact", fact=fact, known=", ".join(sorted(known)))
    if comparison not in _COMPARISONS:
        raise bad("unknown_comparison", fact=fact, comparison=comparison, known=", ".join(_COMPARISONS))
    kind = known[fact]
    listed, number = origin(kind) is tuple, origin(kind) in (int, Decimal)
    fits = {"ge": number, "le": number, "any": listed, "in": not listed}
    if not fits.get(comparison, True):
        raise bad("wrong_comparison", fact=fact, comparison=comparison)
    wanted: Any = {"in": GenericAlias(tuple, (kind, ...)), "known": StrictBool}.get(comparison, kind)
    try:
        read = TypeAdapter(wanted).validate_python(_as_written(value))
    except ValidationError:
        raise bad("wrong_value", fact=fact, value=value) from None
    if read is None:
        raise bad("wrong_value", fact=fact, value=value)
    return Condition(fact=fact, comparison=comparison, value=read)


def _as_written(value: Any) -> Any:
    """A float of YAML stands for the decimal that was written."""
    return Decimal(str(value)) if isinstance(value, float) else value


def origin(kind: Any) -> Any:
    """The plain type below annotations and ``| None``."""
    while hasattr(kind, "__metadata__"):
        kind = kind.__origin__
    if parts := [part for part in get_args(kind) if part is not type(None)]:
        if get_origin(kind) is tuple:
            return tuple
        return origin(parts[0])
    return kind


def kinds(facts: type[Model]) -> dict[str, Any]:
    """The type of every fact: the fields, and what is derived from them."""
    derived = {
        name: get_type_hints(member.fget)["return"]
        for cls in facts.__mro__
        if cls is not Model and issubclass(cls, Model)
        for name, member in vars(cls).items()
        if isinstance(member, property) and member.fget is not None
    }
    return {**get_type_hints(facts, include_extras=True), **derived}


def require_texts(file: Path, keys: Iterable[str], has_text: Callable[[str], bool]) -> None:
    """Hold that users can read every row of a table. Raises TableError for the first key without a text."""
    for key in keys:
        if not has_text(key):
            raise TableError("rule_table.no_text", file=file.name, where=key, text=key)
