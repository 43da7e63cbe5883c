"""Operations as routes: what happens around each, in the order the product promises.

size → authentication → authorization → rate limit → key format → shape → execution. FastAPI reads a
body before anything else can look at the request, so the first five happen around its own handler.
"""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from api.context import CONTEXT, Call, context_of
from api.fast.body import FastBody
from api.fast.route import FastRoute
from api.shape import violations
from application.live.stream import Stream
from application.pipeline import Operation
from shared.addresses import Network
from shared.errors import AppError, FieldInvalid, MalformedRequest

P = ParamSpec("P")
Endpoint = Callable[P, Awaitable[Response]]
AnyOperation = Operation[Any, Any] | Stream[Any, Any]

PREFIX = "/api/v1"
_BODILESS = frozenset({"GET", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """What the documentation says of an operation beyond what its signature tells. `has_body`:
    it reads one; `may_have_body`: it is sent with a method that can have one."""

    operation: AnyOperation
    refuses: tuple[type[AppError], ...]
    may_have_body: bool
    has_body: bool
    has_parameters: bool


@dataclass(frozen=True, slots=True)
class Fast:
    """Says that a route is on the fast lane too. `body` reads what its shape of the body reads."""

    body: type[FastBody] | None = None


@dataclass(frozen=True, slots=True)
class Routes:
    """Adds the operations of one aggregate to the app, under one heading of the documentation."""

    app: FastAPI
    tag: str
    documented: dict[str, Documented] = field(default_factory=dict)
    trusted: Sequence[Network] = ()
    """The proxies whose word on the caller's address is believed."""
    fast: list[FastRoute] = field(default_factory=list)
    served: frozenset[str] | None = None
    """The names of the operations that this process answers; None for all."""

    def get(
        self, path: str, operation: AnyOperation, **said: Any
    ) -> Callable[[Endpoint[P]], Endpoint[P]]:
        """See `add`."""
        return self.add("GET", path, operation, **said)

    def post(
        self, path: str, operation: AnyOperation, **said: Any
    ) -> Callable[[Endpoint[P]], Endpoint[P]]:
        """See `add`."""
        return self.add("POST", path, operation, **said)

    def patch(
        self, path: str, operation: AnyOperation, **said: Any
    ) -> Callable[[Endpoint[P]], Endpoint[P]]:
        """See `add`."""
        return self.add("PATCH", path, operation, **said)

    def delete(
        self, path: str, operation: AnyOperation, **said: Any
    ) -> Callable[[Endpoint[P]], Endpoint[P]]:
        """See `add`."""
        return self.add("DELETE", path, operation, **said)

    def add(
        self,
        method: str,
        path: str,
        operation: AnyOperation,
        *,
        summary: str,
        answers: type[object] | None,
        status: int = 200,
        says: str = "As asked.",
        refuses: tuple[type[AppError], ...] = (),
        extra: dict[str, Any] | None = None,
        fast: Fast | None = None,
        sends: type[JSONResponse] = JSONResponse,
    ) -> Callable[[Endpoint[P]], Endpoint[P]]:
        """The decorated function translates in, calls the operation and translates out.

        `answers` is the documented shape (None: there is no body), `says` the meaning of the
        success; `refuses` are the operation's own refusals (those of every operation are added by
        themselves); `fast` puts it on the fast lane as well; `sends` is what the answer is sent as.
        """

        def register(endpoint: Endpoint[P]) -> Endpoint[P]:
            if self.served is not None and operation.name not in self.served:
                return endpoint
            self.app.router.add_api_route(
                PREFIX + path,
                endpoint,
                methods=[method],
                operation_id=operation.name,
                name=operation.name,
                tags=[self.tag],
                summary=summary,
                response_model=answers,
                status_code=status,
                response_description=says,
                response_class=Response if answers is None else sends,
                route_class_override=_route_class(operation, self.trusted),
                openapi_extra=extra,
            )
            route = self.app.router.routes[-1]
            if not isinstance(route, APIRoute):
                raise TypeError(f"{operation.name} did not become a route")
            dependant = route.dependant
            self.documented[operation.name] = Documented(
                operation=operation,
                refuses=refuses,
                may_have_body=method not in _BODILESS,
                has_body=route.body_field is not None,
                has_parameters=bool(
                    dependant.path_params or dependant.query_params or dependant.header_params
                ),
            )
            if fast is not None and isinstance(operation, Operation):
                self.fast.append(FastRoute(route, operation, endpoint, fast.body))
            return endpoint

        return register


def _route_class(operation: AnyOperation, trusted: Sequence[Network]) -> type[APIRoute]:
    class OperationRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            execute = super().get_route_handler()
            body = self.body_field
            takes_body = body is not None
            needs_body = body is not None and body.field_info.is_required()
            may_have_body = not _BODILESS.issuperset(self.methods or ())

            async def handle(request: Request) -> Response:
                call = Call(request.scope, request.receive)
                if CONTEXT not in request.scope:  # the fast lane may have been here before
                    call.ctx = context_of(call, trusted)
                try:
                    sent = await call.body() if may_have_body else b""
                    if call.ctx.admitted != operation.name:
                        call.ctx = await operation.admit(call.ctx)
                    if takes_body and sent:
                        call.load_json(sent)
                    elif needs_body:
                        raise MalformedRequest("The request needs a body.")
                except AppError as refusal:
                    operation.refuse(refusal, call.ctx)
                    raise
                try:
                    return await execute(call)
                except RequestValidationError as error:
                    invalid = FieldInvalid(violations=violations(error.errors()))
                    operation.refuse(invalid, call.ctx)
                    raise invalid from None

            return handle

    return OperationRoute
