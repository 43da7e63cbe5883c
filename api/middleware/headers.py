"""Headers that every answer carries unless it brings its own."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    # Answers carry tokens, ticket codes and names: nobody keeps them unless they say otherwise.
    (b"cache-control", b"no-store"),
)


class SecurityHeaders:
    """`hsts_seconds` above 0 tells browsers to come back over TLS only, for that long."""

    def __init__(self, app: ASGIApp, hsts_seconds: int) -> None:
        self._app = app
        hsts = f"max-age={hsts_seconds}".encode()
        self._headers = _ALWAYS + (((b"strict-transport-security", hsts),) if hsts_seconds else ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                headers += [header for header in self._headers if header[0] not in present]
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, completed)
