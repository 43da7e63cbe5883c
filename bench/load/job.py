"""What to ask for, how long and by how many at once; and what came of it."""

from dataclasses import dataclass

import msgspec


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of one kind. `tokens` and `bodies` are files with one on each line; bodies of gRPC
    calls are in hex, with `key_mark` where each call's own key goes."""

    protocol: str  # http or grpc
    port: int
    method: str
    path: str
    tokens: str
    bodies: str
    prefix: str
    connections: int
    seconds: float
    first: int
    """The number of the first request, which decides whose it is: loads begin with others."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """`done` were answered, `refused` of them with an error; `broken` were not. Milliseconds."""

    done: int
    seconds: float
    p50: float
    p99: float
    refused: int
    broken: int

    @property
    def granted(self) -> int:
        return self.done - self.refused

    @property
    def rate(self) -> float:
        return self.granted / self.seconds


@dataclass(frozen=True, slots=True)
class Generator:
    """What makes the load, in words, for the report."""

    name: str
    wrk: str | None
