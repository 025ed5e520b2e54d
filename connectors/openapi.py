"""The interface that an agency implements, as an OpenAPI 3.1 document made of the models that are checked."""

from typing import Any, Final

from pydantic.json_schema import models_json_schema

from connectors.signing import COVERED, GOOD_FOR
from connectors.wire import (
    EMPLOYED,
    IDEMPOTENCY_KEY,
    PAID_UNTIL,
    PATH,
    EmployedAnswer,
    EmployedQuestion,
    Fault,
    Page,
    PaidUntilPage,
    PaidUntilQuestion,
    Question,
)
from domain.base import Model

VERSION: Final = "1.1.0"
_REFERENCE: Final = "#/components/schemas/{model}"
_FAULTS: Final = {
    "401": "The signature or the certificate is not accepted, or the signature has been used before.",
    "422": "The question can't be understood; asking it again does not help.",
    "429": "Too many questions: ask again after `Retry-After` seconds.",
    "503": "Not now: ask again after `Retry-After` seconds.",
}


def document() -> dict[str, Any]:
    """The document."""
    models = {model for _, _, question, answer in _OPERATIONS.values() for model in (question, answer)} | {Fault}
    _, schemas = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)], ref_template=_REFERENCE
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Records of an agency",
            "version": VERSION,
            "description": "What an agency answers when a case of the joint mediation centre asks for its records.",
        },
        "servers": [{"url": "https://records.agency.example"}],
        "security": [{"signature": []}, {"certificate": []}],
        "paths": {path: {"post": _operation(*operation)} for path, operation in _OPERATIONS.items()},
        "components": {"schemas": schemas["$defs"], "securitySchemes": _SECURITY},
    }


_SECURITY: Final = {
    "certificate": {"type": "mutualTLS"},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Signature",
        "description": (
            f"HTTP Message Signature (RFC 9421), ed25519, over {', '.join(f'`{part}`' for part in COVERED)}, with "
            f"`created`, `expires`, `nonce` and `keyid`. A signature is good for {GOOD_FOR.seconds} seconds, and once."
        ),
    },
}


_OPERATIONS: Final[dict[str, tuple[str, str, type[Model], type[Model]]]] = {
    PATH: ("records", "One page of what the records say about the people and employers of a case.", Question, Page),
    PAID_UNTIL: (
        "paidUntil",
        "One page of the employers whose premiums have stopped (the tax bureau's; 404 where it is not offered).",
        PaidUntilQuestion,
        PaidUntilPage,
    ),
    EMPLOYED: (
        "employed",
        "How many people work on for employers (the labour bureau's; 404 where it is not offered).",
        EmployedQuestion,
        EmployedAnswer,
    ),
}


def _operation(name: str, summary: str, question: type[Model], answer: type[Model]) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [
            {
                "name": IDEMPOTENCY_KEY,
                "in": "header",
                "required": True,
                "schema": {"type": "string", "maxLength": 300},
                "description": "The same for the same page of the same inquiry: what is booked is booked once.",
            }
        ],
        "requestBody": {"required": True, "content": {"application/json": _of(question)}},
        "responses": {
            "200": {
                "description": "The answer. Employers and people whom the records don't know have no rows.",
                "content": {"application/json": _of(answer)},
            },
            **{
                status: {"description": text, "content": {"application/problem+json": _of(Fault)}}
                for status, text in _FAULTS.items()
            },
        },
    }


def _of(model: type[Model]) -> dict[str, Any]:
    return {"schema": {"$ref": _REFERENCE.format(model=model.__name__)}}
