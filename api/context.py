"""What a request says beside its message: who is calling, under which id and which key."""

import re
from collections.abc import Sequence

import msgspec
from starlette.requests import HTTPConnection, Request

from application.messages import Context
from shared.addresses import Network, client_address
from shared.errors import MalformedRequest

REQUEST_ID = "holdfast.request_id"
"""Where the request's id is in the ASGI scope; api.middleware.access puts it there."""

CONTEXT = "holdfast.context"
"""Where the context of the call is in the ASGI scope, once there is one."""

_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]+=*)")
_JSON = re.compile(r"application/(?:json|[\w!#$&^.+-]+\+json)\s*(?:;.*)?", re.I | re.ASCII)
_REFUSED = ""  # no token: whoever verifies it says so


class Call(Request):
    """A request together with its context, admitted by the operation it is for."""

    @property
    def ctx(self) -> Context:
        ctx: Context = self.scope[CONTEXT]
        return ctx

    @ctx.setter
    def ctx(self, ctx: Context) -> None:
        self.scope[CONTEXT] = ctx

    def load_json(self, body: bytes) -> None:
        """Reads the body for `json`. Raises MalformedRequest."""
        if not _JSON.fullmatch(self.headers.get("content-type", "").strip()):
            raise MalformedRequest("The body must be sent as Content-Type: application/json.")
        try:
            self._document: object = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise MalformedRequest("The body is not valid JSON in UTF-8.") from error

    async def json(self) -> object:
        return self._document


def context_of(request: HTTPConnection, trusted: Sequence[Network] = ()) -> Context:
    """The context as it was sent; nothing in it is verified yet. `trusted` are the proxies whose
    word on the caller's address is believed."""
    tokens, keys, forwarded = [], [], []
    for name, value in request.scope["headers"]:
        if name == b"authorization":
            tokens.append(value.decode("latin-1"))
        elif name == b"idempotency-key":
            keys.append(value.decode("latin-1"))
        elif name == b"x-forwarded-for":
            forwarded.append(value.decode("latin-1"))
    return Context(
        request_id=request.scope[REQUEST_ID],
        credentials=_credentials(tokens),
        address=client_address(_peer(request), forwarded, trusted),
        idempotency_key=",".join(keys) if keys else None,
        face="rest",
    )


def context_from(
    request: Request,
    *,
    token: bytes | None,
    key: bytes | None,
    forwarded: bytes | None,
    trusted: Sequence[Network],
) -> Context:
    """The same of headers that were looked up already, each of which was sent once at most."""
    forwarders = [] if forwarded is None else [forwarded.decode("latin-1")]
    return Context(
        request_id=request.scope[REQUEST_ID],
        credentials=None if token is None else _credentials([token.decode("latin-1")]),
        address=client_address(_peer(request), forwarders, trusted),
        idempotency_key=None if key is None else key.decode("latin-1"),
        face="rest",
    )


def _peer(request: HTTPConnection) -> str | None:
    peer = request.scope.get("client")
    return peer[0] if peer else None


def _credentials(sent: list[str]) -> str | None:
    """The bearer token; what is sent twice, or is none, is one that nobody will accept."""
    if not sent:
        return None
    found = _BEARER.fullmatch(sent[0].strip())
    return found[1] if found and len(sent) == 1 else _REFUSED
