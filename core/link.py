"""What a supervisor and the processes it started say to each other: one line each, over a socket
that is the standard input of the process and nobody else's."""

import os
from dataclasses import dataclass, field
from typing import Final

import msgspec

from api.front.served import ServedPath
from application.services import Service
from core.demo import Demo

MEMBER: Final = "--member"
"""The argument that makes an entry point somebody's member."""
_CHANNEL: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A service as the front sees it."""

    name: str
    host: str
    rest_port: int
    grpc_port: int
    paths: tuple[ServedPath, ...]
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a member is to do (see core.serve.Duties). Everything else it reads from the settings,
    like the supervisor. With `upstreams` it serves nothing itself and passes calls on to them."""

    name: str
    rest_port: int | None
    rest_url: str
    grpc_port: int | None
    metrics_port: int | None
    works: bool
    prepares: bool
    processes: int
    services: frozenset[Service]
    host: str | None
    front: str | None
    inventory: str | None
    inventory_listen: str | None
    upstreams: tuple[Upstream, ...]
    url: str = field(repr=False)
    owner_url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """That it serves, or why it cannot (`problem`)."""

    problem: str | None = None
    grpc_address: str | None = None
    demo: Demo | None = None
    paths: tuple[ServedPath, ...] = ()
    operations: tuple[str, ...] = ()


def to_line(said: Brief | Report) -> bytes:
    return msgspec.json.encode(said) + b"\n"


def report_of(line: bytes) -> Report | None:
    """None when the member ended without a word."""
    return msgspec.json.decode(line, type=Report) if line.endswith(b"\n") else None


def await_brief() -> Brief | None:
    """The member's end: waits for it. None when the supervisor is gone."""
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(_CHANNEL, 65536)
        if not part:
            return None
        line += part
    return msgspec.json.decode(line, type=Brief)


def say(report: Report) -> None:
    """The member's end."""
    os.write(_CHANNEL, to_line(report))


def channel() -> int:
    """The member's end: readable when the supervisor is gone, for it says nothing more."""
    return _CHANNEL
