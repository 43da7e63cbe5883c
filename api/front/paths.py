"""Which paths a service has, and which service has a path."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from fastapi import FastAPI
from starlette.routing import Mount, compile_path

from api.front.served import ServedPath
from api.routing import PREFIX

U = TypeVar("U")


def paths_of(app: FastAPI) -> Iterator[ServedPath]:
    """Everything that has an address in the application."""
    for route in app.routes:
        template = getattr(route, "path", None)
        if template is not None:
            methods = getattr(route, "methods", None) or ()
            below = isinstance(route, Mount)
            yield ServedPath(template=template, methods=frozenset(methods), below=below)


@dataclass(frozen=True, slots=True)
class _Way(Generic[U]):
    pattern: "re.Pattern[str]"
    methods: frozenset[str]
    upstream: U


class Map(Generic[U]):
    """Finds who serves a request. What nobody has goes to the first: it knows how to say so."""

    def __init__(self, served: Mapping[U, Sequence[ServedPath]]) -> None:
        """Raises ValueError for nobody."""
        if not served:
            raise ValueError("there is nobody to ask")
        self._first = next(iter(served))
        self._ways: dict[str, list[_Way[U]]] = {}
        for upstream, paths in served.items():
            for path in paths:
                template = path.template + ("/{rest:path}" if path.below else "")
                pattern, _, _ = compile_path(template)
                way = _Way(pattern, path.methods, upstream)
                self._ways.setdefault(_place(path.template), []).append(way)

    def find(self, path: str, method: str) -> U:
        """Who has the path with the method; else who has the path, and refuses the method."""
        refuses: U | None = None
        if method == "HEAD":
            method = "GET"
        for way in self._ways.get(_place(path), ()):
            if way.pattern.match(path):
                if not way.methods or method in way.methods:
                    return way.upstream
                refuses = way.upstream if refuses is None else refuses
        return self._first if refuses is None else refuses


def _place(path: str) -> str:
    """What can be looked up: the first part of the path that is not every operation's."""
    return path.removeprefix(PREFIX).split("/", 2)[1] if "/" in path else ""
