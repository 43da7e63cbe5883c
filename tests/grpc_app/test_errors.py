"""Refusals on the wire, and back again."""

import importlib

import grpc
import pytest
from google.rpc.code_pb2 import Code as RpcCode
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from domain.hold.errors import HoldNotFound
from grpc_app.clients.client import HoldfastClient
from grpc_app.clients.errors import refusal_of
from grpc_app.errors import OMITTED, STATUS, status_of
from shared.errors import AppError, Code, Conflict, FieldInvalid, Violation
from tests.grpc_app.calling import create_hold
from tests.grpc_app.scripted import Script

importlib.import_module("application.app")  # with it every reason is declared


def details(status: Status) -> tuple[ErrorInfo, RequestInfo, BadRequest, RetryInfo]:
    found = ErrorInfo(), RequestInfo(), BadRequest(), RetryInfo()
    for detail in status.details:
        assert sum(detail.Unpack(each) for each in found) == 1
    return found


def test_the_table_is_total_and_keeps_the_names() -> None:
    assert {code: status.name for code, status in STATUS.items()} == {
        code: code.value for code in Code
    }


def test_a_refusal_in_full() -> None:
    error = FieldInvalid(
        violations=[Violation(("lines", 0, "quantity"), "is required")],
        retry_after=1.5,
        metadata={"seats": 3},
    )
    status = status_of(error, "id-1")
    info, request, bad, retry = details(status)
    assert (status.code, status.message) == (RpcCode.INVALID_ARGUMENT, error.title)
    assert (info.reason, info.domain, dict(info.metadata)) == (
        "FIELD_INVALID",
        "holdfast",
        {"seats": "3"},
    )
    assert request.request_id == "id-1"
    (violation,) = bad.field_violations
    assert (violation.field, violation.description) == ("lines[0].quantity", "is required")
    assert (retry.retry_delay.seconds, retry.retry_delay.nanos) == (1, 500_000_000)


def test_a_refusal_has_only_what_it_needs() -> None:
    status = status_of(HoldNotFound(), "id-1")
    kinds = [detail.TypeName() for detail in status.details]
    assert kinds == ["google.rpc.ErrorInfo", "google.rpc.RequestInfo"]


def received(error: AppError) -> grpc.aio.AioRpcError:
    """As a client's grpc tells of it."""
    status = rpc_status.to_status(status_of(error, "id-1"))
    return grpc.aio.AioRpcError(
        code=status.code,
        details=status.details,
        initial_metadata=grpc.aio.Metadata(),
        trailing_metadata=grpc.aio.Metadata(*(status.trailing_metadata or ())),
    )


REASONS = list(AppError.reasons().values())


@pytest.mark.parametrize("kind", REASONS, ids=lambda kind: kind.reason)
def test_every_refusal_survives_the_journey(kind: type[AppError]) -> None:
    error = kind(
        "as it was said",
        violations=[
            Violation(("lines", 12, "ticket_type_id"), "is sold out"),
            Violation(("pools", 0), "is named twice"),
        ],
        retry_after=2.25,
        metadata={"available": 3, "empty": ""},
    )
    again = refusal_of(received(error))
    assert type(again) is kind
    assert again is not None
    assert again.message == error.message
    assert again.violations == error.violations
    assert again.retry_after == error.retry_after
    assert again.metadata == error.metadata


def test_there_are_reasons() -> None:
    assert len(REASONS) > 20


async def test_a_thousand_violations_fit(script: Script, client: HoldfastClient) -> None:
    """Else the client's own limit would hide the refusal."""
    error = FieldInvalid(
        violations=[Violation(("lines", at, "ticket_type_id"), "is wrong") for at in range(1000)]
    )
    script.raises("CreateHold", error)
    with pytest.raises(FieldInvalid) as refused:
        await client.holds.CreateHold(create_hold())
    named = refused.value.violations
    assert len(named) > 50
    assert named == error.violations[: len(named)]
    assert refused.value.metadata == {OMITTED: str(1000 - len(named))}


async def test_a_refusal_of_an_operation_arrives(script: Script, client: HoldfastClient) -> None:
    script.raises("CreateHold", Conflict("später", retry_after=1, metadata={"version": 4}))
    with pytest.raises(Conflict) as refused:
        await client.holds.CreateHold(create_hold())
    error = refused.value
    assert (error.message, error.retry_after, error.metadata) == ("später", 1, {"version": "4"})
    assert isinstance(error.__cause__, grpc.aio.AioRpcError)
    assert error.__cause__.code() is grpc.StatusCode.ABORTED
