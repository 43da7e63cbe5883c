"""What a call says beside its message: who is calling, and under which id."""

import re
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import unquote

from uuid_utils.compat import uuid7

from application.messages import Context
from shared.addresses import Network, client_address

REQUEST_ID = "x-request-id"
"""In the metadata of requests (1 to 128 of A-Z, a-z, 0-9, ., _ and -) and, trailing, of answers."""
FORWARDED = "x-forwarded-for"
"""In the metadata of requests: who called the proxy that calls us."""
REPLAYED = "idempotency-replayed"
"""`true` in the trailing metadata of an answer that was stored under the idempotency key before."""

_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]+=*)")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_REFUSED = ""  # no token: whoever verifies it says so

Metadata = Iterable[tuple[str, str | bytes]]


@dataclass(frozen=True, slots=True)
class Call:
    """The call under way. `readable` is false where its message is no protobuf of its type."""

    ctx: Context
    readable: bool


CURRENT: ContextVar[Call] = ContextVar("holdfast_call")
"""Each call runs in a task of its own, and so in a context of its own."""


def context_of(
    metadata: Metadata, peer: str | None = None, trusted: Sequence[Network] = ()
) -> Context:
    """The context as it was sent; nothing in it is verified yet.

    `peer` is the other end of the connection as grpc writes it; `trusted` are the proxies whose
    word on the caller's address is believed.
    """
    tokens: list[str | bytes] = []
    ids: list[str | bytes] = []
    forwarded: list[str] = []
    for name, value in metadata:
        if name == "authorization":
            tokens.append(value)
        elif name == REQUEST_ID:
            ids.append(value)
        elif name == FORWARDED and isinstance(value, str):
            forwarded.append(value)
    return Context(
        request_id=_request_id(ids),
        credentials=_credentials(tokens),
        address=client_address(_host(peer), forwarded, trusted),
        face="grpc",
    )


def _credentials(sent: list[str | bytes]) -> str | None:
    """The bearer token; what is sent twice, or is none, is one that nobody will accept."""
    if not sent:
        return None
    found = _BEARER.fullmatch(sent[0].strip()) if isinstance(sent[0], str) else None
    return found[1] if found and len(sent) == 1 else _REFUSED


def _request_id(sent: list[str | bytes]) -> str:
    """The first usable one of the caller's; else a new one."""
    for value in sent:
        if isinstance(value, str) and _REQUEST_ID.fullmatch(value):
            return value
    return str(uuid7())


def _host(peer: str | None) -> str | None:
    """Of `ipv4:127.0.0.1:5555` or `ipv6:%5B::1%5D:5555`; a socket (`unix:`) has none."""
    kind, _, place = (peer or "").partition(":")
    if kind not in ("ipv4", "ipv6"):
        return None
    host, _, _ = unquote(place).rpartition(":")
    return host.removeprefix("[").removesuffix("]")
