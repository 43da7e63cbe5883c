"""Calls any operation by its name."""

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from application.messages import ActorKind
from application.policy import rule_of
from grpc_app.clients.client import HoldfastClient
from grpc_app.generated.holdfast.v1.hold_pb2 import CreateHoldRequest, WantedLine
from grpc_app.mapping.values import timestamp
from grpc_app.server import FILES
from tests.grpc_app import sampled

DEADLINES = (0.2, 2.0, 20.0)
"""Of calls that are to end by theirs, in seconds: the shortest that a busy server begins within."""

BytesToBytes = grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]

METHODS: dict[str, MethodDescriptor] = {
    method.name: method
    for file in FILES
    for service in file.services_by_name.values()
    for method in service.methods
}


def path(operation: str) -> str:
    method = METHODS[operation]
    return f"/{method.containing_service.full_name}/{method.name}"


def bytewise(channel: grpc.aio.Channel, method: str) -> BytesToBytes:
    """A call without any help: whatever bytes one likes."""
    callable: BytesToBytes = channel.unary_unary(method)
    return callable


async def call(client: HoldfastClient, operation: str, request: Message | None = None) -> Message:
    """With a request of the right shape, if none is given."""
    if ActorKind.USER not in rule_of(operation).kinds:
        client.token = None
    for group in vars(client).values():
        if hasattr(group, operation):
            asked = getattr(group, operation)(request or sample(operation))
            if METHODS[operation].server_streaming:
                told = aiter(asked)
                answer = await anext(told)
                asked.cancel()
            else:
                answer = await asked
            assert isinstance(answer, Message)
            return answer
    raise AssertionError(f"the client has no {operation}")


def sample(operation: str) -> Message:
    """A request whose every field is filled in."""
    return _filled(GetMessageClass(METHODS[operation].input_type)())


_TEXTS = {
    "currency": "EUR",
    "state": "",
    "role": "MANAGER",
    "choice": "DONE_BY_HAND",
    "etag": '"3"',
    "request_id": "key-0123456789abcdef",
}


def _filled(message: Message) -> Message:
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None:
            _fill_message(message, field.name, field.is_repeated)
        elif field.is_repeated:
            identifier = field.name.endswith("_ids")
            text = str(sampled.EVENT_ID) if identifier else field.name
            getattr(message, field.name).append(text)
        elif field.cpp_type == field.CPPTYPE_STRING:
            identifier = field.name.endswith("_id") and field.name != "request_id"
            text = str(sampled.EVENT_ID) if identifier else _TEXTS.get(field.name, field.name)
            if text:
                setattr(message, field.name, text)
        elif field.cpp_type == field.CPPTYPE_BOOL:
            setattr(message, field.name, True)
        else:
            setattr(message, field.name, 7)
    return message


def _fill_message(message: Message, name: str, repeated: bool) -> None:
    value = getattr(message, name)
    if repeated:
        _filled(value.add())
    elif value.DESCRIPTOR.full_name == "google.protobuf.Timestamp":
        value.CopyFrom(timestamp(sampled.AT))
    else:
        value.SetInParent()
        _filled(value)


def create_hold(quantity: int | None = 2, key: str = "key-0123456789abcdef") -> CreateHoldRequest:
    line = WantedLine(ticket_type_id=str(sampled.TYPE_ID), quantity=quantity)
    return CreateHoldRequest(event_id=str(sampled.EVENT_ID), lines=[line], request_id=key)
