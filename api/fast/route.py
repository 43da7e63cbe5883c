"""One route of the fast lane: which requests it takes, and what it calls its endpoint with."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from fastapi.routing import APIRoute
from starlette.responses import Response

from api.fast.body import FastBody
from application.pipeline import Operation

_ID = r"([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
_PARAMETER = re.compile(r"\{(\w+)\}")
_QUERY = re.compile(rb"(\w+)=([0-9]{1,18})")


class Unusual(Exception):
    """Something that only the ordinary route knows how to answer, or to refuse."""


class Asked(NamedTuple):
    """A request that looks as if the fast lane can answer it. `headers` has no name twice."""

    route: "FastRoute"
    ids: tuple[str, ...]
    query: bytes
    headers: Mapping[bytes, bytes]


class FastRoute:
    """The same endpoint, operation and parameters as the ordinary `route`. `body` is the twin of
    the shape of its body."""

    def __init__(
        self,
        route: APIRoute,
        operation: Operation[Any, Any],
        endpoint: Callable[..., Awaitable[Response]],
        body: type[FastBody] | None,
    ) -> None:
        self.operation = operation
        self.endpoint = endpoint
        self.format = route.path_format
        self.method = next(iter(route.methods or ()))
        self.pattern = re.compile(_PARAMETER.sub(lambda _: _ID, route.path_format))
        of = route.dependant
        if bool(of.body_params) != (body is not None):
            raise TypeError(f"the fast lane needs a twin for each body, and {operation.name} has")
        self._path = tuple(of.path_params)
        self._query = {field.alias.encode(): field for field in of.query_params}
        self._headers = {field.alias.lower().encode(): field for field in of.header_params}
        self._read = None if body is None else msgspec.json.Decoder(body).decode
        self._body = of.body_params[0].name if body is not None else ""

    @property
    def has_body(self) -> bool:
        return self._read is not None

    def arguments(self, asked: Asked, body: bytes) -> dict[str, object]:
        """What the endpoint is called with beside the call. Raises Unusual for what it may not be
        called with, as far as this lane can tell."""
        found: dict[str, object] = {}
        for parameter, text in zip(self._path, asked.ids, strict=True):
            found[parameter.name] = _valid(parameter, text)
        if asked.query and self._query:
            pair = _QUERY.fullmatch(asked.query)
            if pair is None or pair[1] not in self._query:
                raise Unusual
            parameter = self._query[pair[1]]
            found[parameter.name] = _valid(parameter, pair[2].decode())
        for name, parameter in self._headers.items():
            value = asked.headers.get(name)
            if value is not None:
                found[parameter.name] = _valid(parameter, value.decode("latin-1"))
        if self._read is not None:
            try:
                found[self._body] = self._read(body)
            except (ValueError, RecursionError) as error:  # whatever msgspec refuses
                raise Unusual from error
        return found


def _valid(parameter: Any, value: str) -> object:
    """By the parameter's own validator, which is the one of the ordinary route."""
    read, errors = parameter.validate(value, {}, loc=())
    if errors:
        raise Unusual
    return read
