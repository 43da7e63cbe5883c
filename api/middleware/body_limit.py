"""The size of a request is judged before anything else, and no more of it is read than allowed."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.context import REQUEST_ID
from api.errors import problem
from shared.errors import RequestTooLarge


class BodyLimit:
    """Refuses what announces more than `most` bytes; what does not announce its length is counted,
    and whoever reads beyond `most` gets RequestTooLarge raised."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced(scope) > self._most:
            response = problem(self._refusal(), path=scope["path"], request_id=scope[REQUEST_ID])
            await response(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > self._most:
                    raise self._refusal()
            return message

        await self._app(scope, counted, send)

    def _refusal(self) -> RequestTooLarge:
        return RequestTooLarge(metadata={"max_bytes": self._most})


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
