"""The REST face, called as its own OpenAPI document says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2

from application.app import Application  # noqa: F401  # declares every reason
from shared.errors import AppError
from tests.faces.outcome import Face, Outcome, Plain, Refusal, Request

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_PREFIX = "/api/v1"
STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    query: frozenset[str]
    has_body: bool
    is_stream: bool = False


class RestFace(Face):
    def __init__(self, url: str) -> None:
        self.name = "rest"
        self._client = httpx2.Client(base_url=url, timeout=60)
        self.document = self._client.get("/openapi.json").raise_for_status().json()
        self.routes = {
            entry["operationId"]: Route(
                method.upper(),
                path,
                frozenset(
                    parameter["name"]
                    for parameter in entry.get("parameters", ())
                    if parameter["in"] == "query"
                ),
                "requestBody" in entry,
                STREAM in entry["responses"].get("200", {}).get("content", ()),
            )
            for path, entries in self.document["paths"].items()
            for method, entry in entries.items()
            if method in _METHODS and path.startswith(_PREFIX)
        }

    def operations(self) -> frozenset[str]:
        return frozenset(name for name, at in self.routes.items() if "/webhooks/" not in at.path)

    def call(
        self,
        operation: str,
        request: Request,
        *,
        token: str | None,
        key: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Outcome:
        route, rest = self.routes[operation], dict(request)
        path = re.sub(
            r"\{(\w+)\}", lambda match: quote(str(rest.pop(match[1])), safe=""), route.path
        )
        sent = list(headers)
        if token is not None:
            sent.append(("Authorization", f"Bearer {token}"))
        if key is not None:
            sent.append(("Idempotency-Key", key))
        if (etag := rest.pop("etag", None)) is not None:
            sent.append(("If-Match", str(etag)))
        query = {
            name: [str(each) for each in value] if isinstance(value, list) else str(value)
            for name in sorted(route.query & rest.keys())
            if (value := rest.pop(name)) is not None
        }
        if route.is_stream:
            return self.first(path, query, sent)
        response = self._client.request(
            route.method,
            path,
            params=query,
            headers=sent,
            json=rest if route.has_body else None,
        )
        return outcome(response)

    def first(
        self, path: str, query: Mapping[str, list[str] | str], headers: list[tuple[str, str]]
    ) -> Outcome:
        """What a stream tells at once; then it is left."""
        with self._client.stream("GET", path, params=query, headers=headers) as response:
            if response.is_success and response.status_code != 204:
                data = next(line for line in response.iter_lines() if line.startswith("data: "))
                content = data.removeprefix("data: ").encode()
                return outcome(httpx2.Response(200, headers=response.headers, content=content))
            response.read()
            return outcome(response)

    def request(self, method: str, path: str, **sent: Any) -> httpx2.Response:
        """Whatever is sent, as it is."""
        return self._client.request(method, path, **sent)

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str], content: bytes
    ) -> httpx2.Response:
        """Something no well-behaved client would send."""
        return self._client.request(method, path, headers=headers, content=content)

    def close(self) -> None:
        self._client.close()


def outcome(response: httpx2.Response) -> Outcome:
    answer: dict[str, Plain] = response.json() if response.content else {}
    headers = {name.lower(): value for name, value in response.headers.items()}
    request_id = response.headers["X-Request-ID"]
    replayed = response.headers.get("Idempotency-Replayed") == "true"
    if response.is_success:
        return Outcome(answer=answer, replayed=replayed, request_id=request_id, headers=headers)
    assert response.headers["Content-Type"] == "application/problem+json", response.text
    assert answer["status"] == response.status_code, answer
    assert answer["request_id"] == request_id, answer
    reason, errors, metadata = str(answer["code"]), answer.get("errors"), answer.get("metadata")
    assert errors is None or isinstance(errors, list)
    assert metadata is None or isinstance(metadata, dict)
    return Outcome(
        refusal=Refusal(
            code=AppError.reasons()[reason].code.value,
            reason=reason,
            message=str(answer["detail"]),
            metadata={name: str(value) for name, value in (metadata or {}).items()},
            fields=tuple(
                (field_of(str(error["pointer"])), str(error["message"]))
                for error in errors or ()
                if isinstance(error, dict)
            ),
            retry_after="Retry-After" in response.headers,
        ),
        replayed=replayed,
        request_id=request_id,
        headers=headers,
    )


def field_of(pointer: str) -> str:
    """`/lines/0/quantity` as `lines[0].quantity`; a condition is a header here, a field there."""
    if pointer == "/If-Match":
        return "etag"
    found = ""
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        found += f"[{part}]" if part.isdigit() else f".{part}" if found else part
    return found
