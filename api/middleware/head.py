"""HEAD is GET without the body."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASKED_FOR_HEAD: Final = "holdfast.head"
"""In the scope of a GET whose body nobody will see: one that never ends would be for nothing."""


class Head:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # The server looks at the method in its own scope, which stays as it is.
        asked = {**scope, "method": "GET", ASKED_FOR_HEAD: True}
        try:
            await self._app(asked, receive, bodiless)
        finally:
            scope["route"] = asked.get("route")
