"""The size of a request is judged before anything else, and no more of it is read than allowed."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.context import REQUEST_ID
from api.errors import problem
from shared.errors import RequestTooLarge


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrower:
    """Below `prefix` bodies have at most `most` bytes; `refused` is told the rest of the path of
    one that has more."""

    prefix: str
    most: int
    refused: Callable[[str], None]


class BodyLimit:
    """Refuses what announces more than `most` bytes; what does not announce its length is counted,
    and whoever reads beyond `most` gets RequestTooLarge raised. In one place it is `narrower`."""

    def __init__(self, app: ASGIApp, most: int, narrower: Narrower | None = None) -> None:
        self._app = app
        self._most = most
        self._narrower = narrower

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._limit(scope["path"])
        if _announced(scope) > most:
            refusal = self._refusal(scope["path"], most)
            response = problem(refusal, path=scope["path"], request_id=scope[REQUEST_ID])
            await response(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > most:
                    raise self._refusal(scope["path"], most)
            return message

        await self._app(scope, counted, send)

    def _limit(self, path: str) -> int:
        narrower = self._narrower
        if narrower is None or not path.startswith(narrower.prefix):
            return self._most
        return min(self._most, narrower.most)

    def _refusal(self, path: str, most: int) -> RequestTooLarge:
        if self._narrower is not None and path.startswith(self._narrower.prefix):
            self._narrower.refused(path.removeprefix(self._narrower.prefix))
        return RequestTooLarge(metadata={"max_bytes": most})


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
