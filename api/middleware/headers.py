"""Headers that every answer carries unless it brings its own."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    # Answers carry tokens, ticket codes and names: nobody keeps them unless they say otherwise.
    (b"cache-control", b"no-store"),
)


Headers: TypeAlias = Sequence[tuple[bytes, bytes]]


def security_headers(hsts_seconds: int) -> Headers:
    """`hsts_seconds` above 0 tells browsers to come back over TLS only, for that long."""
    hsts = f"max-age={hsts_seconds}".encode()
    return _ALWAYS + (((b"strict-transport-security", hsts),) if hsts_seconds else ())


def completed(headers: Iterable[tuple[bytes, bytes]], always: Headers) -> list[tuple[bytes, bytes]]:
    """With those of `always` that it does not bring itself."""
    found = list(headers)
    present = {name.lower() for name, _ in found}
    return found + [header for header in always if header[0] not in present]


class SecurityHeaders:
    def __init__(self, app: ASGIApp, always: Headers) -> None:
        self._app = app
        self._always = always

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = completed(message.get("headers", ()), self._always)
            await send(message)

        await self._app(scope, receive, complete)
