"""The last resort: a bug outside of any operation is logged once and stays anonymous."""

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.context import REQUEST_ID
from api.errors import problem
from shared.errors import Internal


class SafetyNet:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger("holdfast.rest")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            return  # nobody is left to answer
        except Exception as bug:
            self._log.error("failed", exc_info=bug)
            if started:
                return  # too late for a problem; the server sees it is incomplete and hangs up
            request_id = scope[REQUEST_ID]
            error = Internal(metadata={"request_id": request_id})
            response = problem(error, path=scope["path"], request_id=request_id)
            await response(scope, receive, send)
