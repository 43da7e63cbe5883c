"""Refusals over HTTP: one table, whole and in one place."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from api.app import RestConfig, create_app
from api.errors import BY_REASON, BY_REASON_IF_MATCH, STATUS, status_of
from shared.errors import AppError, Code, Conflict, DatabaseUnavailable
from tests.api.house import Client, House, Json, new_key


def test_every_code_has_a_status() -> None:
    assert set(STATUS) == set(Code)


def test_every_reason_has_a_status_and_every_exception_a_reason() -> None:
    reasons = AppError.reasons()
    assert {status_of(error) for error in reasons.values()} <= set(range(400, 600))
    assert set(BY_REASON) | set(BY_REASON_IF_MATCH) <= set(reasons)


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("MALFORMED_REQUEST", 400),
        ("IDEMPOTENCY_KEY_REQUIRED", 400),
        ("IDEMPOTENCY_KEY_INVALID", 400),
        ("WEBHOOK_INVALID", 400),
        ("TOKEN_EXPIRED", 401),
        ("NOT_A_MEMBER", 403),
        ("TOKEN_REVOKED", 401),
        ("SCOPE_MISSING", 403),
        ("HOLD_NOT_FOUND", 404),
        ("OPERATION_UNKNOWN", 405),
        ("SOLD_OUT", 409),
        ("IDEMPOTENCY_IN_PROGRESS", 409),
        ("CONFLICT", 409),
        ("REQUEST_TOO_LARGE", 413),
        ("FIELD_INVALID", 422),
        ("IDEMPOTENCY_KEY_REUSED", 422),
        ("PAYMENT_PROVIDER_UNKNOWN", 422),
        ("RATE_LIMITED", 429),
        ("INTERNAL", 500),
        ("DATABASE_UNAVAILABLE", 503),
        ("OVERLOADED", 503),
        ("NOT_READY", 503),
        ("DEADLINE_EXCEEDED", 504),
    ],
)
def test_the_status_of(reason: str, status: int) -> None:
    assert status_of(AppError.reasons()[reason]) == status


def test_a_failed_condition_is_412_and_nothing_else_is() -> None:
    for error in AppError.reasons().values():
        expected = 412 if error is Conflict else status_of(error)
        assert status_of(error, if_match=True) == expected


async def test_the_members_of_a_problem(house: House) -> None:
    sale = await house.sale(capacity=1)
    buyer = await house.member()
    response = await buyer.post(
        "/holds", sale.wants(2), key=new_key(), headers={"X-Request-ID": "mine"}, expect=409
    )
    (kind,) = sale.event["ticket_types"]
    assert response.json() == {
        "type": "urn:holdfast:problem:SOLD_OUT",
        "title": "Not enough tickets are left.",
        "status": 409,
        "detail": "Not enough tickets are left.",
        "instance": "/api/v1/holds",
        "code": "SOLD_OUT",
        "metadata": {"ticket_type_ids": kind["id"]},
        "request_id": "mine",
        "errors": [{"pointer": "/lines/0", "message": "asks for 2, 1 left"}],
    }
    assert "retry-after" not in response.headers


@pytest.mark.parametrize(("seconds", "header"), [(0.0, "1"), (0.2, "1"), (1, "1"), (1.01, "2")])
async def test_retry_after_is_in_whole_seconds(house: House, seconds: float, header: str) -> None:
    refuse_all(house, lambda: DatabaseUnavailable(retry_after=seconds))
    response = await (await house.member()).get("/users/me", expect=503)
    assert response.headers["retry-after"] == header


async def test_a_bug_is_anonymous_and_told_to_the_observer_once(house: House) -> None:
    refuse_all(house, lambda: ZeroDivisionError("the secret"))
    response = await (await house.member()).get("/users/me", expect=500)
    assert response.json()["code"] == "INTERNAL"
    assert "secret" not in response.text and "Zero" not in response.text
    assert [str(bug) for bug in house.observer.bugs] == ["the secret"]


async def test_a_bug_of_the_face_is_anonymous_and_logged_once(house: House) -> None:
    async def ready() -> bool:
        raise ZeroDivisionError("the secret")

    config = RestConfig(cors_origins=("https://shop.example",))
    house.rest = create_app(house.application, config, ready=ready, jwks=dict)
    with capture_logs() as lines:
        origin = {"Origin": "https://shop.example"}
        response = await house.client().get("/ready", headers=origin, expect=500)
    assert response.json()["code"] == "INTERNAL"
    assert "secret" not in response.text
    assert response.headers["access-control-allow-origin"] == "https://shop.example"
    assert response.headers["x-content-type-options"] == "nosniff"
    (line,) = [line for line in lines if line["log_level"] == "error"]
    assert isinstance(line["exc_info"], ZeroDivisionError)


@pytest.mark.parametrize("path", ["/nowhere", "/holds/", "/api/v2/holds", "/health/"])
async def test_nothing_is_there(stranger: Client, path: str) -> None:
    response = await stranger.get(path, expect=404)
    assert response.json()["code"] == "ROUTE_NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/holds", "OPTIONS, POST"),
        ("GET", "/holds", "OPTIONS, POST"),
        ("DELETE", "/users/me", "GET, HEAD, OPTIONS, PATCH"),
        ("PATCH", "/users/x/superuser", "DELETE, OPTIONS, POST"),
        ("POST", "/events/x", "GET, HEAD, OPTIONS, PATCH"),
        ("PATCH", "/holds/x", "DELETE, GET, HEAD, OPTIONS"),
        ("DELETE", "/events", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/health", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_method_that_is_not_there(
    stranger: Client, method: str, path: str, allowed: str
) -> None:
    response = await stranger.send(method, path, expect=405)
    assert response.json()["code"] == "OPERATION_UNKNOWN"
    assert response.headers["allow"] == allowed
    asked = await stranger.send("OPTIONS", path, expect=204)
    assert (asked.headers["allow"], asked.content) == (allowed, b"")


def refuse_all(house: House, error: Callable[[], Exception]) -> None:
    """GetMe raises what `error` makes."""
    operation = house.application.users.get_me

    async def handle(*_: Json) -> Json:
        raise error()

    users = replace(house.application.users, get_me=replace(operation, handle=handle))
    application = replace(house.application, users=users)
    house.rest = create_app(application, RestConfig(), ready=house.ready, jwks=dict)
