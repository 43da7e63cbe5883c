"""A small client: typed calls, tokens and ids in place, and the server's errors as exceptions."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self, TypeVar
from uuid import uuid4

import grpc
from google.protobuf.message import Message

from application.errors import RefreshTokenInvalid
from grpc_app.clients.errors import refusal_of
from grpc_app.context import REPLAYED, REQUEST_ID
from grpc_app.generated.holdfast.v1.api_key_pb2_grpc import ApiKeyServiceStub
from grpc_app.generated.holdfast.v1.attention_pb2_grpc import AttentionServiceStub
from grpc_app.generated.holdfast.v1.auth_pb2 import LoginRequest, RefreshTokenRequest, Tokens
from grpc_app.generated.holdfast.v1.auth_pb2_grpc import AuthServiceStub
from grpc_app.generated.holdfast.v1.event_pb2_grpc import EventServiceStub
from grpc_app.generated.holdfast.v1.fact_pb2_grpc import FactServiceStub
from grpc_app.generated.holdfast.v1.guest_pb2_grpc import GuestServiceStub
from grpc_app.generated.holdfast.v1.hold_pb2_grpc import HoldServiceStub
from grpc_app.generated.holdfast.v1.member_pb2_grpc import MemberServiceStub
from grpc_app.generated.holdfast.v1.order_pb2_grpc import OrderServiceStub
from grpc_app.generated.holdfast.v1.organizer_pb2_grpc import OrganizerServiceStub
from grpc_app.generated.holdfast.v1.ticket_pb2_grpc import TicketServiceStub
from grpc_app.generated.holdfast.v1.user_pb2_grpc import UserServiceStub
from grpc_app.generated.holdfast.v1.webhook_pb2_grpc import WebhookServiceStub

Q = TypeVar("Q")
A = TypeVar("A")
Call = grpc.aio.UnaryUnaryCall[Q, A]
Tells = grpc.aio.UnaryStreamCall[Q, A]
Continue = Callable[[grpc.aio.ClientCallDetails, Q], Awaitable[Call[Q, A]]]


class HoldfastClient:
    """Calls Holdfast over gRPC: `await client.holds.CreateHold(CreateHoldRequest(...))`.

    Each group of operations is an attribute. A refused call raises the AppError that the server
    raised (SoldOut, FieldInvalid, ...), ServerUnreachable without a connection, and AioRpcError
    where the reason has no class here. `token`, an access token or an API key, is sent with every
    call; one client may serve many users by passing `metadata=bearer(token)` to each call instead.

    A request that changes something and has no `request_id` (its idempotency key) gets a new one.
    To send the same request again after a lost answer, set one and keep it.
    """

    def __init__(
        self,
        target: str,
        *,
        token: str | None = None,
        timeout_seconds: float = 30,
        credentials: grpc.ChannelCredentials | None = None,
        options: Sequence[tuple[str, str | int]] = (),
    ) -> None:
        self.token = token
        self.refresh_token: str | None = None
        interceptors = [_Calls(self, timeout_seconds), _Streams(self)]
        self._channel = (
            grpc.aio.insecure_channel(target, options=options, interceptors=interceptors)
            if credentials is None
            else grpc.aio.secure_channel(
                target, credentials, options=options, interceptors=interceptors
            )
        )
        self.auth = AuthServiceStub(self._channel)
        self.users = UserServiceStub(self._channel)
        self.guests = GuestServiceStub(self._channel)
        self.organizers = OrganizerServiceStub(self._channel)
        self.members = MemberServiceStub(self._channel)
        self.api_keys = ApiKeyServiceStub(self._channel)
        self.events = EventServiceStub(self._channel)
        self.holds = HoldServiceStub(self._channel)
        self.orders = OrderServiceStub(self._channel)
        self.tickets = TicketServiceStub(self._channel)
        self.attention = AttentionServiceStub(self._channel)
        self.facts = FactServiceStub(self._channel)
        self.webhook_endpoints = WebhookServiceStub(self._channel)

    async def login(self, email: str, password: str) -> Tokens:
        """Logs in and keeps both tokens; later calls are made with them. Raises
        CredentialsInvalid, RateLimited."""
        return self._kept(await self.auth.Login(LoginRequest(email=email, password=password)))

    async def refresh(self) -> Tokens:
        """Goes on with the session under new tokens, kept like the first. Safe to repeat at once
        when the answer was lost. Raises RefreshTokenInvalid, also before any login."""
        if self.refresh_token is None:
            raise RefreshTokenInvalid()
        request = RefreshTokenRequest(refresh_token=self.refresh_token)
        return self._kept(await self.auth.RefreshToken(request))

    def _kept(self, tokens: Tokens) -> Tokens:
        self.token, self.refresh_token = tokens.access_token, tokens.refresh_token
        return tokens

    async def close(self) -> None:
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def bearer(token: str) -> tuple[tuple[str, str]]:
    """The metadata that makes a call on behalf of the owner of a token."""
    return (("authorization", f"Bearer {token}"),)


async def replayed(call: Call[Q, A]) -> bool:
    """Whether an answered call was given the stored answer to its idempotency key."""
    return (await call.trailing_metadata()).get(REPLAYED) == "true"


class _Calls(grpc.aio.UnaryUnaryClientInterceptor):
    """Adds what every call has, and raises the server's refusals as they were."""

    def __init__(self, client: HoldfastClient, timeout_seconds: float) -> None:
        self._client = client
        self._timeout = timeout_seconds

    async def intercept_unary_unary(
        self,
        continuation: Continue[Q, A],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Q,
    ) -> Call[Q, A]:
        call = await continuation(
            _completed(self._client, client_call_details, self._timeout), _keyed(request)
        )
        try:
            await call
        except grpc.aio.AioRpcError as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            raise refusal from error
        return call


class _Streams(grpc.aio.UnaryStreamClientInterceptor):
    """The same for streams, which last as long as somebody reads."""

    def __init__(self, client: HoldfastClient) -> None:
        self._client = client

    async def intercept_unary_stream(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Q], Awaitable[Tells[Q, A]]],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Q,
    ) -> AsyncGenerator[A]:
        call = await continuation(_completed(self._client, client_call_details, None), request)
        return _told(call)


async def _told(call: Tells[Q, A]) -> AsyncGenerator[A]:
    try:
        async for each in call:
            yield each
    except grpc.aio.AioRpcError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error
    finally:
        call.cancel()


def _completed(
    client: HoldfastClient, details: grpc.aio.ClientCallDetails, timeout: float | None
) -> grpc.aio.ClientCallDetails:
    metadata = grpc.aio.Metadata(*(details.metadata or ()))
    if client.token is not None and metadata.get("authorization") is None:
        metadata.add("authorization", f"Bearer {client.token}")
    if metadata.get(REQUEST_ID) is None:
        metadata.add(REQUEST_ID, str(uuid4()))
    return grpc.aio.ClientCallDetails(
        method=details.method,
        timeout=timeout if details.timeout is None else details.timeout,
        metadata=metadata,
        credentials=details.credentials,
        wait_for_ready=details.wait_for_ready,
    )


def _keyed(request: Q) -> Q:
    """The request with an idempotency key, if it can have one; the caller's stays as it is."""
    if not isinstance(request, Message) or "request_id" not in request.DESCRIPTOR.fields_by_name:
        return request
    if getattr(request, "request_id"):
        return request
    keyed = type(request)()
    keyed.CopyFrom(request)
    setattr(keyed, "request_id", str(uuid4()))
    return keyed
