"""Calls with every byte of what came back, ids and moments of the call itself made equal."""

import http.client
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast
from urllib.parse import quote, urlencode, urlsplit

import grpc
from google.protobuf.json_format import ParseDict

from tests.faces.outcome import Request
from tests.faces.rest import RestFace
from tests.faces.rpc import GrpcFace, refused

_IDLE_SECONDS = 1.0
"""The server closes connections that nobody uses; one that was used lately is still open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`reason` None: an answer. `content`: status, headers or metadata, and body."""

    reason: str | None
    code: str
    content: bytes

    def without(self, values: Mapping[str, str]) -> bytes:
        """With the name of the field instead of each value that was sent."""
        content = self.content
        for field, value in values.items():
            content = content.replace(value.encode(), f"<{field}>".encode())
        return content


class Wire(Protocol):
    def call(self, operation: str, request: Request, token: str | None, key: str | None) -> Said:
        """For one thread at a time."""
        ...

    def close(self) -> None: ...


class RestWire(Wire):
    def __init__(self, face: RestFace, url: str) -> None:
        where = urlsplit(url)
        self._routes = face.routes
        self._connection = http.client.HTTPConnection(
            str(where.hostname), where.port or 80, timeout=30
        )
        self._used = time.monotonic()

    def call(self, operation: str, request: Request, token: str | None, key: str | None) -> Said:
        route, rest = self._routes[operation], dict(request)
        path = re.sub(
            r"\{(\w+)\}", lambda match: quote(str(rest.pop(match[1])), safe=""), route.path
        )
        query = {name: str(rest.pop(name)) for name in sorted(route.query & rest.keys())}
        headers = {"Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        body = None
        if route.has_body:
            headers["Content-Type"], body = "application/json", json.dumps(rest).encode()
        target = f"{path}?{urlencode(query)}" if query else path
        if time.monotonic() - self._used > _IDLE_SECONDS:
            self._connection.close()  # it opens again by itself
        self._connection.request(route.method, target, body=body, headers=headers)
        response = self._connection.getresponse()
        if route.is_stream and response.status == 200:
            answer = _first(response)
            self._connection.close()
        else:
            answer = response.read()
        self._used = time.monotonic()
        told = [(name.lower(), value) for name, value in response.getheaders()]
        lines = [f"{response.status} {response.reason}"]
        lines += [f"{name}: {value}" for name, value in told if name != "date"]
        content = "\n".join(lines).encode() + b"\n\n" + answer
        reason = None if response.status < 400 else str(json.loads(answer)["code"])
        return Said(
            reason=reason,
            code=str(response.status),
            content=content.replace(dict(told)["x-request-id"].encode(), b"<call>"),
        )

    def close(self) -> None:
        self._connection.close()


def _first(response: http.client.HTTPResponse) -> bytes:
    """What a stream tells at once."""
    for line in iter(response.readline, b""):
        if line.startswith(b"data: "):
            return line
    raise AssertionError("it told nothing")


class GrpcWire(Wire):
    def __init__(self, face: GrpcFace, target: str) -> None:
        self._rpcs = face.rpcs
        self._channel = grpc.insecure_channel(target)

    def call(self, operation: str, request: Request, token: str | None, key: str | None) -> Said:
        rpc, fields = self._rpcs[operation], dict(request)
        if key is not None:
            fields["request_id"] = key
        given = {name: value for name, value in fields.items() if value is not None}
        message = ParseDict(given, rpc.request())
        metadata = () if token is None else (("authorization", f"Bearer {token}"),)
        if rpc.is_stream:
            return self._first(rpc.path, message.SerializeToString(), metadata)
        ask: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(
            rpc.path, request_serializer=bytes, response_deserializer=bytes
        )
        try:
            answer, call = ask.with_call(message.SerializeToString(), metadata=metadata, timeout=30)
        except grpc.RpcError as error:
            return _refused(cast(grpc.Call, error))  # the call itself is what is raised
        return _said(call, answer, reason=None)

    def _first(self, path: str, message: bytes, metadata: tuple[tuple[str, str], ...]) -> Said:
        """What a stream tells at once; then it is left."""
        ask: grpc.UnaryStreamMultiCallable[bytes, bytes] = self._channel.unary_stream(
            path, request_serializer=bytes, response_deserializer=bytes
        )
        call = ask(message, metadata=metadata, timeout=30)
        try:
            answer = next(call)
        except grpc.RpcError:
            return _refused(call)
        call.cancel()
        return _said(call, answer, reason=None)

    def close(self) -> None:
        self._channel.close()


def _refused(call: grpc.Call) -> Said:
    refusal = refused(call).refusal
    assert refusal is not None
    return _said(call, b"", reason=refusal.reason)


def _said(call: grpc.Call, answer: bytes, reason: str | None) -> Said:
    told = [*(call.initial_metadata() or ()), *(call.trailing_metadata() or ())]
    code = str(call.code())
    content = f"{code} {call.details()}\n".encode() + answer
    request_id = b""
    for name, value in told:
        raw = value if isinstance(value, bytes) else str(value).encode()
        content += b"\n" + str(name).encode() + b": " + raw
        if name == "x-request-id":
            request_id = raw
    return Said(reason=reason, code=code, content=content.replace(request_id, b"<call>"))
