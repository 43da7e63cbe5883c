"""How whatever is raised on the way to an answer becomes a problem."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from api.answers import reply_headers
from api.context import CONTEXT, REQUEST_ID
from api.errors import problem
from shared.errors import (
    AppError,
    Internal,
    MalformedRequest,
    OperationUnknown,
    RequestTooLarge,
    RouteNotFound,
)

_BY_STATUS: dict[int, type[AppError]] = {
    400: MalformedRequest,
    404: RouteNotFound,
    405: OperationUnknown,
    413: RequestTooLarge,
}


def add_refusals(app: FastAPI) -> None:
    """Business refusals, and what the framework itself refuses."""

    async def refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, AppError):
            raise error
        return _problem(request, error)

    async def not_routed(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        if error.status_code != 405:
            return _problem(request, _BY_STATUS.get(error.status_code, Internal)())
        headers = {"Allow": ", ".join(_allowed(app, request))}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        return _problem(request, OperationUnknown("This address has no such method."), headers)

    app.add_exception_handler(AppError, refused)
    app.add_exception_handler(HTTPException, not_routed)


def _problem(request: Request, error: AppError, headers: dict[str, str] | None = None) -> Response:
    return problem(
        error,
        path=request.scope["path"],
        request_id=request.scope[REQUEST_ID],
        if_match="if-match" in request.headers,
        headers=(headers or {}) | reply_headers(request.scope.get(CONTEXT)),
    )


def _allowed(app: FastAPI, request: Request) -> list[str]:
    """Every method of the address, whichever routes it is spread over."""
    methods = {"OPTIONS"}
    for route in app.router.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            methods |= route.methods or set()
    if "GET" in methods:
        methods.add("HEAD")
    return sorted(methods)
