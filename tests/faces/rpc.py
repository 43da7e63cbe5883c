"""The gRPC face, called through its generated messages."""

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import grpc
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from grpc_status import rpc_status

from grpc_app.generated.holdfast import v1
from tests.faces.outcome import Face, Outcome, Plain, Refusal, Request


def methods() -> Iterator[MethodDescriptor]:
    """Every method of every generated service of the package."""
    for module in pkgutil.iter_modules(v1.__path__):
        if module.name.endswith("_pb2"):
            file: FileDescriptor = importlib.import_module(
                f"{v1.__name__}.{module.name}"
            ).DESCRIPTOR
            for service in file.services_by_name.values():
                yield from service.methods


@dataclass(frozen=True, slots=True)
class Rpc:
    path: str
    request: type[Message]
    answer: type[Message]
    is_stream: bool = False


class GrpcFace(Face):
    def __init__(self, target: str) -> None:
        self.name = "grpc"
        self._channel = grpc.insecure_channel(target)
        self.rpcs = {
            method.name: Rpc(
                f"/{method.containing_service.full_name}/{method.name}",
                GetMessageClass(method.input_type),
                GetMessageClass(method.output_type),
                method.server_streaming,
            )
            for method in methods()
        }

    def operations(self) -> frozenset[str]:
        return frozenset(self.rpcs)

    def call(
        self,
        operation: str,
        request: Request,
        *,
        token: str | None,
        key: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Outcome:
        rpc, fields = self.rpcs[operation], dict(request)
        if key is not None:
            fields["request_id"] = key
        given = {name: value for name, value in fields.items() if value is not None}
        return self.send(operation, ParseDict(given, rpc.request()), token=token, headers=headers)

    def send(
        self,
        operation: str,
        message: Message,
        *,
        token: str | None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Outcome:
        """A message as it is, with whatever it carries."""
        rpc, metadata = self.rpcs[operation], list(headers)
        if token is not None:
            metadata.append(("authorization", f"Bearer {token}"))
        if rpc.is_stream:
            return self._first(rpc, message, metadata)
        multicallable = self._channel.unary_unary(
            rpc.path,
            request_serializer=rpc.request.SerializeToString,
            response_deserializer=rpc.answer.FromString,
        )
        try:
            answer, call = multicallable.with_call(message, metadata=tuple(metadata), timeout=60)
        except grpc.RpcError as error:
            return refused(cast(grpc.Call, error))  # the call itself is what is raised
        told = _headers(call)
        return Outcome(
            answer=plain(answer),
            replayed=told.get("idempotency-replayed") == "true",
            request_id=told["x-request-id"],
            headers=told,
        )

    def _first(self, rpc: Rpc, message: Message, metadata: list[tuple[str, str]]) -> Outcome:
        """What a stream tells at once; then it is left."""
        ask = self._channel.unary_stream(
            rpc.path,
            request_serializer=rpc.request.SerializeToString,
            response_deserializer=rpc.answer.FromString,
        )
        call = ask(message, metadata=tuple(metadata), timeout=60)
        try:
            answer = next(call)
        except grpc.RpcError:
            return refused(call)
        told = {str(name): str(value) for name, value in call.initial_metadata() or ()}
        call.cancel()
        return Outcome(answer=plain(answer), request_id=told["x-request-id"], headers=told)

    def close(self) -> None:
        self._channel.close()


def _headers(call: grpc.Call) -> dict[str, str]:
    both = [*(call.initial_metadata() or ()), *(call.trailing_metadata() or ())]
    return {str(name): str(value) for name, value in both}


def refused(call: grpc.Call) -> Outcome:
    status = rpc_status.from_call(call)
    assert status is not None, call
    info, bad, retry = ErrorInfo(), BadRequest(), RetryInfo()
    for detail in status.details:
        for known in (info, bad, retry):
            if detail.Is(known.DESCRIPTOR):
                detail.Unpack(known)
    assert info.domain == "holdfast", status
    headers = _headers(call)
    return Outcome(
        refusal=Refusal(
            code=Code.Name(status.code),
            reason=info.reason,
            message=status.message,
            metadata=dict(info.metadata),
            fields=tuple((wrong.field, wrong.description) for wrong in bad.field_violations),
            retry_after=retry.HasField("retry_delay"),
        ),
        replayed=headers.get("idempotency-replayed") == "true",
        request_id=headers["x-request-id"],
        headers=headers,
    )


def plain(message: Message) -> dict[str, Plain]:
    """A message as the JSON contract has it: every field, absent ones as null."""
    found: dict[str, Plain] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.is_repeated:
            found[field.name] = [_value(item) for item in value]
        elif field.has_presence and not message.HasField(field.name):
            found[field.name] = None
        else:
            found[field.name] = _value(value)
    return found


def _unfloated(value: object) -> Plain:
    """Numbers of a Struct are floats; ours are whole."""
    if isinstance(value, dict):
        return {name: _unfloated(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_unfloated(each) for each in value]
    if isinstance(value, float):
        assert value.is_integer()
        return int(value)
    assert value is None or isinstance(value, (bool, str))
    return value


def _value(value: object) -> Plain:
    if isinstance(value, Timestamp):
        return value.ToJsonString()
    if isinstance(value, Struct):
        return _unfloated(MessageToDict(value))
    if isinstance(value, Message):
        return plain(value)
    assert isinstance(value, (bool, int, str)), value
    return value
