"""The OpenAPI 3.1 document: FastAPI's, and what it cannot know by itself."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.callers import callers, refusals_of_callers, security
from api.description import DESCRIPTION, TAGS
from api.errors import BY_REASON_IF_MATCH, MEDIA_TYPE, problem_of, status_of
from api.limits import LEFT, POLICY
from api.links import add_links
from api.routing import AnyOperation, Documented
from api.schemas import Problem
from api.shape import Input, Output
from application.errors import (
    IdempotencyInProgress,
    IdempotencyKeyInvalid,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    RateLimited,
)
from application.live.stream import Stream
from application.messages import Command, KeyPolicy
from application.views.event import AvailabilityView, EventView
from application.views.user import GuestView
from shared.errors import (
    AppError,
    Conflict,
    DatabaseUnavailable,
    FieldInvalid,
    Internal,
    MalformedRequest,
    Overloaded,
    RequestTooLarge,
    ServiceUnavailable,
    Violation,
)

_REF: Final = "#/components/schemas/"
_MEANING: Final[Mapping[int, str]] = {
    400: "The request cannot be read, or its idempotency key is missing or malformed.",
    401: "The token or API key is missing, invalid, expired or revoked; or credentials are wrong.",
    403: "You may see it, but not do this.",
    404: "It does not exist, or it is not yours.",
    409: "Its state does not allow this.",
    412: "`If-Match` names another version than the current one.",
    413: "The body is larger than this server accepts.",
    422: "A field has the wrong shape or meaning, or the idempotency key was used otherwise.",
    429: "Too many requests; try again after `Retry-After` seconds.",
    500: "A bug. The log knows more, under the `request_id`.",
    503: "Try again after `Retry-After` seconds.",
}
_LIMIT_HEADERS: Final[Mapping[str, str]] = {
    POLICY: "The limits this counts against: `q` requests in `w` seconds.",
    LEFT: "What is left of each: `r` requests; more in `t` seconds.",
}

_RETRY_AFTER: Final = "In how many seconds to try again."
_TAGS: Final[Mapping[type[object], str]] = {
    EventView: "The event's version, in quotes.",
    AvailabilityView: "Of the figures, whenever they were read; weak.",
}


def document(app: FastAPI, operations: Mapping[str, Documented]) -> dict[str, Any]:
    """The document; `operations` by operationId."""
    found: dict[str, Any] = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        tags=list(TAGS),
        routes=app.routes,
        separate_input_output_schemas=True,
    )
    components = found.setdefault("components", {})
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "The `access_token` that Login, RefreshToken or CreateGuest answers (a "
            "JWT); or, for servers, an API key (`hf_live_…` or `hf_test_…`) that CreateApiKey "
            "answers.",
        }
    }
    _, shared = models_json_schema([(Problem, "serialization")], ref_template=_REF + "{model}")
    components["schemas"] |= shared["$defs"]
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    _keep_examples(components["schemas"])
    for path, item in found["paths"].items():
        for operation in item.values():
            _complete(operation, operations[operation["operationId"]], path)
    add_links(found["paths"])
    return found


def _keep_examples(schemas: dict[str, Any]) -> None:
    """As they were written: FastAPI drops their nulls, and pydantic sorts their fields."""
    for model in (*Input.__subclasses__(), *Output.__subclasses__()):
        said = model.model_config.get("json_schema_extra")
        if isinstance(said, dict) and model.__name__ in schemas:
            schemas[model.__name__] |= said


def _complete(operation: dict[str, Any], said: Documented, path: str) -> None:
    message, rule = said.operation.message, said.operation.rule
    conditions = {parameter["name"] for parameter in operation.get("parameters", ())}
    operation["security"] = security(rule)
    operation["description"] += f"\n\n{callers(rule)}"
    if message.key_policy is not KeyPolicy.NONE:
        operation.setdefault("parameters", []).append(_key_header(message.key_policy))
    responses = operation["responses"]
    responses.pop("422", None)  # FastAPI's own shape, which we do not answer
    for status, response in responses.items():
        response["headers"] = _headers(status, said.operation)
    if isinstance(said.operation, Stream) and "Last-Event-ID" in conditions:
        headers = _headers("204", said.operation)
        responses["204"] = {"description": "There is nothing more to tell.", "headers": headers}
    if "If-None-Match" in conditions:
        headers = _headers("304", said.operation)
        responses["304"] = {"description": "You have this already.", "headers": headers}
    refusals: dict[int, dict[str, type[AppError]]] = {}
    for error in refusals_of(said):
        refusals.setdefault(status_of(error), {})[error.reason] = error
        if "If-Match" in conditions and error.reason in BY_REASON_IF_MATCH:
            refusals.setdefault(status_of(error, if_match=True), {})[error.reason] = error
    for status_code, errors in sorted(refusals.items()):
        responses[str(status_code)] = _refused(status_code, errors, path)
        if status_code in (429, 503):
            told = _LIMIT_HEADERS if status_code == 429 and said.operation.limited else {}
            responses[str(status_code)]["headers"] = _texts({**told, "Retry-After": _RETRY_AFTER})


def refusals_of(said: Documented) -> Iterator[type[AppError]]:
    """Every refusal that an operation can answer with."""
    message = said.operation.message
    yield from refusals_of_callers(said.operation.rule)
    if said.may_have_body:
        yield RequestTooLarge
    if said.has_body:
        yield MalformedRequest
    if said.has_body or said.has_parameters:
        yield FieldInvalid
    if message.key_policy is KeyPolicy.REQUIRED:
        yield IdempotencyKeyRequired
    if message.key_policy is not KeyPolicy.NONE:
        yield from (IdempotencyKeyInvalid, IdempotencyKeyReused, IdempotencyInProgress)
    if issubclass(message, Command):
        yield Conflict
    if said.operation.limited or not said.operation.rule.is_open:
        yield RateLimited  # too many in a while, or at a time
    yield from said.refuses
    yield from (Internal, DatabaseUnavailable, ServiceUnavailable, Overloaded)


def _key_header(policy: KeyPolicy) -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": policy is KeyPolicy.REQUIRED,
        "description": "Makes it safe to send this again: 16 to 64 of A-Z, a-z, 0-9, _ and -.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"},
        "example": "0f8fad5b-d9cb-469f-a165-70867728950e",
    }


def _headers(status: str, operation: AnyOperation) -> dict[str, Any]:
    headers = {"X-Request-ID": "The one that was sent, or a new one."}
    if status == "201" and operation.answers is not GuestView:  # a guest cannot be read
        headers["Location"] = "Where to read it."
    if operation.answers in _TAGS and not isinstance(operation, Stream):
        headers["ETag"] = _TAGS[operation.answers]
        headers["Cache-Control"] = "Only the caller may keep it; and for how long, without asking."
    if operation.message.key_policy is not KeyPolicy.NONE:
        headers["Idempotency-Replayed"] = "`true` if this is the answer to an earlier request."
    if operation.limited:
        headers |= _LIMIT_HEADERS
    return _texts(headers)


def _texts(headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: {"description": meaning, "schema": {"type": "string"}}
        for name, meaning in headers.items()
    }


def _refused(status: int, errors: Mapping[str, type[AppError]], path: str) -> dict[str, Any]:
    return {
        "description": _MEANING[status],
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": f"{_REF}{Problem.__name__}"},
                "examples": {
                    reason: {"summary": error.title, "value": _example(error, status, path)}
                    for reason, error in sorted(errors.items())
                },
            }
        },
    }


def _example(error: type[AppError], status: int, path: str) -> dict[str, object]:
    wrong = [Violation(("name",), "must not be empty")] if error is FieldInvalid else []
    request_id = "01936b2a-7c00-7a10-8000-00000000000a"
    return problem_of(error(violations=wrong), status, path=path, request_id=request_id)
