"""The interface for machines, to be read by people: drawn from its own document, and from nothing else."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from console.look import draw, language_chosen


@dataclass(frozen=True)
class Part:
    """A parameter, or a field of a body."""

    name: str
    type: str
    required: bool
    about: str


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked or told."""

    tag: str
    method: str
    path: str
    about: str
    parameters: tuple[Part, ...]
    body: tuple[Part, ...]


async def document_page(request: Request) -> Response:
    """Every operation, by what it is about."""
    document = request.app.openapi()
    found = sorted(_operations(document), key=lambda one: (one.tag, one.path))
    groups = [(tag, list(of)) for tag, of in groupby(found, key=lambda one: one.tag)]
    return draw(request, "document.html", language_chosen(request), groups=groups, version=document["info"]["version"])


def _operations(document: dict[str, Any]) -> list[Operation]:
    schemas = document["components"]["schemas"]
    return [
        Operation(
            tag=operation["tags"][0],
            method=method.upper(),
            path=path,
            about=operation.get("description", operation.get("summary", "")),
            parameters=tuple(
                Part(one["name"], _type(one["schema"]), one.get("required", False), one.get("description", ""))
                for one in operation.get("parameters", ())
            ),
            body=_fields(operation.get("requestBody", {}), schemas),
        )
        for path, of_path in document["paths"].items()
        for method, operation in of_path.items()
    ]


def _fields(body: dict[str, Any], schemas: dict[str, Any]) -> tuple[Part, ...]:
    for content in body.get("content", {}).values():
        schema = content["schema"]
        schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        needed = schema.get("required", ())
        return tuple(
            Part(name, _type(one), name in needed, one.get("description", ""))
            for name, one in schema.get("properties", {}).items()
        )
    return ()


def _type(schema: dict[str, Any]) -> str:
    """A type as a programmer reads it."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for way in ("anyOf", "oneOf", "allOf"):
        if way in schema:
            return " | ".join(dict.fromkeys(_type(one) for one in schema[way]))
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}[]"
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = str(schema.get("type", "any"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind
