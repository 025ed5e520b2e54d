"""What a template may say: fields, and lists of them line by line. It is data of an office, and never runs as code."""

import re
from collections.abc import Iterator
from typing import Any, Final

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS: Final = ("default", "first", "join", "last", "length", "lower", "trim", "upper")
TESTS: Final = ("defined", "none", "equalto", "==", "eq", "ne", "!=")
TAGS: Final = 2_000
"""Fields and lines of lists that a template may hold."""
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MARKUP: Final = re.compile(r"<[^>]*>")
_PLAIN: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.Concat,
)


class BadTemplate(Exception):
    """A template that can't be used: a code of texts/papers.yaml with the file, what is wrong and where."""

    def __init__(self, code: str, file: str, **params: str) -> None:
        super().__init__(f"{file}: {code}: {params}")
        self.code, self.params = f"papers.{code}", {"file": file, **params}


class NotSaid(Exception):
    """Something that no template may say, or that nobody can read: a code of texts/papers.yaml, and where it stands."""

    def __init__(self, code: str, tag: str) -> None:
        super().__init__(code)
        self.code, self.tag = code, tag


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of templates: no globals, no filters or tests beyond those named, no call of anything."""

    def __init__(self, **given: Any) -> None:
        super().__init__(autoescape=True, **given)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.tests = {name: self.tests[name] for name in TESTS}

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002 - nothing is
        """See base class."""
        return False


def read(source: str, environment: Sandbox) -> nodes.Template:
    """The template that a source is, within what may be said. Raises NotSaid."""
    tags = _TAG.findall(source)
    if len(tags) > TAGS:
        raise NotSaid("too_many_tags", str(TAGS))
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        raise NotSaid("bad_syntax", _unreadable(tags, environment) or f"{error.message}") from None
    for node in _within(tree, frozenset()):
        raise NotSaid("forbidden", _saying(tags, environment, type(node)) or type(node).__name__)
    return tree


def _within(node: nodes.Node, lines: frozenset[str]) -> Iterator[nodes.Node]:
    """Everything that may not be said below a node; ``lines`` are the names that lists go by here."""
    match node:
        case nodes.For(target=nodes.Name() as line, iter=nodes.Name() as items) if not (lines or node.recursive):
            inner = (*node.body, *node.else_, *([node.test] if node.test else []))
            named = frozenset({line.name})
            yield from () if items.name != line.name else (node,)
            for child in inner:
                yield from _within(child, named)
            return
        case nodes.Getattr(node=nodes.Name(name=name), attr=attr) if name in lines and not attr.startswith("_"):
            return
        case nodes.Filter(name=name) if name in FILTERS:
            pass
        case nodes.Test(name=name) if name in TESTS:
            pass
        case _ if isinstance(node, _PLAIN):
            pass
        case _:
            yield node
            return
    for child in node.iter_child_nodes():
        yield from _within(child, lines)


def _unreadable(tags: list[str], environment: Sandbox) -> str | None:
    """The first field that can't be read by itself."""
    for tag in tags:
        if tag.startswith("{{"):
            try:
                environment.parse(tag)
            except TemplateSyntaxError:
                return shown(tag)
    return next((shown(tag) for tag in tags if tag.startswith("{%")), None)


def _saying(tags: list[str], environment: Sandbox, kind: type[nodes.Node]) -> str | None:
    """The first tag that says something of a kind."""
    for tag in tags:
        whole = tag if tag.startswith("{{") else f"{tag}{{% endfor %}}"
        try:
            tree = environment.parse(whole)
        except TemplateSyntaxError:
            continue
        if isinstance(tree, kind) or next(tree.find_all(kind), None) is not None:
            return shown(tag)
    return None


def shown(tag: str) -> str:
    """A tag as somebody wrote it, without the markup of the document between, and not too long."""
    return _MARKUP.sub("", tag)[:80]
