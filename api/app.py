"""The REST face as an ASGI application: nothing but an `Application` behind HTTP."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.api_key.routes import add_api_key_routes
from api.attention.routes import add_attention_routes
from api.auth.proofs import add_proof_routes
from api.auth.routes import add_auth_routes
from api.auth.sessions import add_session_routes
from api.description import TITLE
from api.docs.routes import add_docs_routes
from api.event.routes import add_event_routes
from api.fact.routes import add_fact_routes
from api.fast.lane import FastLane, LaneConfig
from api.fast.route import FastRoute
from api.guest.routes import add_guest_routes
from api.health.metrics import Figures, add_metrics_route
from api.health.routes import add_health_routes
from api.hold.routes import add_hold_routes
from api.jwks.routes import add_jwks_routes
from api.limits import LEFT, POLICY
from api.live.routes import add_availability_stream, add_order_stream
from api.member.invitations import add_invitation_routes
from api.member.routes import add_member_routes
from api.middleware.access import AccessLine, AccessLog, logged_line
from api.middleware.body_limit import BodyLimit, Narrower
from api.middleware.head import Head
from api.middleware.headers import SecurityHeaders, security_headers
from api.middleware.safety_net import SafetyNet
from api.openapi import document
from api.order.money import add_order_money_routes
from api.order.routes import add_order_routes
from api.organizer.reconciliation import add_reconciliation_routes
from api.organizer.routes import add_organizer_routes
from api.refusals import add_refusals
from api.routing import Documented, Routes
from api.ticket.routes import add_ticket_routes
from api.user.admin import add_user_admin_routes
from api.user.routes import add_user_routes
from api.webhook_endpoint.deliveries import add_webhook_delivery_routes
from api.webhook_endpoint.routes import add_webhook_endpoint_routes
from api.webhooks.limit import webhook_limit
from api.webhooks.routes import add_webhook_routes
from application.app import Application
from shared.addresses import networks

_GZIP_LEVEL = 5
_METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
_RECEIVED = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "X-Request-ID",
)
_SHOWN = (
    "ETag",
    "Idempotency-Replayed",
    "Location",
    LEFT,
    POLICY,
    "Retry-After",
    "X-Request-ID",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestConfig:
    """`cors_origins` may hold "*". Sizes in bytes. `hsts_seconds` 0 leaves that header out.
    `trusted_proxies`: the networks of those whose X-Forwarded-For is believed. `fast_lane`: whether
    the routes that have a shorter way take it."""

    cors_origins: tuple[str, ...] = ()
    docs: bool = True
    max_body_bytes: int = 1024 * 1024
    gzip_min_bytes: int = 1024
    hsts_seconds: int = 0
    trusted_proxies: tuple[str, ...] = ()
    fast_lane: bool = True
    operations: frozenset[str] | None = None
    """The names of those that have an address here; None for all."""


class RestApp(FastAPI):
    """With a shorter way past everything for a few routes."""

    fast_lane: FastLane | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = self.fast_lane.find(scope) if self.fast_lane is not None else None
        if self.fast_lane is None or asked is None:
            await super().__call__(scope, receive, send)
        else:
            await self.fast_lane.serve(asked, scope, receive, send)


def create_app(
    application: Application,
    config: RestConfig,
    *,
    ready: Callable[[], Awaitable[bool]],
    jwks: Callable[[], Mapping[str, object]],
    mounts: Mapping[str, ASGIApp] | None = None,
    figures: Figures | None = None,
    line: AccessLine | None = None,
) -> RestApp:
    """`ready` says whether this process can serve; `jwks` answers the public keys of its tokens;
    `mounts` are ASGI applications by path; `figures` are what /metrics shows; `line` writes a
    request's line in the log.
    """
    line = line or logged_line()
    app = RestApp(
        title=TITLE,
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=_middleware(config, line, webhook_limit(application.webhooks)),
    )
    fast: list[FastRoute] = []
    operations = _add_operations(app, application, config, fast)

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app, operations)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # how FastAPI wants it replaced
    add_refusals(app)
    add_health_routes(app, ready)
    if figures is not None:
        add_metrics_route(app, figures)
    add_jwks_routes(app, jwks)
    if config.docs:
        add_docs_routes(app, described)
    for path, mounted in (mounts or {}).items():
        app.mount(path, mounted)
    if config.fast_lane:
        app.fast_lane = FastLane(fast, super(RestApp, app).__call__, _lane(config, line))
    return app


def _add_operations(
    app: FastAPI, application: Application, config: RestConfig, fast: list[FastRoute]
) -> dict[str, Documented]:
    operations: dict[str, Documented] = {}
    trusted = networks(config.trusted_proxies)

    def under(tag: str) -> Routes:
        return Routes(app, tag, operations, trusted, fast, config.operations)

    add_auth_routes(under("Accounts"), application.auth)
    add_session_routes(under("Accounts"), application.auth)
    add_proof_routes(under("Accounts"), application.auth)
    add_user_routes(under("Accounts"), application.users)
    add_user_admin_routes(under("Superusers"), application.users)
    add_guest_routes(under("Guests"), application.guests)
    add_organizer_routes(under("Organizers"), application.organizers)
    add_reconciliation_routes(under("Organizers"), application.organizers)
    add_member_routes(under("Members"), application.members)
    add_invitation_routes(under("Members"), application.members)
    add_api_key_routes(under("API keys"), application.api_keys)
    add_event_routes(under("Events"), application.events)
    add_availability_stream(under("Events"), application.events)
    add_hold_routes(under("Holds"), application.holds)
    add_order_routes(under("Orders"), application.orders)
    add_order_stream(under("Orders"), application.orders)
    add_order_money_routes(under("Orders"), application.orders)
    add_ticket_routes(under("Tickets"), application.tickets)
    add_attention_routes(under("Attention"), application.attention)
    add_fact_routes(under("Log"), application.facts)
    add_webhook_endpoint_routes(under("Webhook endpoints"), application.webhook_endpoints)
    add_webhook_delivery_routes(under("Webhook endpoints"), application.webhook_endpoints)
    add_webhook_routes(under("Webhooks"), application.webhooks)
    return operations


def _lane(config: RestConfig, line: AccessLine) -> LaneConfig:
    return LaneConfig(
        line=line,
        always=security_headers(config.hsts_seconds),
        most_bytes=config.max_body_bytes,
        gzip_min_bytes=config.gzip_min_bytes,
        gzip_level=_GZIP_LEVEL,
        cors=bool(config.cors_origins),
        trusted=networks(config.trusted_proxies),
    )


def _middleware(config: RestConfig, line: AccessLine, webhooks: Narrower) -> list[Middleware]:
    """From the outside in."""
    layers = [
        Middleware(AccessLog, line),
        Middleware(SecurityHeaders, security_headers(config.hsts_seconds)),
    ]
    if config.cors_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=config.cors_origins,
                allow_methods=_METHODS,
                allow_headers=_RECEIVED,
                expose_headers=_SHOWN,
                max_age=600,
            )
        )
    return [
        *layers,
        Middleware(SafetyNet),
        Middleware(Head),
        Middleware(GZipMiddleware, minimum_size=config.gzip_min_bytes, compresslevel=_GZIP_LEVEL),
        Middleware(BodyLimit, config.max_body_bytes, webhooks),
    ]
